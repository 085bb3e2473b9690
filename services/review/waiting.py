"""What waits for somebody in the reviews, by kind: one list for the office's page and for the reminders that go out."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import text
from sqlalchemy.orm import Session

from shared import clock
from shared.calendar import london_day

MOST = 500

# Each gives what is due on or before :today as (concerns, due_on, reference, agency_id, page). What it concerns is the
# key by which it is reminded of; agency_id is null where the office is to act; page is where the thing is done.
QUERIES: dict[str, str] = {
    "hold-check": """
        SELECT 'hold:' || h.id AS concerns, h.next_check_on AS due_on, r.reference, NULL AS agency_id,
               '/review/holds/' || h.id || '/check' AS page
          FROM holds h JOIN practice_reviews r ON r.id = h.practice_review_id
         WHERE h.status = 'active' AND h.next_check_on <= :today
    """,
}


@dataclass(frozen=True)
class Waiting:
    """Something that was to be done by `due_on`, and has not been."""

    kind: str
    concerns: str
    due_on: date
    reference: str
    agency_id: str | None
    page: str


def what_waits(session: Session) -> list[Waiting]:
    """Everything that is due today or was before, as far as the caller may see it, the longest due first."""
    today = london_day(clock.now())
    found = [
        Waiting(kind, row.concerns, row.due_on, row.reference, row.agency_id, row.page)
        for kind, query in QUERIES.items()
        for row in session.execute(text(f"{query} ORDER BY due_on LIMIT {MOST}"), {"today": today})
    ]
    return sorted(found, key=lambda each: (each.due_on, each.kind, each.reference))
