"""What waits for somebody in the reviews, by kind: one list for the office's page and for the reminders that go out."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import text
from sqlalchemy.orm import Session

from shared import clock
from shared.calendar import london_day
from shared.partnership import partnership

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
    # Regulation 14: the newest entry says when the partners look again; before the first, the partnership's interval.
    "monitoring": """
        SELECT * FROM (
            SELECT 'practice-review:' || r.id AS concerns, coalesce(
                       (SELECT m.due_on FROM review_records m WHERE m.practice_review_id = r.id AND m.kind = 'monitoring'
                         ORDER BY m.recorded_at DESC LIMIT 1),
                       (r.decided_at AT TIME ZONE 'Europe/London')::date + CAST(:monitoring_days AS integer)) AS due_on,
                   r.reference, NULL AS agency_id, '/review/practice-reviews/' || r.id || '/records/monitoring' AS page
              FROM practice_reviews r WHERE r.status = 'under-way') watched
         WHERE due_on <= :today
    """,
    "reviewer-request": """
        SELECT 'reviewer-request:' || q.id AS concerns, q.answer_by AS due_on, r.reference, NULL AS agency_id,
               '/review/reviewer-requests/' || q.id || '/answer' AS page
          FROM reviewer_requests q JOIN practice_reviews r ON r.id = q.practice_review_id
         WHERE q.responded_on IS NULL AND q.answer_by <= :today AND r.status = 'under-way'
    """,
    "reviewer-contract": """
        SELECT 'reviewer:' || v.id AS concerns, v.contract_until AS due_on, r.reference, NULL AS agency_id,
               '/review/practice-reviews/' || r.id AS page
          FROM reviewers v JOIN practice_reviews r ON r.id = v.practice_review_id
         WHERE v.ended_at IS NULL AND v.contract_until <= :today AND r.status = 'under-way'
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


def values_of(today: date) -> dict[str, object]:
    """What the queries ask for besides the records: the day, and the partnership's intervals."""
    return {"today": today, "monitoring_days": partnership().monitoring_days}


def what_waits(session: Session) -> list[Waiting]:
    """Everything that is due today or was before, as far as the caller may see it, the longest due first."""
    values = values_of(london_day(clock.now()))
    found = [
        Waiting(kind, row.concerns, row.due_on, row.reference, row.agency_id, row.page)
        for kind, query in QUERIES.items()
        for row in session.execute(text(f"{query} ORDER BY due_on LIMIT {MOST}"), values)
    ]
    return sorted(found, key=lambda each: (each.due_on, each.kind, each.reference))
