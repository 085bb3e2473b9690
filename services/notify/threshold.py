"""Is this incident to be notified, to whom, and why? A pure test of stated facts against the rulebook.

It applies the rules in the order in which the guidance puts them, child by child. Where a fact or a judgement is
missing it asks a person and never guesses.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from services.notify.children import as_day, children_of
from shared.calendar import age_on
from shared.rulebook import Rulebook

Kind = Literal["death", "serious-harm", "death-of-looked-after-child", "death-of-care-leaver"]
Outcome = Literal["must-notify", "should-notify", "needs-decision", "another-authority", "no-duty"]

KINDS: tuple[Kind, ...] = ("death", "serious-harm", "death-of-looked-after-child", "death-of-care-leaver")
FOR_THE_PANEL = frozenset({"death", "serious-harm"})
WEIGHT_OF_KIND = ("death", "serious-harm", "other")
WEIGHT_OF_ABUSE = ("known", "suspected", "not-known", "not-suspected")
# A child's own outcome, the gravest first; an incident has the gravest of its children.
WEIGHT_OF_OUTCOME: tuple[Outcome, ...] = (
    "must-notify",
    "should-notify",
    "needs-decision",
    "another-authority",
    "no-duty",
)


@dataclass(frozen=True)
class Place:
    """Where it happened: a country, and in England the local authority's ONS code if stated."""

    country: str
    local_authority: str | None


@dataclass(frozen=True)
class ChildFacts:
    """What the test needs of one child. Ages are completed years; 0 for a child not yet born."""

    position: int  # from 1, in the order of the referrals
    age: int  # on the day of the incident
    age_at_death: int
    outcome: str
    looked_after: bool | None
    care_leaver: bool | None
    normally_resident_in: str | None


@dataclass(frozen=True)
class Facts:
    """What the referrals of one incident state between them."""

    kind: str
    abuse_or_neglect: str
    places: tuple[Place, ...]  # several only where referrals differ
    children: tuple[ChildFacts, ...]
    other_areas_concerned: tuple[str, ...] = ()

    @property
    def nobody_seriously_harmed(self) -> bool:
        return all(child.outcome not in ("died", "seriously-harmed") for child in self.children)


@dataclass(frozen=True)
class Reason:
    """A rule that bore on the outcome, with its text and citation, and the child it bore on (from 1)."""

    rule: str
    text: str
    authority: str
    child: int


@dataclass(frozen=True)
class ChildResult:
    """The test's result for one child. `possible_kinds` hold if a person decides so; `responsible` is an ONS code."""

    position: int
    outcome: Outcome
    kinds: tuple[Kind, ...]
    possible_kinds: tuple[Kind, ...]
    reasons: tuple[Reason, ...]
    responsible: str | None


@dataclass(frozen=True)
class Assessment:
    """The test's result for the incident.

    `decision_needed` says that a question is open for some child, whatever the outcome; `possible_kinds` are the kinds
    that hold if a person decides to notify. Areas are recipients (`local-authority:<ONS code>`).
    """

    outcome: Outcome
    kinds: tuple[Kind, ...]
    possible_kinds: tuple[Kind, ...]
    reasons: tuple[Reason, ...]
    children: tuple[ChildResult, ...]
    national_recipients: tuple[str, ...]
    responsible_areas: tuple[str, ...]  # other authorities whose duty it is
    other_areas: tuple[str, ...]  # these, and the areas concerned or where a child normally lives
    decision_needed: bool

    @property
    def rapid_review_required(self) -> bool:
        """A rapid review follows what the Panel is told; never a looked-after child's or care leaver's death alone."""
        return not FOR_THE_PANEL.isdisjoint(self.kinds)


def recipients_of(kinds: Sequence[str]) -> tuple[str, ...]:
    """Who must be told nationally of these kinds: the Panel shares what it is told; the other two it is not told."""
    panel = ("panel",) if not FOR_THE_PANEL.isdisjoint(kinds) else ()
    others = ("secretary-of-state", "ofsted") if not FOR_THE_PANEL.issuperset(kinds) else ()
    return panel + others


def facts_of(referrals: Sequence[Mapping[str, Any]]) -> Facts:
    """The facts that the referrals of one incident state between them: the gravest where they differ.

    `referrals` are bodies as the schema loads them, or as they were stored (dates as text), the first submitted first.
    """
    incidents = [body["incident"] for body in referrals]
    day = min(day for incident in incidents if (day := as_day(incident["occurred"]["from"])))
    places = (Place(each["place"]["country"], each["place"].get("local_authority")) for each in incidents)
    areas = (area for incident in incidents for area in incident.get("other_areas_concerned") or ())
    return Facts(
        kind=min((incident["kind"] for incident in incidents), key=WEIGHT_OF_KIND.index),
        abuse_or_neglect=min((incident["abuse_or_neglect"] for incident in incidents), key=WEIGHT_OF_ABUSE.index),
        places=tuple(dict.fromkeys(places)),
        children=tuple(_child_facts(n, child, day) for n, child in enumerate(children_of(referrals), start=1)),
        other_areas_concerned=tuple(dict.fromkeys(areas)),
    )


def _child_facts(position: int, child: Mapping[str, Any], incident_day: date) -> ChildFacts:
    return ChildFacts(
        position=position,
        age=_age(child, incident_day),
        age_at_death=_age(child, as_day(child.get("date_of_death")) or incident_day),
        outcome=child["outcome"],
        looked_after=child.get("looked_after"),
        care_leaver=child.get("care_leaver"),
        normally_resident_in=child.get("normally_resident_in"),
    )


