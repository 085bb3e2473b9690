"""What waits for somebody in the reviews, by kind: one list for the office's page and for the reminders that go out."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import text
from sqlalchemy.orm import Session

from services.review.retention import ENDED
from shared import clock
from shared.calendar import london_day
from shared.partnership import partnership

MOST = 500
NEVER = 1000  # years

OLD_ENOUGH = "c.opened_at <= CAST(:today AS date) - make_interval(years => CAST(:least_years AS integer))"
RECORDS = """
    SELECT * FROM (
        SELECT 'records:' || e.id || ':' || k.class AS concerns,
               greatest((e.ended_on + make_interval(years => k.years))::date, (
                   SELECT d.keep_until FROM retention_decisions d WHERE d.case_id = e.id AND d.record_class = k.class
                    ORDER BY d.decided_at DESC LIMIT 1)) AS due_on,
               e.reference, NULL AS agency_id, '/review/cases/' || e.id || '/records' AS page
          FROM (ENDED_CASES) e
         CROSS JOIN unnest(CAST(:classes AS text[]), CAST(:years AS integer[])) AS k (class, years)
         WHERE NOT EXISTS (SELECT FROM legal_holds h WHERE h.case_id = e.id AND h.lifted_at IS NULL)
           AND NOT EXISTS (SELECT FROM destruction_certificates x WHERE x.case_id = e.id AND x.record_class = k.class)
           AND CASE k.class
               WHEN 'agency-returns' THEN EXISTS (SELECT FROM agency_returns x WHERE x.case_id = e.id)
               WHEN 'drafts' THEN EXISTS (SELECT FROM reports x JOIN practice_reviews p ON p.id = x.practice_review_id
                    WHERE p.case_id = e.id)
               WHEN 'working-papers' THEN EXISTS (SELECT FROM review_records x
                    JOIN practice_reviews p ON p.id = x.practice_review_id WHERE p.case_id = e.id)
               WHEN 'evidence' THEN EXISTS (SELECT FROM evidence x JOIN actions a ON a.id = x.action_id
                    JOIN recommendations r ON r.id = a.recommendation_id WHERE r.case_id = e.id)
               ELSE true END
        ) due
     WHERE due_on <= :today
