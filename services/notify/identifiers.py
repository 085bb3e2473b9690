"""What identifies the children, families and workers of an incident, so that no published report carries it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

TITLES = frozenset(
    [
        "dr",
        "mr",
        "mrs",
        "ms",
        "miss",
        "mx",
        "prof",
        "professor",
        "sir",
        "dame",
        "rev",
        "pc",
        "dc",
        "ds",
        "di",
        "dci",
        "sgt",
        "insp",
        "nurse",
        "sister",
    ]
)


def identifiers_of(bodies: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Kind and value of each identifier that the referrals state, each once, in their order."""
    found = [pair for body in bodies for child in body["children"] for pair in _of_person(child)]
    found += [pair for body in bodies for person in body.get("other_people") or () for pair in _of_person(person)]
    found += [pair for body in bodies for pair in _of_professionals(body.get("referrer") or {})]
    found += [
        ("postcode", place["postcode"]) for body in bodies if (place := body["incident"]["place"]).get("postcode")
    ]
    return [{"kind": kind, "value": value} for kind, value in dict.fromkeys(found)]


def _of_person(person: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for field in ("given_name", "family_name"):
        if person.get(field):
            yield "name", person[field]
    yield from (("name", other) for other in person.get("also_known_as") or ())
    address = person.get("address") or {}
    yield from (("address", line) for line in address.get("lines") or ())
    simple = {
        "date-of-birth": person.get("date_of_birth"),
        "expected-date-of-delivery": person.get("expected_date_of_delivery"),
        "nhs-number": person.get("nhs_number"),
        "postcode": address.get("postcode"),
        "setting": _setting_name(person.get("setting")),
    }
    yield from ((kind, str(value)) for kind, value in simple.items() if value)


def _of_professionals(referrer: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Workers are named by their roles in what is published, and lead to the family as well as a name of its own does."""
    for said in (referrer.get("name"), referrer.get("agreed_with_safeguarding_lead")):
        if name := _without_title(said or ""):
            yield "professional", name
    yield from ((kind, referrer[kind]) for kind in ("email", "phone") if referrer.get(kind))


def _without_title(said: str) -> str:
    """The name alone of "Dr J. Oakridge, named nurse": its title and the role behind it are words that everybody has."""
    name = re.split(r"[,(/]| - ", said, maxsplit=1)[0]
    return " ".join(part for part in name.split() if part.rstrip(".").casefold() not in TITLES)


def _setting_name(setting: Any) -> str | None:
    return setting.get("name") if isinstance(setting, Mapping) else setting
