"""Recommendations are owned, acted upon, and tracked to evidence that something changed."""

import io
from typing import Any

import pytest

from tests.reviewing import (
    HOSPITAL,
    OFFICE,
    POLICE,
    SCHOOL,
    call,
    commissioned,
    days_from_now,
    find_case,
    get,
    open_case,
    post,
)

pytestmark = pytest.mark.usefixtures("ground")


def recommended(case: dict, owner: str = SCHOOL, **more: Any) -> dict:
    body = {"case_id": case["id"], "owner_agency": owner, "text": "Teach escalation.", "theme": "escalation"}
    return post("/recommendations", OFFICE, body | more)


def act(recommendation: dict, agency: str = SCHOOL) -> dict:
    body = {"text": "Train every tutor.", "due_on": days_from_now(60)}
    return post(f"/recommendations/{recommendation['id']}/actions", agency, body)


def show(action: dict, progress: str, agency: str = SCHOOL) -> dict:
    body = {"what_changed": "Tutors now escalate within a day.", "progress": progress}
    return post(f"/actions/{action['id']}/evidence", agency, body)


def status_of(recommendation: dict, agency: str = SCHOOL) -> str:
    [found] = get(f"/recommendations?case_id={recommendation['case_id']}", agency)["items"]
    return found["status"]


def test_a_recommendation_is_as_far_as_its_evidence() -> None:
    recommendation = recommended(open_case())
    assert recommendation["status"] == "open"
    first, second = act(recommendation), act(recommendation)
    assert status_of(recommendation) == "open"
    show(first, "started")
    assert status_of(recommendation) == "in-progress"
    show(first, "impact-shown")
    assert status_of(recommendation) == "in-progress"
    show(second, "done")
    assert status_of(recommendation) == "done"
    show(second, "impact-shown")
    assert status_of(recommendation) == "impact-shown"


def test_an_agency_sees_and_moves_its_own_recommendations_only() -> None:
    case = open_case()
    theirs = recommended(case, HOSPITAL)
    own = recommended(case)
    assert [each["id"] for each in get(f"/recommendations?case_id={case['id']}", SCHOOL)["items"]] == [own["id"]]
    assert len(get(f"/recommendations?case_id={case['id']}", POLICE)["items"]) == 2
    action = act(theirs, HOSPITAL)
    assert [each["id"] for each in get(f"/recommendations/{theirs['id']}", HOSPITAL)["actions"]] == [action["id"]]
    assert call("GET", f"/recommendations/{theirs['id']}", SCHOOL).status_code == 404
    assert call("POST", f"/recommendations/{theirs['id']}/actions", SCHOOL, {"text": "Ours."}).status_code == 404
    body = {"what_changed": "Nothing.", "progress": "done"}
    assert call("POST", f"/actions/{action['id']}/evidence", SCHOOL, body).status_code == 404


def test_a_recommendation_belongs_to_a_known_agency_and_a_review_of_its_case() -> None:
    case = open_case()
    body = {"case_id": case["id"], "owner_agency": "nobody", "text": "Teach escalation.", "theme": "escalation"}
    assert post("/recommendations", OFFICE, body, 422)["errors"][0]["pointer"] == "/owner_agency"
    other = commissioned(open_case())
    body |= {"owner_agency": SCHOOL, "practice_review_id": other["id"]}
    assert post("/recommendations", OFFICE, body, 422)["errors"][0]["pointer"] == "/practice_review_id"
    review = commissioned(case)
    recommended(case, practice_review_id=review["id"])
    assert find_case(case["incident_id"])["recommendations"][0]["practice_review_id"] == review["id"]


def test_evidence_has_one_file_of_a_kind_that_can_be_shown() -> None:
    evidence = show(act(recommended(open_case())), "done")
    path = f"/evidence/{evidence['id']}/file"

    def send(content: bytes) -> Any:
        return call("POST", path, SCHOOL, None, data={"file": (io.BytesIO(content), "register.png")})

    assert call("GET", path, SCHOOL).status_code == 404
    assert send(b"#!/bin/sh").status_code == 422
    picture = b"\x89PNG\r\n\x1a\n" + b"0" * 50
    assert send(picture).json["file"]["filename"] == "register.png"
    assert send(picture).status_code == 409
    answer = call("GET", path, SCHOOL)
    assert (answer.data, answer.content_type) == (picture, "image/png")
    assert call("GET", path, HOSPITAL).status_code == 404
