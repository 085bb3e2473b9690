"""The parts of an LCSPR: terms, panel, event, family, monitoring at intervals, the reviewer's contract, facts of drafts, delay."""

import re
from datetime import timedelta
from typing import Any

import pytest

from services.review.reminders import remind
from shared import clock
from tests import notifying
from tests.integration import test_reactions
from tests.integration.test_review_pages import on, person
from tests.integration.test_review_practice_reviews import REVIEWER, part, pdf, sign, upload
from tests.notifying import Outside
from tests.people import WRONG
from tests.reviewing import (
    COUNCIL,
    OFFICE,
    POLICE,
    SCHOOL,
    commissioned,
    days_from_now,
    get,
    open_case,
    post,
    said,
)

pytestmark = pytest.mark.usefixtures("ground", "own_clock")

TERMS = {"scope": "How services worked together.", "lines_of_enquiry": ["Was the child heard?", "Who escalated?"]}
OWNER = {"name": "Pat Watkins", "role": "Business manager"}


def record(review: dict[str, Any], kind: str, body: dict[str, Any], status: int = 201) -> Any:
    return post(f"/practice-reviews/{review['id']}/records/{kind}", OFFICE, body, status)


def stage(review: dict[str, Any], name: str) -> dict[str, Any]:
    return next(each for each in part(review, "milestones") if each["stage"] == name)


def waits(kind: str, review: dict[str, Any]) -> bool:
    found = get("/waiting", OFFICE)["items"]
    return any((each["kind"], each["reference"]) == (kind, review["reference"]) for each in found)


def later(days: int) -> None:
    clock.advance(timedelta(days=days))


def test_terms_of_reference_hold_their_key_lines_and_are_a_stage_done_once_agreed() -> None:
    review = commissioned(open_case())
    record(review, "terms-of-reference", TERMS | {"lines_of_enquiry": []}, 422)
    record(review, "terms-of-reference", TERMS)
    assert not stage(review, "terms-of-reference")["done"]
    record(review, "terms-of-reference", TERMS | {"agreed_on": days_from_now(0)})
    assert stage(review, "terms-of-reference")["done_on"] == days_from_now(0)
    newest, oldest = part(review, "records")
    assert newest["content"]["lines_of_enquiry"] == oldest["content"]["lines_of_enquiry"] == TERMS["lines_of_enquiry"]
    post(f"/practice-reviews/{review['id']}/records/terms-of-reference", SCHOOL, TERMS, 403)


def test_the_panels_members_are_written_a_line_each_with_name_role_and_agency() -> None:
    review, office = commissioned(open_case()), person(OFFICE, "partnership-office")
    at = f"/review/practice-reviews/{review['id']}/records/panel"
    wrong = office.post(at, chair="Ida Independent", members="Lee Lead, nurse")
    assert "name, role, agency" in WRONG.findall(wrong.text)[0]
    office.does(
        at,
        chair="Ida Independent",
        members="Lee Lead, named nurse, Wye Valley NHS Trust\nAda Prosser, head, Example School",
    )
    [panel] = part(review, "records")
    assert panel["content"]["members"][1] == {"name": "Ada Prosser", "role": "head", "agency": "Example School"}
    assert stage(review, "panel")["done"]


def test_each_member_of_the_family_keeps_what_holds_now_and_what_was_said_before() -> None:
    review, office = commissioned(open_case()), person(OFFICE, "partnership-office")
    offered = {"advocate": "yes", "interpreter": "not-needed"}
    for who, views in (("mother", ""), ("older brother", "He was funny."), ("Mother", "Nobody asked us.")):
        body = {"who": who, "how_asked": "By letter.", **offered} | ({"views": views} if views else {})
        record(review, "family-contribution", body)
    shown = office.get(f"/review/practice-reviews/{review['id']}").text
    family = shown.split("Family contribution</h2>")[1].split("<h2")[0]
    assert family.count("<details") == 1  # the mother's first answer; her second and the brother's stand open
    record(review, "family-contribution", {"who": "father", "how_asked": "By phone."}, 422)  # what was offered is asked


def test_the_partners_are_reminded_when_an_interval_of_monitoring_passes() -> None:
    review = commissioned(open_case())
    assert not waits("monitoring", review)
    later(31)
    assert waits("monitoring", review)
    remind()
    record(review, "monitoring", {"on_time": True, "quality": "Good.", "next_on": days_from_now(14)})
    assert not waits("monitoring", review)
    later(14)
    remind()
    reminded = said(f"practice-review:{review['id']}", "reminder.due")
    assert [each["times"] for each in reminded if each["kind"] == "monitoring"] == [1, 1]


