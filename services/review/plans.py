"""The stages of each kind of review: the partnership file's, or the office's where it has changed them here.

A review keeps those that are in force on the day it begins.
"""

from collections.abc import Mapping
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


def change_plan(session: Session, viewer: Viewer, kind: str, values: Mapping[str, Any], reasons: str) -> None:
    """Have reviews of a kind that begin from today on go by other stages, or be called and explained otherwise.

    `values` are what changes of shared.partnership_schema.ReviewPlanSchema; neither the kind nor the day does.
    """
    plan = plan_from(plan_as_json(_today(session, kind)) | dict(values))
    change_setting(session, viewer, setting_of(kind), plan_as_json(plan), reasons)


def _today(session: Session, kind: str) -> ReviewPlan:
    today = london_day(clock.now())
    return replace(plan_on(session, kind, today), in_force_from=today)


def setting_of(kind: str) -> str:
    """The name by which a kind's changes are kept; that of no kind begins them all."""
    return f"stages:{kind}"
