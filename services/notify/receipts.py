"""Evidence that a recipient has what it was sent: a signed callback, the document fetched, or a person's word."""

from collections.abc import Callable, Mapping
from datetime import datetime

import structlog
from sqlalchemy import text
from sqlalchemy.orm import Session

from services.notify.duties import NOTIFYING, Move, entries_for, holding_incidents_of, move_duties
from services.notify.models import Duty
from services.notify.notified import note_notified, reading_notified
from shared import audit, clock
from shared.delivery.deliveries import acknowledge
from shared.delivery.signing import SignatureWrong, verify
from shared.exchange import each_in_one_exchange, in_one_exchange
from shared.partnership import partnership
from shared.web.problems import Problem, not_found

log = structlog.get_logger()

Signs = Callable[[str], bool]

SEEN = text("INSERT INTO received_callbacks VALUES (:id, :now) ON CONFLICT DO NOTHING RETURNING webhook_id")
DELIVERY = text("SELECT id::text, duty_id::text, recipient FROM deliveries WHERE id = :id")


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
