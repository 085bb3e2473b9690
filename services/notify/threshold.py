"""Is this incident to be notified, to whom, and why? A pure test of stated facts against the rulebook.

It applies the rules in the order in which the guidance puts them, child by child. Where a fact or a judgement is
missing it asks a person and never guesses.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

from services.notify.children import OUTCOMES, as_day, children_of
from shared.calendar import age_on
from shared.rulebook import Rulebook

Kind = Literal["death", "serious-harm", "death-of-looked-after-child", "death-of-care-leaver"]
Outcome = Literal["must-notify", "should-notify", "needs-decision", "another-authority", "no-duty"]

KINDS: tuple[Kind, ...] = ("death", "serious-harm", "death-of-looked-after-child", "death-of-care-leaver")
FOR_THE_PANEL = frozenset({"death", "serious-harm"})
GRAVE = ("died", "seriously-harmed")
SUSPICION = ("known", "suspected")
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


@dataclass(frozen=True)
class Reason:
    """A rule that bore on the outcome, with its text and citation, and the child it bore on (from 1)."""

    rule: str
    text: str
    authority: str
    child: int


@dataclass(frozen=True)
class ChildResult:
    """The test's result for one child.

    `possible_kinds` hold if a person decides so; `panel_kind` is what the Panel would be told in any case that a person
    decides to notify; `responsible` is the ONS code of the authority whose duty it is instead of ours.
    """

    position: int
    outcome: Outcome
    kinds: tuple[Kind, ...]
    possible_kinds: tuple[Kind, ...]
    reasons: tuple[Reason, ...]
    panel_kind: Kind
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
    def left_open(self) -> frozenset[str]:
        """The kinds in question that do not hold already: a person decides of them, whoever else is notified meanwhile."""
        return frozenset(self.possible_kinds).difference(self.kinds)

    @property
    def rapid_review_required(self) -> bool:
        """A rapid review follows what the Panel is told; never a looked-after child's or care leaver's death alone."""
        return not FOR_THE_PANEL.isdisjoint(self.kinds)


def recipients_of(kinds: Sequence[str]) -> tuple[str, ...]:
    """Who must be told nationally of these kinds: the Panel shares what it is told; the other two it is not told."""
    panel = ("panel",) if not FOR_THE_PANEL.isdisjoint(kinds) else ()
    others = ("secretary-of-state", "ofsted") if not FOR_THE_PANEL.issuperset(kinds) else ()
    return panel + others


def gravest(said: Iterable[str], weights: Sequence[str]) -> str:
    """The gravest of what several referrals say, by an order that begins with the gravest."""
    return min(said, key=weights.index)


def facts_of(referrals: Sequence[Mapping[str, Any]]) -> Facts:
    """The facts that the referrals of one incident state between them: the gravest where they differ.

    `referrals` are bodies as the schema loads them, or as they were stored (dates as text), the first submitted first.
    """
    incidents = [body["incident"] for body in referrals]
    day = min(day for incident in incidents if (day := as_day(incident["occurred"]["from"])))
    places = (Place(each["place"]["country"], each["place"].get("local_authority")) for each in incidents)
    areas = (area for incident in incidents for area in incident.get("other_areas_concerned") or ())
    return Facts(
        kind=gravest((incident["kind"] for incident in incidents), WEIGHT_OF_KIND),
        abuse_or_neglect=gravest((incident["abuse_or_neglect"] for incident in incidents), WEIGHT_OF_ABUSE),
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


def is_graver(after: Facts, before: Facts) -> bool:
    """Whether more children were harmed, a child was harmed more gravely, or abuse or neglect is more certain than before."""

    def reached(facts: Facts, most: int) -> int:
        return sum(OUTCOMES.index(child.outcome) <= most for child in facts.children)

    harms = range(OUTCOMES.index("not-harmed"))
    if any(reached(after, harm) > reached(before, harm) for harm in harms):
        return True
    return WEIGHT_OF_ABUSE.index(after.abuse_or_neglect) < WEIGHT_OF_ABUSE.index(before.abuse_or_neglect)


def assess(facts: Facts, rules: Rulebook, our_area: str) -> Assessment:
    """Apply the notification test for the authority with the ONS code `our_area`.

    Implements section 16C(1) Children Act 2004 and chapter 5 of Working Together 2023 as `rules` state them.
    """
    results = tuple(_assess_child(child, facts, rules, our_area) for child in facts.children)
    outcome = min((result.outcome for result in results), key=WEIGHT_OF_OUTCOME.index)
    telling = [result for result in results if outcome == "no-duty" or result.outcome != "no-duty"]
    kinds = tuple(kind for kind in KINDS if any(kind in result.kinds for result in results))
    responsible = tuple(dict.fromkeys(result.responsible for result in results if result.responsible))
    homes = (child.normally_resident_in for child in facts.children if child.normally_resident_in)
    concerned = dict.fromkeys((*responsible, *homes, *facts.other_areas_concerned))
    return Assessment(
        outcome=outcome,
        kinds=kinds,
        possible_kinds=tuple(kind for kind in KINDS if any(kind in result.possible_kinds for result in results)),
        reasons=tuple(reason for result in telling for reason in result.reasons),
        children=results,
        national_recipients=recipients_of(kinds),
        responsible_areas=tuple(f"local-authority:{area}" for area in responsible),
        other_areas=tuple(f"local-authority:{area}" for area in concerned if area != our_area),
        decision_needed=any(result.possible_kinds or result.outcome == "needs-decision" for result in results),
    )


def decided_to_notify(assessment: Assessment) -> Assessment:
    """The assessment as it stands once a person has decided to notify: the kinds in question hold.

    A question that only the Panel's kinds answer settles those; whether a child was looked after is settled by the
    decision only where nothing else was asked. Where the facts raised no kind at all, the decision itself makes one.
    """
    for_the_panel = tuple(kind for kind in assessment.possible_kinds if kind in FOR_THE_PANEL)
    settled = for_the_panel or assessment.possible_kinds
    if not settled and not assessment.kinds:
        settled = (min((child.panel_kind for child in assessment.children), key=KINDS.index),)
    kinds = tuple(kind for kind in KINDS if kind in {*assessment.kinds, *settled})
    return replace(assessment, kinds=kinds, national_recipients=recipients_of(kinds), decision_needed=False)


def _assess_child(child: ChildFacts, facts: Facts, rules: Rulebook, our_area: str) -> ChildResult:
    where, responsible = _whose(child, facts.places, our_area)
    if responsible:
        return _result(child, "another-authority", rules, [where], responsible=responsible)
    kinds = _kinds_that_hold(child, facts, rules, where)
    questions = _open_questions(child, facts, rules, kinds)
    possible = tuple(questions.values())
    if not kinds and not questions:
        return _result(child, "no-duty", rules, [_why_not(child, rules)])
    if where.endswith("-not-known"):
        return _result(child, "needs-decision", rules, [where, *questions], possible=(*kinds, *possible))
    return _result(
        child, _outcome_of(kinds), rules, [*kinds.values(), *questions], kinds=tuple(kinds), possible=possible
    )


def _result(
    child: ChildFacts,
    outcome: Outcome,
    rules: Rulebook,
    bearing: Sequence[str],
    *,
    kinds: tuple[Kind, ...] = (),
    possible: tuple[Kind, ...] = (),
    responsible: str | None = None,
) -> ChildResult:
    stated = (rules.rule(rule) for rule in dict.fromkeys(bearing))
    reasons = tuple(Reason(rule.id, rule.text, rule.authority, child.position) for rule in stated)
    unique = tuple(dict.fromkeys(possible))
    return ChildResult(child.position, outcome, kinds, unique, reasons, _panel_kind(child), responsible)


def _panel_kind(child: ChildFacts) -> Kind:
    return "death" if child.outcome == "died" else "serious-harm"


def _whose(child: ChildFacts, places: Sequence[Place], our_area: str) -> tuple[str, str | None]:
    """The rule that says whose the incident is, with the other authority's code where it is another's.

    A rule that ends in `-not-known` says that nobody can tell yet.
    """
    in_england = [place.local_authority for place in places if place.country == "England"]
    home = child.normally_resident_in
    if our_area in in_england:
        return "s16c-1-a", None
    if in_england:
        named = next((area for area in in_england if area), None)
        return ("another-english-area", named) if named else ("place-not-known", None)
    if home == our_area:
        return "s16c-1-b", None
    return ("resident-elsewhere", home) if home else ("residence-not-known", None)


def _kinds_that_hold(child: ChildFacts, facts: Facts, rules: Rulebook, where: str) -> dict[Kind, str]:
    """The kinds that hold for a child, each with the rule by which it does, if that rule is in force."""
    died = child.outcome == "died"
    panel = _panel_kind(child)
    holds: dict[Kind, tuple[str, bool]] = {
        panel: (where, child.outcome in GRAVE and facts.abuse_or_neglect in SUSPICION and _is_child(child, rules)),
        "death-of-looked-after-child": ("looked-after-death", died and child.looked_after is True),
        "death-of-care-leaver": ("care-leaver-death", died and _is_young_care_leaver(child, rules)),
    }
    return {kind: rule for kind, (rule, holding) in holds.items() if holding and rule in rules.threshold}


def _open_questions(child: ChildFacts, facts: Facts, rules: Rulebook, kinds: Mapping[Kind, str]) -> dict[str, Kind]:
    """What a person must find out or judge for this child: the rule that asks, and the kind it would settle."""
    if not FOR_THE_PANEL.isdisjoint(kinds) or not _is_child(child, rules):
        return {}
    panel = _panel_kind(child)
    asked: dict[str, tuple[Kind, bool]] = {
        "abuse-not-known": (panel, facts.abuse_or_neglect == "not-known"),
        "seriousness-to-judge": (panel, _seriousness_is_open(child, facts)),
        "kind-other": (panel, facts.kind == "other"),
        "looked-after-not-stated": ("death-of-looked-after-child", _care_is_open(child)),
    }
    return {rule: kind for rule, (kind, open_) in asked.items() if open_}


def _seriousness_is_open(child: ChildFacts, facts: Facts) -> bool:
    """Harm of unjudged weight; or a referral that says death or serious harm, of children none of whom had any."""
    if child.outcome == "harmed":
        return facts.abuse_or_neglect != "not-suspected"
    contradicted = facts.kind != "other" and all(each.outcome == "not-harmed" for each in facts.children)
    return contradicted and facts.abuse_or_neglect in SUSPICION


def _care_is_open(child: ChildFacts) -> bool:
    return child.outcome == "died" and child.looked_after is None and not child.care_leaver


def _is_child(child: ChildFacts, rules: Rulebook) -> bool:
    return child.age < rules.limit("child-age")


def _is_young_care_leaver(child: ChildFacts, rules: Rulebook) -> bool:
    return child.care_leaver is True and child.age_at_death < rules.limit("care-leaver-age")


def _outcome_of(kinds: Mapping[Kind, str]) -> Outcome:
    if not kinds:
        return "needs-decision"
    return "should-notify" if set(kinds) == {"death-of-care-leaver"} else "must-notify"


def _why_not(child: ChildFacts, rules: Rulebook) -> str:
    if not _is_child(child, rules):
        return "not-a-child"
    return "abuse-not-suspected" if child.outcome in GRAVE else "no-serious-harm"
