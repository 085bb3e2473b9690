"""What notify makes of its messages' outcomes: duties move, an incident counts as notified, people are called."""

from collections.abc import Sequence
from typing import Any

import structlog
from sqlalchemy.orm import Session

from services.notify.duties import RULE_OF, Move, entries_for, holding, holding_incidents_of, move_held
from services.notify.enclosing import enclosed_with
from services.notify.messages import warn_contacts
from services.notify.notified import note_notified, reading_notified
from services.notify.service import SERVICE
from shared import audit
from shared.delivery.deliveries import Reading, Recorded, Result, add_deliveries
from shared.delivery.dispatching import dispatch_due as dispatch
from shared.delivery.outcomes import AlreadyReceived, Delivered
from shared.exchange import Rows
from shared.partnership import partnership

log = structlog.get_logger()

STEPS = {"sent": "send", "acknowledged": "discharge", "rejected": "call-person"}


def dispatch_due() -> int:
    """Send what is due and record what came of it; returns the number of attempts."""
    return dispatch(SERVICE, record_effects, reads, enclosed_with)


def reads(results: Sequence[Result]) -> Reading:
    """Incidents are held before the messages, and duties after them, the order that everybody keeps."""
    sent = [result.delivery for result in results if result.delivery.duty_id]
    duties = [str(each.duty_id) for each in sent]
    if not duties:
        return Reading()
    notifying = [str(each.duty_id) for each in sent if each.purpose == "notification" and each.recipient in RULE_OF]
    return Reading([holding_incidents_of(duties)], [holding(duties), *reading_notified(notifying)])


def record_effects(session: Session, recorded: Sequence[Recorded], read: Rows) -> None:
    """In the transaction that records attempts: move their duties, and call a person where nobody will take them."""
    held, *of_incidents = read or [[]]
    settled = [one for one in recorded if one.moved]
    moves = [_move(one) for one in settled if one.result.delivery.duty_id]
    changed = move_held(session, held, moves)
    refused = [one for one in settled if one.status == "rejected"]
    warnings = [row for one in refused for row in _call_person(one)]
    if warnings:
        add_deliveries(session, warnings)
    entries = entries_for("system", changed) + [
        audit.Entry("system", f"delivery-{one.status}", f"delivery:{one.result.delivery.id}") for one in settled
    ]
    entries += note_notified(session, changed, of_incidents)
    if entries:
        audit.append(session, *entries)


def _move(one: Recorded) -> Move:
    delivery, outcome = one.result.delivery, one.result.outcome
    step = STEPS[one.status]
    enough = partnership().recipient(delivery.recipient).receipt == "not-awaited"
    if step == "send" and enough:
        step = "discharge"
    receipt = outcome.receipt if isinstance(outcome, Delivered | AlreadyReceived) else None
    at = one.result.finished_at if step == "discharge" else one.result.started_at
    evidence = receipt or (f"handed over, {delivery.id}" if step == "discharge" else None)
    return Move(str(delivery.duty_id), step, at, evidence)


def _call_person(one: Recorded) -> list[dict[str, Any]]:
    delivery = one.result.delivery
    if delivery.purpose == "warning":  # a warning about a warning's address would go to the same address
        log.error("warning.refused", delivery=delivery.id)
        return []
    sentence = (
        "A message was refused by its recipient and will not be sent again by itself. Look at the duty and tell them."
    )
    return warn_contacts(f"delivery:{delivery.id}", delivery.reference, sentence)