def test_a_written_request_without_an_answer_by_its_day_waits_until_it_is_answered() -> None:
    review = commissioned(open_case())
    body = {"asks_for": "draft", "text": "Chapter 2, please.", "asked_by": OWNER, "answer_by": days_from_now(7)}
    asked = post(f"/practice-reviews/{review['id']}/reviewer-requests", OFFICE, body)
    assert not waits("reviewer-request", review)
    later(7)
    assert waits("reviewer-request", review)
    answer = {"response": "Sent.", "responded_on": days_from_now(0)}
    post(f"/reviewer-requests/{asked['id']}/response", OFFICE, answer)
    assert not waits("reviewer-request", review)


def test_a_reviewer_is_removed_with_reasons_and_another_appointed_later() -> None:
    review, office = commissioned(open_case()), person(OFFICE, "partnership-office")
    path = f"/practice-reviews/{review['id']}/reviewers"
    contract = {"contract_from": days_from_now(0), "contract_until": days_from_now(90)}
    post(path, OFFICE, REVIEWER | {"contract_from": days_from_now(9), "contract_until": days_from_now(1)}, 422)
    first = post(path, OFFICE, REVIEWER | contract)
    later(91)
    assert waits("reviewer-contract", review)
    office.does(f"/review/reviewers/{first['id']}/removal", reasons="The draft did not come.")
    assert not waits("reviewer-contract", review)
    assert not stage(review, "reviewer-appointed")["done"]
    post(f"/reviewers/{first['id']}/removal", OFFICE, {"reasons": "Again."}, 409)
    post(
        path, OFFICE, REVIEWER | {"name": "Nia New", "appointed_on": days_from_now(0)}
    )  # nobody is replaced: no reasons
    assert [each["ending_reasons"] for each in part(review, "reviewers")] == ["The draft did not come.", None]


def test_nobody_signs_a_report_while_a_point_on_its_facts_is_unanswered() -> None:
    review, office = commissioned(open_case()), person(OFFICE, "partnership-office")
    draft, at = upload(review, pdf()).json, f"/review/practice-reviews/{review['id']}"
    point = {"who": "Example School", "place": "page 4", "text": "It was March, not May."}
    office.does(f"{at}/comment", version=draft["id"], kind="factual-accuracy", **point)
    post(f"/reports/{draft['id']}/comments", POLICE, point | {"kind": "comment", "text": "Well put."})
    final = upload(review, pdf(300)).json
    assert "1 point on the facts" in sign(review, final, COUNCIL, 409)["detail"]
    answer = re.search(r"(/review/draft-comments/[^\"]+/answer)", office.get(at).text)
    assert answer
    assert office.post(answer[1], outcome="changed").status_code == 422  # what was done is said in words
    office.does(answer[1], outcome="changed", done="Page 4 says March now.")
    sign(review, final, COUNCIL)  # a comment that is no point on facts holds nothing up
    fact, comment = part(review, "comments")
    assert (fact["outcome"], fact["done"]) == ("changed", "Page 4 says March now.")
    post(f"/draft-comments/{fact['id']}/answer", OFFICE, {"outcome": "changed", "done": "Again."}, 409)
    assert comment["outcome"] is None


def test_a_legal_read_that_asks_for_changes_does_not_clear_the_report() -> None:
    review = commissioned(open_case())
    read = {"read_on": days_from_now(0), "by": "Counsel", "advice": "Leave out the school's name."}
    record(review, "legal-read", read | {"outcome": "changes-needed"})
    assert not stage(review, "legal-read")["done"]
    record(review, "legal-read", read | {"outcome": "cleared"})
    assert stage(review, "legal-read")["done"]


def test_the_reasons_for_a_delay_arrive_at_the_panel_and_the_secretary_of_state(sandbox: Outside) -> None:
    """What review says is what notify hears: the very event, through both, to the receiver."""
    taken = test_reactions.notified()
    case = open_case(incident_id=taken["id"], reference=taken["reference"])
    review, office = commissioned(case), person(OFFICE, "partnership-office")
    at = f"/review/practice-reviews/{review['id']}"
    office.does(f"{at}/delay", reasons="The inquest comes first.", **on("expected_on", 200))
    [delay] = said(f"practice-review:{review['id']}", "practice-review.delayed")
    test_reactions.hear("practice-review.delayed", delay, subject=f"practice-review:{review['id']}")
    notifying.send()
    for recipient in ("panel", "secretary-of-state"):
        told = [each for each in sandbox.received(review["reference"], recipient) if "inquest" in each["body"]]
        assert len(told) == 1, recipient
