"""An agency thinks again after its return was signed off: each version is kept, and what it changed is seen at a glance."""

import pytest

from tests.people import Someone
from tests.reviewing import FULL_RETURN, HOSPITAL, OFFICE, SCHOOL, open_case, put, request_of

pytestmark = pytest.mark.usefixtures("ground")

SECOND_ENTRY = {"from": "2025-06-02", "certainty": "known", "description": "Seen at home.", "source": "Visit notes"}


def person(agency: str, *roles: str) -> Someone:
    return Someone(agency, roles, service="review")


def revised() -> str:
    """The address of a request whose agency sent a second version after the first was signed off."""
    case = open_case()
    request = request_of(case, SCHOOL)
    path = f"/information-requests/{request}/return"
    put(path, SCHOOL, FULL_RETURN)
    changes = {"what_went_well": "The tutor rang every week.", "recommendations": ["Teach escalation.", "Audit it."]}
    put(path, SCHOOL, FULL_RETURN | changes | {"chronology": [*FULL_RETURN["chronology"], SECOND_ENTRY]})
    return f"/review/requests/{request}"


def test_the_office_compares_a_revised_return_with_the_one_before() -> None:
    at, office = revised(), person(OFFICE, "partnership-office")
    assert "What was changed since the version before" in office.get(at).text
    page = office.get(f"{at}/versions").text
    for words in ("The tutor&#39;s persistence.", "The tutor rang every week.", "Audit it.", "Seen at home."):
        assert words in page, words
    assert "The child was on roll" not in page, "what is the same is not shown"
    same = office.get(f"{at}/versions?before=1&after=1").text
    assert "Nothing in them differs" in same
    assert office.get(f"{at}/versions?before=1&after=9").status_code == 404


def test_an_agency_compares_its_own_versions_and_no_others() -> None:
    at = revised()
    assert person(SCHOOL, "return-author").get(f"{at}/versions").status_code == 200
    assert person(HOSPITAL, "return-author").get(f"{at}/versions").status_code == 404


def test_who_has_answered_is_seen_at_a_glance() -> None:
    case, office = open_case(), person(OFFICE, "partnership-office")
    put(f"/information-requests/{request_of(case, SCHOOL)}/return", SCHOOL, {"involved": False})
    row = office.get("/review/cases").text.partition(case["reference"])[2].partition("</tr>")[0]
    assert "1 of 5" in row
