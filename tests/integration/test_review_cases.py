"""A case opens by itself when a notification was sent, asks the agencies, and closes when it is withdrawn."""

from datetime import datetime, timedelta

import pytest

from services.review.pages import cases
from services.review.reactions import REACTIONS
from services.review.service import SERVICE
from shared import clock
from shared.calendar import add_working_days, end_of_day, london_day
from shared.events.catalogue import Event, NotYet
from tests.people import Someone
from tests.reviewing import (
    COUNCIL,
    HOSPITAL,
    ICB,
    OFFICE,
    PARTNERS,
    POLICE,
    SCHOOL,
    call,
    decide_and_sign,
    discharged,
    find_case,
    get,
    hear,
    key_of,
    notified,
    open_case,
    post,
    put,
    request_of,
    said,
    withdrawn,
)

pytestmark = pytest.mark.usefixtures("ground")


def react(kind: str, values: dict) -> None:
    with SERVICE.transaction() as session:
        REACTIONS[kind](session, Event("1", "notify", kind, "incident:1", clock.now().isoformat(), 1, values))


def cases_of(incident_id: str) -> list:
    return get(f"/cases?incident_id={incident_id}", OFFICE)["items"]


def test_a_notification_opens_a_case_due_in_fifteen_working_days() -> None:
    case = open_case()
    assert case["stage"] == "rapid-review"
    due = end_of_day(add_working_days(london_day(clock.now()), 15))
    assert datetime.fromisoformat(case["rapid_review"]["due_at"]) == due
    assert not case["rapid_review"]["overdue"]


def test_the_referring_agencies_and_the_three_partners_are_asked_once_each() -> None:
    case = open_case(agencies=[SCHOOL, COUNCIL, OFFICE])
    asked = [each["agency"]["id"] for each in case["information_requests"]]
    assert sorted(asked) == sorted([SCHOOL, *PARTNERS])
    events = said(f"case:{case['id']}", "information.requested")
    assert sorted(event["agency_id"] for event in events) == sorted(asked)
    assert {event["reference"] for event in events} == {case["reference"]}


def test_the_office_asks_further_agencies_and_nobody_twice() -> None:
    case = open_case()
    path = f"/cases/{case['id']}/information-requests"
    asked = post(path, OFFICE, {"agencies": [HOSPITAL, SCHOOL]})
    assert asked == {"items": []}
    case = open_case(agencies=[SCHOOL])
    path = f"/cases/{case['id']}/information-requests"
    assert [each["agency"]["id"] for each in post(path, OFFICE, {"agencies": [HOSPITAL, SCHOOL]})["items"]] == [
        HOSPITAL
    ]
    assert call("POST", path, OFFICE, {"agencies": ["no-such-agency"]}).json["errors"][0]["pointer"] == "/agencies/0"
    assert call("POST", path, POLICE, {"agencies": [HOSPITAL]}).status_code == 403


def test_a_repeated_notification_keeps_one_case_and_adds_what_is_new() -> None:
    first = notified(agencies=[SCHOOL])
    for agency in (OFFICE, SCHOOL, HOSPITAL, *PARTNERS):
        key_of(agency)
    hear("incident.notified", first)
    hear("incident.notified", first | {"agencies": [SCHOOL, HOSPITAL], "kinds": ["death"]})
    case = find_case(first["incident_id"])
    assert case["kinds"] == ["serious-harm", "death"]
    assert {each["agency"]["id"] for each in case["information_requests"]} == {SCHOOL, HOSPITAL, *PARTNERS}


def test_a_care_leavers_death_alone_opens_no_rapid_review() -> None:
    values = notified(kinds=["death-of-care-leaver"], rapid_review_required=False)
    hear("incident.notified", values)
    assert cases_of(values["incident_id"]) == []
    hear("incident.withdrawn", withdrawn(values["incident_id"]))
    assert cases_of(values["incident_id"]) == []


def test_the_referrals_stand_on_the_case_whether_they_come_before_or_after_the_notification() -> None:
    values = notified()
    before = {
        "incident_id": values["incident_id"],
        "reference": "HSCP-2026-0001",
        "agency_id": SCHOOL,
        "submitted_at": clock.now().isoformat(),
    }
    hear("incident.referred", before)
    hear("incident.notified", values)
    hear("incident.referred", before | {"reference": "HSCP-2026-0002", "agency_id": HOSPITAL})
    case = find_case(values["incident_id"])
    assert [(each["reference"], each["agency_id"]) for each in case["referrals"]] == [
        ("HSCP-2026-0001", SCHOOL),
        ("HSCP-2026-0002", HOSPITAL),
    ]


