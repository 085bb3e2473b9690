"""Events that leave a service: a row in the transaction of its cause, sent until the consumer confirms it.

Sent is not received: only the consumer's confirmation, sent after its own commit, ends the sending.
"""

import base64
import secrets
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from itertools import groupby
from typing import Any

import structlog
from sqlalchemy import text
from sqlalchemy.orm import Session

from shared import clock
from shared.database import new_id
from shared.encryption import seal_json
from shared.events.catalogue import CATALOGUE, CatalogueWrong
from shared.exchange import Turn, call_with_commit
from shared.handing_over import hand_over
from shared.logs import request_id
from shared.service import Service, do_after_commit, ring_after_commit

log = structlog.get_logger()

BATCH = 100  # how many are claimed at once
TOGETHER = 10  # how many go in one message: each message costs more than most reactions
FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(minutes=10)


Saying = tuple[str, str, dict[str, Any]]


def emit(session: Session, service: Service, kind: str, subject: str, data: dict[str, Any]) -> None:
    """Put one event into the outbox; see `emit_all`."""
    emit_all(session, service, [(kind, subject, data)])


def emit_all(session: Session, service: Service, sayings: Sequence[Saying]) -> None:
    """Put events (kind, subject, data) into the outbox with the change that caused them.

    `subject` names the record (`incident:<id>`); numbers count within it. Raises `CatalogueWrong` where data do not
    fit their contract or an event is not this service's to say.
    """
    for saying in sayings:
        row = _row(service, *saying)
        call_with_commit(session, Turn.EVENT, "emit_event", *row)
        if CATALOGUE[saying[0]].at_once:
            _to_say_at_once(session, service).append(row[0])
        ring_after_commit(session, "relay_outbox")


def _row(service: Service, kind: str, subject: str, data: dict[str, Any]) -> tuple[Any, ...]:
    event = CATALOGUE[kind]
    if event.source != service.name:
        raise CatalogueWrong(f"{kind} is said by {event.source}, not by {service.name}.")
    if errors := event.contract.validate(data):
        raise CatalogueWrong(f"{kind} does not fit its contract at {', '.join(sorted(map(str, errors)))}.")
    event_id, consumers = new_id(), list(event.heard_by)
    sealed = seal_json(data, f"event:{event_id}")
    return event_id, kind, subject, clock.now(), request_id(), sealed, consumers, clock.machine_now()


UNCONFIRMED = """
    SELECT d.consumer, e.id, e.type, e.subject, e.sequence, e.occurred_at, e.request_id, e.data
      FROM events e JOIN event_deliveries d ON d.event_id = e.id
     WHERE e.id = ANY(CAST($1 AS uuid[])) AND d.confirmed_at IS NULL ORDER BY e.subject, e.sequence
"""


def _to_say_at_once(session: Session, service: Service) -> list[str]:
    """The events, by id, that are handed over together after this transaction's commit."""
    if "at_once" not in session.info:
        session.info["at_once"] = []
        do_after_commit(session, partial(_say_at_once, service, session.info["at_once"]))
    events: list[str] = session.info["at_once"]
    return events


def _say_at_once(service: Service, events: Sequence[str]) -> None:
    """Hand events to their consumers now. Whoever cannot take one hears of it, and of the rest, over the queue."""
    silent: set[str] = set()
    for row in service.database.at_once(UNCONFIRMED, list(events)):
        if row.consumer in silent:
            continue
        if hand_over(row.consumer, _envelope(service, row)):
            confirm(service, [str(row.id)], row.consumer)
        else:
            silent.add(row.consumer)


CLAIM = """
    UPDATE event_deliveries d
       SET attempts = d.attempts + 1,
           due_at = $1::timestamptz + least($2::interval * power(2, least(d.attempts, 12)), $3::interval) * (0.75 + $4::float8)
      FROM (SELECT event_id, consumer FROM event_deliveries WHERE confirmed_at IS NULL AND due_at <= $1
             ORDER BY due_at LIMIT $5 FOR UPDATE SKIP LOCKED) AS due
      JOIN events e ON e.id = due.event_id
     WHERE d.event_id = due.event_id AND d.consumer = due.consumer
    RETURNING d.consumer, e.id, e.type, e.subject, e.sequence, e.occurred_at, e.request_id, e.data
"""
OF_BATCH = "(event_id, consumer) IN (SELECT * FROM unnest($2::uuid[], $3::text[]))"
MARK_SENT = f"UPDATE event_deliveries SET sent_at = $1 WHERE {OF_BATCH} AND sent_at IS NULL"  # noqa: S608  # the constant above
PUT_BACK = f"""
    UPDATE event_deliveries SET due_at = $1, attempts = attempts - 1 WHERE {OF_BATCH} AND confirmed_at IS NULL
"""  # noqa: S608  # the constant above
CONFIRM = """
    UPDATE event_deliveries SET confirmed_at = $1 WHERE event_id = ANY($2::uuid[]) AND consumer = $3 AND confirmed_at IS NULL
"""


