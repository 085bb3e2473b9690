"""The pages of a report: which there are, in which order, and when each is asked."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from services.notify.report_children import (
    AgeInYears,
    ChildAge,
    ChildDeath,
    ChildDetails,
    ChildHarm,
    ChildHome,
    ChildName,
    ChildOutcome,
    ChildStatus,
    DateOfBirth,
    DeliveryExpected,
    HomeArea,
    Knows,
    OtherHomeArea,
    OtherPerson,
)
from services.notify.report_questions import (
    AbuseOrNeglect,
    AbuseTypes,
    AuthorityAwareness,
    AuthorityThere,
    Awareness,
    CountryAbroad,
    ImmediateAction,
    Narrative,
    Place,
    Proceedings,
    WhatHappened,
    WhenItHappened,
    WhereItHappened,
    YourDetails,
)
from shared.web.forms import DayField, Questions

Answers = Mapping[str, Any]
EMPTY: tuple[Any, ...] = (None, "", [])
Part = Literal["incident", "child", "person", "end"]


@dataclass(frozen=True)
class Step:
    """One page of questions: where it stands, when it is asked, and what it is called where answers are checked."""

    slug: str
    title: str
    questions: type[Questions]
    part: Part = "incident"
    asked: Callable[[Answers], bool] = lambda answers: True


STEPS: tuple[Step, ...] = (
    Step("what-happened", "What happened", WhatHappened),
    Step("abuse-or-neglect", "Abuse or neglect", AbuseOrNeglect),
    Step(
        "kinds-of-abuse",
        "Kinds of abuse or neglect",
        AbuseTypes,
        asked=lambda a: a.get("abuse_or_neglect") in ("known", "suspected"),
    ),
    Step("when", "When it happened", WhenItHappened),
    Step("where", "Where it happened", WhereItHappened),
    Step("authority-there", "The authority there", AuthorityThere, asked=lambda a: a.get("country") == "England"),
    Step("country", "The country", CountryAbroad, asked=lambda a: a.get("country") == "abroad"),
    Step("place", "The place", Place),
    Step("account", "What is known", Narrative),
    Step("action", "What was done at once", ImmediateAction),
    Step("name", "The child's name", ChildName, "child"),
    Step("age", "The child's age", ChildAge, "child"),
    Step("born", "The date of birth", DateOfBirth, "child", asked=lambda a: a.get("age_known_by") == "born"),
    Step("years", "The age in years", AgeInYears, "child", asked=lambda a: a.get("age_known_by") == "years"),
    Step(
        "expected", "The expected birth", DeliveryExpected, "child", asked=lambda a: a.get("age_known_by") == "unborn"
    ),
    Step("outcome", "What happened to the child", ChildOutcome, "child"),
    Step("harm", "What harm was done", ChildHarm, "child", asked=lambda a: a.get("outcome") != "not-harmed"),
    Step("death", "The child's death", ChildDeath, "child", asked=lambda a: a.get("outcome") == "died"),
    Step("details", "More about the child", ChildDetails, "child"),
    Step("home", "Where the child lived", ChildHome, "child"),
    Step("area", "The child's area", HomeArea, "child"),
    Step("other-area", "The other area", OtherHomeArea, "child", asked=lambda a: a.get("resident_here") == "no"),
    Step("care", "Care and plans", ChildStatus, "child"),
    Step("agencies", "Agencies that know the child", Knows, "child"),
    Step("person", "Another person", OtherPerson, "person"),
    Step("aware", "When your agency became aware", Awareness, "end"),
    Step("authority", "When the local authority became aware", AuthorityAwareness, "end"),
    Step("proceedings", "What else is under way", Proceedings, "end"),
    Step("you", "Your details", YourDetails, "end"),
)


def steps_of(part: Part) -> tuple[Step, ...]:
    return tuple(step for step in STEPS if step.part == part)


def step_named(part: Part, slug: str) -> Step | None:
    return next((step for step in STEPS if step.part == part and step.slug == slug), None)


def only_asked(part: Part, answers: Answers) -> dict[str, Any]:
    """The answers to pages that are asked: what was answered before another answer made the page needless is left out."""
    asked = [name for step in steps_of(part) if step.asked(answers) for name in step.questions()._fields]
    return {name: answers[name] for name in asked if name in answers}


def is_answered(step: Step, answers: Answers) -> bool:
    """Whether a page was sent with nothing wrong: each of its questions is then among the answers, if only as empty.

    One that needs an answer has one: answers from before a page was split, or from a correction, may hold it empty.
    """
    fields = step.questions()._fields.items()
    return all(name in answers and (answers[name] not in EMPTY or not field.flags.required) for name, field in fields)


def shown(field: Any, value: Any) -> str:
    """An answer in words, for checking."""
    if value in EMPTY:
        return "Not answered"
    if isinstance(field, DayField):
        return str(value)
    labels = (
        {str(choice): str(label) for choice, label, *_ in field.iter_choices()}
        if hasattr(field, "iter_choices")
        else {}
    )
    if isinstance(value, list):
        return "\n".join(labels.get(each, str(each)) for each in value)
    return str(labels.get(value, value))