""".replace("ENDED_CASES", ENDED.format(where=OLD_ENOUGH))

# Each gives what is due on or before :today as (concerns, due_on, reference, agency_id, page). What it concerns is the
# key by which it is reminded of; agency_id is null where the office is to act; page is where the thing is done.
QUERIES: dict[str, str] = {
    "hold-check": """
        SELECT 'hold:' || h.id AS concerns, h.next_check_on AS due_on, r.reference, NULL AS agency_id,
               '/review/holds/' || h.id || '/check' AS page
          FROM holds h JOIN practice_reviews r ON r.id = h.practice_review_id
         WHERE h.status = 'active' AND h.next_check_on <= :today AND r.status <> 'ended'
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
    "panel-reply": """
        SELECT 'case:' || c.id AS concerns, d.reply_due_on AS due_on, c.reference, NULL AS agency_id,
               '/review/cases/' || c.id || '/panel-reply' AS page
          FROM rapid_review_decisions d JOIN cases c ON c.id = d.case_id
         WHERE d.superseded_at IS NULL AND d.reply_due_on <= :today AND c.closed_at IS NULL
    """,
    # Each partner who has no position on the decision that stands: what was said of one before does not count.
    "position-awaited": """
        SELECT 'decision:' || d.id || ':' || p.agency AS concerns,
               (d.decided_at AT TIME ZONE 'Europe/London')::date AS due_on, c.reference, p.agency AS agency_id,
               '/review/cases/' || c.id AS page
          FROM rapid_review_decisions d JOIN cases c ON c.id = d.case_id AND c.stage = 'awaiting-signatures'
         CROSS JOIN unnest(CAST(:partners AS text[])) AS p (agency)
         WHERE d.superseded_at IS NULL AND (d.decided_at AT TIME ZONE 'Europe/London')::date <= :today
           AND NOT EXISTS (SELECT FROM rapid_review_signatures s WHERE s.decision_id = d.id AND s.agency_id = p.agency)
    """,
    # A report is to be signed from the first signature under any version of it, or the day planned for its sign-off,
    # on; drafts before that are not. Who signed an earlier version is to sign anew.
    "report-to-sign": """
        SELECT * FROM (
            SELECT 'report:' || n.id || ':' || p.agency AS concerns,
                   greatest((n.uploaded_at AT TIME ZONE 'Europe/London')::date, begun.on_day) AS due_on, r.reference,
                   p.agency AS agency_id, '/review/practice-reviews/' || r.id AS page
              FROM practice_reviews r
              JOIN LATERAL (SELECT x.id, x.uploaded_at FROM reports x WHERE x.practice_review_id = r.id
                    AND x.kind = 'full-report' ORDER BY x.number DESC LIMIT 1) n ON true
              JOIN LATERAL (SELECT least(
                    (SELECT (min(s.signed_at) AT TIME ZONE 'Europe/London')::date FROM report_signatures s
                       JOIN reports x ON x.id = s.report_id WHERE x.practice_review_id = r.id),
                    (SELECT m.due_on FROM milestones m WHERE m.practice_review_id = r.id AND m.stage = 'sign-off'
                      ORDER BY m.number DESC LIMIT 1)) AS on_day) begun ON begun.on_day IS NOT NULL
             CROSS JOIN unnest(CAST(:partners AS text[])) AS p (agency)
             WHERE r.status = 'under-way' AND NOT EXISTS (
                   SELECT FROM report_signatures s WHERE s.report_id = n.id AND s.agency_id = p.agency)) unsigned
         WHERE due_on <= :today
    """,
    # What an agency sent after the decision: it may be another decision that the partners would take now.
    "return-after-decision": """
        SELECT 'information-request:' || q.id AS concerns, (sent.at AT TIME ZONE 'Europe/London')::date AS due_on,
               q.case_reference AS reference, NULL AS agency_id, '/review/requests/' || q.id || '/read-after-decision' AS page
          FROM information_requests q JOIN cases c ON c.id = q.case_id
          JOIN rapid_review_decisions d ON d.case_id = c.id AND d.superseded_at IS NULL
          JOIN LATERAL (SELECT max(v.submitted_at) AS at FROM agency_returns v WHERE v.request_id = q.id) sent
               ON sent.at > d.decided_at AND (q.read_at IS NULL OR q.read_at < sent.at)
         WHERE c.closed_at IS NULL AND (sent.at AT TIME ZONE 'Europe/London')::date <= :today
    """,
    "action-overdue": """
        SELECT 'action:' || a.id AS concerns, a.due_on, c.reference, a.owner_agency AS agency_id,
               '/review/actions/' || a.id || '/evidence' AS page
          FROM actions a JOIN recommendations r ON r.id = a.recommendation_id JOIN cases c ON c.id = r.case_id
         WHERE (a.progress IS NULL OR a.progress = 'started') AND a.due_on < :today
    """,
    # Nothing was heard of it for the partnership's time, though it is not overdue.
    "action-stale": """
        SELECT 'action:' || a.id AS concerns,
               (a.heard_at AT TIME ZONE 'Europe/London')::date + CAST(:stale_days AS integer) AS due_on, c.reference,
               a.owner_agency AS agency_id, '/review/actions/' || a.id || '/evidence' AS page
          FROM actions a JOIN recommendations r ON r.id = a.recommendation_id JOIN cases c ON c.id = r.case_id
         WHERE (a.progress IS NULL OR a.progress = 'started') AND (a.due_on IS NULL OR a.due_on >= :today)
           AND a.heard_at < CAST(:today AS date) - CAST(:stale_days AS integer) + 1
           AND (a.heard_at AT TIME ZONE 'Europe/London')::date + CAST(:stale_days AS integer) <= :today
    """,
    "impact-check": """
        SELECT 'action:' || a.id AS concerns, a.impact_check_on AS due_on, c.reference, a.owner_agency AS agency_id,
               '/review/actions/' || a.id || '/evidence' AS page
          FROM actions a JOIN recommendations r ON r.id = a.recommendation_id JOIN cases c ON c.id = r.case_id
         WHERE a.progress = 'done' AND a.impact_check_on <= :today
    """,
    "no-action": """
        SELECT 'recommendation:' || r.id AS concerns, r.due_on, c.reference, r.owner_agency AS agency_id,
               '/review/recommendations/' || r.id || '/action' AS page
          FROM recommendations r JOIN cases c ON c.id = r.case_id
         WHERE r.due_on < :today AND NOT EXISTS (SELECT FROM actions a WHERE a.recommendation_id = r.id)
    """,
    "records": RECORDS,
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
    here = partnership()
    return {
        "today": today,
        "partners": list(here.safeguarding_partners),
        "monitoring_days": here.monitoring_days,
        "stale_days": here.stale_action_days,
        "classes": [each.id for each in here.record_classes],
        "years": [each.keep_years for each in here.record_classes],
        "least_years": min((each.keep_years for each in here.record_classes), default=NEVER),
    }


def what_waits(session: Session) -> list[Waiting]:
    """Everything that is due today or was before, as far as the caller may see it, the longest due first."""
    values = values_of(london_day(clock.now()))
    found = [
        Waiting(kind, row.concerns, row.due_on, row.reference, row.agency_id, row.page)
        for kind, query in QUERIES.items()
        for row in session.execute(text(f"{query} ORDER BY due_on LIMIT {MOST}"), values)
    ]
    return sorted(found, key=lambda each: (each.due_on, each.kind, each.reference))
