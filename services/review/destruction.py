"""Destroying a class of a case's records once a second person confirms it, and the certificate of what went, by hash."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from services.review.models import Case, DestructionCertificate, PracticeReview, RetentionDecision
from services.review.references import next_reference
from services.review.retention import decisions_of, expect_due, expect_no_legal_hold
from services.review.service import SERVICE
from shared import audit, clock, files
from shared.database import new_id, see_as
from shared.encryption import seal_json
from shared.identity.viewer import SYSTEM, Viewer
from shared.web.problems import conflict

REVIEWS = "(SELECT id FROM practice_reviews WHERE case_id = :case)"
# Drafts are versions that a later one of their kind has followed: the newest, which was signed or published, stays.
DRAFTS = """(SELECT d.id FROM reports d WHERE d.practice_review_id IN (SELECT id FROM practice_reviews WHERE case_id = :case)
    AND EXISTS (SELECT FROM reports later WHERE later.practice_review_id = d.practice_review_id AND later.kind = d.kind
        AND later.number > d.number))"""
ACTIONS = "(SELECT a.id FROM actions a JOIN recommendations r ON r.id = a.recommendation_id WHERE r.case_id = :case)"
REQUESTS = "(SELECT id FROM information_requests WHERE case_id = :case)"
DECISIONS = "(SELECT id FROM rapid_review_decisions WHERE case_id = :case)"

# Of each class: its tables in the order in which their rows go, and which rows are of a case.
ROWS: dict[str, list[tuple[str, str]]] = {
    "agency-returns": [("shared_material", "case_id = :case"), ("agency_returns", "case_id = :case")],
    "drafts": [
        ("draft_comments", f"practice_review_id IN {REVIEWS}"),
        ("report_signatures", f"report_id IN {DRAFTS}"),
        ("reports", f"id IN {DRAFTS}"),
    ],
    "working-papers": [
        ("review_records", f"practice_review_id IN {REVIEWS}"),
        ("reviewer_requests", f"practice_review_id IN {REVIEWS}"),
    ],
    "evidence": [("evidence", f"action_id IN {ACTIONS}")],
    "case-file": [
        ("shared_material", "case_id = :case"),
        ("chronology_marks", "case_id = :case"),
        ("planned_meetings", "case_id = :case"),
        ("agency_returns", "case_id = :case"),
        ("extensions", f"request_id IN {REQUESTS}"),
        ("information_requests", "case_id = :case"),
        ("rapid_review_signatures", f"decision_id IN {DECISIONS}"),
        ("panel_replies", "case_id = :case"),
        ("rapid_review_decisions", "case_id = :case"),
        ("meetings", "case_id = :case"),
        ("case_milestones", "case_id = :case"),
        ("emergency_accesses", "incident_id = (SELECT incident_id FROM cases WHERE id = :case)"),
    ],
}
FILES = {"reports", "evidence"}
SHA256 = "encode(sha256(convert_to(row_to_json(t)::text, 'UTF8')), 'hex') AS sha256"
DESTROY = "WITH t AS (DELETE FROM {table} WHERE {where} RETURNING *) SELECT id::text, {sha256}{key} FROM t ORDER BY id"
HASHES = "SELECT id::text, {sha256} FROM {table} t WHERE {where}"
UNDER = text("SELECT set_config('app.certificate', :id, true), set_config('app.certificate_at', :at, true)")
# What this service said of the case in events holds the same content; what is not confirmed yet is still on its way.
EMPTY_EVENTS = text("""
    UPDATE events e SET data = :nothing WHERE e.subject = ANY(:subjects) AND NOT EXISTS (
        SELECT FROM event_deliveries d WHERE d.event_id = e.id AND d.confirmed_at IS NULL)
    RETURNING e.id::text
