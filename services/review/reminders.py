"""Reminders of what waits: each once for its day, again after the partnership's working days, until the thing is done.

Nothing silences one but what ends the waiting: a new day with a reason, or the thing itself (shared/reminding.py).
"""

from sqlalchemy import text

from services.review.service import SERVICE
from services.review.waiting import QUERIES, Waiting, values_of
from shared import audit, clock
from shared.calendar import london_day
from shared.outbox import emit_all
from shared.reminding import claim_reminder

BATCH = 100
FIND = """
    SELECT w.* FROM ({query}) w LEFT JOIN reminders m ON m.kind = :kind AND m.concerns = w.concerns
     WHERE m.due_on IS DISTINCT FROM w.due_on OR m.next_on <= :today ORDER BY w.due_on LIMIT {batch}
"""


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
        claimed = [
            (each, times) for each in due if (times := claim_reminder(session, kind, each.concerns, each.due_on))
        ]
        emit_all(session, SERVICE, [("reminder.due", each.concerns, _said(each, times)) for each, times in claimed])
        if claimed:
            entries = (audit.Entry("system", "reminded", each.concerns, f"{kind} {times}") for each, times in claimed)
            audit.append(session, *entries)
    return len(claimed)


def _said(each: Waiting, times: int) -> dict[str, object]:
    return {
        "kind": each.kind,
        "concerns": each.concerns,
        "reference": each.reference,
        "agency_id": each.agency_id,
        "page": each.page,
        "times": times,
    }
