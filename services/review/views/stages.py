"""The stages of a review as they are answered and shown."""

from typing import Any

from sqlalchemy.orm import Session

from services.review.stages import Review, Standing, standings
from shared import clock
from shared.calendar import london_day


def describe_stages(session: Session, review: Review) -> list[dict[str, Any]]:
    """Every stage that this review has kept, in its order, whether or not anything is recorded of it."""
    return [describe_stage(each) for each in standings(session, review)]


def describe_stage(standing: Standing) -> dict[str, Any]:
    stage = standing.stage
    return {
        "stage": stage.id,
        "name": stage.name,
        "explanation": stage.explanation,
        "due_on": standing.due_on,
        "done_on": standing.done_on,
        "done": standing.is_done,
        "passed": standing.is_passed,
        "overdue": standing.is_overdue(london_day(clock.now())),
        "note": standing.note,
        "steps": [
            {"id": step.id, "sentence": step.sentence, "required": step.required, "done": step.id in standing.steps}
            for step in stage.steps
        ],
    }
