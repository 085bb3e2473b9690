"""What identifies the children and families of an incident, so that no published report carries it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from services.notify.children import children_of


def identifiers_of(bodies: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Kind and value of each identifier that the referrals state, each once, in their order."""
    found = [pair for child in children_of(bodies) for pair in _of_person(child)]
    found += [pair for body in bodies for person in body.get("other_people") or () for pair in _of_person(person)]
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
        "nhs-number": person.get("nhs_number"),
        "postcode": address.get("postcode"),
        "setting": _setting_name(person.get("setting")),
    }
    yield from ((kind, str(value)) for kind, value in simple.items() if value)


def _setting_name(setting: Any) -> str | None:
    return setting.get("name") if isinstance(setting, Mapping) else setting
