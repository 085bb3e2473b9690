"""Whom a referral concerns, person by person: each birth date with its name, and everybody once."""

import copy

from services.notify.people_concerned import people_concerned
from tests.referrals import LEAST, USUAL

FATHER = {"relationship": "Father", "given_name": "Aldous", "family_name": "Oakridge"}


def with_others(*others: dict) -> dict:
    return copy.deepcopy(USUAL) | {"other_people": list(others)}


def test_each_person_has_their_own_birth_date_number_and_address() -> None:
    child, sibling = people_concerned([USUAL])
    assert child == {
        "role": "child",
        "given_name": "Tamsin",
        "family_name": "Oakridge",
        "also_known_as": ["Tam"],
        "date_of_birth": "2025-06-14",
        "expected_date_of_delivery": None,
        "nhs_number": "9434765919",
        "address": ["14 Example Row", "Hereford"],
        "postcode": "HR4 0AA",
    }
    assert (sibling["role"], sibling["given_name"], sibling["date_of_birth"]) == ("sibling", "Rowan", "2023-02-02")


def test_a_person_of_several_referrals_is_one_with_what_each_knew() -> None:
    first = with_others(FATHER | {"also_known_as": ["Aldi"], "suspected_perpetrator": True})
    second = with_others(FATHER | {"also_known_as": ["Al"], "date_of_birth": "1991-04-02"})
    _, father = people_concerned([first, second])
    assert (father["date_of_birth"], father["also_known_as"]) == ("1991-04-02", ["Aldi", "Al"])
    assert "perpetrator" not in str(father), "nobody is found in records by what they are suspected of"


def test_two_of_one_name_stay_two_where_their_birth_dates_differ() -> None:
    old, young = (with_others(FATHER | {"date_of_birth": day}) for day in ("1961-01-30", "1991-04-02"))
    assert [each["date_of_birth"] for each in people_concerned([old, young])[1:]] == ["1961-01-30", "1991-04-02"]


def test_a_child_of_whom_only_the_age_is_known_is_nobody_to_search_for() -> None:
    assert people_concerned([LEAST]) == []
