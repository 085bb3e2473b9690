"""What must fit together in a referral: dates in their order, ages, places. Pure: the schema hands it the time.

Works on what could be read of a body, so that a field which is itself at fault does not hide the others.
Each fault stands at its field, as marshmallow nests messages.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from services.notify.children import AGES
from shared.calendar import add_months, age_on, london_day
from shared.rulebook import Rulebook
from shared.web.fields import is_uk_postcode

UK = ("England", "Wales", "Scotland", "Northern Ireland")
NOT_A_NATION = {"uk", "gb", "united kingdom", "great britain", "britain", *(nation.casefold() for nation in UK)}
CLOCKS_DIFFER_BY = timedelta(minutes=5)  # an agency's server may be a little ahead of ours
LONGEST_PREGNANCY_MONTHS = 10
LONGEST_OVERDUE = timedelta(days=42)
BEFORE_THE_INCIDENT = (
    "Check this time: it lies before the incident. If the incident's own time is not certain, say that it is not."
)

Fault = tuple[tuple[str | int, ...], str]  # where, and what to do
Body = Mapping[str, Any]


def implausible(body: Body, now: datetime, rules: Rulebook) -> dict[Any, Any]:
    """Everything in a referral that cannot be so, as nested messages by field; empty where all fits.

    `now` is aware; `rules` gives the ages at which childhood and a care leaver's entitlement end.
    """
    messages: dict[Any, Any] = {}
    for where, message in _faults(body, now, rules):
        inner = messages
        for step in where[:-1]:
            inner = inner.setdefault(step, {})
        inner.setdefault(where[-1], []).append(message)
    return messages


def awareness_errors(body: Body, agency_kind: str) -> dict[str, dict[str, list[str]]]:
    """What a local authority must say beyond other agencies: when it became aware. Nested messages, or empty."""
    awareness = body.get("awareness") or {}
    if agency_kind != "local-authority" or awareness.get("local_authority_became_aware_at"):
        return {}
    message = "Give the time at which the local authority became aware: its five working days run from then."
    return {"awareness": {"local_authority_became_aware_at": [message]}}


def _faults(body: Body, now: datetime, rules: Rulebook) -> Iterator[Fault]:
    incident = body.get("incident") or {}
    occurred = incident.get("occurred") or {}
    awareness = body.get("awareness") or {}
    yield from _future_moments(occurred, awareness, now)
    yield from _order_of_moments(occurred, awareness)
    yield from _place_faults(incident.get("place") or {})
    yield from _children_faults(body.get("children") or [], occurred, now, rules)
    yield from _other_people_faults(body.get("other_people") or [], london_day(now))


def _future_moments(occurred: Body, awareness: Body, now: datetime) -> Iterator[Fault]:
    latest = now + CLOCKS_DIFFER_BY
    for name in ("from", "to"):
        if (moment := occurred.get(name)) and moment > latest:
            yield ("incident", "occurred", name), "Check this time: it lies in the future."
    for name in ("agency_became_aware_at", "local_authority_became_aware_at"):
        if (moment := awareness.get(name)) and moment > latest:
            yield ("awareness", name), "Check this time: it lies in the future."


def _order_of_moments(occurred: Body, awareness: Body) -> Iterator[Fault]:
    began, ended = occurred.get("from"), occurred.get("to")
    if began and ended and ended < began:
        yield ("incident", "occurred", "to"), "Check this time: it lies before the time given as from."
    if not began or (occurred.get("certainty") or "known") != "known":
        return
    for name in ("agency_became_aware_at", "local_authority_became_aware_at"):
        if (moment := awareness.get(name)) and moment < began:
            yield ("awareness", name), BEFORE_THE_INCIDENT


def _place_faults(place: Body) -> Iterator[Fault]:
    country, authority, postcode = place.get("country"), place.get("local_authority"), place.get("postcode")
    if country and country not in UK and country.strip().casefold() in NOT_A_NATION:
        yield (
            ("incident", "place", "country"),
            "Write England, Wales, Scotland, Northern Ireland or another country.",
        )
    elif authority and country == "England" and not authority.startswith("E"):
        yield ("incident", "place", "local_authority"), "Give the code of an authority in England (it starts with E)."
    elif authority and country and country != "England":
        yield ("incident", "place", "local_authority"), "Leave this out: it is given for places in England only."
    if postcode and (country is None or country in UK) and not is_uk_postcode(postcode):
        yield ("incident", "place", "postcode"), "Check the postcode: it should look like HR4 0AA."


def _children_faults(children: list[Body], occurred: Body, now: datetime, rules: Rulebook) -> Iterator[Fault]:
    seen: dict[str, int] = {}
    for index, child in enumerate(children):
        for where, message in _child_faults(child, occurred, now, rules):
            yield ("children", index, *where), message
        number = child.get("nhs_number")
        if number and seen.setdefault(number, index) != index:
            yield ("children", index, "nhs_number"), f"Check the NHS number: child {seen[number] + 1} has the same."


def _child_faults(child: Body, occurred: Body, now: datetime, rules: Rulebook) -> Iterator[Fault]:
    given = [form for form in AGES if child.get(form) is not None]
    if not given:
        yield ("date_of_birth",), "Give the date of birth, the expected date of delivery or the age in years."
    elif len(given) > 1:
        yield (
            (given[1],),
            f"Keep one form of age: this, or {given[0]}, which is given too.",
        )
    today = london_day(now)
    began = london_day(occurred["from"]) if occurred.get("from") else today
    ended = london_day(occurred["to"]) if occurred.get("to") else began
    yield from _birth_faults(child, ended, today)
    yield from _delivery_faults(child.get("expected_date_of_delivery"), began, ended)
    if occurred.get("from"):
        yield from _age_faults(child, began, rules)
    yield from _address_faults(child.get("address") or {})


def _birth_faults(child: Body, ended: date, today: date) -> Iterator[Fault]:
    born, died = child.get("date_of_birth"), child.get("date_of_death")
    if born and born > today:
        yield (
            ("date_of_birth",),
            "Check this date: it lies in the future. For an unborn child give the expected date of delivery.",
        )
    elif born and born > ended:
        yield ("date_of_birth",), "Check this date: it lies after the incident."
    if died and child.get("outcome") not in (None, "died"):
        yield ("date_of_death",), "Leave this out, or say in outcome that the child died."
    if died and died > today:
        yield ("date_of_death",), "Check this date: it lies in the future."
    elif died and born and died < born:
        yield ("date_of_death",), "Check this date: it lies before the birth."


def _delivery_faults(expected: date | None, began: date, ended: date) -> Iterator[Fault]:
    if expected and expected > add_months(ended, LONGEST_PREGNANCY_MONTHS):
        yield ("expected_date_of_delivery",), "Check this date: it lies more than ten months after the incident."
    elif expected and expected < began - LONGEST_OVERDUE:
        yield (
            ("expected_date_of_delivery",),
            "Check this date: it lies long before the incident. Give the date of birth instead.",
        )


def _age_faults(child: Body, incident_day: date, rules: Rulebook) -> Iterator[Fault]:
    born, years = child.get("date_of_birth"), child.get("age_years")
    age = age_on(born, incident_day) if born else years
    adult, oldest = rules.limit("child-age"), rules.limit("care-leaver-age")
    where = "date_of_birth" if born else "age_years"
    if age is None or age < adult:
        return
    if age >= oldest:
        yield (where,), f"Check the age: on the day of the incident this person was {oldest} or over."
    elif child.get("care_leaver") is not True:
        yield (
            (where,),
            f"Check the age: {adult} or over on that day. For a care leaver, say that they are one.",
        )


def _address_faults(address: Body) -> Iterator[Fault]:
    postcode, country = address.get("postcode"), address.get("country")
    if postcode and (country is None or country in UK) and not is_uk_postcode(postcode):
        yield ("address", "postcode"), "Check the postcode: it should look like HR4 0AA."


def _other_people_faults(people: list[Body], today: date) -> Iterator[Fault]:
    for index, person in enumerate(people):
        if (born := person.get("date_of_birth")) and born > today:
            yield ("other_people", index, "date_of_birth"), "Check this date: it lies in the future."
