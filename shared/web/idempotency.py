"""A repeated POST gets the first answer again and has no second effect: one more row in the same transaction."""

import hashlib
from datetime import timedelta

import orjson
from sqlalchemy import text
from sqlalchemy.orm import Session

from shared import clock
from shared.encryption import seal, unseal
from shared.exchange import Turn, call_with_commit
from shared.identity.keys import Begun
from shared.web.problems import Problem, conflict, refused

KEPT = timedelta(hours=48)
LONGEST_KEY = 255

FORGET = text("DELETE FROM idempotency_keys WHERE created_at < :before")


class Once:
    """One request under its Idempotency-Key, for the length of a transaction."""

    def __init__(self, key: str, what: str, body: bytes) -> None:
        """`what` is method and path."""
        self._is_usable = 0 < len(key) <= LONGEST_KEY and key.isprintable()
        self.key = hashlib.sha256(key.encode()).digest()
        self._request = hashlib.sha256(what.encode() + b"\n" + body).digest()

    def earlier_answer(self, begun: Begun) -> tuple[int, bytes, dict[str, str]] | None:
        """Status, JSON body and headers of the first answer, if there was one.

        Raises a 409 problem where the first still runs, a 422 problem for a key too long or used for another request.
        """
        if not self._is_usable:
            raise refused("", f"Send an Idempotency-Key of 1 to {LONGEST_KEY} printable characters, such as a UUID.")
        if not begun.its_turn:
            problem = conflict(
                "The first request with this Idempotency-Key is still running. Send it again in a second."
            )
            problem.headers["Retry-After"] = "1"
            raise problem
        if begun.first is None:
            return None
        if begun.first.request != self._request:
            raise Problem(422, "This Idempotency-Key was used for another request. Use a new key for a new request.")
        # One line of headers, one of JSON; an answer that was kept before headers were has the second alone.
        headers, _, body = unseal(begun.first.answer, "idempotency").rpartition(b"\n")
        return begun.first.status, body, orjson.loads(headers) if headers else {}

    def remember(self, session: Session, agency_id: str, status: int, body: bytes, headers: dict[str, str]) -> None:
        """Keep the first answer: `body` is JSON on one line."""
        answer = seal(orjson.dumps(headers) + b"\n" + body, "idempotency")
        values = (agency_id, self.key, self._request, status, answer, clock.machine_now())
        call_with_commit(session, Turn.ANSWER, "keep_answer", *values)


def forget_old_answers(session: Session) -> None:
    """Remove answers older than 48 hours."""
    session.execute(FORGET, {"before": clock.machine_now() - KEPT})
