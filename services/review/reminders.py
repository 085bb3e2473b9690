"""Reminders of what waits: each once for its day, again after the partnership's working days, until the thing is done.

Nothing silences one but what ends the waiting: a new day with a reason, or the thing itself. A reminder is claimed and
told in one transaction, so neither a restart nor a second worker tells it twice.
"""

from datetime import date, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from services.review.service import SERVICE
from services.review.waiting import QUERIES, Waiting, values_of
from shared import audit, clock
from shared.calendar import CalendarUnknown, add_working_days, london_day
from shared.outbox import emit_all
from shared.partnership import partnership

BATCH = 100
EVERY = timedelta(minutes=15)
# A clock that was moved back (a demonstration begun anew) does not silence it.
TAKE_TURN = text("""
    INSERT INTO heartbeats AS h VALUES ('reminders', :now)
    ON CONFLICT (job) DO UPDATE SET last_at = excluded.last_at
     WHERE h.last_at <= :since OR h.last_at > excluded.last_at RETURNING job
""")
FIND = """
    SELECT w.* FROM ({query}) w LEFT JOIN reminders m ON m.kind = :kind AND m.concerns = w.concerns
     WHERE m.due_on IS DISTINCT FROM w.due_on OR m.next_on <= :today ORDER BY w.due_on LIMIT {batch}
"""
CLAIM = text("""
    INSERT INTO reminders AS m (kind, concerns, due_on, times, told_at, next_on)
    VALUES (:kind, :concerns, :due_on, 1, :now, :next_on)
    ON CONFLICT (kind, concerns) DO UPDATE
       SET due_on = excluded.due_on, told_at = excluded.told_at, next_on = excluded.next_on,
           times = CASE WHEN m.due_on = excluded.due_on THEN m.times + 1 ELSE 1 END
     WHERE m.due_on <> excluded.due_on OR m.next_on <= :today
    RETURNING times
""")


def remind_in_turn() -> int:
    """What the sweep runs every few seconds: remind, once in `EVERY`, by whichever worker gets the turn."""
    now = clock.now()
    with SERVICE.transaction() as session:
        if session.execute(TAKE_TURN, {"now": now, "since": now - EVERY}).first() is None:
            return 0
    return remind()


def remind() -> int:
    """Remind of everything that waits and was not reminded of lately; how many reminders went out."""
    total = 0
    for kind in QUERIES:
        while told := _remind_some(kind):
            total += told
    return total


def _remind_some(kind: str) -> int:
    with SERVICE.transaction() as session:
        today = london_day(clock.now())
        statement = text(FIND.format(query=QUERIES[kind], batch=BATCH))
        found = session.execute(statement, values_of(today) | {"kind": kind}).all()
        due = [Waiting(kind, row.concerns, row.due_on, row.reference, row.agency_id, row.page) for row in found]
        claimed = [(each, times) for each in due if (times := _claim(session, each, today))]
        emit_all(session, SERVICE, [("reminder.due", each.concerns, _said(each, times)) for each, times in claimed])
        if claimed:
            entries = (audit.Entry("system", "reminded", each.concerns, f"{kind} {times}") for each, times in claimed)
            audit.append(session, *entries)
    return len(claimed)


def _claim(session: Session, each: Waiting, today: date) -> int | None:
    """How often it has been reminded of for its day, this time included; None where somebody else has just done it."""
    values = {"kind": each.kind, "concerns": each.concerns, "due_on": each.due_on, "today": today}
    times: int | None = session.scalar(CLAIM, values | {"now": clock.now(), "next_on": _next_on(today)})
    return times


def _next_on(today: date) -> date:
    days = partnership().reminder_days
    try:
        return add_working_days(today, days, bank_holidays=partnership().bank_holidays)
    except CalendarUnknown:  # past the last year of known bank holidays, reminding goes on all the same
        return today + timedelta(days=days)


def _said(each: Waiting, times: int) -> dict[str, object]:
    return {
        "kind": each.kind,
        "concerns": each.concerns,
        "reference": each.reference,
        "agency_id": each.agency_id,
        "page": each.page,
        "times": times,
    }
