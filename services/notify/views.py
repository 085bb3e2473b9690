"""Incidents, referrals and duties as the interface shows them."""

from dataclasses import asdict
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from services.notify.attachments import described, documents_of
from services.notify.duplicates import alike_to
from services.notify.duties import describe_duty
from services.notify.models import Decision, Duty, Incident, Referral
from shared.encryption import unseal_json

ATTEMPTS = text("""
    SELECT d.id::text AS delivery, d.channel, a.number, a.started_at, a.finished_at, a.outcome, a.answer, a.sha256
      FROM deliveries d JOIN delivery_attempts a ON a.delivery_id = d.id WHERE d.duty_id = :duty ORDER BY a.started_at, a.number
""")
NAME = text("SELECT name FROM people WHERE id = :id")
MESSAGES = text("""
    SELECT id::text, channel, status, sha256, sent_at, acknowledged_at, acknowledgement, body
      FROM deliveries WHERE duty_id = :duty ORDER BY created_at
""")
PACK = text("""
    SELECT id::text, sha256, body FROM deliveries WHERE duty_id = :duty ORDER BY status = 'cancelled', created_at LIMIT 1
""")


def describe_incident(session: Session, incident: Incident, *, whole: bool) -> dict[str, Any]:
    """An incident; `whole` adds its referrals, decisions, duties and those it may be the same as."""
    shown: dict[str, Any] = {
        "id": incident.id,
        "reference": incident.reference,
        "status": incident.status,
        "occurred_on": incident.occurred_on,
        "authority_aware_at": incident.authority_aware_at,
        "notified_at": incident.notified_at,
        "merged_into": incident.merged_into,
        "assessment": incident.assessment,
    }
    if whole:
        shown["possible_duplicates"] = [asdict(other) for other in alike_to(session, incident)]
        shown["referrals"] = [describe_referral_briefly(referral) for referral in _referrals(session, incident.id)]
        shown["decisions"] = [describe_decision(session, each) for each in _decisions(session, incident.id)]
        shown["duties"] = duties_of(session, incident.id)
    return shown


def describe_referral(session: Session, referral: Referral) -> dict[str, Any]:
    """A referral as it was sent, with what became of it."""
    incident = session.get_one(Incident, referral.incident_id)
    return describe_referral_briefly(referral) | {
        "referral": {name: part for name, part in referral.body.items() if name != "documents"},
        "documents": described(session, documents_of(referral.body)),
        "incident": describe_incident(session, incident, whole=False) | {"possible_duplicates": []},
        "duties": duties_of(session, incident.id),
    }


def describe_referral_briefly(referral: Referral) -> dict[str, Any]:
    return {
        "id": referral.id,
        "reference": referral.reference,
        "incident_id": referral.incident_id,
        "agency": referral.agency_id,
        "agency_reference": referral.agency_reference,
        "submitted_at": referral.submitted_at,
        "version": referral.version,
    }


def _referrals(session: Session, incident_id: str) -> list[Referral]:
    return list(
        session.scalars(select(Referral).where(Referral.incident_id == incident_id).order_by(Referral.submitted_at))
    )


def _decisions(session: Session, incident_id: str) -> list[Decision]:
    return list(
        session.scalars(select(Decision).where(Decision.incident_id == incident_id).order_by(Decision.decided_at))
    )


def describe_decision(session: Session, decision: Decision) -> dict[str, Any]:
    names = ("id", "incident_id", "outcome", "reasons", "agreed_by", "decided_by", "decided_at")
    person = session.scalar(NAME, {"id": decision.person_id}) if decision.person_id else None
    return {name: getattr(decision, name) for name in names} | {"person": person}


def duties_of(session: Session, incident_id: str) -> list[dict[str, Any]]:
    """The duties of an incident, soonest first."""
    statement = select(Duty).where(Duty.incident_id == incident_id).order_by(Duty.due_at, Duty.id)
    return [describe_duty(duty) for duty in session.scalars(statement)]


def describe_duty_whole(session: Session, duty: Duty) -> dict[str, Any]:
    """A duty with every attempt and the evidence: what was sent, when, over what, and the answer."""
    messages = [dict(row) for row in session.execute(MESSAGES, {"duty": duty.id}).mappings()]
    for message in messages:
        message.pop("body")
    attempts = [dict(row) for row in session.execute(ATTEMPTS, {"duty": duty.id}).mappings()]
    return describe_duty(duty) | {"deliveries": messages, "attempts": attempts}


def pack_of(session: Session, duty: Duty) -> dict[str, Any] | None:
    """What a person is to enter in the national system or to send for a duty, as it stands now; None if nothing."""
    sealed = session.execute(PACK, {"duty": duty.id}).first()
    document = unseal_json(bytes(sealed.body), "deliveries.body")["document"] if sealed else None
    if sealed is None or document is None:
        return None
    return {
        "duty_id": duty.id,
        "recipient": duty.recipient,
        "delivery_id": sealed.id,
        "sha256": sealed.sha256,
        "document": document,
    }
