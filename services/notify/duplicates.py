"""Finding that two agencies speak of one incident, without storing a name to search by.

Two referrals are alike where a child's NHS number, or the sound of its name with its birth date, is the same and the
incidents are few days apart. Names are stored as keyed hashes of how they sound.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import jellyfish
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from services.notify.models import ChildHash, Incident, Separation
from shared.database import insert_rows
from shared.encryption import keyed_hash
from shared.exchange import in_one_exchange
from shared.partnership import partnership

WHY = {
    "nhs-number": "the same NHS number and incidents close in time",
    "name-and-birth-date": "a name that sounds alike, the same birth date and incidents close in time",
}
CONTEXT = "SELECT * FROM referral_context(%s::bigint[], %s, %s, %s::bytea[], %s, %s)"
BEGIN = "SELECT * FROM begin_referral($1::bigint[], $2, $3, $4::bytea[], $5, $6, $7::text[])"


@dataclass(frozen=True)
class Alike:
    """Another incident that may be the same one."""

    id: str
    reference: str
    status: str
    reasons: list[str]


@dataclass(frozen=True)
class Context:
    """What a referral begins with: numbers for its references, addresses by agency, and what stands already: the id
    and reference of the referral with this agency reference, and incidents alike."""

    referral_number: int
    incident_number: int
    addresses: dict[str, list[str]]
    same_reference: tuple[str, str] | None
    alike: list[Alike]


def hashes_of(children: Sequence[Mapping[str, Any]]) -> list[tuple[str, bytes]]:
    """Kind and keyed hash of each thing by which a child of a referral may be found again."""
    found = [("nhs-number", keyed_hash("nhs", c["nhs_number"])) for c in children if c.get("nhs_number")]
    for child in children:
        given, family, born = (child.get(name) for name in ("given_name", "family_name", "date_of_birth"))
        if given and family and born:
            found.append(("name-and-birth-date", keyed_hash("name", _sound(given), _sound(family), str(born))))
    return list(dict.fromkeys(found))


def _sound(name: str) -> str:
    """How a name sounds in English; as it is written where it has no sound in Latin letters."""
    return jellyfish.metaphone(name) or name.casefold()


def begin_referral(
    session: Session,
    agency_id: str,
    agency_reference: str,
    hashes: Sequence[tuple[str, bytes]],
    occurred: date,
    told: Sequence[str],
) -> Context:
    """What stands already, after waiting for whoever submits the same children or reference at this moment.

    The locks are held until the transaction ends, so of two referrals of one incident the second sees the first.
    `told` are the agencies whose addresses will be wanted.
    """
    values = (*_asked(agency_id, agency_reference, hashes, occurred), list(told))
    ((referral_number, incident_number, addresses, rows),) = in_one_exchange(session, (BEGIN, values))
    same = next(((row["id"], row["reference"]) for row in rows if row["found"] == "same-reference"), None)
    return Context(referral_number, incident_number, addresses, same, _alike(rows))


def _asked(
    agency_id: str, agency_reference: str, hashes: Sequence[tuple[str, bytes]], occurred: date
) -> tuple[Any, ...]:
    wanted = [value for _, value in hashes]
    locks = sorted(_lock(value) for value in {*wanted, keyed_hash("reference", agency_id, agency_reference)})
    return locks, agency_id, agency_reference, wanted, occurred, partnership().duplicate_window_days


def _alike(rows: Sequence[Mapping[str, Any]]) -> list[Alike]:
    return [
        Alike(str(row["id"]), row["reference"], row["status"], [WHY[kind] for kind in row["matched"]])
        for row in rows
        if row["found"] == "duplicate"
    ]


def _lock(value: bytes) -> int:
    return int.from_bytes(hashlib.sha256(value).digest()[:8], signed=True)


def alike_to(session: Session, incident: Incident) -> list[Alike]:
    """Incidents that may be the same as `incident`, less those the authority decided are not."""
    mine = session.execute(select(ChildHash.kind, ChildHash.hash).where(ChildHash.incident_id == incident.id)).all()
    if not mine:
        return []
    values = _asked("", "", [(row.kind, row.hash) for row in mine], incident.occurred_on)
    found = _alike([row._asdict() for row in session.connection().exec_driver_sql(CONTEXT, values)])
    apart = set(session.scalars(select(Separation.other_id).where(Separation.incident_id == incident.id)))
    apart |= set(session.scalars(select(Separation.incident_id).where(Separation.other_id == incident.id)))
    return [other for other in found if other.id != incident.id and other.id not in apart]


def hash_rows(incident_id: str, hashes: Sequence[tuple[str, bytes]], occurred: date) -> list[dict[str, Any]]:
    return [
        {"incident_id": incident_id, "kind": kind, "hash": value, "occurred_on": occurred} for kind, value in hashes
    ]


def find_by(session: Session, incident: Incident, bodies: Sequence[Mapping[str, Any]]) -> None:
    """Let an incident be found by what its referrals now say, and no longer by what they said in error."""
    session.execute(delete(ChildHash).where(ChildHash.incident_id == incident.id))
    hashes = dict.fromkeys(pair for body in bodies for pair in hashes_of(body["children"]))
    if hashes:
        insert_rows(session, [(ChildHash, hash_rows(incident.id, list(hashes), incident.occurred_on))])
