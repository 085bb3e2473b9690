"""What identifies the children, families and workers of an incident, so that no published report carries it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from shared.names import TITLES, people_named, without_title

# A home's or a place's own name: words written large that stand together, as in "Maple House, in-house placement".
OWN_NAME = re.compile(r"[A-Z][\w'’.-]*(?: (?:(?:of|the|and|on|in|upon|&) )*[A-Z][\w'’.-]*)+")
BEFORE_A_NAME = re.compile(r"^(?:(?:at|in|on|the|near|with|outside|from)\b\s*)+", re.IGNORECASE)


def identifiers_of(bodies: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Kind and value of each identifier that the referrals state, each once, in their order."""
    found = [pair for body in bodies for child in body["children"] for pair in _of_person(child)]
    found += [pair for body in bodies for person in body.get("other_people") or () for pair in _of_person(person)]
    found += [pair for body in bodies for pair in _of_professionals(body)]
    found += [pair for body in bodies for pair in _of_incident(body["incident"])]
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
        "date-of-death": person.get("date_of_death"),
        "expected-date-of-delivery": person.get("expected_date_of_delivery"),
        "nhs-number": person.get("nhs_number"),
        "postcode": address.get("postcode"),
        "case-number": _number(person.get("other_identifier")),
        "setting": _setting_name(person.get("setting")),
    }
    yield from ((kind, str(value)) for kind, value in simple.items() if value)
    yield from _named_in(person.get("placement") or "")


def _of_professionals(body: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Workers are named by their roles in what is published, and lead to the family as well as a name of its own does."""
    referrer, notifier = body.get("referrer") or {}, body.get("notifier") or {}
    names = [referrer.get("name"), referrer.get("agreed_with_safeguarding_lead"), notifier.get("name")]
    yield from (("professional", name) for said in names if (name := without_title(said or "")))
    informed = (body.get("awareness") or {}).get("local_authority_informed")  # often a role alone
    for said in (notifier.get("authorised_by"), informed):
        yield from (("professional", name) for name in people_named(said or ""))
    for who in (referrer, notifier):
        yield from ((kind, who[kind]) for kind in ("email", "phone") if who.get(kind))


def _of_incident(incident: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Where it happened, and the numbers under which the police, a court or a coroner have it."""
    if incident["place"].get("postcode"):
        yield "postcode", incident["place"]["postcode"]
    yield from _named_in(incident["place"].get("description") or "")
    for each in incident.get("parallel_proceedings") or ():
        if number := _number(each.get("reference")):
            yield "case-number", number


def _named_in(said: str) -> Iterator[tuple[str, str]]:
    """The settings, or the people with a title, that a line names; "Foster care" and "Family home" name none."""
    for match in OWN_NAME.finditer(said):
        name = BEFORE_A_NAME.sub("", match[0])
        if name.split()[0].rstrip(".").casefold() in TITLES:
            yield "name", without_title(name)
        elif " " in name:
            yield "setting", name


def _number(said: str | None) -> str | None:
    """What somebody's file is found by; without a digit it is none."""
    return said if said and any(sign.isdigit() for sign in said) else None


def _setting_name(setting: Any) -> str | None:
    return setting.get("name") if isinstance(setting, Mapping) else setting
