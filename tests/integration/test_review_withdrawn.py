"""When a notification is withdrawn nobody searches, meets or reads on: who was asked is told, and the doors are closed."""

from datetime import timedelta
from typing import Any

import pytest

from shared import clock
from tests.people import Someone
from tests.reviewing import (
    FULL_RETURN,
    HOSPITAL,
    OFFICE,
    PARTNERS,
    SCHOOL,
    call,
    commissioned,
    find_case,
    get,
    hear,
    open_case,
    post,
    put,
    request_of,
    said,
    withdrawn,
)

pytestmark = pytest.mark.usefixtures("ground")

IDA = {"name": "Ida Independent", "independence": "Of none of the agencies.", "conflicts": []}


def told(case: dict[str, Any], event: str) -> set[str]:
    return {each["agency_id"] for each in said(f"case:{case['id']}", event)}


def answered_and_planned() -> dict[str, Any]:
    """A case with one answer, a meeting to come, and the answer among its papers."""
    case = open_case(agencies=[SCHOOL, HOSPITAL])
    put(f"/information-requests/{request_of(case, SCHOOL)}/return", SCHOOL, FULL_RETURN)
    plan = {"held_at": (clock.now() + timedelta(days=3)).isoformat(), "place": "Plough Lane", "agencies": [HOSPITAL]}
    post(f"/cases/{case['id']}/planned-meetings", OFFICE, plan | {"papers": ["return"]})
    return case


def given_to_a_reviewer(case: dict[str, Any]) -> tuple[dict[str, Any], Someone]:
    review = commissioned(case)
    today = clock.now().date()
    post(f"/practice-reviews/{review['id']}/reviewers", OFFICE, IDA | {"appointed_on": today.isoformat()})
    reviewer = Someone(OFFICE, ["reviewer"], service="review")
    until = (today + timedelta(days=30)).isoformat()
    access = {"person_id": reviewer.id, "until": until, "sees": ["return"]}
    post(f"/practice-reviews/{review['id']}/reviewer-access", OFFICE, access)
    assert reviewer.get(f"/review/reviewing/{review['id']}").status_code == 200
    return review, reviewer


def test_agencies_are_told_to_search_no_more_and_see_no_more_whom_to_search_for() -> None:
    case = open_case(agencies=[SCHOOL, HOSPITAL])
    assert get(f"/information-requests/{request_of(case, SCHOOL)}", SCHOOL)["concerns"]
    hear("incident.withdrawn", withdrawn(case["incident_id"]))
    assert told(case, "information.cancelled") == {SCHOOL, HOSPITAL, *PARTNERS}
    request = get(f"/information-requests/{request_of(case, SCHOOL)}", SCHOOL)
    assert (request["status"], request["concerns"], request["people"]) == ("cancelled", [], [])


def test_the_meeting_is_called_off_and_what_was_shared_is_shared_no_more() -> None:
    case = answered_and_planned()
    [meeting] = get(f"/planned-meetings?case_id={case['id']}", HOSPITAL)["items"]
    [material] = get(f"/shared-material?case_id={case['id']}", HOSPITAL)["items"]
    hear("incident.withdrawn", withdrawn(case["incident_id"]))
    assert told(case, "meeting.called-off") == {HOSPITAL, *PARTNERS}
    assert call("GET", f"/planned-meetings/{meeting['id']}", HOSPITAL).status_code == 404
    assert call("GET", f"/shared-material/{material['id']}", HOSPITAL).status_code == 404
    again = {"owners": [SCHOOL], "what": ["return"], "with_agencies": [HOSPITAL]}
    post(f"/cases/{case['id']}/shared-material", OFFICE, again, 409)


def test_the_reviewers_access_ends_and_the_office_sees_what_was_ended() -> None:
    case = answered_and_planned()
    review, reviewer = given_to_a_reviewer(case)
    hear("incident.withdrawn", withdrawn(case["incident_id"]))
    assert reviewer.get(f"/review/reviewing/{review['id']}").status_code == 404
    ended = find_case(case["incident_id"])["ended_with_it"]
    assert set(ended["requests"]) == {SCHOOL, HOSPITAL, *PARTNERS}
    assert (len(ended["meetings"]), ended["shared"], ended["reviewer_accesses"]) == (1, [SCHOOL], 1)
    page = Someone(OFFICE, ["partnership-office"], service="review").get(f"/review/cases/{case['id']}").text
    for words in ("Told to search no more: ", "Called off: the meeting", "Shared no more: ", "the reviewer’s access"):
        assert words in page


def test_the_reviewer_of_a_review_that_is_about_another_case_too_goes_on() -> None:
    case, other = open_case(), open_case()
    review, reviewer = given_to_a_reviewer(case)
    post(f"/practice-reviews/{review['id']}/cases", OFFICE, {"case_id": other["id"], "reasons": "The same service."})
    hear("incident.withdrawn", withdrawn(case["incident_id"]))
    assert reviewer.get(f"/review/reviewing/{review['id']}").status_code == 200


def test_a_meeting_that_the_office_calls_off_is_told_to_the_invited_too() -> None:
    case = answered_and_planned()
    [meeting] = get(f"/planned-meetings?case_id={case['id']}", OFFICE)["items"]
    office = Someone(OFFICE, ["partnership-office"], service="review")
    office.does(f"/review/meetings/{meeting['id']}/calling-off")
    assert told(case, "meeting.called-off") == {HOSPITAL, *PARTNERS}
