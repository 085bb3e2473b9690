"""The audit trail: who did what, when, on what, why; ids and field names, never a child's data.

Entries are appended in the transaction of the change they record, by a function in the database that takes one lock,
reads the tail and hashes the stored text, so the chain cannot fork and the application cannot rewrite it.
"""

import hashlib
import hmac
from collections.abc import Iterator, Sequence
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


@dataclass(frozen=True, slots=True)
class Head:
    """The signed end of a service's chain on a day: what stood in it then cannot go or change unseen."""

    service: str
    day: date
    number: int
    hash: str  # hex
    signature: str

    def line(self) -> str:
        return f"{self.service} {self.day} {self.number} {self.hash} {self.signature}"

    def is_signed(self) -> bool:
        return hmac.compare_digest(self.signature, _sign(self.day, self.number, bytes.fromhex(self.hash)))


def append(session: Session, *entries: Entry) -> None:
    """Append entries to the chain with the commit, after all else: its lock is held until then."""
    at = clock.now().isoformat()
    request = request_id()
    lines = [
        orjson.dumps({"at": at, "on": e.on, "request": request, "what": e.what, "who": e.who, "why": e.why}).decode()
        for e in entries
    ]
    call_with_commit(session, Turn.AUDIT, "append_audit_lines", "\n".join(lines))


def verify(session: Session, kept: Sequence[Head] = ()) -> tuple[int, str | None]:
    """Walk the whole chain: how many entries hold, and a sentence on the first that does not (or None).

    `kept` are the heads of this service that were kept elsewhere: each must stand here as it was signed.
    """
    previous, count = FIRST, 0
    for number, entry, before, found in _entries(session):
        if number != count + 1:
            return count, f"Entry {count + 1} is missing: the next found is {number}."
        expected = hashlib.sha256(previous + f"{number}\n{entry}".encode()).digest()
        if bytes(before) != previous or bytes(found) != expected:
            return count, f"Entry {number} was altered or does not follow the one before it."
        previous, count = expected, number
    return count, _fault_of_heads(session) or _fault_of_kept(session, kept)


def _entries(session: Session) -> Iterator[tuple[int, str, bytes, bytes]]:
    after = 0
    statement = text(
        "SELECT number, entry, previous, hash FROM audit_entries WHERE number > :after ORDER BY number LIMIT :most"
    )
    while rows := session.execute(statement, {"after": after, "most": BATCH}).all():
        yield from ((row.number, row.entry, row.previous, row.hash) for row in rows)
        after = rows[-1].number


def heads(session: Session, service: str) -> list[Head]:
    """The signed heads of a service's chain, the oldest first."""
    found = session.execute(text("SELECT day, number, hash, signature FROM audit_heads ORDER BY day"))
    return [Head(service, row.day, row.number, bytes(row.hash).hex(), row.signature) for row in found]


def head_of_line(line: str) -> Head | None:
    """A head as `Head.line` or the log's `audit.head_signed` says it; None for a line that says none.

    Raises `ValueError` for one that says it wrongly.
    """
    if "audit.head_signed" in line:
        said = orjson.loads(line[line.index("{") :])
        words = [str(said[name]) for name in ("service", "day", "number", "hash", "signature")]
    else:
        words = line.split()
    if not words:
        return None
    service, day, number, digest, signature = words
    return Head(service, date.fromisoformat(day), int(number), digest, signature)


def _fault_of_heads(session: Session) -> str | None:
    statement = text(
        "SELECT h.day, h.number, h.hash, h.signature, e.hash AS found FROM audit_heads h LEFT JOIN audit_entries e USING (number)"
    )
    for day, number, head, signature, found in session.execute(statement):
        signed = hmac.compare_digest(signature, _sign(day, number, bytes(head)))
        if not signed or found is None or bytes(found) != bytes(head):
            return f"The signed head of {day} does not match entry {number}."
    return None


def _fault_of_kept(session: Session, kept: Sequence[Head]) -> str | None:
    """Whoever owns the database can take the newest entries away, and their heads with them: not what was kept elsewhere."""
    here = {head.day: head for head in heads(session, "")}
    last = max((head.number for head in here.values()), default=0)
    for head in sorted(kept, key=lambda each: (each.day, each.number)):
        found = here.get(head.day)
        if not head.is_signed():
            return f"The head of {head.day} that was kept elsewhere is not signed with this key."
        if found is None:
            return f"The head of {head.day}, entry {head.number}, was kept elsewhere and is missing here: the newest here ends at entry {last}."
        if (found.number, found.hash) != (head.number, head.hash):
            return f"The head of {head.day} was kept elsewhere as entry {head.number}; here it is entry {found.number}."
    return None


def sign_head(session: Session, service: str, day: date) -> Head | None:
    """Sign the chain's present head for `day`, once; the head, if it was signed now. Keep it elsewhere, too."""
    row = session.execute(text("SELECT number, hash FROM audit_entries ORDER BY number DESC LIMIT 1")).first()
    if row is None:
        return None
    head = Head(service, day, row.number, bytes(row.hash).hex(), _sign(day, row.number, bytes(row.hash)))
    values = {"day": day, "number": row.number, "hash": row.hash, "signature": head.signature}
    statement = text(
        "INSERT INTO audit_heads VALUES (:day, :number, :hash, :signature) ON CONFLICT DO NOTHING RETURNING day"
    )
    return head if session.execute(statement, values).first() else None


def _sign(day: date, number: int, head: bytes) -> str:
    message = b"\n".join((day.isoformat().encode(), str(number).encode(), head))
    return hmac.new(settings().audit_signing_key, message, hashlib.sha256).hexdigest()
