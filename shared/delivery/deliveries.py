"""Deliveries: one row per message to the outside, claimed, sent with no transaction open, and recorded.

A claim is a lease by the machine's clock; the moment a delivery is due is by the clock of cases. The same id goes with
every attempt, so a lost answer costs a repeat that the other side knows.
"""

import hashlib
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from shared import clock
from shared.database import Database, insert_rows, new_id
from shared.delivery.outcomes import AlreadyReceived, Delivered, Outcome, Rejected, RetryAfter, answer_of, name_of
from shared.delivery.states import STATES
from shared.encryption import Encrypted, seal_json, unseal_json
from shared.exchange import (
    BY_KEYS,
    Rows,
    Statement,
    columns_of,
    each_in_one_exchange,
    in_one_exchange,
    write_with_commit,
)
from shared.logs import request_id
from shared.service import ring_after_commit
from shared.settings import settings

FIRST_PAUSE = 2.0
LONGEST_PAUSE = 900.0
LONGEST_ADDRESS_PAUSE = 60.0


class FloorModel(DeclarativeBase):
    """Mapped tables of the floor."""


class DeliveryRow(FloorModel):
    __tablename__ = "deliveries"
    id: Mapped[str] = mapped_column(primary_key=True)
    purpose: Mapped[str]
    concerns: Mapped[str]
    duty_id: Mapped[str | None]
    recipient: Mapped[str]
    channel: Mapped[str]
    address: Mapped[str]
    reference: Mapped[str]
    body: Mapped[dict[str, Any]] = mapped_column(Encrypted("deliveries.body"))
    sha256: Mapped[str]
    attachments: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    urgency: Mapped[int]
    status: Mapped[str]
    due_at: Mapped[datetime]
    created_at: Mapped[datetime]
    request_id: Mapped[str | None]


@dataclass(frozen=True, slots=True)
class Delivery:
    """A claimed delivery. `body` holds `document` (for a gateway, or to be fetched) and `text` (the e-mail's words)."""

    id: str
    purpose: str
    concerns: str
    duty_id: str | None
    recipient: str
    channel: str
    address: str
    reference: str
    body: dict[str, Any]
    sha256: str
    attachments: list[dict[str, Any]]
    urgency: int
    attempts: int
    request_id: str | None

    def payload(self) -> bytes:
        return payload_of(self.body)


@dataclass(frozen=True, slots=True)
class Result:
    """One attempt and what came of it; times by the clock of cases."""

    delivery: Delivery
    started_at: datetime
    finished_at: datetime
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Recorded:
    """A delivery after its result was stored. `moved` is false where the result changed nothing."""

    result: Result
    status: str
    moved: bool


def payload_of(body: dict[str, Any]) -> bytes:
    """The bytes that are sent and whose SHA-256 is the evidence."""
    document = body.get("document")
    return orjson.dumps(document, option=orjson.OPT_SORT_KEYS) if document is not None else str(body["text"]).encode()


def delivery_values(
    *,
    purpose: str,
    concerns: str,
    recipient: str,
    channel: str,
    address: str,
    reference: str,
    body: dict[str, Any],
    duty_id: str | None = None,
    attachments: Sequence[dict[str, Any]] = (),
    urgency: int = 5,
    due_at: datetime | None = None,
    delivery_id: str | None = None,
) -> dict[str, Any]:
    """The row of a new delivery, for `insert_rows`. Lower `urgency` goes first; `portal` waits for a person."""
    now = clock.now()
    return {
        "id": delivery_id or new_id(),
        "purpose": purpose,
        "concerns": concerns,
        "duty_id": duty_id,
        "recipient": recipient,
        "channel": channel,
        "address": address,
        "reference": reference,
        "body": body,
        "sha256": hashlib.sha256(payload_of(body)).hexdigest(),
        "attachments": list(attachments),
        "urgency": urgency,
        "status": "waiting-for-person" if channel == "portal" else "pending",
        "due_at": due_at or now,
        "created_at": now,
        "request_id": request_id(),
    }


