"""One review over several incidents, one incident in several reviews: what is published, learnt and seen follows from it."""

import io
import os
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest

from tests.integration.test_review_practice_reviews import pdf, sign, upload
from tests.people import Someone
from tests.reviewing import (
    OFFICE,
    PARTNERS,
    POLICE,
    SCHOOL,
    call,
    commissioned,
    find_case,
    get,
    hear,
    open_case,
    post,
    said,
    withdrawn,
)
from tests.test_architecture import plain

pytestmark = pytest.mark.usefixtures("ground")

REASONS = {"case_id": "", "reasons": "Both children were seen by the same service in one month."}


def taken_in(review: dict[str, Any], case: dict[str, Any], status: int = 201) -> Any:
    return post(f"/practice-reviews/{review['id']}/cases", OFFICE, REASONS | {"case_id": case["id"]}, status)


def of_another_child(**changes: Any) -> dict[str, Any]:
    return open_case(**{"identifiers": [{"kind": "name", "value": "Ivor Pugh"}]} | changes)


def test_a_review_over_two_cases_is_found_on_both_and_keeps_why() -> None:
    review, other = commissioned(open_case()), of_another_child()
    taken_in(review, other)
    assert [each["id"] for each in find_case(other["incident_id"])["practice_reviews"]] == [review["id"]]
    first, second = get(f"/practice-reviews/{review['id']}", OFFICE)["cases"]
    assert first["case_id"] == review["case_id"]
    assert (second["case_id"], second["reasons"]) == (other["id"], REASONS["reasons"])
    taken_in(review, other, 409)


def test_one_incident_may_be_in_several_reviews() -> None:
    case = open_case()
    first, thematic = commissioned(case), commissioned(of_another_child())
    taken_in(thematic, case)
    found = {each["id"] for each in find_case(case["incident_id"])["practice_reviews"]}
    assert found == {first["id"], thematic["id"]}


def test_a_case_is_taken_out_with_reasons_but_never_the_one_that_the_review_was_decided_on() -> None:
    review, other = commissioned(open_case()), of_another_child()
    link = taken_in(review, other)
    first = get(f"/practice-reviews/{review['id']}", OFFICE)["cases"][0]
    post(f"/review-cases/{first['id']}/removal", OFFICE, {"reasons": "No."}, 409)
    post(f"/review-cases/{link['id']}/removal", OFFICE, {}, 422)
    post(f"/review-cases/{link['id']}/removal", OFFICE, {"reasons": "It has nothing in common after all."})
    assert find_case(other["incident_id"])["practice_reviews"] == []
    kept = get(f"/practice-reviews/{review['id']}", OFFICE)["cases"][1]
    assert kept["removed_at"] and kept["removal_reasons"] == "It has nothing in common after all."
    taken_in(review, other)


def test_a_case_whose_notification_was_withdrawn_is_not_taken_in() -> None:
    review, other = commissioned(open_case()), of_another_child()
    hear("incident.withdrawn", withdrawn(other["incident_id"]))
    taken_in(review, other, 409)


def test_what_must_not_be_published_is_of_every_case() -> None:
    first, further = open_case(), of_another_child(occurred_on="2026-02-11")
    review, out = commissioned(first), of_another_child(identifiers=[{"kind": "name", "value": "Once In It"}])
    taken_in(review, further)
    link = taken_in(review, out)
    post(f"/review-cases/{link['id']}/removal", OFFICE, {"reasons": "Not the same."})
    report = upload(review, pdf()).json
    for partner in PARTNERS:
        sign(review, report, partner)
    [event] = said(f"practice-review:{review['id']}", "report.signed-off")
    names = {each["value"] for each in event["identifiers"] if each["kind"] == "name"}
    assert names == {"Hester Nolan", "Ivor Pugh", "Once In It"}  # early drafts may still speak of them
    assert event["incidents"] == [
        {"incident_id": first["incident_id"], "occurred_on": "2026-03-20"},
        {"incident_id": further["incident_id"], "occurred_on": "2026-02-11"},
    ]
    assert event["taken_out"] == [out["incident_id"]]
    taken_in(review, open_case(), 409)  # what was signed is signed


def test_learning_follows_the_review_to_every_case() -> None:
    review, other = commissioned(open_case()), of_another_child()
    taken_in(review, other)
    body = {
        "case_id": other["id"],
        "practice_review_id": review["id"],
        "owner_agency": SCHOOL,
        "text": "Teach escalation.",
        "theme": "escalation",
    }
    made = post("/recommendations", OFFICE, body)
    for case_id in (review["case_id"], other["id"]):
        assert made["id"] in [each["id"] for each in get(f"/cases/{case_id}", OFFICE)["recommendations"]]


