"""People in every service: who a signed-in person is now, what they had typed, and the copy of the directory.

A sign-in lives in a signed cookie that all three services read. Each service asks its own copy of the directory whether
it still holds, so an end of access that notify records is heard everywhere by `directory.changed`.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from shared.database import see_as
from shared.encryption import seal_json, unseal_json
from shared.identity.roles import scope_of
from shared.identity.viewer import Viewer
from shared.partnership import partnership

IDLE = timedelta(minutes=30)  # after the last page; what was typed is kept
WARNED_BEFORE = timedelta(minutes=5)
LONGEST = timedelta(hours=12)  # however busy: a working day and its overtime
KEPT_FOR = timedelta(days=2)

STANDING = text("""
    SELECT p.name, p.roles, a.id AS agency_id, a.name AS agency_name, a.kind, a.is_partner
      FROM people p JOIN agencies a ON a.id = p.agency_id
     WHERE p.id = :person AND p.ended_at IS NULL AND a.ended_at IS NULL AND p.signed_out_before <= :since
       AND NOT EXISTS (SELECT 1 FROM ended_sign_ins e WHERE e.id = :sign_in)
""")


@dataclass(frozen=True)
class SignIn:
    """What the cookie says: whose it is, when it began and was last used. Nothing in it is a right."""

    id: str
    person_id: str
    since: datetime
    seen: datetime

    @property
    def last_end(self) -> datetime:
        return self.since + LONGEST

    def is_idle(self, now: datetime) -> bool:
        return now > self._end()

    def seconds_left(self, now: datetime) -> int:
        """How long it holds if no page is asked for any more."""
        return ceil((self._end() - now).total_seconds())

    def _end(self) -> datetime:
        return min(self.seen + IDLE, self.last_end)

    def as_cookie(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "person": self.person_id,
            "since": self.since.timestamp(),
            "seen": int(self.seen.timestamp()),
        }


def from_cookie(values: dict[str, Any]) -> SignIn:
    return SignIn(
        values["id"],
        values["person"],
        datetime.fromtimestamp(values["since"], UTC),
        datetime.fromtimestamp(values["seen"], UTC),
    )


def viewer_of(session: Session, service: str, sign_in: SignIn) -> Viewer | None:
    """The person signed in, unless their access or this sign-in was ended; from here on the transaction sees as they do."""
    wanted = {"person": sign_in.person_id, "sign_in": sign_in.id, "since": sign_in.since}
    found = session.execute(STANDING, wanted).first()
    if found is None:
        return None
    roles = frozenset(found.roles)
    scope = scope_of(service, roles)
    authority = partnership().authority.agency_id
    viewer = Viewer(
        found.agency_id,
        found.agency_name,
        found.kind,
        found.is_partner,
        found.agency_id == authority,
        scope,
        sign_in.person_id,
        found.name,
        roles,
    )
    # A role without case content has no agency either: policies that go by the agency alone show it nothing.
    see_as(session, viewer if scope != "none" else replace(viewer, agency_id=""))
    return viewer


KEEP = text("""
    INSERT INTO kept_forms (person_id, path, fields, kept_at) VALUES (:person, :path, :fields, :now)
    ON CONFLICT (person_id, path) DO UPDATE SET fields = excluded.fields, kept_at = excluded.kept_at
""")
TAKE = text("DELETE FROM kept_forms WHERE person_id = :person AND path = :path RETURNING fields")
FORGET = text("DELETE FROM kept_forms WHERE kept_at < :before")
FORGET_ENDED = text("DELETE FROM ended_sign_ins WHERE ended_at < :before")


def keep_form(session: Session, person_id: str, path: str, fields: dict[str, list[str]], now: datetime) -> None:
    """Keep what somebody typed into the form at `path` until they have signed in again. Sealed: it is case content."""
    sealed = seal_json(fields, "kept_forms.fields")
    session.execute(KEEP, {"person": person_id, "path": path, "fields": sealed, "now": now})


def take_kept_form(session: Session, person_id: str, path: str) -> dict[str, list[str]] | None:
    """What `keep_form` kept of this person's at `path`, once."""
    sealed = session.scalar(TAKE, {"person": person_id, "path": path})
    return unseal_json(bytes(sealed), "kept_forms.fields") if sealed else None


def forget_past_sign_ins(session: Session, now: datetime) -> None:
    """Let go of what nobody came back for, and of ended sign-ins whose cookies have run out by themselves."""
    session.execute(FORGET, {"before": now - KEPT_FOR})
    session.execute(FORGET_ENDED, {"before": now - LONGEST})


UPSERT_PERSON = text("""
    INSERT INTO people AS p (id, agency_id, name, email, roles, ended_at, signed_out_before, version)
    VALUES (:id, :agency_id, :name, :email, :roles, :ended_at, :signed_out_before, :version)
    ON CONFLICT (id) DO UPDATE SET name = excluded.name, email = excluded.email, roles = excluded.roles,
        ended_at = excluded.ended_at, signed_out_before = excluded.signed_out_before, version = excluded.version
    WHERE p.version < excluded.version RETURNING p.id
""")
END_SIGN_IN = text("INSERT INTO ended_sign_ins (id, ended_at) VALUES (:id, :now) ON CONFLICT DO NOTHING")


def apply_person_change(session: Session, agency_id: str, change: dict[str, Any], now: datetime) -> None:
    """Bring this service's copy of one person up to what `directory.changed` says, never backwards."""
    columns = ("id", "name", "email", "roles", "ended_at", "signed_out_before", "version")
    values = {key: change[key] for key in columns} | {"agency_id": agency_id}
    if session.execute(UPSERT_PERSON, values).first() is None:
        return
    for sign_in in change["ended_sign_ins"]:
        session.execute(END_SIGN_IN, {"id": sign_in, "now": now})
