"""How long records are kept: when a class is due, legal holds, and what people decide. Nothing goes by itself.

A case has ended when its rapid review is complete or withdrawn and every review of it is published, withheld or ended. The years of a class
run from that day; then a person is asked. What may be destroyed is confirmed by a second person (`destruction.py`).
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from services.review.models import Case, DestructionCertificate, LegalHold, RetentionDecision
from services.review.review_cases import cases_of, reviews_of
from shared import audit, clock
from shared.calendar import add_months, london_day
from shared.database import new_id
from shared.identity.viewer import Viewer
from shared.partnership import RecordClass, partnership
from shared.web.problems import conflict, refused

ENDED = """
    SELECT c.id, c.reference, (greatest(coalesce(c.closed_at, c.completed_at), max(r.over_at))
               AT TIME ZONE 'Europe/London')::date AS ended_on
      FROM cases c LEFT JOIN review_cases l ON l.case_id = c.id AND l.removed_at IS NULL
      LEFT JOIN (SELECT id, greatest(published_at, ended_at,
                        CASE WHEN publication_route = 'withheld' THEN route_decided_at END) AS over_at
                   FROM practice_reviews) r ON r.id = l.practice_review_id
     WHERE coalesce(c.closed_at, c.completed_at) IS NOT NULL AND {where}
     GROUP BY c.id HAVING bool_and(r.id IS NULL OR r.over_at IS NOT NULL)
"""
ENDED_CASE = text(ENDED.format(where="c.id = :case"))


@dataclass(frozen=True)
class ClassStanding:
    """A class of a case's records: due for a decision on `due_on` (None while the case goes on), and what was decided."""

    record_class: RecordClass
    due_on: date | None
    decision: RetentionDecision | None
    certificate: DestructionCertificate | None

    def is_due(self, today: date) -> bool:
        return self.due_on is not None and self.due_on <= today and self.certificate is None


def ended_on(session: Session, case: Case) -> date | None:
    """The day on which a case ended; None while its rapid review or a review of it goes on."""
    row = session.execute(ENDED_CASE, {"case": case.id}).first()
    return row.ended_on if row else None


def class_standings(session: Session, case: Case) -> list[ClassStanding]:
    """Every class of record that the partnership names, as it stands in a case."""
    ended = ended_on(session, case)
    decisions = {each.record_class: each for each in decisions_of(session, case)}
    made = select(DestructionCertificate).where(DestructionCertificate.case_id == case.id)
    certificates = {each.record_class: each for each in session.scalars(made)}
    return [
        ClassStanding(
            each, _due_on(each, ended, decisions.get(each.id)), decisions.get(each.id), certificates.get(each.id)
        )
        for each in partnership().record_classes
    ]


def _due_on(each: RecordClass, ended: date | None, decision: RetentionDecision | None) -> date | None:
    if ended is None:
        return None
    due = add_months(ended, 12 * each.keep_years)
    return max(due, decision.keep_until) if decision and decision.keep_until else due


def decisions_of(session: Session, case: Case) -> list[RetentionDecision]:
    """All decisions on a case's records, the newest last."""
    of_it = select(RetentionDecision).where(RetentionDecision.case_id == case.id)
    return list(session.scalars(of_it.order_by(RetentionDecision.decided_at, RetentionDecision.id)))


def legal_holds(session: Session, case: Case) -> list[LegalHold]:
    """The legal holds of a case, lifted ones too, the oldest first."""
    of_it = select(LegalHold).where(LegalHold.case_id == case.id)
    return list(session.scalars(of_it.order_by(LegalHold.placed_at)))


def place_legal_hold(session: Session, case: Case, reasons: str, viewer: Viewer) -> LegalHold:
    """Forbid the destruction of anything of a case until it is lifted. `case` is locked by the caller."""
    hold = LegalHold(id=new_id(), case_id=case.id, reasons=reasons, placed_by=viewer.actor, placed_at=clock.now())
    session.add(hold)
    audit.append(session, audit.Entry(viewer.actor, "placed-legal-hold", f"case:{case.id}", hold.id))
    return hold


def lift_legal_hold(session: Session, hold: LegalHold, reasons: str, viewer: Viewer) -> None:
    """Lift a legal hold, with reasons. `hold` is locked by the caller. Raises a 409 problem for one that was lifted."""
    if hold.lifted_at is not None:
        raise conflict("This legal hold was lifted before.")
    hold.lifted_at, hold.lifting_reasons = clock.now(), reasons
    audit.append(session, audit.Entry(viewer.actor, "lifted-legal-hold", f"case:{hold.case_id}", hold.id))


def decide_retention(session: Session, case: Case, body: dict[str, Any], viewer: Viewer) -> RetentionDecision:
    """Record what becomes of a class that is due: kept until a later day, or to be destroyed once another confirms it.

    `case` is locked by the caller. Raises a 422 problem for a class that is not due or a day that is not later, 409 under
    a legal hold.
    """
    expect_due(session, case, body["record_class"])
    keep_until = body.get("keep_until")
    if body["decision"] == "destroy":
        expect_no_legal_hold(session, case)
    elif keep_until is None or keep_until <= london_day(clock.now()):
        raise refused("/keep_until", "Give a later day, on which somebody is asked again.")
    decision = RetentionDecision(
        id=new_id(),
        case_id=case.id,
        record_class=body["record_class"],
        decision=body["decision"],
        keep_until=keep_until if body["decision"] == "keep" else None,
        reasons=body["reasons"],
        decided_by=viewer.actor,
        decided_by_name=viewer.person_name or viewer.agency_name,
        decided_at=clock.now(),
    )
    session.add(decision)
    why = f"{decision.decision} {decision.record_class}"
    audit.append(session, audit.Entry(viewer.actor, "decided-retention", f"case:{case.id}", why))
    return decision


def expect_due(session: Session, case: Case, record_class: str) -> ClassStanding:
    """The class as it stands. Raises a 422 problem unless its time has passed and it is still there."""
    standing = next((each for each in class_standings(session, case) if each.record_class.id == record_class), None)
    if standing is None:
        raise refused("/record_class", "This partnership keeps records of this class for good.")
    if not standing.is_due(london_day(clock.now())):
        raise refused("/record_class", "These records are not due for a decision: they are kept for now, or are gone.")
    return standing


def expect_no_legal_hold(session: Session, case: Case) -> None:
    """Raises a 409 problem while a legal hold stands on the case, or on another that a review of it is about too."""
    for review in reviews_of(session, case):
        for other in cases_of(session, review):
            _expect_not_held(session, other)
    _expect_not_held(session, case)


def _expect_not_held(session: Session, case: Case) -> None:
    if any(each.lifted_at is None for each in legal_holds(session, case)):
        raise conflict(f"A legal hold stands on {case.reference}: nothing of it may be destroyed.")


def is_destroyed(session: Session, case: Case) -> bool:
    """Whether what identifies anybody in a case was destroyed."""
    made = select(DestructionCertificate.id).where(DestructionCertificate.case_id == case.id)
    return session.scalar(made.where(DestructionCertificate.record_class == "case-file")) is not None
