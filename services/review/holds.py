"""Publication holds: why publication waits, who watches, and the day on which somebody looks again."""

from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.review.models import Hold, HoldCheck, PracticeReview
from services.review.practice_review import emit_of, incident_of
from services.review.states import HOLD, move
from shared import audit, clock
from shared.calendar import london_day
from shared.database import new_id
from shared.identity.viewer import Viewer
from shared.web.problems import conflict, refused


def place_hold(session: Session, review: PracticeReview, body: dict[str, Any], viewer: Viewer) -> Hold:
    """Hold publication; emits `hold.placed`. Several holds may stand at once, each with its own reason."""
    hold = Hold(
        id=new_id(),
        practice_review_id=review.id,
        reason=body["reason"],
        details={"details": body.get("details"), "owner": body["owner"]},
        status="active",
        next_check_on=body["next_check_on"],
        panel_told_on=body.get("panel_told_on"),
        placed_at=clock.now(),
    )
    session.add(hold)
    _say(session, hold, review)
    audit.append(
        session, audit.Entry(viewer.actor, "placed-hold", f"practice-review:{review.id}", f"{hold.reason} {hold.id}")
    )
    return hold


def _say(session: Session, hold: Hold, review: PracticeReview) -> None:
    """Say that a hold stands until its next check; said anew, it brings the new day to whoever shows it."""
    values = {
        "hold_id": hold.id,
        "reason": hold.reason,
        "next_check_on": hold.next_check_on.isoformat(),
        "placed_at": hold.placed_at.isoformat(),
    }
    emit_of(session, "hold.placed", review, incident_of(session, review), values)


def check_hold(session: Session, hold: Hold, body: dict[str, Any], viewer: Viewer) -> None:
    """Record that somebody looked again, why the hold stays, and the next day to look. `hold` is locked.

    Nothing else ends its reminders but this and lifting it. Raises a 422 problem for a day that is not after today.
    """
    hold.status = move(HOLD, hold.status, "check")
    if body["next_check_on"] <= london_day(clock.now()):
        raise refused("/next_check_on", "Give a day after today, on which somebody looks again.")
    hold.next_check_on = body["next_check_on"]
    _say(session, hold, session.get_one(PracticeReview, hold.practice_review_id))
    session.add(HoldCheck(id=new_id(), hold_id=hold.id, checked_at=clock.now(), **body))
    on = f"practice-review:{hold.practice_review_id}"
    audit.append(session, audit.Entry(viewer.actor, "checked-hold", on, f"hold {hold.id}"))


def record_panel_told(session: Session, hold: Hold, told_on: date, viewer: Viewer) -> None:
    """Record on which day the Panel was told of the hold, once. `hold` is locked by the caller."""
    if hold.panel_told_on is not None:
        raise conflict("It is recorded when the Panel was told of this hold.")
    hold.panel_told_on = told_on
    on = f"practice-review:{hold.practice_review_id}"
    audit.append(session, audit.Entry(viewer.actor, "panel-told-of-hold", on, f"hold {hold.id}"))


def lift_hold(session: Session, hold: Hold, reasons: str, viewer: Viewer) -> None:
    """Lift a hold with reasons; emits `hold.lifted`. `hold` is locked by the caller."""
    hold.status = move(HOLD, hold.status, "lift")
    hold.lifted_at, hold.lifting_reasons = clock.now(), reasons
    review = session.get_one(PracticeReview, hold.practice_review_id)
    values = {"hold_id": hold.id, "lifted_at": hold.lifted_at.isoformat()}
    emit_of(session, "hold.lifted", review, incident_of(session, review), values)
    audit.append(session, audit.Entry(viewer.actor, "lifted-hold", f"practice-review:{review.id}", f"hold {hold.id}"))


def active_holds(session: Session, review: PracticeReview) -> list[Hold]:
    """The holds that stand on a review's publication, the oldest first."""
    standing = select(Hold).where(Hold.practice_review_id == review.id, Hold.status == "active")
    return list(session.scalars(standing.order_by(Hold.placed_at)))


def check_is_overdue(hold: Hold, today: date | None = None) -> bool:
    """Whether the day to look again has passed on an active hold and nobody has set another."""
    return hold.status == "active" and hold.next_check_on < (today or london_day(clock.now()))
