"""The people of an incident, each with what an agency finds them by in its records, so that no birth date stands alone."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.notify.children import children_of

FOUND_BY = ("given_name", "family_name", "date_of_birth", "expected_date_of_delivery", "nhs_number")


def people_concerned(bodies: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Each person of the referrals `bodies` once, the children first, as the contract `PersonConcerned` has them.

    What they are to the child is their `role`. Whoever is suspected of what is not said: nobody is found by it.
    """
    people = [_person(child, "child") for child in children_of(bodies)]
    others = [_person(other, other["relationship"]) for body in bodies for other in body.get("other_people") or ()]
    known: list[dict[str, Any]] = []
    for other in others:
        same = next((person for person in known if _same_person(person, other)), None)
        if same is None:
            known.append(other)
        else:
            same.update({name: value for name, value in other.items() if not same[name]})
            same["also_known_as"] = list(dict.fromkeys([*same["also_known_as"], *other["also_known_as"]]))
    return [person for person in (*people, *known) if _is_found(person)]


def _person(said: Mapping[str, Any], role: str) -> dict[str, Any]:
    address = said.get("address") or {}
    return {
        "role": role,
        **{name: str(said[name]) if said.get(name) else None for name in FOUND_BY},
        "also_known_as": list(said.get("also_known_as") or ()),
        "address": list(address.get("lines") or ()),
        "postcode": address.get("postcode"),
    }


def _same_person(a: Mapping[str, Any], b: Mapping[str, Any]) -> bool:
    """Whether two referrals speak of one person: the same names and role, and birth dates that do not differ."""
    born = {a["date_of_birth"], b["date_of_birth"]} - {None}
    return len(born) < 2 and _called(a) == _called(b) and all(_called(a))


def _called(person: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple((person[name] or "").strip().casefold() for name in ("given_name", "family_name", "role"))


def _is_found(person: Mapping[str, Any]) -> bool:
    return any(value for name, value in person.items() if name != "role")
