"""The stages of each kind of review: the partnership file's, or the office's where it has changed them here.

A review keeps those that are in force on the day it begins.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from itertools import takewhile
from typing import Any

from sqlalchemy.orm import Session

from shared import clock
from shared.calendar import london_day
from shared.identity.viewer import Viewer
from shared.partnership import partnership
from shared.review_plans import ReviewPlan, plan_as_json, plan_from
from shared.setting_changes import change_setting, values_of


def plan_on(session: Session, kind: str, day: date) -> ReviewPlan:
    """The stages of a kind of review that begins on `day`. Of two that hold from the same day, the office's."""
    values = takewhile(lambda value: value is not None, values_of(session, setting_of(kind)))
    changed = (plan_from(value) for value in values)
    latest = next((plan for plan in changed if plan.in_force_from <= day), None)
    of_file = partnership().review_plan(kind, day)
    return latest if latest and latest.in_force_from >= of_file.in_force_from else of_file


def plan_for(session: Session, kind: str, began_at: datetime) -> dict[str, Any]:
    """The stages that a review of this kind keeps, whatever the partnership changes later; JSON values."""
    return plan_as_json(plan_on(session, kind, london_day(began_at)))


def change_stages(session: Session, viewer: Viewer, kind: str, stages: Sequence[dict[str, Any]], reasons: str) -> None:
    """Have reviews of a kind that begin from today on go by other stages."""
    _change(session, viewer, plan_as_json(_today(session, kind)) | {"stages": list(stages)}, reasons)


def change_plan(session: Session, viewer: Viewer, kind: str, values: dict[str, Any], reasons: str) -> None:
    """Have reviews of a kind that begin from today on go by other stages and be called and explained otherwise.

    `values` are those of shared.partnership_schema.ReviewPlanSchema but for the kind and the day.
    """
    _change(session, viewer, plan_as_json(plan_from(plan_as_json(_today(session, kind)) | values)), reasons)


def change_words(session: Session, viewer: Viewer, kind: str, name: str, explanation: str, reasons: str) -> None:
    """Have reviews of a kind that begin from today on be called and explained so."""
    _change(session, viewer, plan_as_json(replace(_today(session, kind), name=name, explanation=explanation)), reasons)


def _today(session: Session, kind: str) -> ReviewPlan:
    today = london_day(clock.now())
    return replace(plan_on(session, kind, today), in_force_from=today)


def _change(session: Session, viewer: Viewer, plan: dict[str, Any], reasons: str) -> None:
    change_setting(session, viewer, setting_of(plan["kind"]), plan, reasons)


def setting_of(kind: str) -> str:
    """The name by which a kind's changes are kept; that of no kind begins them all."""
    return f"stages:{kind}"
