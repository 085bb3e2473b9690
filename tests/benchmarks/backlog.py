"""Deliveries that wait to be sent, each with the duty that it discharges, made by the system's own functions."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from services.notify.duties import duty_values
from services.notify.models import Duty, Incident
from shared.database import insert_rows, new_id
from shared.delivery.deliveries import DeliveryRow, delivery_values, payload_of
from shared.delivery.signing import signed_headers
from shared.partnership import partnership
from tests.benchmarks.bodies import referral

PANEL = "panel"
AT_ONCE = 250  # rows in one statement


@dataclass(frozen=True)
class Letter:
    """One signed message for the bare posts that are the reference: the same address and size as our own."""

    address: str
    payload: bytes
    headers: dict[str, str]


def letters(count: int) -> list[Letter]:
    recipient = partnership().recipient(PANEL)
    payload = payload_of({"document": referral()})
    return [_letter(recipient.address, payload, partnership().secret_of(PANEL)) for _ in range(count)]


def _letter(address: str, payload: bytes, secret: str) -> Letter:
    delivery_id = new_id()
    headers = {"Content-Type": "application/json", "Idempotency-Key": delivery_id}
    return Letter(address, payload, headers | signed_headers(secret, delivery_id, payload))


def add_backlog(session: Session, count: int, urgency: int = 4) -> None:
    """Incidents whose follow-up notification to the Panel is due now: one duty and one delivery each.

    A follow-up, since a first notification brings further duties of its own and would be counted twice.
    """
    for start in range(0, count, AT_ONCE):
        rows = [_rows(urgency) for _ in range(min(AT_ONCE, count - start))]
        columns = zip(*rows, strict=True)
        insert_rows(session, list(zip((Incident, Duty, DeliveryRow), map(list, columns), strict=True)))


def _rows(urgency: int) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    now, incident_id = datetime.now(UTC), new_id()
    about = f"incident:{incident_id}"
    incident = {
        "id": incident_id,
        "reference": f"INC-{incident_id}",
        "status": "notified",
        "assessment": {"outcome": "must-notify", "kinds": ["serious-harm"], "reasons": []},
        "occurred_on": now.date(),
        "authority_aware_at": now,
        "created_at": now,
    }
    duty = duty_values("follow-up", PANEL, concerns=about, runs_from=now, incident_id=incident_id)
    delivery = delivery_values(
        purpose="follow-up",
        concerns=about,
        recipient=PANEL,
        channel="https",
        address=partnership().recipient(PANEL).address,
        reference=f"INC-{incident_id}",
        body={"document": referral(), "text": ""},
        duty_id=duty["id"],
        urgency=urgency,
    )
    return incident, duty, delivery