@contextmanager
def kept_from(case: dict[str, Any], agency: str) -> Iterator[None]:
    """As if an agency were barred from a case: the database hides that one case from it, whatever its scope."""
    with psycopg.connect(plain(os.environ["REVIEW_OWNER_DATABASE_URL"]), autocommit=True) as owner:
        owner.execute(
            f"CREATE POLICY kept_from ON cases AS RESTRICTIVE USING (app_agency() IS DISTINCT FROM '{agency}' OR id <> '{case['id']}')"
        )
        try:
            yield
        finally:
            owner.execute("DROP POLICY kept_from ON cases")


def test_who_is_kept_from_one_case_sees_nothing_of_a_review_over_it_and_the_other_case_still() -> None:
    review, barred = commissioned(open_case()), of_another_child()
    link = taken_in(review, barred)
    report = upload(review, pdf()).json
    with kept_from(barred, POLICE):
        assert call("GET", f"/cases/{barred['id']}", POLICE).status_code == 404
        assert call("GET", f"/practice-reviews/{review['id']}", POLICE).status_code == 404
        assert call("GET", f"/reports/{report['id']}/file", POLICE).status_code == 404
        assert get(f"/cases/{review['case_id']}", POLICE)["practice_reviews"] == []
        assert get(f"/practice-reviews/{review['id']}", OFFICE)
        post(f"/review-cases/{link['id']}/removal", OFFICE, {"reasons": "A conflict of interest."})
        assert [each["case_id"] for each in get(f"/practice-reviews/{review['id']}", POLICE)["cases"]] == [
            review["case_id"]
        ]


def test_people_take_a_case_in_and_out_on_pages() -> None:
    review, other = commissioned(open_case()), of_another_child()
    at, office = f"/review/practice-reviews/{review['id']}", Someone(OFFICE, ["partnership-office"], service="review")
    office.does(f"{at}/case", case_id=other["id"], reasons="The same service.")
    shown = office.get(at).text
    assert other["pseudonym"] in shown
    removal = re.search(r"(/review/review-cases/[^\"]+/removal)", shown)
    assert removal
    office.does(removal[1], reasons="Not the same.")
    assert "Taken out on" in office.get(at).text


def bundle(answer: Any) -> tuple[set[str], str]:
    """What a bundle holds of reviews, and the words of all their records."""
    with zipfile.ZipFile(io.BytesIO(answer.data)) as held:
        of_reviews = {name for name in held.namelist() if "/record.json" in name or "/full-report" in name}
        return {name.rpartition("/")[2] for name in of_reviews}, str([held.read(name) for name in of_reviews])


def test_the_bundle_of_one_case_holds_no_draft_about_other_families_unless_it_is_said_why() -> None:
    review, other = commissioned(open_case()), of_another_child()
    upload(review, pdf())
    panel = {"chair": "Una Webb", "members": [{"name": "Ivor Hale", "role": "Nurse", "agency": "Trust"}]}
    post(f"/practice-reviews/{review['id']}/records/panel", OFFICE, panel)
    at, office = f"/review/cases/{review['case_id']}", Someone(OFFICE, ["partnership-office"], service="review")
    assert bundle(office.get(f"{at}/bundle.zip"))[0] == {"record.json", "full-report-1.pdf"}
    assert f'{at}/bundle"' not in office.get(at).text
    link = taken_in(review, other)
    for _ in ("while it is about both", "when the other was taken out again"):
        names, words = bundle(office.get(f"{at}/bundle.zip"))
        assert names == {"record.json"} and other["pseudonym"] not in words and "Una Webb" not in words
        assert bundle(call("GET", f"/cases/{review['case_id']}/bundle", OFFICE))[0] == {"record.json"}
        call("POST", f"/review-cases/{link['id']}/removal", OFFICE, {"reasons": "Not the same."})
    assert f'{at}/bundle"' in office.get(at).text
    post(f"/cases/{review['case_id']}/bundle", OFFICE, {}, 422)
    assert office.post(f"{at}/bundle", reasons="").status_code == 422
    asked = office.post(f"{at}/bundle", reasons="The court ordered the drafts.")
    assert bundle(asked)[0] == {"record.json", "full-report-1.pdf"}
    assert "The court ordered the drafts." in office.get(f"/review/practice-reviews/{review['id']}").text
    by_system = call("POST", f"/cases/{review['case_id']}/bundle", OFFICE, {"reasons": "The coroner asked."})
    assert by_system.status_code == 201 and "full-report-1.pdf" in bundle(by_system)[0]
