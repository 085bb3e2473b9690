"""A records officer sees whom to search for person by person; what was notified before is shown as it was told."""

import re
from datetime import timedelta
from typing import Any

import pytest

from services.notify.identifiers import identifiers_of
from services.notify.people_concerned import people_concerned
from shared import clock
from tests.people import Someone
from tests.referrals import USUAL
from tests.reviewing import (
    FULL_RETURN,
    HOSPITAL,
    OFFICE,
    SCHOOL,
    call,
    get,
    hear,
    notified,
    open_case,
    put,
    request_of,
    said,
)

pytestmark = pytest.mark.usefixtures("ground")

TOLD = {"identifiers": identifiers_of([USUAL]), "people": people_concerned([USUAL])}
CARD = re.compile(r'govuk-summary-card">(.*?)</dl>', re.S)


def cards(page: str) -> list[str]:
    return [" ".join(re.sub("<[^>]+>", " ", card).split()) for card in CARD.findall(page)]


def officer() -> Someone:
    return Someone(HOSPITAL, ("return-author",), service="review")


def test_each_person_is_shown_with_their_own_birth_date_number_and_address() -> None:
    case = open_case(**TOLD)
    page = officer().get(f"/review/requests/{request_of(case, HOSPITAL)}").text
    assert cards(page) == [
        "Tamsin Oakridge Who Child Other names Tam Date of birth 14 June 2025 NHS number 9434765919"
        " Address 14 Example Row, Hereford, HR4 0AA",
        "Rowan Oakridge Who sibling Date of birth 2 February 2023",
    ]
    assert "Also known" not in page, "everything is somebody's"


def test_what_is_nobodys_is_shown_besides_and_who_refers_is_not() -> None:
    case = open_case(**TOLD | {"identifiers": [*TOLD["identifiers"], {"kind": "postcode", "value": "HR2 0ZZ"}]})
    page = officer().get(f"/review/requests/{request_of(case, HOSPITAL)}").text
    assert "HR2 0ZZ" in page.partition("Also known")[2]
    assert "Farrier" not in page


def test_systems_read_the_people_and_the_list() -> None:
    case = open_case(**TOLD)
    request = get(f"/information-requests/{request_of(case, HOSPITAL)}", HOSPITAL)
    assert request["people"] == TOLD["people"]
    assert {"kind": "name", "value": "Rowan"} in request["concerns"]
    assert call("GET", f"/information-requests/{request_of(case, HOSPITAL)}", SCHOOL).status_code == 404


def test_a_case_whose_people_were_not_told_apart_shows_the_list() -> None:
    case = open_case()
    assert get(f"/information-requests/{request_of(case, HOSPITAL)}", HOSPITAL)["people"] == []
    page = officer().get(f"/review/requests/{request_of(case, HOSPITAL)}").text
    assert cards(page) == []
    assert "Hester Nolan" in page and "9434765919" in page


def test_a_later_notification_tells_the_people_anew_and_one_that_comes_late_does_not() -> None:
    case = open_case(**TOLD)
    about = {"incident_id": case["incident_id"], "identifiers": TOLD["identifiers"]}
    for hours, people in ((2, TOLD["people"][:1]), (-2, [])):
        sent_at = (clock.now() + timedelta(hours=hours)).isoformat()
        hear("incident.notified", notified(**about, people=people, sent_at=sent_at))
    request = get(f"/information-requests/{request_of(case, HOSPITAL)}", OFFICE)
    assert [each["given_name"] for each in request["people"]] == ["Tamsin"]


def test_whoever_opens_a_case_in_an_emergency_sees_its_people_too() -> None:
    case = open_case(**TOLD)
    lead = Someone(SCHOOL, ("agency-lead",), service="review")
    lead.post("/review/emergency", reference=case["reference"], reasons="A sibling is there tonight.")
    page = lead.get(f"/review/emergency/{case['id']}").text
    assert [each.partition(" Who ")[0] for each in cards(page)] == ["Tamsin Oakridge", "Rowan Oakridge"]
    assert "Sam Farrier" in page.partition("Also known")[2]


BABY = {
    "role": "child",
    "given_name": "Baby",
    "family_name": "Jones",
    "also_known_as": [],
    "date_of_birth": "2026-03-01",
    "expected_date_of_delivery": None,
    "nhs_number": None,
    "address": [],
    "postcode": None,
}


def names(*people: dict[str, Any]) -> list[dict[str, str]]:
    return [{"kind": "name", "value": each[part]} for each in people for part in ("given_name", "family_name")]


def of_baby_jones() -> dict[str, Any]:
    """A case that names the child but as a baby; the hospital has answered that it was not involved."""
    case = open_case(agencies=[HOSPITAL, SCHOOL], people=[BABY], identifiers=names(BABY))
    put(f"/information-requests/{request_of(case, HOSPITAL)}/return", HOSPITAL, {"involved": False})
    return case


def corrected_to(case: dict[str, Any], *people: dict[str, Any]) -> None:
    told = {"agencies": [], "children": len(people), "identifiers": names(*people), "people": list(people)}
    same = {"incident_id": case["incident_id"], "reference": "INC-2026-0001", "occurred_on": "2026-03-20"}
    hear("incident.corrected", same | {"rapid_review_required": True} | told)


def told_anew(case: dict[str, Any]) -> set[str]:
    return {each["agency_id"] for each in said(f"case:{case['id']}", "information.requested") if each["anew"]}


def test_who_searched_for_others_is_told_and_who_had_answered_is_asked_anew() -> None:
    case = of_baby_jones()
    corrected_to(case, BABY)
    assert told_anew(case) == set(), "nothing is new"
    corrected_to(case, BABY | {"given_name": "Idris"}, BABY | {"given_name": "Mair"})
    assert {HOSPITAL, SCHOOL} <= told_anew(case)
    request = get(f"/information-requests/{request_of(case, HOSPITAL)}", OFFICE)
    assert (request["status"], request["returned_at"]) == ("requested", None)
    assert [each["status"] for each in request["versions"]] == ["submitted"], "what was sent is kept"
    assert "there is more to search for" in Someone(OFFICE, ["partnership-office"], service="review").get(f"/review/cases/{case['id']}").text  # fmt: skip
    page = officer().get(f"/review/requests/{request_of(case, HOSPITAL)}").text
    assert "Whom to search for has changed" in page and "Not involved." in page
    put(f"/information-requests/{request_of(case, HOSPITAL)}/return", HOSPITAL, FULL_RETURN)
    versions = get(f"/information-requests/{request_of(case, HOSPITAL)}/versions", OFFICE)["items"]
    assert [each["involved"] for each in versions] == [False, True]


def test_a_twin_of_whom_nothing_more_is_known_is_somebody_new() -> None:
    case = of_baby_jones()
    corrected_to(case, BABY, BABY)
    assert HOSPITAL in told_anew(case)
