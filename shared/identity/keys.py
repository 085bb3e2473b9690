"""API keys of agencies' systems: shown once, stored hashed, and what a request is allowed by them."""

import hashlib
import secrets
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

from shared import clock
from shared.exchange import in_one_exchange
from shared.identity.people import apply_person_change
from shared.identity.viewer import Viewer
from shared.partnership import partnership

PREFIX = "sgr_"

BEGIN_CALL = "SELECT * FROM begin_call($1, $2, $3, $4)"


def new_key() -> str:
    """A fresh API key, 256 bits."""
    return PREFIX + secrets.token_urlsafe(32)


def hash_of(key: str) -> bytes:
    """What is stored of a key. A plain hash will do: the key is random, so it cannot be guessed from a list."""
    return hashlib.sha256(key.encode()).digest()


class First(NamedTuple):
    """The first request under an Idempotency-Key: the hash of it, the status and the sealed answer it was given."""

    request: bytes
    status: int
    answer: bytes


class Begun(NamedTuple):
    """A call that may go on: who calls. Under an Idempotency-Key, too: `its_turn`, unless the first still runs, and
    `first`, if it was answered already."""

    viewer: Viewer
    its_turn: bool
    first: First | None


def begin_call(session: Session, key: str, request_key: bytes | None, kept_since: datetime) -> Begun | None:
    """Begin a transaction for the agency that holds `key`, unless that was revoked (None); it then sees as that agency.

    `request_key` is the hash of the Idempotency-Key, if there is one; answers given before `kept_since` are forgotten.
    """
    authority = partnership().authority.agency_id
    found = in_one_exchange(session, (BEGIN_CALL, (hash_of(key), authority, request_key, kept_since)))
    if not found:
        return None
    agency, name, kind, is_partner, scope, its_turn, *first = found[0]
    viewer = Viewer(agency, name, kind, is_partner, agency == authority, scope)
    return Begun(viewer, its_turn is not False, First(*first) if first[0] else None)


UPSERT_AGENCY = text("""
    INSERT INTO agencies AS a (id, name, kind, is_partner, emails, ended_at, version)
    VALUES (:id, :name, :kind, :is_partner, :emails, :ended_at, :version)
    ON CONFLICT (id) DO UPDATE SET name = excluded.name, kind = excluded.kind, is_partner = excluded.is_partner,
        emails = excluded.emails, ended_at = excluded.ended_at, version = excluded.version
    WHERE a.version < excluded.version RETURNING a.id
""")
UPSERT_KEY = text("""
    INSERT INTO api_keys AS k (id, agency_id, hash, issued_at, revoked_at) VALUES (:id, :agency_id, :hash, :issued_at, :revoked_at)
    ON CONFLICT (id) DO UPDATE SET revoked_at = excluded.revoked_at
""")


def apply_directory_change(session: Session, change: dict[str, Any]) -> None:
    """Bring this service's copy of one agency and its keys up to what `directory.changed` says, never backwards."""
    agency = {key: change[key] for key in ("id", "name", "kind", "is_partner", "emails", "ended_at", "version")}
    newer = session.execute(UPSERT_AGENCY, agency).first() is not None
    for person in change.get("people", ()):  # each has a version of its own
        apply_person_change(session, change["id"], person, clock.machine_now())
    for key in change["keys"] if newer else ():
        session.execute(UPSERT_KEY, key | {"agency_id": change["id"], "hash": bytes.fromhex(key["hash"])})
