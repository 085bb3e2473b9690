"""Who is kept from an incident though their role shows it, in all three services; and opening one in an emergency."""

from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from services.notify.messages import warn_contacts
from services.notify.models import Incident
from services.notify.service import SERVICE
from shared import audit, clock
from shared.database import new_id, see_as
from shared.delivery.deliveries import add_deliveries
from shared.encryption import seal_json, unseal_json
from shared.events.catalogue import CATALOGUE
from shared.identity.need_to_know import let_in
from shared.identity.viewer import SYSTEM, Viewer
from shared.outbox import emit_all
from shared.web.problems import conflict, not_found

BAR = text("""
    INSERT INTO bars (id, person_id, incident_id, reasons, barred_by, barred_at)
    VALUES (:id, :person, :incident, :reasons, :by, :now) ON CONFLICT DO NOTHING
    RETURNING id::text AS bar_id, person_id::text, incident_id::text, barred_at, lifted_at
""")
LIFT = text("""
    UPDATE bars SET lifted_at = :now WHERE id::text = :id AND incident_id = :incident AND lifted_at IS NULL
    RETURNING id::text AS bar_id, person_id::text, incident_id::text, barred_at, lifted_at
""")
CARRY = text("""
    INSERT INTO bars (id, person_id, incident_id, reasons, barred_by, barred_at)
    SELECT gen_random_uuid(), person_id, :into, reasons, barred_by, barred_at FROM bars WHERE incident_id = :source AND lifted_at IS NULL
    ON CONFLICT DO NOTHING
    RETURNING id::text AS bar_id, person_id::text, incident_id::text, barred_at, lifted_at
""")
BARS = text("""
    SELECT b.id::text, b.reasons, b.barred_at, p.name, a.name AS agency FROM bars b JOIN people p ON p.id = b.person_id
      JOIN agencies a ON a.id = p.agency_id WHERE b.incident_id = :incident AND b.lifted_at IS NULL ORDER BY b.barred_at
""")
NOT_SAID = text("""
    SELECT b.id::text AS bar_id, b.person_id::text, b.incident_id::text, b.barred_at, b.lifted_at FROM bars b
     WHERE b.lifted_at IS NULL AND :consumers > (SELECT count(DISTINCT d.consumer) FROM events e
       JOIN event_deliveries d ON d.event_id = e.id WHERE e.subject = 'bar:' || b.id)
""")
BY_REFERENCE = text("""
    SELECT i.id::text, i.reference FROM incidents i LEFT JOIN referrals r ON r.incident_id = i.id
     WHERE upper(i.reference) = upper(:reference) OR upper(r.reference) = upper(:reference) LIMIT 1
""")
HIDDEN_FROM = text("SELECT incident_id::text FROM bars WHERE person_id = :person AND lifted_at IS NULL")


def bar(session: Session, viewer: Viewer, incident_id: str, person_id: str, reasons: str) -> None:
    """Keep a person from an incident, its reviews and its publication, at once and whatever their role.

    Raises a 409 problem for oneself, or twice. Emits `need-to-know.changed`.
    """
    if person_id == viewer.person_id:
        raise conflict("Ask a colleague in the office to keep you from it: then you do not decide it yourself.")
    values = {
        "id": new_id(),
        "person": person_id,
        "incident": incident_id,
        "by": viewer.actor,
        "now": clock.machine_now(),
    }
    barred = session.execute(BAR, values | {"reasons": seal_json(reasons, "bars.reasons")}).mappings().all()
    if not barred:
        raise conflict("This person is kept from it already.")
    _say(session, barred)
    audit.append(session, audit.Entry(viewer.actor, "barred", f"incident:{incident_id}", f"person:{person_id}"))


def lift_bar(session: Session, viewer: Viewer, incident_id: str, bar_id: str) -> None:
    """Let a person see the incident again as far as their role does. Emits `need-to-know.changed`."""
    values = {"id": bar_id, "incident": incident_id, "now": clock.machine_now()}
    lifted = session.execute(LIFT, values).mappings().all()
    if not lifted:
        raise not_found()
    _say(session, lifted)
    why = f"person:{lifted[0]['person_id']}"
    audit.append(session, audit.Entry(viewer.actor, "bar-lifted", f"incident:{incident_id}", why))


def carry_bars(session: Session, source_id: str, into_id: str) -> None:
    """Two incidents become one: who is kept from the one is kept from what stays."""
    _say(session, session.execute(CARRY, {"source": source_id, "into": into_id}).mappings().all())


def say_unsaid_bars() -> int:
    """Say to the other services who was kept from an incident before they were told of such things; returns how many.

    Each is said once to everybody who hears of it: where nothing is left to say, nothing is done.
    """
    consumers = len(CATALOGUE["need-to-know.changed"].heard_by)
    with SERVICE.transaction() as session:
        unsaid = session.execute(NOT_SAID, {"consumers": consumers}).mappings().all()
        _say(session, unsaid)
    return len(unsaid)


def _say(session: Session, bars: Any) -> None:
    said = [dict(one) for one in bars]
    for one in said:
        for name in ("barred_at", "lifted_at"):
            one[name] = one[name].isoformat() if one[name] else None
    emit_all(session, SERVICE, [("need-to-know.changed", f"bar:{one['bar_id']}", one) for one in said])


def bars_of(session: Session, incident_id: str) -> list[dict[str, Any]]:
    """Who is kept from an incident, and why."""
    found = session.execute(BARS, {"incident": incident_id}).mappings()
    return [dict(one) | {"reasons": unseal_json(bytes(one["reasons"]), "bars.reasons")} for one in found]


def hidden_from(session: Session, viewer: Viewer) -> set[str]:
    """The incidents that a person is kept from, by id; of an agency's system none."""
    return set(session.scalars(HIDDEN_FROM, {"person": viewer.person_id})) if viewer.person_id else set()


def open_in_emergency(session: Session, viewer: Viewer, reference: str, reasons: str) -> Incident:
    """Break-glass: let a person read an incident for a day, tell the contacts at once, and have the office look at it.

    Raises a 409 problem for a reference that there is not, or an incident that the person is kept from.
    """
    see_as(session, SYSTEM)
    found = session.execute(BY_REFERENCE, {"reference": reference.strip()}).first()
    let_in(session, viewer, found.id if found else None, reasons, f"incident:{found.id if found else ''}")
    assert found  # or `let_in` would have raised
    sentence = "Somebody opened this incident in an emergency, with reasons. Look at it under “Emergency access”."
    add_deliveries(session, warn_contacts(f"incident:{found.id}", found.reference, sentence))
    see_as(session, viewer)
    return session.get_one(Incident, found.id)


def references_of(session: Session, incident_ids: list[str]) -> dict[str, str]:
    """What people call some incidents."""
    found = session.execute(select(Incident.id, Incident.reference).where(Incident.id.in_(incident_ids)))
    return {row.id: row.reference for row in found}
