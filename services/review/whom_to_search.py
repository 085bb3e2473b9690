"""Whom an agency searches its records for: person by person, and what is known of nobody in particular."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from services.review.models import Case, InformationRequest

Pair = tuple[str, str | None]

# What an agency needs to find somebody in its records, and no more: the rest of the case is not its to see.
SEARCHED_BY = ("name", "date-of-birth", "nhs-number", "address", "postcode")


def say_whom_to_search(case: Case, request: InformationRequest) -> bool:
    """Give a request what is known now of the people of its case; whether there is anybody or anything new to search for."""
    before, people = _searched(request), request.people
    request.concerns = [each for each in case.identifiers if each["kind"] in SEARCHED_BY]
    request.people = case.people
    return bool(_searched(request) - before) or (people is not None and bool(_each(case.people) - _each(people)))


def _searched(request: InformationRequest) -> set[Pair]:
    told = {(each["kind"], each["value"]) for each in request.concerns or ()}
    return told | {pair for person in request.people or () for pair in _pairs(person) if pair[1]}


def _each(people: Iterable[Mapping[str, Any]] | None) -> Counter[tuple[Pair, ...]]:
    """The people by what each is found by, and how many there are of a kind: twins may have but a birth date."""
    return Counter(tuple(_pairs(person)) for person in people or ())


def of_no_person(identifiers: Iterable[Mapping[str, str]], people: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Those of `identifiers` that belong to none of `people`; all of them where people were not told apart."""
    theirs = {pair for person in people for pair in _pairs(person)}
    return [dict(each) for each in identifiers if (each["kind"], each["value"]) not in theirs]


def _pairs(person: Mapping[str, Any]) -> list[Pair]:
    return [
        *(("name", name) for name in (person["given_name"], person["family_name"], *person["also_known_as"])),
        ("date-of-birth", person["date_of_birth"]),
        ("expected-date-of-delivery", person["expected_date_of_delivery"]),
        ("nhs-number", person["nhs_number"]),
        *(("address", line) for line in person["address"]),
        ("postcode", person["postcode"]),
    ]