def relay(service: Service) -> int:
    """Send what is due to its consumers' queues, until nothing is; returns how many events went.

    Claimed in one short transaction, sent with none open, marked in a second. Where the broker cannot be reached the
    claim is given back, and the next sweep tries again.
    """
    from kombu.exceptions import OperationalError  # only a worker relays; a web process starts without Celery

    sent = 0
    while batch := _claim(service):
        try:
            for consumer, rows in _in_messages(batch):
                envelopes = [_envelope(service, row) for row in rows]
                service.celery.send_task(f"{consumer}.receive_events", [envelopes], queue=consumer, retry=False)
        except (OperationalError, OSError) as error:
            log.warning("outbox.broker_unreachable", waiting=len(batch), error=type(error).__name__)
            _mark(service, PUT_BACK, batch, clock.machine_now() + timedelta(seconds=1))
            return sent
        _mark(service, MARK_SENT, batch, clock.machine_now())
        sent += len(batch)
    return sent


def _claim(service: Service) -> list[Any]:
    now, jitter = clock.machine_now(), secrets.randbelow(500) / 1000
    return service.database.at_once(CLAIM, now, FIRST_PAUSE, LONGEST_PAUSE, jitter, BATCH)


def _in_messages(batch: list[Any]) -> Iterator[tuple[str, list[Any]]]:
    """What goes together: a few events to one consumer, in the order in which they happened."""
    ordered = sorted(batch, key=lambda row: (row.consumer, row.occurred_at, row.subject, row.sequence))
    for consumer, rows in groupby(ordered, key=lambda row: row.consumer):
        waiting = list(rows)
        for first in range(0, len(waiting), TOGETHER):
            yield consumer, waiting[first : first + TOGETHER]


def _mark(service: Service, statement: str, batch: list[Any], moment: datetime) -> None:
    service.database.at_once(statement, moment, [row.id for row in batch], [row.consumer for row in batch])


def _envelope(service: Service, row: Any) -> dict[str, Any]:
    """The event as CloudEvents 1.0, its data sealed."""
    return {
        "specversion": "1.0",
        "id": str(row.id),
        "source": service.name,
        "type": row.type,
        "subject": row.subject,
        "sequence": row.sequence,
        "time": row.occurred_at.isoformat(),
        "dataschema": f"urn:safeguarding-reviews:{row.type}:1",
        "datacontenttype": "application/octet-stream",
        "data_base64": base64.b64encode(row.data).decode(),
        "requestid": row.request_id,
    }


def confirm(service: Service, event_ids: list[str], consumer: str) -> None:
    """Note that a consumer has events, with their effects, durably. A repeat changes nothing."""
    service.database.at_once(CONFIRM, clock.machine_now(), event_ids, consumer)


AGAIN = "UPDATE event_deliveries SET confirmed_at = NULL, attempts = 0, due_at = :now WHERE {which} RETURNING consumer"


def replay(session: Session, event_id: str) -> int:
    """Make an event due again for all its consumers, who will know it if they had it; how many it goes to."""
    return _again(session, "event_id = :of", event_id)


def replay_since(session: Session, moment: datetime) -> int:
    """Make all that was said since a moment due again, confirmed or not; how many are to be confirmed.

    For a consumer whose database is older than what it once confirmed: a restored one.
    """
    return _again(session, "created_at >= :of", moment)


def _again(session: Session, which: str, of: object) -> int:
    found = session.execute(text(AGAIN.format(which=which)), {"now": clock.machine_now(), "of": of}).all()
    ring_after_commit(session, "relay_outbox")
    return len(found)


def pending(session: Session) -> list[dict[str, Any]]:
    """What no consumer has confirmed yet, oldest first."""
    statement = text(
        "SELECT e.id::text, e.type, e.subject, d.consumer, d.created_at, d.attempts, d.due_at FROM event_deliveries d "
        "JOIN events e ON e.id = d.event_id WHERE d.confirmed_at IS NULL ORDER BY d.created_at"
    )
    return [dict(row) for row in session.execute(statement).mappings()]