def test_pseudonyms_differ_and_are_never_a_childs_initials() -> None:
    cases = [open_case(identifiers=[{"kind": "name", "value": "Bryn Cadwallader"}]) for _ in range(12)]
    pseudonyms = {case["pseudonym"] for case in cases}
    assert len(pseudonyms) == 12
    assert all(each.startswith("Child ") for each in pseudonyms)
    assert not pseudonyms & {"Child BC", "Child CB"}
    assert "Cadwallader" not in str(cases)


def test_a_withdrawal_before_the_notification_waits_for_it() -> None:
    values = notified()
    with pytest.raises(NotYet):
        react("incident.withdrawn", withdrawn(values["incident_id"]))
    hear("incident.notified", values)
    hear("incident.withdrawn", withdrawn(values["incident_id"]))
    assert find_case(values["incident_id"])["stage"] == "withdrawn"


def test_a_withdrawal_closes_the_case_with_its_reasons_and_awaits_no_more_returns() -> None:
    case = open_case()
    hear("incident.withdrawn", withdrawn(case["incident_id"]))
    closed = find_case(case["incident_id"])
    assert closed["stage"] == "withdrawn"
    assert closed["withdrawal_reasons"] == "Later found that the criteria were not met."
    assert {each["status"] for each in closed["information_requests"]} == {"cancelled"}
    put(f"/information-requests/{request_of(case, SCHOOL)}/return", SCHOOL, {"involved": False}, 409)
    post(f"/cases/{case['id']}/information-requests", OFFICE, {"agencies": [SCHOOL]}, 409)


def test_a_withdrawn_incident_that_is_notified_again_starts_a_new_rapid_review_in_its_case() -> None:
    case = open_case()
    hear("incident.withdrawn", withdrawn(case["incident_id"]))
    later = (clock.now() + timedelta(days=7)).isoformat()
    hear("incident.notified", notified(incident_id=case["incident_id"], sent_at=later))
    again = find_case(case["incident_id"])
    assert (again["id"], again["stage"], again["closed_at"]) == (case["id"], "rapid-review", None)
    assert again["rapid_review"]["due_at"] > case["rapid_review"]["due_at"]
    assert {each["status"] for each in again["information_requests"]} == {"requested"}


def test_an_open_case_stands_on_the_list_before_every_one_that_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    done = open_case(sent_at="2025-07-07T10:00:00+00:00")  # due before all others
    decide_and_sign(done)
    monkeypatch.setattr(cases, "MOST", 1)
    office = Someone(OFFICE, ["partnership-office"], service="review")
    assert done["reference"] not in office.get("/review/cases").text


def test_cases_are_listed_in_pages_newest_first() -> None:
    newest, listed, cursor = [open_case()["id"] for _ in range(3)][::-1], [], ""
    while not set(newest) <= set(listed):  # others stand before them: some tests open cases on a clock moved ahead
        page = get(f"/cases?limit=2{cursor}", OFFICE)
        listed += [each["id"] for each in page["items"]]
        cursor = f"&cursor={page['next']}"
    assert [each for each in listed if each in newest] == newest


def test_only_the_office_the_authority_and_the_partners_see_a_case() -> None:
    case = open_case()
    for agency in (OFFICE, COUNCIL, ICB, POLICE):
        assert get(f"/cases/{case['id']}", agency)["pseudonym"] == case["pseudonym"]
    for path in (f"/cases/{case['id']}", f"/cases/{case['id']}/chronology"):
        assert call("GET", path, SCHOOL).status_code == 404
    assert get("/cases", SCHOOL) == {"items": [], "next": None}


def test_an_overdue_duty_is_noted_on_its_case_and_its_discharge_after_it() -> None:
    case = open_case()
    done = discharged(case["incident_id"])
    overdue = {name: value for name, value in done.items() if name not in ("discharged_at", "sent_at", "reference")}
    hear("duty.overdue", overdue)
    [duty] = find_case(case["incident_id"])["duties"]
    assert (duty["overdue"], duty["discharged_at"]) == (True, None)
    hear("duty.discharged", done)
    [duty] = find_case(case["incident_id"])["duties"]
    assert (duty["overdue"], duty["reference"]) == (True, "PANEL-77")


def test_a_rapid_review_sent_before_its_case_is_known_waits_for_the_case() -> None:
    values = notified()
    with pytest.raises(NotYet):
        react("duty.discharged", discharged(values["incident_id"]))
