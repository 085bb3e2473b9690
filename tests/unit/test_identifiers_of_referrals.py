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
