"""Who is kept from an incident though their role shows it, who let themselves into one in an emergency, and who read it."""

from datetime import timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from services.notify.messages import warn_contacts
from services.notify.models import Incident
from shared import audit, clock
from shared.database import new_id, see_as
from shared.delivery.deliveries import add_deliveries
from shared.encryption import seal_json, unseal_json
from shared.identity.viewer import SYSTEM, Viewer
from shared.web.problems import conflict, not_found

LET_IN_FOR = timedelta(hours=24)

BAR = text("""
    INSERT INTO bars (id, person_id, incident_id, reasons, barred_by, barred_at)
    VALUES (:id, :person, :incident, :reasons, :by, :now) ON CONFLICT DO NOTHING RETURNING id
""")
LIFT = text(
    "UPDATE bars SET lifted_at = :now WHERE id::text = :id AND incident_id = :incident AND lifted_at IS NULL RETURNING person_id::text"
)
BARS = text("""
    SELECT b.id::text, b.reasons, b.barred_at, p.name, a.name AS agency FROM bars b JOIN people p ON p.id = b.person_id
      JOIN agencies a ON a.id = p.agency_id WHERE b.incident_id = :incident AND b.lifted_at IS NULL ORDER BY b.barred_at
""")
BY_REFERENCE = text("""
    SELECT i.id::text, i.reference FROM incidents i LEFT JOIN referrals r ON r.incident_id = i.id
     WHERE upper(i.reference) = upper(:reference) OR upper(r.reference) = upper(:reference) LIMIT 1
""")
KEPT_FROM = text("SELECT incident_id::text FROM bars WHERE person_id = :person AND lifted_at IS NULL")
IS_BARRED = text("SELECT 1 FROM bars WHERE person_id = :person AND incident_id = :incident AND lifted_at IS NULL")
OPEN = text("""
    INSERT INTO emergency_accesses (id, person_id, incident_id, reasons, opened_at, until)
    VALUES (:id, :person, :incident, :reasons, :now, :until)
""")
ACCESSES = text("""
    SELECT e.id::text, e.reasons, e.opened_at, e.until, e.reviewed_at, e.review, i.id::text AS incident_id, i.reference, p.name, a.name AS agency
      FROM emergency_accesses e JOIN people p ON p.id = e.person_id JOIN agencies a ON a.id = p.agency_id
      JOIN incidents i ON i.id = e.incident_id
     ORDER BY e.reviewed_at IS NOT NULL, e.opened_at DESC LIMIT 200
""")
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


def bar(session: Session, viewer: Viewer, incident_id: str, person_id: str, reasons: str) -> None:
    """Keep a person from an incident, at once and whatever their role. Raises a 409 problem for oneself, or twice."""
    if person_id == viewer.person_id:
        raise conflict("Ask a colleague in the office to keep you from it: then you do not decide it yourself.")
    values = {
        "id": new_id(),
        "person": person_id,
        "incident": incident_id,
        "by": viewer.actor,
        "now": clock.machine_now(),
    }
    if session.execute(BAR, values | {"reasons": seal_json(reasons, "bars.reasons")}).first() is None:
        raise conflict("This person is kept from it already.")
    audit.append(session, audit.Entry(viewer.actor, "barred", f"incident:{incident_id}", f"person:{person_id}"))


def lift_bar(session: Session, viewer: Viewer, incident_id: str, bar_id: str) -> None:
    """Let a person see the incident again as far as their role does."""
    person = session.scalar(LIFT, {"id": bar_id, "incident": incident_id, "now": clock.machine_now()})
    if person is None:
        raise not_found()
    audit.append(session, audit.Entry(viewer.actor, "bar-lifted", f"incident:{incident_id}", f"person:{person}"))


def bars_of(session: Session, incident_id: str) -> list[dict[str, Any]]:
    """Who is kept from an incident, and why."""
    found = session.execute(BARS, {"incident": incident_id}).mappings()
    return [dict(one) | {"reasons": unseal_json(bytes(one["reasons"]), "bars.reasons")} for one in found]


def kept_from(session: Session, viewer: Viewer) -> set[str]:
    """The incidents that a person is kept from, by id; of an agency's system none."""
    return set(session.scalars(KEPT_FROM, {"person": viewer.person_id})) if viewer.person_id else set()


def open_in_emergency(session: Session, viewer: Viewer, reference: str, reasons: str) -> Incident:
    """Break-glass: let a person read an incident for a day, tell the contacts at once, and have the office look at it.

    Raises a 409 problem for a reference that there is not, or an incident that the person is kept from.
    """
    see_as(session, SYSTEM)
    found = session.execute(BY_REFERENCE, {"reference": reference.strip()}).first()
    values = {"person": viewer.person_id, "incident": found.id if found else None}
    if found is None or session.execute(IS_BARRED, values).first():
        raise conflict("There is no incident with this reference that you can open. Check the reference.")
    now = clock.machine_now()
    access = values | {"id": new_id(), "now": now, "until": now + LET_IN_FOR}
    session.execute(OPEN, access | {"reasons": seal_json(reasons, "emergency_accesses.reasons")})
    sentence = "Somebody opened this incident in an emergency, with reasons. Look at it under “Emergency access”."
    add_deliveries(session, warn_contacts(f"incident:{found.id}", found.reference, sentence))
    audit.append(session, audit.Entry(viewer.actor, "opened-in-emergency", f"incident:{found.id}"))
    see_as(session, viewer)
    return session.get_one(Incident, found.id)


def emergency_accesses(session: Session) -> list[dict[str, Any]]:
    """Who let themselves in, why, and what the office said of it; what nobody has looked at comes first."""
    shown = []
    for one in session.execute(ACCESSES).mappings():
        review = unseal_json(bytes(one["review"]), "emergency_accesses.review") if one["review"] else ""
        shown.append(
            dict(one) | {"reasons": unseal_json(bytes(one["reasons"]), "emergency_accesses.reasons"), "review": review}
        )
    return shown


def review_access(session: Session, viewer: Viewer, access_id: str, review: str) -> None:
    """The office's word on an emergency access, once, and not by whoever used it."""
    values = {"id": access_id, "by": viewer.actor, "now": clock.machine_now(), "person": viewer.person_id or None}
    incident = session.scalar(REVIEW, values | {"review": seal_json(review, "emergency_accesses.review")})
    if incident is None:
        raise conflict("It was looked at already, or was your own: somebody else must look at it.")
    audit.append(session, audit.Entry(viewer.actor, "emergency-access-reviewed", f"incident:{incident}"))


def readers_of(session: Session, records: list[str]) -> list[Any]:
    """Each reading of some records (`incident:<id>`, `referral:<id>`), the latest first: when, and who."""
    return list(session.execute(READERS, {"records": records}))
