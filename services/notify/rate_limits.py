"""How often an account, or an address, may do what costs us something within an hour. Signing in has short waits besides.

Generous for people at work, so that nobody is kept from reporting; an agency's people may share one address.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from services.notify.service import SERVICE
from shared import clock
from shared.encryption import keyed_hash
from shared.web.problems import Problem

KEPT = timedelta(days=1)

COUNT = text("""
    INSERT INTO rate_counts AS r (subject, hour, count) VALUES (:subject, :hour, 1)
    ON CONFLICT (subject, hour) DO UPDATE SET count = r.count + 1 RETURNING count
""")
SO_FAR = text("SELECT count FROM rate_counts WHERE subject = :subject AND hour = :hour")
FORGET = text("DELETE FROM rate_counts WHERE hour < :before")


@dataclass(frozen=True)
class Limit:
    """At most so many within an hour, by one account and from one address."""

    what: str
    by_account: int
    from_address: int


DRAFTS = Limit("reports begun", 30, 300)
UPLOADS = Limit("files sent", 120, 1200)
WRONG_LINKS = Limit("links that do not work", 60, 60)


def count_one(session: Session, limit: Limit, account: str, address: str) -> None:
    """Count one more of what is limited; either of `account` and `address` may be "". Raises a 429 problem beyond."""
    hour = _this_hour()
    for subject, most in _subjects(limit, account, address):
        if session.execute(COUNT, {"subject": subject, "hour": hour}).scalar_one() > most:
            raise _too_many(limit, hour)


def refuse_beyond(session: Session, limit: Limit, account: str, address: str) -> None:
    """Raises a 429 problem where an account or an address, of which either may be "", has had its measure; counts nothing."""
    hour = _this_hour()
    for subject, most in _subjects(limit, account, address):
        if (session.scalar(SO_FAR, {"subject": subject, "hour": hour}) or 0) >= most:
            raise _too_many(limit, hour)


def _this_hour() -> datetime:
    return clock.machine_now().replace(minute=0, second=0, microsecond=0)


def _subjects(limit: Limit, account: str, address: str) -> Iterator[tuple[bytes, int]]:
    for kind, who, most in (("account", account, limit.by_account), ("address", address, limit.from_address)):
        if who:
            yield keyed_hash("rate", limit.what, kind, who), most


def _too_many(limit: Limit, hour: datetime) -> Problem:
    wait = int((hour + timedelta(hours=1) - clock.machine_now()).total_seconds()) + 1
    sentence = (
        f"There were too many {limit.what} within the hour. Wait {wait // 60 + 1} minutes, then go on: nothing is lost."
    )
    return Problem(429, sentence, headers={"Retry-After": str(wait)})


def forget_counts() -> None:
    """Let go of counts that limit nobody any more."""
    with SERVICE.transaction() as session:
        session.execute(FORGET, {"before": clock.machine_now() - KEPT})
