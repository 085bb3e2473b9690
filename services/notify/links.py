"""Links that let one person set their password, once and for a time. Only a hash of each is stored."""

import hashlib
import secrets
from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from shared import clock
from shared.settings import settings

STORE = text("INSERT INTO personal_links (hash, person_id, expires_at) VALUES (:hash, :person, :expires)")
# Of several links the newest counts.
SPEND_OLDER = text("UPDATE personal_links SET used_at = :now WHERE person_id = :person AND used_at IS NULL")
OF = text("""
    SELECT l.person_id::text FROM personal_links l JOIN people p ON p.id = l.person_id
     WHERE l.hash = :hash AND l.used_at IS NULL AND l.expires_at > :now AND p.ended_at IS NULL FOR UPDATE OF l
""")


def new_link(session: Session, person_id: str, valid_for: timedelta) -> str:
    """The address of a fresh link; the person's earlier ones stop working."""
    token, now = secrets.token_urlsafe(32), clock.machine_now()
    session.execute(SPEND_OLDER, {"person": person_id, "now": now})
    session.execute(STORE, {"hash": _hash(token), "person": person_id, "expires": now + valid_for})
    return f"{settings().public_url}/notify/link/{token}"


def person_of_link(session: Session, token: str) -> str | None:
    """Whose link it is, if it still works."""
    found: str | None = session.scalar(OF, {"hash": _hash(token), "now": clock.machine_now()})
    return found


def spend_links(session: Session, person_id: str) -> None:
    """No link of this person's works any more."""
    session.execute(SPEND_OLDER, {"person": person_id, "now": clock.machine_now()})


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
