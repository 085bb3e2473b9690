"""The rapid review's meeting is prepared from the record: agenda, invitation, papers; the invited read them inside."""

import io
from datetime import timedelta

import docx
import page
import pytest
from sqlalchemy import text

from services.review.service import SERVICE
from shared import clock
from shared.identity.viewer import Viewer
from tests.people import WRONG, Someone
from tests.reviewing import COUNCIL, FULL_RETURN, HOSPITAL, OFFICE, POLICE, SCHOOL, open_case, put, request_of, said

pytestmark = pytest.mark.usefixtures("ground")


def person(agency: str, *roles: str) -> Someone:
    return Someone(agency, roles, service="review")


def on(name: str, days: int) -> dict[str, str]:
    day = (clock.now() + timedelta(days=days)).date()
    return {f"{name}-day": str(day.day), f"{name}-month": str(day.month), f"{name}-year": str(day.year)}


def one_answered() -> dict:
    case = open_case(agencies=[SCHOOL, HOSPITAL])
    put(f"/information-requests/{request_of(case, SCHOOL)}/return", SCHOOL, FULL_RETURN)
    return case


def test_the_agenda_is_made_from_the_returns_and_what_the_law_asks() -> None:
    case, office = one_answered(), person(OFFICE, "partnership-office")
    at = f"/review/cases/{case['id']}/agenda"
    shown = office.get(at).text
    for words in ("A referral was not followed up.", "All staff were briefed.", "Wye Valley NHS Trust: no return", "regulation 11"):  # fmt: skip
        assert words in shown, words
    assert page.is_pdf_compliant_bytes(office.get(f"{at}.pdf").data, profile="ua1")
    written = [each.text for each in docx.Document(io.BytesIO(office.get(f"{at}.docx").data)).paragraphs]
    assert any("A referral was not followed up." in each for each in written)


def test_who_is_invited_is_told_and_reads_the_papers_inside_and_nobody_else_does() -> None:
    case, office = one_answered(), person(OFFICE, "partnership-office")
    office.does(f"/review/cases/{case['id']}/agenda", time="14:00", place="Plough Lane", agencies=HOSPITAL, papers=["return", "chronology"], **on("day", 3))  # fmt: skip
    told = said(f"case:{case['id']}", "meeting.planned")
    assert {each["agency_id"] for each in told} == {COUNCIL, POLICE, "herefordshire-and-worcestershire-icb", HOSPITAL}
    assert "Plough" not in str(told)
    meeting = f"/review/meetings/{told[0]['meeting_id']}"
    guest, other = person(HOSPITAL, "agency-lead"), person(SCHOOL, "agency-lead")
    assert case["reference"] in guest.get("/review/meetings").text
    shown = guest.get(meeting).text
    assert "Plough Lane" in shown and "A referral was not followed up." in shown
    assert "Return of Example" in shown
    assert (other.get(meeting).status_code, case["reference"] in other.get("/review/meetings").text) == (404, False)
    school = Viewer(SCHOOL, SCHOOL, "school", is_partner=False, is_authority=False, scope="own")
    with SERVICE.transaction(school) as session:
        assert session.scalar(text("SELECT count(*) FROM planned_meetings")) == 0
    off = office.get(f"/review/cases/{case['id']}/agenda").text.partition('name="call_off" value="')[2].partition('"')[0]  # fmt: skip
    assert office.post(f"/review/cases/{case['id']}/agenda", call_off=off).status_code == 303
    assert guest.get(meeting).status_code == 404


def test_without_returns_among_the_papers_the_agenda_tells_no_agencys_words() -> None:
    case, office = one_answered(), person(OFFICE, "partnership-office")
    office.does(f"/review/cases/{case['id']}/agenda", time="14:00", place="Plough Lane", agencies=HOSPITAL, **on("day", 3))  # fmt: skip
    [meeting, *_] = said(f"case:{case['id']}", "meeting.planned")
    shown = person(HOSPITAL, "return-author").get(f"/review/meetings/{meeting['meeting_id']}").text
    assert "A referral was not followed up." not in shown
    assert "Key practice episodes" in shown and "No papers are shared." in shown


def test_a_meeting_is_planned_for_a_time_to_come() -> None:
    case, office = one_answered(), person(OFFICE, "partnership-office")
    past = office.post(f"/review/cases/{case['id']}/agenda", time="09:00", place="Here", **on("day", -1))
    assert "This has passed" in WRONG.findall(past.text)[0]