def add_deliveries(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Store new deliveries and ring for the dispatcher after the commit."""
    insert_rows(session, [(DeliveryRow, rows)])
    ring_after_commit(session, "dispatch_due")


OPEN_BODY = text("SELECT body FROM deliveries WHERE id = :id FOR UPDATE")
REPLACE_BODY = text("UPDATE deliveries SET body = :body, sha256 = :sha256 WHERE id = :id")


def replace_document(session: Session, delivery_id: str, document: dict[str, Any], in_words: str) -> None:
    """Put another document into a delivery that nobody can have received yet; the caller has made sure of that."""
    sealed = session.execute(OPEN_BODY, {"id": delivery_id}).scalar_one()
    body = unseal_json(bytes(sealed), "deliveries.body")
    body |= {"document": document} | ({"in_words": in_words} if "in_words" in body else {})
    digest = hashlib.sha256(payload_of(body)).hexdigest()
    session.execute(REPLACE_BODY, {"id": delivery_id, "body": seal_json(body, "deliveries.body"), "sha256": digest})


CANCEL_ONE = text("UPDATE deliveries SET status = 'cancelled' WHERE id = :id")
PREPARE_ANEW = text("""
    INSERT INTO deliveries (id, purpose, concerns, duty_id, recipient, channel, address, reference, body, sha256,
                            attachments, urgency, status, due_at, created_at, request_id)
    SELECT :new, purpose, concerns, duty_id, recipient, 'portal', address, reference, :body, :sha256,
           attachments, urgency, 'waiting-for-person', :now, :now, request_id FROM deliveries WHERE id = :id
""")


def prepare_anew(session: Session, delivery_id: str, document: dict[str, Any]) -> None:
    """Put another document beside one that a person may be telling by hand: the former stays, cancelled, as what they
    may have told. Nothing is done where it says the same.
    """
    body = unseal_json(bytes(session.execute(OPEN_BODY, {"id": delivery_id}).scalar_one()), "deliveries.body")
    former = payload_of(body)
    body |= {"document": document}
    if payload_of(body) == former:
        return
    digest = hashlib.sha256(payload_of(body)).hexdigest()
    session.execute(CANCEL_ONE, {"id": delivery_id})
    new = {"id": delivery_id, "new": new_id(), "now": clock.now(), "sha256": digest}
    session.execute(PREPARE_ANEW, new | {"body": seal_json(body, "deliveries.body")})


COLUMNS = "id::text, purpose, concerns, duty_id::text, recipient, channel, address, reference, body, sha256, attachments, urgency, attempts, request_id"
CLAIM = f"""
    UPDATE deliveries SET claimed_at = $1, attempts = attempts + 1
     WHERE id IN (SELECT id FROM deliveries
                   WHERE status = 'pending' AND due_at <= $2 AND (claimed_at IS NULL OR claimed_at < $3)
                     AND NOT EXISTS (SELECT 1 FROM delivery_pauses p WHERE p.address = deliveries.address AND p.until > $1)
                   ORDER BY urgency, due_at LIMIT $4 FOR UPDATE SKIP LOCKED)
    RETURNING {COLUMNS}, due_at
"""  # noqa: S608  # COLUMNS is the constant above


def claim_due(database: Database, most: int) -> list[Delivery]:
    """Lease up to `most` due deliveries, the most urgent first, passing over addresses that do not answer."""
    moment = clock.machine_now()
    lapsed = moment - timedelta(seconds=settings().claim_lease)
    rows = database.at_once(CLAIM, moment, clock.now(), lapsed, most)
    return [_delivery(row) for row in sorted(rows, key=lambda row: (row.urgency, row.due_at))]


def _delivery(row: Any) -> Delivery:
    values = {name: getattr(row, name) for name in Delivery.__slots__}
    return Delivery(**values | {"body": unseal_json(row.body, "deliveries.body")})


RELEASE = text(
    "UPDATE deliveries SET claimed_at = NULL, attempts = attempts - 1 WHERE id = ANY(:ids) AND status = 'pending'"
)


def release(session: Session, untried: Sequence[Delivery]) -> None:
    """Give back what was claimed and not tried."""
    session.execute(RELEASE, {"ids": [delivery.id for delivery in untried]})


RECORD = """
    UPDATE deliveries d SET status = n.status, due_at = coalesce(n.due_at, d.due_at), claimed_at = NULL,
           sent_at = coalesce(d.sent_at, n.sent_at), acknowledged_at = coalesce(d.acknowledged_at, n.acknowledged_at),
           acknowledgement = coalesce(d.acknowledgement, n.acknowledgement)
      FROM unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::timestamptz[], $5::timestamptz[], $6::text[])
           AS n (id, status, due_at, sent_at, acknowledged_at, acknowledgement)
     WHERE d.id = n.id
"""
ATTEMPTS = """
    INSERT INTO delivery_attempts (id, delivery_id, number, started_at, finished_at, outcome, answer, sha256)
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::integer[], $4::timestamptz[], $5::timestamptz[], $6::text[], $7::text[],
                         $8::text[])
