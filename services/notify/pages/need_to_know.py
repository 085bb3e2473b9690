"""Keeping somebody from an incident, opening one in an emergency, looking at that afterwards, and who read what."""

from datetime import datetime
from uuid import UUID

from flask import request
from sqlalchemy import select
from wtforms import StringField

from services.notify.attachments import documents_of
from services.notify.models import Incident, Referral
from services.notify.need_to_know import (
    bar,
    bars_of,
    emergency_accesses,
    lift_bar,
    open_in_emergency,
    readers_of,
    review_access,
)
from services.notify.pages.incidents import found_incident
from services.notify.pages.site import pages
from services.notify.people import people_seen_by
from shared.identity import rights
from shared.web.asking import acted, form_page, reasons
from shared.web.forms import Questions, SelectField, at_most, needed, trimmed
from shared.web.pages import Go, Page, Visit


class BarForm(Questions):
    person = SelectField("Who must not see this incident?", validators=needed("Choose who must not see it"))
    reasons = reasons("Why?", "For example: they know the family, or they are party to it.")


class EmergencyForm(Questions):
    reference = StringField(
        "Reference of the incident or report",
        description="For example INC-2026-0012.",
        validators=[*needed("Enter the reference"), at_most(60, "The reference")],
        filters=[trimmed],
        render_kw={"classes": "govuk-input--width-20", "spellcheck": False},
    )
    reasons = reasons("Why must you see it now?")


class ReviewForm(Questions):
    review = reasons("What did you find?", missing="Say what you found")


@pages.get("/incidents/<uuid:incident_id>/access", allows=rights.office)
def show_access(visit: Visit, incident_id: UUID) -> Page:
    """Who is kept from an incident, and everybody who read it."""
    incident = found_incident(visit, incident_id)
    return _access_page(visit, incident, BarForm(visit.typed))


def _access_page(visit: Visit, incident: Incident, form: Questions) -> Page:
    people = [person for person in people_seen_by(visit.session, visit.viewer) if not person.ended_at]
    form.offer("person", [("", "Choose"), *((person.id, f"{person.name}, {person.agency_name}") for person in people)])
    referrals = visit.session.scalars(select(Referral).where(Referral.incident_id == incident.id)).all()
    documents = [entry["id"] for each in referrals for entry in documents_of(each.body)]
    records = [f"incident:{incident.id}", *(f"referral:{each.id}" for each in referrals)]
    records += [f"document:{each}" for each in documents]
    readers = [
        (datetime.fromisoformat(one.at), one.name or one.who, one.agency) for one in readers_of(visit.session, records)
    ]
    values = {
        "incident": incident,
        "form": form,
        "errors": form.error_list(),
        "bars": bars_of(visit.session, incident.id),
        "readers": readers,
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


@pages.get("/emergency", allows=rights.any_agency)
def get_emergency(visit: Visit) -> Page:
    return _emergency_page(EmergencyForm(visit.typed))


def _emergency_page(form: Questions) -> Page:
    note = (
        "For when a child's safety depends on it. It opens for 24 hours; the partnership is told at once, and looks at "
        "your reasons afterwards."
    )
    return form_page("Open an incident in an emergency", form, note=note, button="Open it", back="/notify/reports")


@pages.post("/emergency", allows=rights.any_agency)
def post_emergency(visit: Visit) -> Page | Go:
    form, opened = EmergencyForm(visit.typed), []

    def act() -> None:
        opened.append(open_in_emergency(visit.session, visit.viewer, form["reference"].data, form["reasons"].data))

    if not acted(visit, form, "reference", act):
        return _emergency_page(form)
    return Go(f"/notify/emergency/{opened[0].id}", "It is open to you for 24 hours. The partnership has been told.")


@pages.get("/emergency/<uuid:incident_id>", allows=rights.any_agency)
def show_in_emergency(visit: Visit, incident_id: UUID) -> Page:
    """What was referred of an incident, for whoever let themselves in; the database decides whether that still holds."""
    incident = found_incident(visit, incident_id)
    statement = select(Referral).where(Referral.incident_id == incident.id).order_by(Referral.submitted_at)
    visit.note_read(f"incident:{incident.id}")
    values = {"incident": incident, "referrals": visit.session.scalars(statement).all(), "back": "/notify/reports"}
    return Page("emergency.html", "Incident", values)


@pages.get("/emergencies", allows=rights.office)
def list_emergencies(visit: Visit) -> Page:
    return Page("emergencies.html", "Emergency access", {"accesses": emergency_accesses(visit.session)})


@pages.get("/emergencies/<uuid:access_id>", allows=rights.office)
def get_review(visit: Visit, access_id: UUID) -> Page:
    return _review_page(ReviewForm(visit.typed))


def _review_page(form: Questions) -> Page:
    note = "What you write is kept with it and cannot be changed afterwards."
    return form_page("Look at an emergency access", form, note=note, button="Record", back="/notify/emergencies")


@pages.post("/emergencies/<uuid:access_id>", allows=rights.office)
def post_review(visit: Visit, access_id: UUID) -> Page | Go:
    form = ReviewForm(visit.typed)
    if not acted(
        visit, form, "review", lambda: review_access(visit.session, visit.viewer, str(access_id), form["review"].data)
    ):
        return _review_page(form)
    return Go("/notify/emergencies", "Recorded.")
