"""The children of one incident, out of all its referrals: who is the same child, and what is then known of each."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from shared.calendar import london_day

OUTCOMES = ("died", "seriously-harmed", "harmed", "not-harmed")  # the gravest first
AGES = ("date_of_birth", "expected_date_of_delivery", "age_years")


def children_of(bodies: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Every child of the referrals `bodies` once, in the order in which the referrals first name them.

    A child named in several referrals keeps the gravest outcome, is looked after or a care leaver if any referral says
    so, has all other names that any of them gives, and has every other field from the first referral that knows it.
    """
    children: list[dict[str, Any]] = []
    for body in bodies:
        earlier = tuple(children)
        for child in body["children"]:
            same = next((known for known in earlier if same_child(known, child)), None)
            if same is None:
                children.append(dict(child))
            else:
                same.update(_both(same, child))
    return children


def same_child(a: Mapping[str, Any], b: Mapping[str, Any]) -> bool:
    """Whether two descriptions are of one child: the NHS number where both have it, else both names and birth date."""
    if a.get("nhs_number") and b.get("nhs_number"):
        return bool(a["nhs_number"] == b["nhs_number"])
    return _name_and_birth(a) == _name_and_birth(b) and None not in _name_and_birth(a)


def _name_and_birth(child: Mapping[str, Any]) -> tuple[str | None, str | None, date | None]:
    given, family = (str(child.get(name) or "").strip().casefold() or None for name in ("given_name", "family_name"))
    return given, family, as_day(child.get("date_of_birth"))


def _both(first: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    new = {name: value for name, value in other.items() if first.get(name) in (None, "", [], "not-known")}
    if any(first.get(name) is not None for name in AGES):  # a child has one form of age: the first referral's
        new = {name: value for name, value in new.items() if name not in AGES}
    if others := dict.fromkeys([*(first.get("also_known_as") or ()), *(other.get("also_known_as") or ())]):
        new["also_known_as"] = list(others)
    for flag in ("looked_after", "care_leaver"):
        new[flag] = True if other.get(flag) else first.get(flag, other.get(flag))
    new["outcome"] = min(first["outcome"], other["outcome"], key=OUTCOMES.index)
    return new


def as_day(value: date | datetime | str | None) -> date | None:
    """A day from what a referral holds, loaded or as stored: a moment gives its day in Europe/London."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value) if "T" in value.upper() else date.fromisoformat(value)
    return london_day(value) if isinstance(value, datetime) else value
