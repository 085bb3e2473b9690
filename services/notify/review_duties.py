"""The duty to complete a review, and of an LCSPR to publish it: it ends with publication or with a decision against it."""

from datetime import datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.notify.duties import Move, entries_for, move_duties
from services.notify.models import Duty
from shared import audit
from shared.events.catalogue import Event, NotYet

REVIEW_RULES = ("lcspr", "local-review")


def end_review(
    session: Session, event: Event, move: Literal["discharge", "cancel"], at: datetime, evidence: str | None = None
) -> str:
    """Discharge the duty of an event's review with its evidence, or cancel it; gives the duty's rule.

    Raises `NotYet` where the commissioning that brings the duty is not here.
    """
    about = f"practice-review:{event.data['practice_review_id']}"
    duties = session.scalars(select(Duty).where(Duty.concerns == about, Duty.rule.in_(REVIEW_RULES))).all()
    if not duties:
        raise NotYet("the practice review's commissioning is not here yet")
    changed = move_duties(session, [Move(duty.id, move, at, evidence) for duty in duties])
    audit.append(session, *entries_for("system", changed), audit.Entry("system", "heard", about, duties[0].rule))
    return duties[0].rule
