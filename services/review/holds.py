"""Publication holds: why publication waits, who watches, and the day on which somebody looks again."""

from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from services.review.models import Hold, HoldCheck, PracticeReview
from services.review.practice_review import emit_of, incident_of
from services.review.states import HOLD, move
from shared import audit, clock
from shared.calendar import london_day
from shared.database import new_id
from shared.identity.viewer import Viewer


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
    values = {
        "hold_id": hold.id,
        "reason": hold.reason,
        "next_check_on": hold.next_check_on.isoformat(),
        "placed_at": hold.placed_at.isoformat(),
    }
    emit_of(session, "hold.placed", review, incident_of(session, review), values)
    audit.append(
        session, audit.Entry(viewer.actor, "placed-hold", f"practice-review:{review.id}", f"{hold.reason} {hold.id}")
    )
    return hold


def check_hold(session: Session, hold: Hold, body: dict[str, Any], viewer: Viewer) -> None:
    """Record that somebody looked again, why the hold stays, and the next day to look. `hold` is locked."""
    hold.status = move(HOLD, hold.status, "check")
    hold.next_check_on = body["next_check_on"]
    session.add(HoldCheck(id=new_id(), hold_id=hold.id, checked_at=clock.now(), **body))
    on = f"practice-review:{hold.practice_review_id}"
    audit.append(session, audit.Entry(viewer.actor, "checked-hold", on, f"hold {hold.id}"))


def lift_hold(session: Session, hold: Hold, reasons: str, viewer: Viewer) -> None:
    """Lift a hold with reasons; emits `hold.lifted`. `hold` is locked by the caller."""
    hold.status = move(HOLD, hold.status, "lift")
    hold.lifted_at, hold.lifting_reasons = clock.now(), reasons
    review = session.get_one(PracticeReview, hold.practice_review_id)
    values = {"hold_id": hold.id, "lifted_at": hold.lifted_at.isoformat()}
    emit_of(session, "hold.lifted", review, incident_of(session, review), values)
    audit.append(session, audit.Entry(viewer.actor, "lifted-hold", f"practice-review:{review.id}", f"hold {hold.id}"))


def check_is_overdue(hold: Hold, today: date | None = None) -> bool:
    """Whether the day to look again has passed on an active hold and nobody has set another."""
    return hold.status == "active" and hold.next_check_on < (today or london_day(clock.now()))