"""
LOCK = "SELECT id::text, status FROM deliveries WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE"


@dataclass(frozen=True)
class Reading:
    """What a service reads in the exchange that locks deliveries: it locks `first` before them, and reads `then` after."""

    first: Sequence[Statement] = ()
    then: Sequence[Statement] = ()


def record(session: Session, results: Sequence[Result], reading: Reading) -> tuple[list[Recorded], Rows]:
    """Store with the commit attempts and their evidence, and move their deliveries; what has already moved on never
    moves back. Returns what was recorded, and the rows that `reading` read then.
    """
    ids = [result.delivery.id for result in results]
    _, *rows = each_in_one_exchange(session, BY_KEYS, *reading.first, (LOCK, (ids,)), *reading.then)
    before = {row.id: row.status for row in rows[len(reading.first)]}
    recorded = [_moved(result, before[result.delivery.id]) for result in results]
    moves: Statement = RECORD, columns_of(_changes(one) for one in recorded)
    attempts: Statement = ATTEMPTS, columns_of(_attempt(result) for result in results)
    write_with_commit(session, moves, attempts, *_pause_or_resume(results))
    return recorded, rows[len(reading.first) + 1 :]


def _moved(result: Result, status: str) -> Recorded:
    move = _move_of(result.outcome)
    after = STATES[status, move] if move else status
    return Recorded(result, after, moved=after != status)


def _move_of(outcome: Outcome) -> str | None:
    if isinstance(outcome, Delivered | AlreadyReceived):
        return "acknowledge" if outcome.receipt else "accept"
    return "reject" if isinstance(outcome, Rejected) else None


def _changes(one: Recorded) -> tuple[Any, ...]:
    result, outcome = one.result, one.result.outcome
    went = isinstance(outcome, Delivered | AlreadyReceived)
    due = result.finished_at + _pause(outcome, result.delivery.attempts) if isinstance(outcome, RetryAfter) else None
    receipt = outcome.receipt if isinstance(outcome, Delivered | AlreadyReceived) else None
    return (
        result.delivery.id,
        one.status,
        due,
        result.started_at if went else None,
        result.finished_at if receipt else None,
        receipt,
    )


def _pause(outcome: RetryAfter, attempts: int) -> timedelta:
    """Growing, jittered, and never less than the other side asked for."""
    grown = min(FIRST_PAUSE * 2 ** min(attempts - 1, 12), LONGEST_PAUSE) * (0.75 + secrets.randbelow(500) / 1000)
    return timedelta(seconds=max(grown, outcome.seconds or 0))


def _attempt(result: Result) -> tuple[Any, ...]:
    return (
        new_id(),
        result.delivery.id,
        result.delivery.attempts,
        result.started_at,
        result.finished_at,
        name_of(result.outcome),
        answer_of(result.outcome),
        result.delivery.sha256,
    )


PAUSE = """
    INSERT INTO delivery_pauses AS p VALUES ($1, 1, $2, $3)
    ON CONFLICT (address) DO UPDATE SET failures = p.failures + 1,
        until = greatest(excluded.until, excluded.since + least(power(2, least(p.failures, 10)), $4) * interval '1 second')
"""
RESUME = "DELETE FROM delivery_pauses WHERE address = ANY($1)"


def _pause_or_resume(results: Sequence[Result]) -> Iterator[Statement]:
    silent = {
        r.delivery.address: r.outcome.seconds or 1.0
        for r in results
        if isinstance(r.outcome, RetryAfter) and r.outcome.unreachable
    }
    answered = {r.delivery.address for r in results} - silent.keys()
    yield RESUME, (sorted(answered),)
    moment = clock.machine_now()
    for address, seconds in sorted(silent.items()):
        yield PAUSE, (address, moment, moment + timedelta(seconds=seconds), LONGEST_ADDRESS_PAUSE)


ACKNOWLEDGE = text("""
    UPDATE deliveries SET status = :status, sent_at = coalesce(sent_at, :at), acknowledged_at = :at, acknowledgement = :receipt,
           claimed_at = NULL WHERE id = :id
""")


def acknowledge(session: Session, delivery_id: str, receipt: str, at: datetime) -> bool | None:
    """Note that the recipient has a delivery: true if that is news, false for a repeat, None for an unknown id."""
    rows = in_one_exchange(session, (LOCK, ([delivery_id],)))
    if not rows:
        return None
    (found,) = rows
    if found.status == "acknowledged":
        return False
    values = {"id": delivery_id, "status": STATES[found.status, "acknowledge"], "at": at, "receipt": receipt}
    session.execute(ACKNOWLEDGE, values)
    return True
