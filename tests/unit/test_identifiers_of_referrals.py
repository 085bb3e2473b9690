"""What of a referral must not appear in what is published: its family, and the workers who speak of it."""

import copy
from typing import Any

from services.notify.identifiers import identifiers_of
from services.publish.cleaning.passages import Passage
from services.publish.identifying.identifiers import find_identifiers
from services.publish.identifying.known_identifiers import known_identifiers
from tests.referrals import USUAL


def stated(**changes: Any) -> list[dict[str, str]]:
    body = copy.deepcopy(USUAL)
    body["referrer"] |= changes
    return identifiers_of([body])


def test_workers_are_known_by_their_names_without_titles_and_roles() -> None:
    said = stated(name="Dr Imogen Oakridge", agreed_with_safeguarding_lead="P. Sampleton, named nurse")
    assert [each["value"] for each in said if each["kind"] == "professional"] == ["Imogen Oakridge", "P. Sampleton"]


def test_how_a_worker_is_reached_is_known_too() -> None:
    said = stated(email="i.oakridge@agency.example", phone="01632 960123")
    assert {"kind": "email", "value": "i.oakridge@agency.example"} in said
    assert {"kind": "phone", "value": "01632 960123"} in said


def test_an_unborn_childs_expected_day_is_known() -> None:
    body = copy.deepcopy(USUAL)
    body["children"][0] |= {"date_of_birth": None, "expected_date_of_delivery": "2027-02-11"}
    assert {"kind": "expected-date-of-delivery", "value": "2027-02-11"} in identifiers_of([body])


def test_a_workers_name_is_found_in_a_report_and_their_role_is_not() -> None:
    known = known_identifiers(
        stated(name="Dr Imogen Oakridge", agreed_with_safeguarding_lead="P. Sampleton, named nurse")
    )
    text = "Imogen Oakridge told the named nurse. Dr Oakridge agreed with Mrs Sampleton, as a doctor and a nurse may."
    found = find_identifiers([Passage("text", 1, text)], known)
    said = {each.value for each in found if each.kind == "professional"}
    assert said == {"Imogen Oakridge", "Oakridge", "Sampleton"}


def changed(**changes: Any) -> set[tuple[str, str]]:
    """Kind and value of each identifier of a referral with a child, a place, an awareness and more of its own."""
    body = copy.deepcopy(USUAL)
    body["children"][0] |= changes.get("child", {})
    body["incident"]["place"] |= changes.get("place", {})
    body["awareness"] |= changes.get("awareness", {})
    body |= {name: value for name, value in changes.items() if name == "notifier"}
    return {(each["kind"], each["value"]) for each in identifiers_of([body])}


def test_who_was_informed_and_who_notifies_are_workers_and_a_role_is_nobody() -> None:
    assert ("professional", "Jo Bell") in changed(awareness={"local_authority_informed": "Jo Bell, duty manager"})
    assert not {value for _, value in changed()} & {"Front door duty manager", "Front"}
    notifier = {"name": "Mr Ivor Pugh", "role": "Head", "email": "i.pugh@council.example", "authorised_by": "A. Morris"}
    told = changed(notifier=notifier)
    assert {("professional", "Ivor Pugh"), ("professional", "A. Morris"), ("email", "i.pugh@council.example")} <= told


def test_numbers_placements_places_and_the_day_of_death_are_known() -> None:
    child = {
        "other_identifier": "LCS 100200",
        "date_of_death": "2026-03-26",
        "placement": "At Maple House with Mr Pugh",
    }
    told = changed(child=child, place={"description": "Outside the Example Leisure Centre"})
    assert {
        ("case-number", "LCS 100200"),
        ("case-number", "22/41877/26"),
        ("date-of-death", "2026-03-26"),
        ("setting", "Maple House"),
        ("name", "Pugh"),
        ("setting", "Example Leisure Centre"),
    } <= told


def test_what_many_placements_and_places_are_called_names_no_setting() -> None:
    for said in ("In-house foster placement", "Foster care", "Family home", "At home", "With grandparents"):
        told = changed(child={"placement": said}, place={"description": said})
        assert "setting" not in {kind for kind, _ in told}, said


def test_a_file_number_and_the_day_of_death_are_found_in_a_report() -> None:
    known = known_identifiers(
        [{"kind": "case-number", "value": "LCS 100200"}, {"kind": "date-of-death", "value": "2026-03-26"}]
    )
    found = find_identifiers([Passage("text", 1, "The file is LCS 100200. Tam died on 26 March 2026.")], known)
    assert {("case-number", "LCS 100200"), ("date-of-death", "26 March 2026")} <= {(f.kind, f.value) for f in found}
