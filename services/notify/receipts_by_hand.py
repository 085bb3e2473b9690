"""A person's word that a recipient has what it was sent: the reference that the national system or a mailbox gave."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from services.notify.arising import panel_document
from services.notify.duties import DECIDE, holding_incidents_of
from services.notify.models import Decision, Duty, Incident
from services.notify.notifying import (
    CANCEL,
    IN_ERROR,
    TELLING,
    facts_of_incident,
    tell_again,
    told_recipients,
    withdrawal_document,
)
from services.notify.receipts import discharge
from services.notify.referrals import ALREADY_TOLD, assess_bodies, bodies_of
from services.notify.threshold import decided_to_notify
from shared import audit, clock
from shared.calendar import london_day
from shared.database import see_as
from shared.delivery.deliveries import acknowledge
from shared.exchange import in_one_exchange
from shared.identity.viewer import SYSTEM, Viewer
from shared.web.problems import conflict, not_found, refused

TOLD_OF_CASES = (*TELLING, "follow-up")
# The facts as they now stand first.
PREPARED = """
    SELECT id::text, sha256, status, channel, attempts, created_at FROM deliveries WHERE duty_id = :duty
     ORDER BY status = 'cancelled', created_at DESC
"""
HOLD_PREPARED = text(PREPARED + " FOR UPDATE")


@dataclass(frozen=True)
class Given:
    """The `reference` a recipient gave, and when; `sha256` of the pack that was sent, where there were several."""

    reference: str
    received_at: datetime
    sha256: str | None = None


def packs_prepared(session: Session, duty_id: str) -> dict[str, datetime]:
    """What was prepared for a duty: when, by SHA-256, the facts as they now stand first."""
    found = session.execute(text(PREPARED), {"duty": duty_id}).all()
    return {row.sha256: row.created_at for row in found}


def may_have_gone(session: Session, duty: Duty) -> bool:
    """Whether a receipt can be recorded: it was sent or prepared, or a person may have sent it where no machine could,
    or before it was cancelled. To decide is not to tell somebody: it has none."""
    if duty.rule == DECIDE:
        return False
    prepared = session.execute(text(PREPARED), {"duty": duty.id}).all()
    if duty.status == "pending":
        return any(row.attempts for row in prepared)
    if duty.status != "cancelled":
        return duty.status in ("sent", "waiting-for-person")
    if duty.rule not in TOLD_OF_CASES:
        return False
    again = select(Duty.id).where(
        Duty.concerns == duty.concerns,
        Duty.rule == duty.rule,
        Duty.recipient == duty.recipient,
        Duty.status != "cancelled",
    )
    return any(row.channel == "portal" or row.attempts for row in prepared) and not session.scalar(again.limit(1))


def record_receipt(session: Session, viewer: Viewer, duty_id: str, given: Given) -> Duty:
    """A person records the reference that a recipient (the national system, a mailbox) gave for a duty.

    What was sent counts, not what stands now: where the facts were corrected meanwhile, a follow-up arises; where the
    duty was cancelled meanwhile, its withdrawal. Raises 404, 409 (nothing was sent or prepared yet, or it is a decision)
    and 422 (a time in the future, or not said which of several packs was sent) problems.
    """
    see_as(session, SYSTEM)
    in_one_exchange(session, holding_incidents_of([duty_id]))
    prepared = session.execute(HOLD_PREPARED, {"duty": duty_id}).all()
    duty = session.scalar(select(Duty).where(Duty.id == duty_id).with_for_update())
    if duty is None:
        raise not_found()
    if duty.status == "discharged" and duty.evidence == given.reference:
        return duty
    _check(session, duty, given)
    sent = _sent_of(prepared, given.sha256)
    cancelled = duty.status == "cancelled"
    if sent:
        acknowledge(session, sent.id, given.reference, given.received_at)
    other_facts = bool(sent) and sent.sha256 != prepared[0].sha256
    if other_facts or duty.status == "pending":
        session.execute(
            CANCEL, {"duties": [duty.id]}
        )  # what stands beside it was not sent, and is not to be sent twice
    discharge(session, viewer.actor, duty_id, given.received_at, given.reference)
    session.flush()
    session.refresh(duty)
    if duty.rule in TOLD_OF_CASES and (cancelled or other_facts):
        _tell_what_came_after(session, viewer, duty, cancelled=cancelled)
    return duty


def _check(session: Session, duty: Duty, given: Given) -> None:
    if duty.rule == DECIDE:
        raise conflict("This duty is to decide: record the decision on its incident, which discharges it.")
    if given.received_at > clock.now():
        raise refused("/received_at", "Give the time at which the reference was received; it cannot be in the future.")
    if not may_have_gone(session, duty):
        raise conflict(f"This duty is {duty.status}: a receipt can be recorded once it was sent or prepared.")


def _sent_of(prepared: Any, sha256: str | None) -> Any:
    """The message that was sent: the one named, or the only one."""
    if sha256 is None and len({row.sha256 for row in prepared}) > 1:
        raise refused("/sha256", "The facts were corrected after this was prepared. Say which you sent.")
    fitting = [row for row in prepared if sha256 in (None, row.sha256)]
    if sha256 and not fitting:
        raise refused("/sha256", "Give the sha256 of a pack that was prepared for this duty.")
    return fitting[0] if fitting else None


def _tell_what_came_after(session: Session, viewer: Viewer, duty: Duty, *, cancelled: bool) -> None:
    """Whoever was sent what no longer stands is told what does."""
    now = clock.now()
    incident = session.get_one(Incident, duty.incident_id)
    if cancelled and duty.recipient not in told_recipients(session, incident):
        return  # it is told of the withdrawal already
    if cancelled:
        rule, document = "withdrawal", withdrawal_document(incident, _why_cancelled(session, incident), now)
    else:
        bodies = bodies_of(session, incident.id)
        assessment = assess_bodies(bodies, london_day(now))
        assessment = decided_to_notify(assessment) if incident.status in ALREADY_TOLD else assessment
        facts = facts_of_incident(session, incident)
        rule, document = "follow-up", panel_document(session, facts, assessment, bodies, "follow-up")
    audit.append(session, *tell_again(session, incident, rule, [duty.recipient], document, now, viewer))


def _why_cancelled(session: Session, incident: Incident) -> str:
    if incident.merged_into:
        return f"The same incident as {session.get_one(Incident, incident.merged_into).reference}."
    withdrawn = select(Decision).where(Decision.incident_id == incident.id, Decision.outcome == "withdrawn")
    last = session.scalar(withdrawn.order_by(Decision.decided_at.desc()).limit(1))
    return last.reasons if last and incident.status not in ALREADY_TOLD else IN_ERROR
