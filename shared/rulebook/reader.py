"""Reads the dated rules and gives those in force on a day, with a partnership's own on top."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, TypeVar, cast, get_args

from shared.calendar import Unit, Within

Sure = Literal["Q", "P", "K"]
TO_BE_CONFIRMED = "(to be confirmed by the partnership)"

# The day section 16C of the Children Act 2004 came into force. What somebody became aware of before it, and refers
# only now, is handled under the first rules the book knows.
FIRST_DAY = date(2018, 6, 29)


class RuleNotInForce(LookupError):
    """No rule of this id is in force on the rulebook's day."""


class RulebookWrong(ValueError):
    """A rule in the files, or a partnership's own, cannot be used; the message names it and says why."""


@dataclass(frozen=True)
class Rule:
    """One rule in plain English with its citation and the days on which it is in force (both ends included)."""

    id: str
    text: str
    authority: str
    sure: Sure
    in_force_from: date
    in_force_until: date | None = None

    def in_force_on(self, day: date) -> bool:
        return self.in_force_from <= day <= (self.in_force_until or date.max)


@dataclass(frozen=True, kw_only=True)
class DutyRule(Rule):
    """A rule by which somebody must be told, or something done, within a time that runs from a named moment."""

    within: Within
    runs_from: str
    tell: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Limit(Rule):
    """A rule that is a number."""

    value: int


AnyRule = TypeVar("AnyRule", bound=Rule)


@dataclass(frozen=True)
class Override:
    """A partnership's own rule: fields of the book's rule of that id which differ from `in_force_from` on."""

    id: str
    in_force_from: date
    changes: tuple[tuple[str, Any], ...]
    in_force_until: date | None = None


@dataclass(frozen=True)
class Rulebook:
    """The rules in force on one day, by id."""

    day: date
    duties: Mapping[str, DutyRule]
    threshold: Mapping[str, Rule]
    considerations: Mapping[str, Rule]  # regulation 11 and what is weighed beside it, in order
    rapid_review_content: Mapping[str, Rule]
    limits: Mapping[str, Limit]

    def duty(self, rule_id: str) -> DutyRule:
        """Raises `RuleNotInForce`."""
        return self._find(self.duties, rule_id)

    def rule(self, rule_id: str) -> Rule:
        """A rule of the notification threshold. Raises `RuleNotInForce`."""
        return self._find(self.threshold, rule_id)

    def limit(self, rule_id: str) -> int:
        """The number of a limit, such as `structured-children`. Raises `RuleNotInForce`."""
        return self._find(self.limits, rule_id).value

    def _find(self, rules: Mapping[str, AnyRule], rule_id: str) -> AnyRule:
        if rule_id not in rules:
            raise RuleNotInForce(f"No rule {rule_id!r} is in force on {self.day.isoformat()}.")
        return rules[rule_id]


_KINDS: Mapping[str, type[Rule]] = MappingProxyType(
    {"duties": DutyRule, "threshold": Rule, "considerations": Rule, "rapid_review_content": Rule, "limits": Limit}
)


@cache
def rules_on(day: date, overrides: tuple[Override, ...] = ()) -> Rulebook:
    """The rules in force on `day` (on `FIRST_DAY`, if that is later), a partnership's `overrides` applied in order.

    Raises `RulebookWrong` for an override that changes a field which its rule does not have.
    """
    day = max(day, FIRST_DAY)
    in_force = {
        kind: _with_overrides({rule.id: rule for rule in rules if rule.in_force_on(day)}, overrides, day)
        for kind, rules in _book().items()
    }
    return Rulebook(day=day, **{kind: MappingProxyType(rules) for kind, rules in in_force.items()})  # type: ignore[arg-type]  # each kind holds its own class


def _with_overrides(rules: dict[str, Rule], overrides: tuple[Override, ...], day: date) -> dict[str, Rule]:
    for override in overrides:
        if override.id in rules and override.in_force_from <= day <= (override.in_force_until or date.max):
            rules[override.id] = _changed(rules[override.id], override)
    return rules


def _changed(rule: Rule, override: Override) -> Rule:
    changes = {name: _value(override.id, name, value) for name, value in override.changes}
    unknown = sorted(set(changes) - {field.name for field in fields(rule)})
    if unknown:
        raise RulebookWrong(f"The rule {override.id!r} has no {' or '.join(unknown)} to change.")
    return replace(rule, **changes)


def check_override(override: Override) -> None:
    """Raise `RulebookWrong` where an override names no rule of the book, or a field that its rule does not have."""
    named = [rule for rules in _book().values() for rule in rules if rule.id == override.id]
    if not named:
        raise RulebookWrong(f"The rulebook has no rule {override.id!r} to change.")
    _changed(named[0], override)


@cache
def _book() -> Mapping[str, tuple[Rule, ...]]:
    folder = Path(__file__).parent
    return {kind: tuple(_rules_of(folder / f"{kind}.toml", kind)) for kind in _KINDS}


def _rules_of(path: Path, kind: str) -> list[Rule]:
    entries = tomllib.loads(path.read_text("utf-8"))["rules"]
    return [_rule(entry, kind) for entry in entries]


def _rule(entry: Mapping[str, Any], kind: str) -> Rule:
    rule = _KINDS[kind](**{name: _value(entry["id"], name, value) for name, value in entry.items()})
    if rule.sure not in get_args(Sure) or (rule.sure == "K") != rule.authority.endswith(TO_BE_CONFIRMED):
        raise RulebookWrong(f"{rule.id}: exactly the rules of general knowledge (K) end with {TO_BE_CONFIRMED!r}.")
    return rule


def _value(rule_id: str, name: str, value: Any) -> Any:
    if name == "within":
        return within_of(rule_id, value)
    return tuple(value) if isinstance(value, list) else value


def within_of(rule_id: str, entry: Within | Mapping[str, Any]) -> Within:
    """A `Within` from its written form, such as `{working_days = 5}`. Raises `RulebookWrong`."""
    if isinstance(entry, Within):
        return entry
    if len(entry) != 1 or not set(entry) <= set(get_args(Unit)):
        raise RulebookWrong(f"{rule_id}: write within as one of {', '.join(get_args(Unit))}, such as working_days = 5.")
    unit, amount = next(iter(entry.items()))
    return Within(int(amount), cast(Unit, unit))
