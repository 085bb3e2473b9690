"""Agencies are reminded before their return is due, and chased after it, on the days that the partnership sets."""

from datetime import datetime, time
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from services.review.information_requests import say
from services.review.models import Case, InformationRequest
from services.review.return_times import return_times
from services.review.service import SERVICE
from shared import audit, clock
from shared.calendar import LONDON, add_working_days, end_of_day, london_day
from shared.partnership import partnership

BATCH = 100


def remind_of_returns() -> int:
    """Emit `information.due-soon` for every request whose return is due within the days set and has not come; how many.

    Each request once, unless it is given more time. A partnership that sets no days reminds nobody.
    """
    total = 0
    while told := _remind_some():
        total += told
    return total


def _remind_some() -> int:
    now = clock.now()
    with SERVICE.transaction() as session:
        days = return_times(session).information_remind_days
        last = _after(now, days) if days is not None else None
        if last is None:
            return 0
        soon = and_(
            InformationRequest.reminded_at.is_(None),
            InformationRequest.due_at <= last,
            InformationRequest.due_at > now,
            InformationRequest.requested_at
            < datetime.combine(london_day(now), time(), LONDON),  # not on the day it is asked
        )
        rows = _claimed(session, soon)
        for request, incident_id in rows:
            request.reminded_at = now
            say(session, "information.due-soon", request, incident_id)
        _audit(session, "reminded", rows)
    return len(rows)


def tell_overdue_returns() -> int:
    """Emit `information.overdue` for every request past its time without a return; how many there were.

    It is told once when the time has passed, and again each time the partnership's working days between chases are
    over, until the return comes or more time is given.

    A request is claimed and told in one transaction, so neither a restart nor a second worker tells it twice.
    """
    total = 0
    while told := _tell_some():
        total += told
    return total


def _tell_some() -> int:
    now = clock.now()
    late = or_(
        and_(InformationRequest.overdue_told_at.is_(None), InformationRequest.due_at < now),
        InformationRequest.chase_at < now,
    )
    with SERVICE.transaction() as session:
        days = return_times(session).information_chase_days
        rows = _claimed(session, late)
        for request, incident_id in rows:
            request.overdue_told_at = now
            request.chase_at = _after(now, days) if days is not None else None
            request.chased += 1
            say(session, "information.overdue", request, incident_id)
        _audit(session, "told-overdue", rows)
    return len(rows)


def _claimed(session: Session, which: ColumnElement[bool]) -> list[Any]:
    """Requests that await a return, with their incidents, locked until the commit."""
    statement = (
        select(InformationRequest, Case.incident_id)
        .join(Case, Case.id == InformationRequest.case_id)
        .where(InformationRequest.status.in_(("requested", "draft")), which)
        .order_by(InformationRequest.due_at)
        .limit(BATCH)
        .with_for_update(of=InformationRequest, skip_locked=True)
    )
    return list(session.execute(statement))


def _audit(session: Session, what: str, rows: list[Any]) -> None:
    entries = [audit.Entry("system", what, f"information-request:{row[0].id}") for row in rows]
    if entries:
        audit.append(session, *entries)


def _after(now: datetime, days: int) -> datetime:
    """The end of the working day so many days on."""
    return end_of_day(add_working_days(london_day(now), days, partnership().bank_holidays.and_beyond()))
