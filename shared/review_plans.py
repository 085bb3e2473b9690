"""The stages of a kind of review in a partnership's own words and order; a review keeps those of the day it began."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

BROKEN = re.compile(r"(?<!\n)\n(?!\n)")  # a line that goes on; an empty line ends a paragraph


@dataclass(frozen=True)
class StageStep:
    """What has to be done in a stage; a required one must be before the stage counts as done."""

    id: str
    sentence: str
    required: bool = True


@dataclass(frozen=True)
class Stage:
    """One stage. It is planned for the end of so many `working_days` after the review began; None plans no day.

    `explanation` is for a family or a practitioner who asks what will happen.
    """

    id: str
    name: str
    explanation: str = ""
    working_days: int | None = None
    steps: tuple[StageStep, ...] = ()


@dataclass(frozen=True)
class ReviewPlan:
    """The stages of one kind of review for those that begin on or after `in_force_from`."""

    kind: str
    name: str
    in_force_from: date
    explanation: str = ""
    stages: tuple[Stage, ...] = ()

    def stage(self, stage_id: str) -> Stage | None:
        return next((stage for stage in self.stages if stage.id == stage_id), None)


def plan_from(values: Mapping[str, Any]) -> ReviewPlan:
    """A plan from what the partnership's file, whose lines are broken, or a review's record holds."""
    stages = tuple(_stage(each) for each in values["stages"])
    begins = values["in_force_from"]
    begins = date.fromisoformat(begins) if isinstance(begins, str) else begins
    return ReviewPlan(**_said(values) | {"stages": stages, "in_force_from": begins})


def _stage(values: Mapping[str, Any]) -> Stage:
    return Stage(**_said(values) | {"steps": tuple(StageStep(**_said(step)) for step in values.get("steps") or ())})


def _said(values: Mapping[str, Any]) -> dict[str, Any]:
    said = {name: value for name, value in values.items() if value is not None}
    return said | ({"explanation": BROKEN.sub(" ", said["explanation"].strip())} if "explanation" in said else {})


def plan_as_json(plan: ReviewPlan) -> dict[str, Any]:
    """A plan as a review keeps it: JSON values that `plan_from` reads."""
    return asdict(plan) | {"in_force_from": plan.in_force_from.isoformat()}
