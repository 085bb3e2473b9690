"""Reminding of what waits: each thing once for its day, and again after the partnership's working days, until it is done.

A reminder is claimed and told in one transaction, so neither a restart nor a second worker tells it twice. A service that
reminds has a table `reminders`.
"""

from collections.abc import Callable
from datetime import date, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from shared import clock
from shared.calendar import add_working_days, london_day
from shared.partnership import partnership
from shared.service import Service

EVERY = timedelta(minutes=15)
# A clock that was moved back (a demonstration begun anew) does not silence it.
TAKE_TURN = text("""
    INSERT INTO heartbeats AS h VALUES ('reminders', :now)
    ON CONFLICT (job) DO UPDATE SET last_at = excluded.last_at
     WHERE h.last_at <= :since OR h.last_at > excluded.last_at RETURNING job
""")
CLAIM = text("""
    INSERT INTO reminders AS m (kind, concerns, due_on, times, told_at, next_on)
    VALUES (:kind, :concerns, :due_on, 1, :now, :next_on)
    ON CONFLICT (kind, concerns) DO UPDATE
       SET due_on = excluded.due_on, told_at = excluded.told_at, next_on = excluded.next_on,
           times = CASE WHEN m.due_on = excluded.due_on THEN m.times + 1 ELSE 1 END
     WHERE m.due_on <> excluded.due_on OR m.next_on <= :today
    RETURNING times
""")


def remind_in_turn(service: Service, remind: Callable[[], object]) -> None:
    """What a sweep runs every few seconds: `remind`, once in `EVERY`, by whichever worker gets the turn."""
    now = clock.now()
    with service.transaction() as session:
        its_turn = session.execute(TAKE_TURN, {"now": now, "since": now - EVERY}).first() is not None
    if its_turn:
        remind()


def claim_reminder(session: Session, kind: str, concerns: str, due_on: date, *, again: bool = True) -> int | None:
    """How often it has been reminded of for its day, this time included; None where it was done lately.

    Without `again` it is reminded of once for its day.
    """
    today = london_day(clock.now())
    values = {"kind": kind, "concerns": concerns, "due_on": due_on, "today": today, "now": clock.now()}
    times: int | None = session.scalar(CLAIM, values | {"next_on": _next_on(today) if again else date.max})
    return times


def _next_on(today: date) -> date:
    here = partnership()
    return add_working_days(today, here.reminder_days, here.bank_holidays.and_beyond())
