"""Evidence that a recipient has what it was sent: a signed callback, the document fetched, or a person's word."""

from collections.abc import Callable, Mapping
from datetime import datetime

import structlog
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from services.notify.duties import DECIDE, NOTIFYING, Move, entries_for, holding_incidents_of, move_duties
from services.notify.models import Duty
from services.notify.notified import note_notified, reading_notified
from shared import audit, clock
from shared.database import see_as
from shared.delivery.deliveries import acknowledge
from shared.delivery.signing import SignatureWrong, verify
from shared.exchange import each_in_one_exchange, in_one_exchange
from shared.identity.viewer import SYSTEM, Viewer
from shared.partnership import partnership
from shared.web.problems import Problem, conflict, not_found, refused

log = structlog.get_logger()

Signs = Callable[[str], bool]

SEEN = text("INSERT INTO received_callbacks VALUES (:id, :now) ON CONFLICT DO NOTHING RETURNING webhook_id")
DELIVERY = text("SELECT id::text, duty_id::text, recipient FROM deliveries WHERE id = :id")
LATEST = text("SELECT id::text FROM deliveries WHERE duty_id = :duty ORDER BY created_at DESC LIMIT 1 FOR UPDATE")


def verified(headers: Mapping[str, str], body: bytes, recipient_secrets: list[str]) -> str:
    """The callback's id, once its signature on the raw bytes holds. Raises a 401 problem."""
    try:
        return verify(recipient_secrets, headers, body)
    except SignatureWrong as error:
        log.warning("callback.refused", reason=str(error))
        raise Problem(401, f"The signature does not hold. {error}") from None


def signed_by(headers: Mapping[str, str], body: bytes) -> Signs:
    """Whether a secret is the one that a callback was signed with."""

    def signs(secret: str) -> bool:
        try:
            verify([secret], headers, body)
        except SignatureWrong:
            return False
        return bool(secret)

    return signs


def gateway_secrets() -> list[str]:
    """The secrets by which recipients' gateways sign; several while one is rotated."""
    here = partnership()
    return sorted({secret for each in here.recipients if (secret := here.secret_of(each.recipient))})


def receive_receipt(
    session: Session, webhook_id: str, delivery_id: str, receipt: str, received_at: datetime, signs: Signs
) -> None:
    """Record a gateway's receipt, once; a repeat changes nothing.

    `signs` says whether a secret is that of the callback. Raises a 404 problem for a delivery that we never made, or
    that went to another recipient than the one who signed.
    """
    if session.execute(SEEN, {"id": webhook_id, "now": clock.machine_now()}).first() is None:
        return
    delivery = session.execute(DELIVERY, {"id": delivery_id}).first()
    if delivery is None or not signs(partnership().secret_of(delivery.recipient)):
        log.error("callback.unknown_delivery", delivery=delivery_id)
        raise not_found()
    if delivery.duty_id:
        in_one_exchange(session, holding_incidents_of([delivery.duty_id]))
    news = acknowledge(session, delivery_id, receipt, received_at)
    if news and delivery.duty_id:
        discharge(session, delivery.recipient, delivery.duty_id, received_at, receipt)


def discharge(session: Session, who: str, duty_id: str, at: datetime, evidence: str) -> Duty | None:
    """Discharge a duty with its evidence, and do what follows from a notification that has now been sent."""
    changed = move_duties(session, [Move(duty_id, "discharge", at, evidence)])
    reading = reading_notified([duty.id for duty in changed if duty.rule in NOTIFYING])
    read = each_in_one_exchange(session, *reading) if reading else []
    entries = entries_for(who, changed) + note_notified(session, changed, read)
    if entries:
        audit.append(session, *entries)
    return changed[0] if changed else None


def record_receipt(session: Session, viewer: Viewer, duty_id: str, reference: str, received_at: datetime) -> Duty:
    """A person records the reference that a recipient (the national system, a mailbox) gave for a duty.

    Raises 404, 409 (nothing was sent or prepared yet, it is cancelled, or it is a decision) and 422 (a time in the
    future) problems.
    """
    see_as(session, SYSTEM)
    in_one_exchange(session, holding_incidents_of([duty_id]))
    latest = session.execute(LATEST, {"duty": duty_id}).scalar()
    duty = session.scalar(select(Duty).where(Duty.id == duty_id).with_for_update())
    if duty is None:
        raise not_found()
    if duty.rule == DECIDE:
        raise conflict("This duty is to decide: record the decision on its incident, which discharges it.")
    if received_at > clock.now():
        raise refused("/received_at", "Give the time at which the reference was received; it cannot be in the future.")
    if duty.status == "discharged" and duty.evidence == reference:
        return duty
    if duty.status not in ("sent", "waiting-for-person"):
        raise conflict(f"This duty is {duty.status}: a receipt can be recorded once it was sent or prepared.")
    if latest:
        acknowledge(session, latest, reference, received_at)
    discharge(session, viewer.actor, duty_id, received_at, reference)
    session.refresh(duty)
    return duty
