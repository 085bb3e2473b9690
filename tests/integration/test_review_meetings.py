"""The rapid review's meeting is prepared from the record: agenda, invitation, papers; the invited read them inside."""

import html
import io
import re
from datetime import timedelta

import docx
import page
import pytest
from sqlalchemy import text

from services.review.service import SERVICE
from shared import clock
from shared.database import new_id
from shared.identity.viewer import Viewer
from tests.people import WRONG, Someone
from tests.reviewing import (
    COUNCIL,
    FULL_RETURN,
    HOSPITAL,
    OFFICE,
    PARTNERS,
    POLICE,
    SCHOOL,
    call,
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


def person(agency: str, *roles: str) -> Someone:
    return Someone(agency, roles, service="review")


def on(name: str, days: int) -> dict[str, str]:
    day = (clock.now() + timedelta(days=days)).date()
    return {f"{name}-day": str(day.day), f"{name}-month": str(day.month), f"{name}-year": str(day.year)}


def moment(days: int) -> str:
    return (clock.now() + timedelta(days=days)).isoformat()


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
    assert f'href="{meeting}/calling-off"' in office.get(f"/review/cases/{case['id']}/agenda").text
    asked = html.unescape(office.get(f"{meeting}/calling-off").text)
    assert re.search(r"Call off the meeting of \d+ \w+ \d+ at 2:00pm\?", asked)
    assert "Everyone invited is told at once: " in asked and "Wye Valley NHS Trust" in asked
    assert guest.get(meeting).status_code == 200, "a question alone calls nothing off"
    office.does(f"{meeting}/calling-off")
    assert guest.get(meeting).status_code == 404


def test_who_is_not_invited_any_more_is_told_so_and_the_office_stops_what_they_still_see_by_one_button() -> None:
    case, office = one_answered(), person(OFFICE, "partnership-office")
    put(f"/information-requests/{request_of(case, POLICE)}/return", POLICE, FULL_RETURN)
    at, plan = f"/review/cases/{case['id']}/agenda", {"time": "14:00", "place": "Plough Lane"}
    office.does(at, agencies=[HOSPITAL], papers=["return"], **plan, **on("day", 3))
    first = said(f"case:{case['id']}", "meeting.planned")[0]["meeting_id"]
    assert office.does(at, **plan, **on("day", 4)).split("?")[0].endswith(f"/cases/{case['id']}/sharing")
    off = said(f"case:{case['id']}", "meeting.called-off")
    assert [(each["agency_id"], each["meeting_id"]) for each in off] == [(HOSPITAL, first)]

    def sees(agency: str) -> int:
        return len([m for m in get(f"/shared-material?case_id={case['id']}", agency)["items"] if m["agency"]["id"] != agency])  # fmt: skip

    sharing, told = f"/review/cases/{case['id']}/sharing", "Wye Valley NHS Trust is not invited to the meeting any more"
    assert told in " ".join(office.get(sharing).text.split())
    assert (sees(HOSPITAL), sees(SCHOOL)) == (2, 0)
    partners = [sees(partner) for partner in PARTNERS]
    assert office.post(sharing, stop_with=HOSPITAL).status_code == 303
    assert (sees(HOSPITAL), [sees(partner) for partner in PARTNERS]) == (0, partners)
    assert told not in " ".join(office.get(sharing).text.split())
    assert office.post(sharing, stop_with=HOSPITAL).status_code == 409


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


def test_the_offices_system_reads_the_agenda_and_invites_as_its_people_do() -> None:
    case = one_answered()
    at = f"/cases/{case['id']}"
    agenda = get(f"{at}/agenda", POLICE)["items"]
    shown = html.unescape(person(OFFICE, "partnership-office").get(f"/review{at}/agenda").text)
    assert [each for each in agenda if each["heading"] not in shown] == []
    assert "A referral was not followed up." in str(agenda)
    plan = {"held_at": moment(3), "place": "Plough Lane", "agencies": [HOSPITAL], "papers": ["return"]}
    key = {"Idempotency-Key": new_id()}
    first, again = (call("POST", f"{at}/planned-meetings", OFFICE, plan, headers=key) for _ in range(2))
    assert (first.status_code, again.json, again.headers["Idempotency-Replayed"]) == (201, first.json, "true")
    meeting = f"/planned-meetings/{first.json['id']}"
    told = {each["agency_id"] for each in said(f"case:{case['id']}", "meeting.planned")}
    assert told == {each["id"] for each in first.json["agencies"]} == {*PARTNERS, HOSPITAL}
    assert "A referral was not followed up." in str(get(meeting, HOSPITAL)["agenda"])
    assert [each["id"] for each in get(f"/planned-meetings?case_id={case['id']}", HOSPITAL)["items"]] == [
        first.json["id"]
    ]
    assert [each["agency"]["id"] for each in get("/shared-material", HOSPITAL)["items"]][:1] == [SCHOOL]
    assert (call("GET", meeting, SCHOOL).status_code, get("/planned-meetings", SCHOOL)["items"]) == (404, [])
    assert "Plough Lane" in person(HOSPITAL, "agency-lead").get(f"/review/meetings/{first.json['id']}").text
    assert post(f"{meeting}/end", OFFICE, {})["ended_at"]
    assert call("GET", meeting, HOSPITAL).status_code == 404
    post(f"{meeting}/end", OFFICE, {}, 409)


def test_a_system_is_told_what_is_wrong_with_a_plan() -> None:
    at = f"/cases/{one_answered()['id']}/planned-meetings"
    plan = {"held_at": moment(3), "place": "Plough Lane"}
    for wrong, pointer in (
        ({"held_at": moment(-1)}, "/held_at"),
        ({"agencies": ["a-riding-school"]}, "/agencies"),
        ({"papers": ["minutes"]}, "/papers/0"),
        ({"where": "Here"}, "/where"),
    ):
        assert [each["pointer"] for each in post(at, OFFICE, plan | wrong, 422)["errors"]] == [pointer]


def test_a_meeting_that_a_system_records_is_one_at_which_people_may_decide() -> None:
    case, office = one_answered(), person(OFFICE, "partnership-office")
    at, held = f"/cases/{case['id']}", {"held_at": moment(0), "minutes": "What was said."}
    came = dict.fromkeys(PARTNERS, "Somebody, director")
    read = call("GET", at, OFFICE).headers["ETag"]
    assert post(f"{at}/meetings", OFFICE, held | {"attendance": came | {"a-riding-school": "Nobody"}}, 422)["errors"]
    one_missing = post(f"{at}/meetings", POLICE, held | {"attendance": {POLICE: "Lee, superintendent"}})
    assert {each["id"] for each in one_missing["absent_partners"]} == {*PARTNERS} - {POLICE}
    body = held | {"attendance": came, "scrutineer_comment": "The child was hard to hear."}
    assert call("POST", f"{at}/meetings", OFFICE, body, headers={"If-Match": read}).status_code == 412
    assert post(f"{at}/meetings", OFFICE, body)["absent_partners"] == []
    assert [each["minutes"] for each in get(f"{at}/meetings", POLICE)["items"]] == ["What was said."] * 2
    assert "The child was hard to hear." in office.get(f"/review{at}").text


def test_of_a_withdrawn_case_no_meeting_is_planned_or_recorded_any_more() -> None:
    case = one_answered()
    hear("incident.withdrawn", withdrawn(case["incident_id"]))
    post(f"/cases/{case['id']}/planned-meetings", OFFICE, {"held_at": moment(3), "place": "Plough Lane"}, 409)
    held = {"held_at": moment(0), "minutes": "What was said.", "attendance": {POLICE: "Lee, superintendent"}}
    post(f"/cases/{case['id']}/meetings", OFFICE, held, 409)
