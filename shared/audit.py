"""The audit trail: who did what, when, on what, why; ids and field names, never a child's data.

Entries are appended in the transaction of the change they record, by a function in the database that takes one lock,
reads the tail and hashes the stored text, so the chain cannot fork and the application cannot rewrite it.
"""

import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import orjson
from sqlalchemy import text
from sqlalchemy.orm import Session

from shared import clock
from shared.exchange import Turn, call_with_commit
from shared.logs import request_id
from shared.settings import settings

FIRST = hashlib.sha256(b"safeguarding-reviews").digest()
BATCH = 1000


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing done. `on` names the record (`incident:<id>`); `why` is a rule or a field list, never case content."""

    who: str
    what: str
    on: str
    why: str = ""


def append(session: Session, *entries: Entry) -> None:
    """Append entries to the chain with the commit, after all else: its lock is held until then."""
    at = clock.now().isoformat()
    request = request_id()
    lines = [
        orjson.dumps({"at": at, "on": e.on, "request": request, "what": e.what, "who": e.who, "why": e.why}).decode()
        for e in entries
    ]
    call_with_commit(session, Turn.AUDIT, "append_audit_lines", "\n".join(lines))


def verify(session: Session) -> tuple[int, str | None]:
    """Walk the whole chain: how many entries hold, and a sentence on the first that does not (or None)."""
    previous, count = FIRST, 0
    for number, entry, before, found in _entries(session):
        if number != count + 1:
            return count, f"Entry {count + 1} is missing: the next found is {number}."
        expected = hashlib.sha256(previous + f"{number}\n{entry}".encode()).digest()
        if bytes(before) != previous or bytes(found) != expected:
            return count, f"Entry {number} was altered or does not follow the one before it."
        previous, count = expected, number
    return _check_heads(session, count)


def _entries(session: Session) -> Iterator[tuple[int, str, bytes, bytes]]:
    after = 0
    statement = text(
        "SELECT number, entry, previous, hash FROM audit_entries WHERE number > :after ORDER BY number LIMIT :most"
    )
    while rows := session.execute(statement, {"after": after, "most": BATCH}).all():
        yield from ((row.number, row.entry, row.previous, row.hash) for row in rows)
        after = rows[-1].number


def _check_heads(session: Session, count: int) -> tuple[int, str | None]:
    statement = text(
        "SELECT h.day, h.number, h.hash, h.signature, e.hash AS found FROM audit_heads h LEFT JOIN audit_entries e USING (number)"
    )
    for day, number, head, signature, found in session.execute(statement):
        signed = hmac.compare_digest(signature, _sign(day, number, bytes(head)))
        if not signed or found is None or bytes(found) != bytes(head):
            return count, f"The signed head of {day} does not match entry {number}."
    return count, None


def sign_head(session: Session, day: date) -> bool:
    """Sign the chain's present head for `day`, once; true if it was signed now. Store it elsewhere, too."""
    row = session.execute(text("SELECT number, hash FROM audit_entries ORDER BY number DESC LIMIT 1")).first()
    if row is None:
        return False
    values = {"day": day, "number": row.number, "hash": row.hash, "signature": _sign(day, row.number, bytes(row.hash))}
    statement = text(
        "INSERT INTO audit_heads VALUES (:day, :number, :hash, :signature) ON CONFLICT DO NOTHING RETURNING day"
    )
    return session.execute(statement, values).first() is not None


def _sign(day: date, number: int, head: bytes) -> str:
    message = b"\n".join((day.isoformat().encode(), str(number).encode(), head))
    return hmac.new(settings().audit_signing_key, message, hashlib.sha256).hexdigest()
