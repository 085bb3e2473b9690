"""The directory: agencies and their keys. Notify keeps it; every change is said to the other services."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from services.notify.service import SERVICE
from shared import audit, clock
from shared.database import new_id
from shared.identity.keys import hash_of, new_key
from shared.outbox import emit

UPSERT = text("""
    INSERT INTO agencies AS a (id, name, kind, is_partner, emails) VALUES (:id, :name, :kind, :is_partner, :emails)
    ON CONFLICT (id) DO UPDATE SET name = excluded.name, kind = excluded.kind, is_partner = excluded.is_partner,
        emails = excluded.emails, ended_at = NULL, version = a.version + 1
    WHERE (a.name, a.kind, a.is_partner, a.emails, a.ended_at) IS DISTINCT FROM
          (excluded.name, excluded.kind, excluded.is_partner, excluded.emails, NULL)
    RETURNING id
""")
ISSUE = text("INSERT INTO api_keys (id, agency_id, hash, issued_at) VALUES (:id, :agency, :hash, :now)")
REVOKE = text("""
    UPDATE api_keys SET revoked_at = :now
     WHERE agency_id = :agency AND revoked_at IS NULL AND (CAST(:key AS uuid) IS NULL OR id = CAST(:key AS uuid)) RETURNING id
""")
NEXT_VERSION = text("UPDATE agencies SET version = version + 1 WHERE id = :agency RETURNING id")
END = text("UPDATE agencies SET ended_at = :now WHERE id = :agency AND ended_at IS NULL RETURNING id")
AGENCY = text("SELECT id, name, kind, is_partner, emails, ended_at, version FROM agencies WHERE id = :agency")
KEYS = text(
    "SELECT id::text, encode(hash, 'hex') AS hash, issued_at, revoked_at FROM api_keys WHERE agency_id = :agency ORDER BY issued_at"
)

PEOPLE = text("""
    SELECT p.id::text, p.name, p.email, p.roles, p.ended_at, p.signed_out_before, p.version,
           ARRAY(SELECT s.id::text FROM sign_ins s WHERE s.person_id = p.id AND s.ended_at > :since) AS ended_sign_ins
      FROM people p WHERE p.id = ANY(CAST(:people AS uuid[]))
""")


class UnknownAgency(LookupError):
    """The directory has no agency of this id (or it has no such key)."""


def add_agency(
    session: Session,
    agency_id: str,
    name: str,
    kind: str,
    emails: list[str],
    *,
    is_partner: bool,
    who: str = "office",
) -> bool:
    """Enter or change an agency; true if that changed anything. `kind` is one of the partnership file's agency kinds."""
    values = {"id": agency_id, "name": name, "kind": kind, "is_partner": is_partner, "emails": emails}
    if session.execute(UPSERT, values).first() is None:
        return False
    say_agency(session, agency_id)
    audit.append(session, audit.Entry(who, "agency-entered", f"agency:{agency_id}"))
    return True


def issue_key(session: Session, agency_id: str) -> str:
    """A new API key of an agency: shown here once, stored hashed. Raises `UnknownAgency`."""
    key = new_key()
    _next_version(session, agency_id)
    session.execute(ISSUE, {"id": new_id(), "agency": agency_id, "hash": hash_of(key), "now": clock.machine_now()})
    say_agency(session, agency_id)
    audit.append(session, audit.Entry("office", "key-issued", f"agency:{agency_id}"))
    return key


def revoke_keys(session: Session, agency_id: str, key_id: str | None = None) -> int:
    """Revoke one key of an agency, or all; how many that were. Raises `UnknownAgency`."""
    _next_version(session, agency_id)
    revoked = session.execute(REVOKE, {"now": clock.machine_now(), "agency": agency_id, "key": key_id}).all()
    say_agency(session, agency_id)
    audit.append(session, audit.Entry("office", "keys-revoked", f"agency:{agency_id}", f"{len(revoked)}"))
    return len(revoked)


def rotate_key(session: Session, agency_id: str) -> str:
    """Revoke every key of an agency and issue a new one, in one step. Raises `UnknownAgency`."""
    revoke_keys(session, agency_id)
    return issue_key(session, agency_id)


def end_agency(session: Session, agency_id: str, who: str = "office") -> None:
    """Take an agency out of use: its keys stop working everywhere; its records stay. Raises `UnknownAgency`."""
    _next_version(session, agency_id)
    session.execute(END, {"now": clock.machine_now(), "agency": agency_id})
    say_agency(session, agency_id)
    audit.append(session, audit.Entry(who, "agency-ended", f"agency:{agency_id}"))


def keys_of(session: Session, agency_id: str) -> list[dict[str, Any]]:
    """An agency's keys by id, with when they were issued and revoked; never the keys themselves."""
    return [
        {"id": k.id, "issued_at": k.issued_at, "revoked_at": k.revoked_at}
        for k in session.execute(KEYS, {"agency": agency_id})
    ]


def _next_version(session: Session, agency_id: str) -> None:
    if session.execute(NEXT_VERSION, {"agency": agency_id}).first() is None:
        raise UnknownAgency(f"The directory has no agency {agency_id!r}.")


def say_agency(session: Session, agency_id: str, people: Sequence[str] = ()) -> None:
    """Say to the other services how an agency now stands, and those `people` of it, by id, whom a change concerns."""
    agency = dict(session.execute(AGENCY, {"agency": agency_id}).mappings().one())
    keys = [dict(key) for key in session.execute(KEYS, {"agency": agency_id}).mappings()]
    for key in keys:
        key |= {"issued_at": key["issued_at"].isoformat(), "revoked_at": _text(key["revoked_at"])}
    data = agency | {"ended_at": _text(agency["ended_at"]), "keys": keys, "people": _described(session, people)}
    emit(session, SERVICE, "directory.changed", f"agency:{agency_id}", data)


def _described(session: Session, people: Sequence[str]) -> list[dict[str, Any]]:
    values = {"people": list(people), "since": clock.machine_now() - timedelta(days=1)}
    found = [dict(person) for person in session.execute(PEOPLE, values).mappings()] if people else []
    for person in found:
        person |= {
            "ended_at": _text(person["ended_at"]),
            "signed_out_before": person["signed_out_before"].isoformat(),
        }
    return found


def _text(moment: Any) -> str | None:
    return moment.isoformat() if moment else None
