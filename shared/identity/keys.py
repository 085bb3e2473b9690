"""API keys of agencies' systems: shown once, stored hashed, and what a request is allowed by them."""

import hashlib
import secrets
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from shared import clock
from shared.identity.people import apply_person_change
from shared.identity.viewer import Viewer
from shared.partnership import partnership

PREFIX = "sgr_"

# One round trip: who holds the key, and the row-level security that goes with it for the rest of the transaction.
AUTHENTICATE = """
    WITH holder AS (
        SELECT a.id, a.name, a.kind, a.is_partner,
               CASE WHEN a.kind = 'partnership-office' OR a.id = %(authority)s THEN 'all'
                    WHEN a.is_partner THEN 'partner' ELSE 'own' END AS scope
          FROM api_keys k JOIN agencies a ON a.id = k.agency_id
         WHERE k.hash = %(hash)s AND k.revoked_at IS NULL AND a.ended_at IS NULL)
    SELECT id, name, kind, is_partner, scope,
           set_config('app.agency', id, true), set_config('app.scope', scope, true) FROM holder
"""


def new_key() -> str:
    """A fresh API key, 256 bits."""
    return PREFIX + secrets.token_urlsafe(32)


def hash_of(key: str) -> bytes:
    """What is stored of a key. A plain hash will do: the key is random, so it cannot be guessed from a list."""
    return hashlib.sha256(key.encode()).digest()


def authenticate(session: Session, key: str) -> Viewer | None:
    """The agency that holds `key`, unless it was revoked; from here on the transaction sees as that agency."""
    authority = partnership().authority.agency_id
    found = session.connection().exec_driver_sql(AUTHENTICATE, {"hash": hash_of(key), "authority": authority}).first()
    if found is None:
        return None
    return Viewer(found.id, found.name, found.kind, found.is_partner, found.id == authority, found.scope)


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
