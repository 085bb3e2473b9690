"""A case's records, decisions on them and certificates, as they are answered and shown."""

from typing import Any

from sqlalchemy.orm import Session

from services.review.models import Case, DestructionCertificate, LegalHold, RetentionDecision
from services.review.retention import ClassStanding, class_standings, ended_on, legal_holds
from shared import clock
from shared.calendar import london_day


def describe_records(session: Session, case: Case) -> dict[str, Any]:
    return {
        "case_id": case.id,
        "ended_on": ended_on(session, case),
        "classes": [_class(each) for each in class_standings(session, case)],
        "legal_holds": [describe_legal_hold(each) for each in legal_holds(session, case)],
    }


def _class(standing: ClassStanding) -> dict[str, Any]:
    rule, certificate = standing.record_class, standing.certificate
    return {
        "record_class": rule.id,
        "name": rule.name,
        "keep_years": rule.keep_years,
        "authority": rule.authority,
        "due_on": standing.due_on,
        "due": standing.is_due(london_day(clock.now())),
        "decision": describe_decision(standing.decision) if standing.decision else None,
        "certificate_id": certificate.id if certificate else None,
        "certificate_reference": certificate.reference if certificate else None,
    }


def describe_decision(decision: RetentionDecision) -> dict[str, Any]:
    same = ("id", "record_class", "decision", "keep_until", "reasons", "decided_by_name", "decided_at", "confirmed_at")
    return {name: getattr(decision, name) for name in same}


def describe_legal_hold(hold: LegalHold) -> dict[str, Any]:
    return {name: getattr(hold, name) for name in ("id", "reasons", "placed_at", "lifted_at", "lifting_reasons")}


def describe_certificate(session: Session, certificate: DestructionCertificate) -> dict[str, Any]:
    decision = session.get_one(RetentionDecision, certificate.decision_id)
    same = (
        "id",
        "reference",
        "record_class",
        "rule",
        "confirmed_by_name",
        "destroyed_at",
        "destroyed",
        "files_gone_at",
    )
    return {name: getattr(certificate, name) for name in same} | {
        "case_reference": session.get_one(Case, certificate.case_id).reference,
        "decided_by_name": decision.decided_by_name,
        "reasons": decision.reasons,
    }
