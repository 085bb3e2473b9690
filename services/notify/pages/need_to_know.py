"""Keeping somebody from an incident, opening one in an emergency, looking at that afterwards, and who read what."""

from uuid import UUID

from flask import request
from sqlalchemy import select

from services.notify.attachments import documents_of
from services.notify.models import Incident, Referral
from services.notify.need_to_know import bar, bars_of, lift_bar, open_in_emergency, references_of
from services.notify.pages.incidents import found_incident
from services.notify.pages.site import pages
from services.notify.people import people_seen_by
from shared.identity import rights
from shared.identity.need_to_know import readers_shown
from shared.web.asking import acted, reasons
from shared.web.emergency import declare_emergency_access
from shared.web.forms import Questions, SelectField, needed
from shared.web.pages import Go, Page, Visit


class BarForm(Questions):
    person = SelectField("Who must not see this incident?", validators=needed("Choose who must not see it"))
    reasons = reasons("Why?", "For example: they know the family, or they are party to it.")


@pages.get("/incidents/<uuid:incident_id>/access", allows=rights.office)
def show_access(visit: Visit, incident_id: UUID) -> Page:
    """Who is kept from an incident, and everybody who read it."""
    incident = found_incident(visit, incident_id)
    return _access_page(visit, incident, BarForm(visit.typed))


def _access_page(visit: Visit, incident: Incident, form: Questions) -> Page:
    people = [person for person in people_seen_by(visit.session, visit.viewer) if not person.ended_at]
    form.offer("person", [("", "Choose"), *((person.id, f"{person.name}, {person.agency_name}") for person in people)])
    referrals = visit.session.scalars(select(Referral).where(Referral.incident_id == incident.id)).all()
    records = [f"incident:{incident.id}", *(f"referral:{each.id}" for each in referrals)]
    records += [f"document:{entry['id']}" for each in referrals for entry in documents_of(each.body)]
    values = {
        "incident": incident,
        "form": form,
        "errors": form.error_list(),
        "bars": bars_of(visit.session, incident.id),
        "readers": readers_shown(visit.session, records),
        "back": f"/notify/incidents/{incident.id}",
    }
    return Page("access.html", "Who may see this incident, and who read it", values, 422 if form.errors else 200)


@pages.post("/incidents/<uuid:incident_id>/access", allows=rights.office)
def post_access_to(visit: Visit, incident_id: UUID) -> Page | Go:
    incident, form = found_incident(visit, incident_id), BarForm(visit.typed)
    if lift := request.form.get("lift"):
        lift_bar(visit.session, visit.viewer, incident.id, lift)
        return Go(request.path, "They may see it again, as far as their role does.")
    people = people_seen_by(visit.session, visit.viewer)
    form.offer("person", [(person.id, person.name) for person in people])
    if not acted(
        visit,
        form,
        "person",
        lambda: bar(visit.session, visit.viewer, incident.id, form["person"].data, form["reasons"].data),
    ):
        return _access_page(visit, incident, form)
    return Go(request.path, "They cannot see it any more.")


declare_emergency_access(
    pages,
    what="an incident",
    asks_for="Reference of the incident, or of an incident report",
    hint="For example INC-2026-0012.",
    back="/notify/reports",
    opens=lambda visit, reference, why: open_in_emergency(visit.session, visit.viewer, reference, why).id,
    references=references_of,
)


@pages.get("/emergency/<uuid:incident_id>", allows=rights.any_agency)
def show_in_emergency(visit: Visit, incident_id: UUID) -> Page:
    """What was referred of an incident, for whoever let themselves in; the database decides whether that still holds."""
    incident = found_incident(visit, incident_id)
    statement = select(Referral).where(Referral.incident_id == incident.id).order_by(Referral.submitted_at)
    visit.note_read(f"incident:{incident.id}")
    values = {"incident": incident, "referrals": visit.session.scalars(statement).all(), "back": "/notify/reports"}
    return Page("emergency.html", f"Incident {incident.reference}", values)
