"""What notify and review do alike beyond roles: emergency access with its later look, and who read a record.

Who is kept from an incident is notify's to say; review and publish keep a copy (`note_bar`).
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import DateTime, Uuid, column, func, select, table, text
from sqlalchemy.orm import Session

from shared import audit, clock
from shared.database import new_id
from shared.encryption import seal_json, unseal_json
from shared.identity.viewer import Viewer
from shared.partnership import partnership
from shared.web.problems import Problem, conflict

LET_IN_FOR = timedelta(hours=24)
MOST_OPENED, WITHIN = 3, timedelta(minutes=30)  # references can be counted through, and an e-mail takes time to be read

NOTE_BAR = text("""
    INSERT INTO bars AS b (id, person_id, incident_id, barred_at, lifted_at)
    VALUES (:bar_id, :person_id, :incident_id, :barred_at, :lifted_at)
    ON CONFLICT (id) DO UPDATE SET lifted_at = coalesce(b.lifted_at, excluded.lifted_at)
""")
IS_BARRED = text("SELECT 1 FROM bars WHERE person_id = :person AND incident_id = :incident AND lifted_at IS NULL")
KEPT_FROM = text("""
    SELECT p.id::text AS person_id, p.name, a.name AS agency, min(b.barred_at) AS barred_at
      FROM bars b JOIN people p ON p.id = b.person_id JOIN agencies a ON a.id = p.agency_id
     WHERE b.incident_id = ANY(CAST(:incidents AS uuid[])) AND b.lifted_at IS NULL GROUP BY p.id, a.id ORDER BY 4
""")
LOCK_PERSON = text("SELECT 1 FROM people WHERE id = :person FOR NO KEY UPDATE")
OPENED = text("""
    SELECT opened_at FROM emergency_accesses WHERE person_id = :person AND opened_at > :since
     ORDER BY opened_at DESC LIMIT :most
""")
OPEN = text("""
    INSERT INTO emergency_accesses (id, person_id, incident_id, reasons, opened_at, until)
    VALUES (:id, :person, :incident, :reasons, :now, :until)
""")
ACCESS = table(
    "emergency_accesses",
    column("id", Uuid(as_uuid=False)),
    column("incident_id", Uuid(as_uuid=False)),
    column("opened_at", DateTime(timezone=True)),
    *map(column, ("person_id", "reasons", "until", "reviewed_at", "reviewed_by", "review")),
)
PERSON, AGENCY = (table(name, *map(column, ("id", "agency_id", "name"))) for name in ("people", "agencies"))
LOOKER = PERSON.alias("looker")
ACCESSES = (
    select(
        *(ACCESS.c[name] for name in ("id", "incident_id", "opened_at", "until", "reasons", "reviewed_at", "review")),
        PERSON.c.name,
        AGENCY.c.name.label("agency"),
        func.coalesce(LOOKER.c.name, ACCESS.c.reviewed_by).label("reviewed_by"),
    )
    .join(PERSON, PERSON.c.id == ACCESS.c.person_id)
    .join(AGENCY, AGENCY.c.id == PERSON.c.agency_id)
    .outerjoin(LOOKER, func.concat("person:", LOOKER.c.id) == ACCESS.c.reviewed_by)
)
REVIEW = text("""
    UPDATE emergency_accesses SET reviewed_by = :by, reviewed_at = :now, review = :review
     WHERE id = :id AND reviewed_at IS NULL AND person_id IS DISTINCT FROM CAST(:person AS uuid) RETURNING incident_id::text
""")
READERS = text("""
    SELECT entry::jsonb ->> 'at' AS at, entry::jsonb ->> 'who' AS who, p.name, a.name AS agency
      FROM audit_entries LEFT JOIN people p ON 'person:' || p.id = (entry::jsonb ->> 'who')
      LEFT JOIN agencies a ON a.id = coalesce(p.agency_id, entry::jsonb ->> 'who')
     WHERE entry LIKE '%"what":"read"%' AND (entry::jsonb ->> 'on') = ANY(:records) ORDER BY number DESC LIMIT 500
