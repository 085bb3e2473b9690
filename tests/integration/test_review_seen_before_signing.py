"""Nobody signs what they were not shown: a version that comes while the page is open has to be read first."""

import html
import io

import pytest

from tests.people import WRONG, Someone
from tests.publishing import pdf
from tests.reviewing import (
    COUNCIL,
    DECISION,
    FULL_RETURN,
    HOSPITAL,
    NO_REVIEW,
    OFFICE,
    commissioned,
    find_case,
    get,
    open_case,
    post,
    put,
    request_of,
)

pytestmark = pytest.mark.usefixtures("ground")

NEWER = "A newer version came while you read. Read it, then sign."


def person(agency: str, *roles: str, name: str = "Somebody Invented") -> Someone:
    return Someone(agency, roles, service="review", name=name)


def shown(someone: Someone, path: str) -> str:
    return html.unescape(someone.get(path).text)


def test_a_report_that_was_uploaded_while_the_page_was_open_is_read_before_it_is_signed() -> None:
    review = commissioned(open_case())
    office, partner = person(OFFICE, "partnership-office"), person(COUNCIL, "partner-approver")
    at = f"/review/practice-reviews/{review['id']}"
    assert "No full report has been uploaded yet." in partner.post(f"{at}/sign", role="Director").text
    uploaded = pdf("The first.")
    office.does(f"{at}/report", kind="full-report", file=(io.BytesIO(uploaded), "report.pdf"))
    page = shown(partner, f"{at}/sign")
    assert "You sign Full report 1, uploaded on " in page and "Your signature cannot be changed." in page
    whole = page.partition('href="/review/reports/')[2].partition('"')[0]
    assert partner.get(f"/review/reports/{whole}").data == uploaded
    office.does(f"{at}/report", kind="full-report", file=(io.BytesIO(pdf("The second.")), "report.pdf"))
    first = page.partition('name="seen" value="')[2].partition('"')[0]
    assert NEWER in partner.post(f"{at}/sign", role="", seen=first).text, "it is said beside what else is wrong"
    refused = partner.post(f"{at}/sign", role="Director", seen=first)
    assert NEWER in WRONG.findall(refused.text)[0]
    assert "You sign Full report 2, uploaded on " in refused.text
    assert 'value="Director"' in refused.text
    assert [each["signatures"] for each in get(f"/practice-reviews/{review['id']}", OFFICE)["reports"]] == [[], []]
    assert partner.post(f"{at}/sign", role="Director").status_code == 303  # from the page that showed the second
    reports = get(f"/practice-reviews/{review['id']}", OFFICE)["reports"]
    assert [len(each["signatures"]) for each in reports] == [0, 1]


def test_a_position_is_taken_on_the_decision_that_was_read() -> None:
    case, partner = open_case(), person(COUNCIL, "partner-approver")
    at, decision = f"/review/cases/{case['id']}/position", f"/cases/{case['id']}/rapid-review/decision"
    post(decision, OFFICE, NO_REVIEW)
    page = shown(partner, at)
    for words in (
        "Decision 1: No LCSPR",
        f"Reasons: {NO_REVIEW['reasons']}",
        "What will be done with the learning: A briefing to all schools.",
        "Your agency's position cannot be changed afterwards.",
        f'href="/review/cases/{case["id"]}/report.pdf"',
    ):
        assert words in page, words
    post(decision, OFFICE, DECISION)
    refused = partner.post(at, position="agree", role="Director")
    assert NEWER in WRONG.findall(refused.text)[0]
    assert "Decision 2: A local child safeguarding practice review" in refused.text
    assert [each["positions"] for each in find_case(case["incident_id"])["decisions"]] == [[], []]
    assert partner.post(at, position="agree", role="Director").status_code == 303
    assert [len(each["positions"]) for each in find_case(case["incident_id"])["decisions"]] == [0, 1]


def test_a_return_is_signed_off_as_it_was_read() -> None:
    case = open_case()
    request = request_of(case, HOSPITAL)
    at = f"/review/requests/{request}"
    author, lead = person(HOSPITAL, "return-author", name="Ann Author"), person(HOSPITAL, "agency-lead")
    unsent = {name: value for name, value in FULL_RETURN.items() if name not in ("prepared_by", "signed_off_by")}
    put(f"/information-requests/{request}/return", HOSPITAL, unsent | {"submitted": False})
    author.does(f"{at}/ready", role="Named nurse")
    page = shown(lead, f"{at}/sign-off")
    assert "You sign off version 1 of the return, as Ann Author, Named nurse, made it ready on " in page
    assert f'href="{at}"' in page
    author.does(f"{at}/what-went-well", value="Something else.")
    author.does(f"{at}/ready", role="Named nurse")
    refused = lead.post(f"{at}/sign-off", role="Lead")
    assert NEWER in WRONG.findall(refused.text)[0]
    assert get(f"/information-requests/{request}", OFFICE)["return"] is None
    lead.does(f"{at}/sign-off", role="Lead")
    assert get(f"/information-requests/{request}", OFFICE)["return"]["content"]["what_went_well"] == "Something else."
