"""A repeated POST gets the first answer again and has no second effect: one more row in the same transaction."""

import hashlib
from datetime import timedelta

import orjson
from sqlalchemy import text
from sqlalchemy.orm import Session

from shared import clock
from shared.encryption import seal, unseal
from shared.web.problems import Problem, conflict, refused

KEPT = timedelta(hours=48)
LONGEST_KEY = 255

FIND = "SELECT request_hash, status, answer FROM idempotency_keys WHERE agency_id = %s AND key_hash = %s AND created_at > %s"
LOCK = "SELECT pg_try_advisory_xact_lock(%s)"
# A row older than 48 hours that the sweep has not removed yet makes way; a younger one cannot be there: we hold the lock.
STORE = """INSERT INTO idempotency_keys VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (agency_id, key_hash) DO UPDATE
    SET request_hash = excluded.request_hash, status = excluded.status, answer = excluded.answer, created_at = excluded.created_at"""
FORGET = text("DELETE FROM idempotency_keys WHERE created_at < :before")


class Once:
    """One request under its Idempotency-Key, for the length of a transaction."""

    def __init__(self, session: Session, agency_id: str, key: str, what: str, body: bytes) -> None:
        """`what` is method and path. Raises a 422 problem for a key too long, 409 where the first still runs."""
        if not 0 < len(key) <= LONGEST_KEY or not key.isprintable():
            raise refused("", f"Send an Idempotency-Key of 1 to {LONGEST_KEY} printable characters, such as a UUID.")
        self._session, self._agency_id = session, agency_id
        self._key = hashlib.sha256(key.encode()).digest()
        self._request = hashlib.sha256(what.encode() + b"\n" + body).digest()
        lock = int.from_bytes(hashlib.sha256(agency_id.encode() + self._key).digest()[:8], signed=True)
        if not session.connection().exec_driver_sql(LOCK, (lock,)).scalar():
            problem = conflict(
                "The first request with this Idempotency-Key is still running. Send it again in a second."
            )
            problem.headers["Retry-After"] = "1"
            raise problem

    def earlier_answer(self) -> tuple[int, bytes, dict[str, str]] | None:
        """Status, JSON body and headers of the first answer, if there was one. Raises a 422 problem where the request was another."""
        since = clock.machine_now() - KEPT
        found = self._session.connection().exec_driver_sql(FIND, (self._agency_id, self._key, since)).first()
        if found is None:
            return None
        if bytes(found.request_hash) != self._request:
            raise Problem(422, "This Idempotency-Key was used for another request. Use a new key for a new request.")
        # One line of headers, one of JSON; an answer that was kept before headers were has the second alone.
        headers, _, body = unseal(bytes(found.answer), "idempotency").rpartition(b"\n")
        return found.status, body, orjson.loads(headers) if headers else {}

    def remember(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        """Keep the first answer: `body` is JSON on one line."""
        answer = seal(orjson.dumps(headers) + b"\n" + body, "idempotency")
        values = (self._agency_id, self._key, self._request, status, answer, clock.machine_now())
        self._session.connection().exec_driver_sql(STORE, values)


def forget_old_answers(session: Session) -> None:
    """Remove answers older than 48 hours."""
    session.execute(FORGET, {"before": clock.machine_now() - KEPT})
