"""Whom an agency searches its records for: person by person, and what is known of nobody in particular."""

from collections.abc import Iterable, Mapping
from typing import Any

from services.review.models import Case, InformationRequest

# What an agency needs to find somebody in its records, and no more: the rest of the case is not its to see.
SEARCHED_BY = ("name", "date-of-birth", "nhs-number", "address", "postcode")


def say_whom_to_search(case: Case, request: InformationRequest) -> None:
    """Give a request what is known now of the people of its case."""
    request.concerns = [each for each in case.identifiers if each["kind"] in SEARCHED_BY]
    request.people = case.people


def of_no_person(identifiers: Iterable[Mapping[str, str]], people: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Those of `identifiers` that belong to none of `people`; all of them where people were not told apart."""
    theirs = {pair for person in people for pair in _pairs(person)}
    return [dict(each) for each in identifiers if (each["kind"], each["value"]) not in theirs]


def _pairs(person: Mapping[str, Any]) -> list[tuple[str, str | None]]:
    return [
        *(("name", name) for name in (person["given_name"], person["family_name"], *person["also_known_as"])),
        ("date-of-birth", person["date_of_birth"]),
        ("expected-date-of-delivery", person["expected_date_of_delivery"]),
        ("nhs-number", person["nhs_number"]),
        *(("address", line) for line in person["address"]),
        ("postcode", person["postcode"]),
    ]