""")


def note_bar(session: Session, change: dict[str, Any]) -> None:
    """Act on `need-to-know.changed`. What is lifted stays lifted, in whichever order the two are heard."""
    session.execute(NOTE_BAR, change)
    audit.append(session, audit.Entry("system", "noted-bar", f"incident:{change['incident_id']}", change["bar_id"]))


def let_in(session: Session, viewer: Viewer, incident_id: str | None, reasons: str, record: str) -> str:
    """Break-glass: let a person read an incident's record for a day, with reasons. Returns the access's id.

    `session` sees as the system. Raises a 409 problem where there is no such incident, or the person is kept from it,
    and 429 where they have just opened as many as one person may.
    """
    _check_measure(session, viewer)
    values = {"person": viewer.person_id, "incident": incident_id}
    if incident_id is None or session.execute(IS_BARRED, values).first():
        raise conflict("There is nothing with this reference that you can open. Check the reference.")
    now = clock.machine_now()
    access = values | {"id": new_id(), "now": now, "until": now + LET_IN_FOR}
    session.execute(OPEN, access | {"reasons": seal_json(reasons, "emergency_accesses.reasons")})
    audit.append(session, audit.Entry(viewer.actor, "opened-in-emergency", record))
    return str(access["id"])


def _check_measure(session: Session, viewer: Viewer) -> None:
    now, who = clock.machine_now(), {"person": viewer.person_id}
    session.execute(LOCK_PERSON, who)  # two at once are counted in turn
    opened = session.scalars(OPENED, who | {"since": now - WITHIN, "most": MOST_OPENED}).all()
    if len(opened) < MOST_OPENED:
        return
    door = partnership().front_door
    wait = int((opened[-1] + WITHIN - now).total_seconds()) + 1
    raise Problem(
        429,
        f"You have opened {MOST_OPENED} within half an hour, which is as many as one person may. Call the partnership "
        f"office: it can look for you. If a child is at risk now, call the {door.name} on {door.phone}, or 999.",
        headers={"Retry-After": str(wait)},
    )


def accesses_to_look_at(session: Session) -> list[Any]:
    """The latest emergency accesses; what nobody has looked at comes first."""
    order = (ACCESS.c.reviewed_at.is_not(None), ACCESS.c.opened_at.desc())
    return list(session.execute(ACCESSES.order_by(*order).limit(200)))


def describe_accesses(
    accesses: Sequence[Any], references: Callable[[list[str]], dict[str, str]]
) -> list[dict[str, Any]]:
    """Who let themselves in (rows of `ACCESSES`), why, and what the office said of it.

    `references` gives for ids of incidents what people call them.
    """
    named = references([one.incident_id for one in accesses])
    return [
        one._asdict()
        | {"reference": named.get(one.incident_id, "")}
        | {name: _opened(getattr(one, name), name) for name in ("reasons", "review")}
        for one in accesses
    ]


def _opened(sealed: bytes | None, name: str) -> str | None:
    return unseal_json(bytes(sealed), f"emergency_accesses.{name}") if sealed else None


def review_access(session: Session, viewer: Viewer, access_id: str, review: str) -> None:
    """The office's word on an emergency access, once, and not by whoever used it. Raises a 409 problem."""
    values = {"id": access_id, "by": viewer.actor, "now": clock.machine_now(), "person": viewer.person_id or None}
    incident = session.scalar(REVIEW, values | {"review": seal_json(review, "emergency_accesses.review")})
    if incident is None:
        raise conflict("It was looked at already, or was your own: somebody else must look at it.")
    audit.append(session, audit.Entry(viewer.actor, "emergency-access-reviewed", f"incident:{incident}"))


def kept_from(session: Session, incidents: list[str]) -> list[dict[str, Any]]:
    """Who is kept from one of some incidents, as this service knows it. Notify keeps the reasons, and changes it."""
    return [dict(one) for one in session.execute(KEPT_FROM, {"incidents": incidents}).mappings()]


def readers_shown(session: Session, records: list[str]) -> list[tuple[datetime, str, str | None]]:
    """Who read some records (`incident:<id>`, `case:<id>`) and when, to the minute, the latest first: when, who, agency."""
    found = session.execute(READERS, {"records": records})
    return list(
        dict.fromkeys(
            (datetime.fromisoformat(one.at).replace(second=0, microsecond=0), one.name or one.who, one.agency)
            for one in found
        )
    )
