"""The case page's one green button is what the case waits for, to whoever can do it; everything else is a link."""

import html
import re

import pytest

from shared import clock
from tests.people import Someone
from tests.reviewing import COUNCIL, DECISION, ICB, OFFICE, PARTNERS, POLICE, open_case, post, signature

pytestmark = pytest.mark.usefixtures("ground")

GREEN = re.compile(r'<a class="govuk-button [^"]*"[^>]*>(.*?)</a>')
FURTHER = "Record a further decision (positions taken so far no longer count)"


def person(agency: str, *roles: str) -> Someone:
    return Someone(agency, roles, service="review")


def green(someone: Someone, case: dict) -> list[str]:
    return [html.unescape(each) for each in GREEN.findall(someone.get(f"/review/cases/{case['id']}").text)]


def test_the_green_button_is_what_the_case_waits_for_from_whoever_looks() -> None:
    case, office, reader = open_case(), person(OFFICE, "partnership-office"), person(OFFICE, "scrutineer")
    at, council = f"/cases/{case['id']}", person(COUNCIL, "partner-approver")
    assert (green(office, case), green(reader, case)) == (["Agenda and invitation"], [])
    came = dict.fromkeys(PARTNERS, "Somebody, director")
    meeting = {"held_at": clock.now().isoformat(), "attendance": came, "minutes": "Agreed."}
    post(f"{at}/meetings", OFFICE, meeting)
    assert green(office, case) == ["Record the decision"]
    post(f"{at}/rapid-review/decision", OFFICE, DECISION)
    assert (green(office, case), green(council, case)) == ([], ["Take your agency's position"])
    assert FURTHER in office.get(f"/review/cases/{case['id']}").text
    post(f"{at}/rapid-review/sign-off", COUNCIL, signature())
    assert green(council, case) == []
    for agency in (ICB, POLICE):
        post(f"{at}/rapid-review/sign-off", agency, signature())
    assert green(office, case) == ["Record the Panel's reply"]
    reply = {"reply": "agrees", "received_at": clock.now().isoformat()}
    post(f"{at}/panel-reply", OFFICE, reply)
    assert green(office, case) == ["Commission a practice review"]


def test_a_case_with_a_practice_review_leads_to_it_first() -> None:
    case = open_case()
    at = f"/cases/{case['id']}"
    post(f"{at}/rapid-review/decision", OFFICE, DECISION)
    for agency in PARTNERS:
        post(f"{at}/rapid-review/sign-off", agency, signature())
    body = {"kind": "lcspr", "title": "Information sharing", "decided_at": clock.now().isoformat()}
    review = post(f"{at}/practice-reviews", OFFICE, body)
    for who in (person(OFFICE, "partnership-office"), person(OFFICE, "scrutineer"), person(POLICE, "partner-approver")):
        assert green(who, case) == [f"Go to practice review {review['reference']}"]
    page = html.unescape(person(OFFICE, "partnership-office").get(f"/review/cases/{case['id']}").text)
    assert f"<title>Review {case['reference']} – " in page
    assert ">Record the Panel's reply</a>" in page


def test_each_point_of_the_decision_has_a_question_and_faults_of_its_own() -> None:
    case, office = open_case(), person(OFFICE, "partnership-office")
    at = f"/review/cases/{case['id']}/decision"
    labels = [html.unescape(each.strip()) for each in re.findall(r"<label[^>]*>(.*?)</label>", office.get(at).text, re.S)]  # fmt: skip
    asked = [each for each in labels if each not in ("Yes", "No")]
    assert len(asked) == len(set(asked)), "no two questions are called the same"
    assert sum(each.startswith("Why is this met, or not: ") for each in asked) >= 4
    assert "Why was this decided?" in asked
    summary = office.post(at).text.partition("govuk-error-summary__list")[2].partition("</ul>")[0]
    faults = [each.strip() for each in re.findall(r"<a [^>]*>(.*?)</a>", summary, re.S)]
    assert len(faults) == len(set(faults)) > 8