def _age(child: Mapping[str, Any], day: date) -> int:
    born = as_day(child.get("date_of_birth"))
    return max(age_on(born, day), 0) if born else int(child.get("age_years") or 0)


def assess(facts: Facts, rules: Rulebook, our_area: str) -> Assessment:
    """Apply the notification test for the authority with the ONS code `our_area`.

    Implements section 16C(1) Children Act 2004 and chapter 5 of Working Together 2023 as `rules` state them.
    """
    results = tuple(_assess_child(child, facts, rules, our_area) for child in facts.children)
    outcome = min((result.outcome for result in results), key=WEIGHT_OF_OUTCOME.index)
    kinds = tuple(kind for kind in KINDS if any(kind in result.kinds for result in results))
    responsible = tuple(dict.fromkeys(result.responsible for result in results if result.responsible))
    homes = (child.normally_resident_in for child in facts.children if child.normally_resident_in)
    concerned = dict.fromkeys((*responsible, *homes, *facts.other_areas_concerned))
    return Assessment(
        outcome=outcome,
        kinds=kinds,
        possible_kinds=tuple(kind for kind in KINDS if any(kind in result.possible_kinds for result in results)),
        reasons=tuple(r for result in results if result.outcome != "no-duty" or outcome == "no-duty" for r in result.reasons),
        children=results,
        national_recipients=recipients_of(kinds),
        responsible_areas=tuple(f"local-authority:{area}" for area in responsible),
        other_areas=tuple(f"local-authority:{area}" for area in concerned if area != our_area),
        decision_needed=any(result.possible_kinds or result.outcome == "needs-decision" for result in results),
    )


def _assess_child(child: ChildFacts, facts: Facts, rules: Rulebook, our_area: str) -> ChildResult:
    where, responsible = _whose(child, facts.places, our_area)
    if responsible:
        return _result(child, "another-authority", rules, [where], responsible=responsible)
    kinds = _kinds_that_hold(child, facts, rules, where)
    questions = _open_questions(child, facts, kinds)
    if where.endswith("-not-known") and (kinds or questions):
        return _result(child, "needs-decision", rules, [where, *questions], possible=[*kinds, *questions.values()])
    if kinds or questions:
        outcome = _outcome(kinds)
        return _result(child, outcome, rules, [*kinds.values(), *questions], kinds=kinds, possible=questions.values())
    return _result(child, "no-duty", rules, [_why_not(child, facts, rules)])


def _whose(child: ChildFacts, places: Sequence[Place], our_area: str) -> tuple[str, str | None]:
    """The rule by which the incident is ours, another authority's (then its code too), or nobody can say yet."""
    in_england = [place.local_authority for place in places if place.country == "England"]
    if our_area in in_england:
        return "s16c-1-a", None
    if in_england:
        named = next((area for area in in_england if area), None)
        return ("another-english-area", named) if named else ("place-not-known", None)
    if child.normally_resident_in == our_area:
        return "s16c-1-b", None
    return ("resident-elsewhere", child.normally_resident_in) if child.normally_resident_in else ("residence-not-known", None)


def _kinds_that_hold(child: ChildFacts, facts: Facts, rules: Rulebook, where: str) -> dict[Kind, str]:
    """The kinds that hold for a child, each with the rule by which it does."""
    kinds: dict[Kind, str] = {}
    died = child.outcome == "died"
    suspected = facts.abuse_or_neglect in ("known", "suspected")
    if suspected and child.outcome in ("died", "seriously-harmed") and _is_child(child, rules):
        kinds["death" if died else "serious-harm"] = where
    if died and child.looked_after:
        kinds["death-of-looked-after-child"] = "looked-after-death"
    if died and child.care_leaver and child.age_at_death < rules.limit("care-leaver-age"):
        kinds["death-of-care-leaver"] = "care-leaver-death"
    return {kind: rule for kind, rule in kinds.items() if rule in rules.threshold or rule.endswith("-not-known")}


def _open_questions(child: ChildFacts, facts: Facts, kinds: Mapping[Kind, str]) -> dict[str, Kind]:
    """What a person must find out or judge for this child: the rule that asks, and the kind it would settle."""
    if not FOR_THE_PANEL.isdisjoint(kinds) or child.age >= 18:
        return {}
    possible: Kind = "death" if child.outcome == "died" else "serious-harm"
    suspected = facts.abuse_or_neglect in ("known", "suspected")
    contradicts = child.outcome == "not-harmed" and facts.kind != "other" and facts.nobody_seriously_harmed
    asked = {
        "abuse-not-known": facts.abuse_or_neglect == "not-known",
        "seriousness-to-judge": facts.abuse_or_neglect != "not-suspected" and child.outcome == "harmed" or suspected and contradicts,
        "kind-other": facts.kind == "other",
    }
    questions: dict[str, Kind] = {rule: possible for rule, holds in asked.items() if holds}
    if child.outcome == "died" and child.looked_after is None and not child.care_leaver:
        questions["looked-after-not-stated"] = "death-of-looked-after-child"
    return questions


def _is_child(child: ChildFacts, rules: Rulebook) -> bool:
    return child.age < rules.limit("child-age")


def _outcome(kinds: Mapping[Kind, str]) -> Outcome:
    if not kinds:
        return "needs-decision"
    return "should-notify" if set(kinds) == {"death-of-care-leaver"} else "must-notify"


def _why_not(child: ChildFacts, facts: Facts, rules: Rulebook) -> str:
    if not _is_child(child, rules):
        return "not-a-child"
    return "abuse-not-suspected" if child.outcome in ("died", "seriously-harmed") else "no-serious-harm"
