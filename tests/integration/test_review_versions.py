"""An agency thinks again after its return was signed off: each version is kept, and what it changed is seen at a glance."""

import pytest
from sqlalchemy import text

from services.review.service import SERVICE
from tests.people import Someone
from tests.reviewing import (
    FULL_RETURN,
    HOSPITAL,
    OFFICE,
    SCHOOL,
    call,
    days_from_now,
    get,
    open_case,
    post,
    put,
    request_of,
)

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


def test_your_agency_is_said_of_a_return_to_that_agency_alone() -> None:
    at = revised()
    own, others = "Your agency&#39;s recommendations", "The agency&#39;s recommendations"
    for reader, said, unsaid in (
        (person(SCHOOL, "return-author"), own, others),
        (person(OFFICE, "partnership-office"), others, own),
    ):
        for path in (at, f"{at}/versions"):
            sent = reader.get(path).text.rpartition("What was sent")[2]
            assert said in sent and unsaid not in sent, path


def test_an_agency_compares_its_own_versions_and_no_others() -> None:
    at = revised()
    assert person(SCHOOL, "return-author").get(f"{at}/versions").status_code == 200
    assert person(HOSPITAL, "return-author").get(f"{at}/versions").status_code == 404


def test_a_system_reads_every_version_that_was_sent_and_no_draft() -> None:
    request = revised().removeprefix("/review/requests/")
    put(
        f"/information-requests/{request}/return",
        SCHOOL,
        FULL_RETURN | {"submitted": False, "what_went_well": "A draft."},
    )
    at = f"/information-requests/{request}/versions"
    for caller in (OFFICE, SCHOOL):
        versions = get(at, caller)["items"]
        went_well = [each["content"]["what_went_well"] for each in versions]
        assert [each["number"] for each in versions] == [1, 2]
        assert went_well == ["The tutor's persistence.", "The tutor rang every week."]
        assert [len(each["chronology"]) for each in versions] == [1, 2]
    assert call("GET", at, HOSPITAL).status_code == 404


def test_a_system_gives_an_agency_more_time_with_reasons_and_no_less() -> None:
    case = open_case()
    at = f"/information-requests/{request_of(case, SCHOOL)}"
    later, sooner = ({"due_on": days_from_now(days), "reasons": "Half term."} for days in (20, 1))
    read = call("GET", at, OFFICE).headers["ETag"]
    assert call("POST", f"{at}/extension", OFFICE, {"due_on": days_from_now(20)}).status_code == 422
    assert post(f"{at}/extension", OFFICE, later)["due_at"].startswith(days_from_now(20))
    assert [each["pointer"] for each in post(f"{at}/extension", OFFICE, sooner, 422)["errors"]] == ["/due_on"]
    assert call("POST", f"{at}/extension", OFFICE, later, headers={"If-Match": read}).status_code == 412
    assert "Half term." in person(OFFICE, "partnership-office").get(f"/review/requests/{at.rpartition('/')[2]}").text


def test_who_has_answered_is_seen_at_a_glance() -> None:
    case, office = open_case(), person(OFFICE, "partnership-office")
    put(f"/information-requests/{request_of(case, SCHOOL)}/return", SCHOOL, {"involved": False})
    row = office.get("/review/cases").text.partition(case["reference"])[2].partition("</tr>")[0]
    assert "1 of 5" in row


def test_an_agency_that_answered_in_time_is_not_called_late_for_thinking_again() -> None:
    case = open_case(agencies=[SCHOOL, HOSPITAL])
    for agency, answers_late in ((SCHOOL, False), (HOSPITAL, True)):
        at = f"/information-requests/{request_of(case, agency)}"
        if not answers_late:
            put(f"{at}/return", agency, FULL_RETURN)
        with SERVICE.transaction() as session:
            session.execute(
                text("UPDATE information_requests SET due_at = now() WHERE id = :id"),
                {"id": at.rsplit("/", maxsplit=1)[-1]},
            )
        if answers_late:
            put(f"{at}/return", agency, FULL_RETURN)
        put(f"{at}/return", agency, FULL_RETURN | {"what_went_well": "Seen anew."})
        assert {each["late"] for each in get(f"{at}/versions", agency)["items"][-1:]} == {answers_late}


def test_who_began_to_write_may_still_say_that_the_agency_was_not_involved() -> None:
    case, author = open_case(agencies=[SCHOOL]), person(SCHOOL, "return-author")
    at = f"/review/requests/{request_of(case, SCHOOL)}"
    author.does(f"{at}/what-went-well", value="The wrong family.")
    assert f"{at}/nil" in author.get(at).text
    author.does(f"{at}/nil", records_searched="SIMS")
    sent = get(f"/information-requests/{request_of(case, SCHOOL)}", OFFICE)["return"]
    assert (sent["involved"], sent["content"]) == (False, {"records_searched": "SIMS"})


def test_one_click_does_not_undo_a_return_that_two_people_signed() -> None:
    at, author = revised(), person(SCHOOL, "return-author")
    refused = author.post(f"{at}/not-involved")
    assert refused.status_code == 409
    assert "which somebody else signs off" in refused.text
    assert "We were not involved" not in author.get(at).text