""")
BATCH = 20


def confirm_destruction(
    session: Session, case: Case, decision: RetentionDecision, viewer: Viewer
) -> DestructionCertificate:
    """Destroy a class of records as somebody else has decided, and give the certificate. `case` is locked by the caller.

    Files of the store go after the commit. Raises a 409 problem for one's own decision, one that was confirmed or
    overtaken, or under a legal hold; 422 where the records are not due any more.
    """
    _expect_to_be_confirmed(session, case, decision, viewer)
    rule = expect_due(session, case, decision.record_class).record_class
    expect_no_legal_hold(session, case)
    now = clock.now()
    certificate = DestructionCertificate(
        id=new_id(),
        reference=next_reference(session, "DC"),
        case_id=case.id,
        decision_id=decision.id,
        record_class=rule.id,
        rule=f"{rule.name}: kept {rule.keep_years} years after the end of the case. {rule.authority}",
        confirmed_by=viewer.actor,
        confirmed_by_name=viewer.person_name or viewer.agency_name,
        destroyed_at=now,
        destroyed=[],
        file_keys=[],
    )
    session.add(certificate)
    session.flush()
    session.execute(UNDER, {"id": certificate.id, "at": now.isoformat()})
    see_as(session, SYSTEM)  # what whoever confirms may not see goes too
    gone, keys = _destroy_rows(session, case, rule.id)
    if rule.id == "case-file":
        gone += list(_empty_the_case(session, case, certificate.reference))
    session.flush()
    see_as(session, viewer)
    certificate.destroyed, certificate.file_keys = gone, keys
    certificate.files_gone_at = None if keys else now
    decision.confirmed_at = now
    why = f"{certificate.reference}: {rule.id}, {len(gone)} records, {len(keys)} files"
    audit.append(session, audit.Entry(viewer.actor, "destroyed-records", f"case:{case.id}", why))
    return certificate


def _expect_to_be_confirmed(session: Session, case: Case, decision: RetentionDecision, viewer: Viewer) -> None:
    of_class = [each for each in decisions_of(session, case) if each.record_class == decision.record_class]
    if decision.decision != "destroy" or decision.confirmed_at or of_class[-1].id != decision.id:
        raise conflict("There is nothing to confirm: this was decided otherwise since, or was done.")
    if decision.decided_by == viewer.actor:
        raise conflict("Somebody else must confirm it: what is destroyed does not come back.")


def _destroy_rows(session: Session, case: Case, record_class: str) -> tuple[list[dict[str, Any]], list[str]]:
    """The hash of each row that went, as it was stored; and the keys of files that go with them."""
    gone: list[dict[str, Any]] = []
    keys: list[str] = []
    for table, where in ROWS[record_class]:
        key = ", t.file_key" if table in FILES else ""
        statement = text(DESTROY.format(table=table, where=where, sha256=SHA256, key=key))
        found = session.execute(statement, {"case": case.id}).all()
        gone += [{"table": table, "id": row.id, "sha256": row.sha256} for row in found]
        keys += [row.file_key for row in found if key and row.file_key]
    return gone, keys


def _empty_the_case(session: Session, case: Case, reference: str) -> Iterator[dict[str, Any]]:
    """What identifies anybody goes; the case's reference, pseudonym and dates stay, so that its certificate is found."""
    hashed = text(HASHES.format(table="cases", where="id = :case", sha256=SHA256))
    yield from (
        {"table": "cases", "id": row.id, "sha256": row.sha256} for row in session.execute(hashed, {"case": case.id})
    )
    case.identifiers, case.people, case.closing_reasons = [], None, None
    case.version += 1
    subjects = [f"case:{case.id}"]
    for review in session.scalars(select(PracticeReview).where(PracticeReview.case_id == case.id)):
        review.ending = None
        subjects.append(f"practice-review:{review.id}")
    before = text(HASHES.format(table="events", where="subject = ANY(:subjects)", sha256=SHA256))
    hashes = {row.id: row.sha256 for row in session.execute(before, {"subjects": subjects})}
    for row in session.execute(
        EMPTY_EVENTS, {"subjects": subjects, "nothing": seal_json({"destroyed": reference}, "events")}
    ):
        yield {"table": "events", "id": row.id, "sha256": hashes[row.id]}


def take_files_out() -> int:
    """Take the files of confirmed destructions out of the store; how many went. What a crash left is done again."""
    total = 0
    while True:
        with SERVICE.transaction() as session:
            waiting = select(DestructionCertificate).where(DestructionCertificate.files_gone_at.is_(None))
            found = list(session.scalars(waiting.limit(BATCH).with_for_update(skip_locked=True)))
            for certificate in found:
                for key in certificate.file_keys:
                    files.remove(key)
                total += len(certificate.file_keys)
                certificate.file_keys, certificate.files_gone_at = [], clock.now()
        if len(found) < BATCH:
            return total
