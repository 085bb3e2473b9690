"""Telling several recipients of one thing that review or publish said, each under a duty; events that overtake each other."""

from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from services.notify.arising import told
from services.notify.models import Duty
from shared import audit
from shared.database import insert_rows
from shared.delivery.deliveries import add_deliveries
from shared.events.catalogue import Event
from shared.inbox import heard_later

# Two events of one publication, heard at once after an outage, take turns: the second sees what the first heard.
TAKE_TURN = text("SELECT pg_advisory_xact_lock(hashtextextended(:subject, 0))")


def take_turn(session: Session, event: Event) -> None:
    session.execute(TAKE_TURN, {"subject": event.subject})


def overtaken_by(session: Session, event: Event, kind: str) -> bool:
    """Whether a later event of this kind, of the same publication, was heard before this one; takes its turn to look."""
    take_turn(session, event)
    return heard_later(session, event, kind)


def tell_all(
    session: Session,
    event: Event,
    rule: str,
    recipients: list[str],
    runs_from: str,
    document: dict[str, Any],
    about: str,
) -> None:
    """Let a duty to tell arise for each recipient, with its messages, about what happened at `runs_from` (RFC 3339)."""
    facts = {"id": event.data["incident_id"], "reference": event.data["reference"]}
    moment = time_of(runs_from)
    pairs = [told(session, facts, rule, who, moment, document, purpose=rule, concerns=about) for who in recipients]
    if not pairs:
        return
    insert_rows(session, [(Duty, [duty]) for duty, _ in pairs])
    add_deliveries(session, [message for _, messages in pairs for message in messages])
    audit.append(session, *(audit.Entry("system", "duty-arose", f"duty:{duty['id']}", rule) for duty, _ in pairs))


def time_of(written: str) -> datetime:
    return datetime.fromisoformat(written)
