"""Every duty with its attempts and evidence, what a person enters in the national form, and the reference it gave."""

import csv
import io
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import request
from sqlalchemy import case, select
from wtforms import StringField

from services.notify.chosen_settings import recipient_now
from services.notify.duties import DECIDE, NOBODY_SENDS, NOTIFYING, describe_duty
from services.notify.duty_calendar import as_calendar, feed_of, person_of_feed
from services.notify.models import Duty, Incident
from services.notify.pages.incidents import OPEN, incidents_of
from services.notify.pages.site import pages
from services.notify.panel_form import as_sections, in_pairs
from services.notify.receipts_by_hand import Given, may_have_gone, packs_prepared, record_receipt
from services.notify.views import describe_duty_whole, pack_of
from services.notify.wording import STATUS, recipient_words, status_words
from shared import clock
from shared.calendar import LONDON
from shared.duty_words import rule_words
from shared.identity import rights
from shared.identity.people import SignIn, viewer_of
from shared.web.asking import acted, form_page
from shared.web.forms import DayField, Questions, RadioField, TimeField, at_most, needed, trimmed
from shared.web.layout import moment
from shared.web.pages import Download, Go, Page, Visit
from shared.web.problems import not_found

MOST = 500
NO_SIGN_IN = str(UUID(int=0))
STATES = ("pending", "sent", "waiting-for-person", "discharged", "cancelled")


class ReceiptForm(Questions):
    reference = StringField(
        "Which reference did they give?",
        description="For example the number that the national form shows when it has been sent.",
        validators=[*needed("Enter the reference"), at_most(200, "The reference")],
        filters=[trimmed],
        render_kw={"classes": "govuk-input--width-20", "spellcheck": False},
    )
    day = DayField("On what day?", what="The day", validators=needed("Enter the day"))
    time = TimeField("At what time?", description="For example 9:30pm.", validators=needed("Enter the time"))
    sha256 = RadioField(
        "Which facts did you send?",
        description="They were corrected. Where you sent others than now stand, a follow-up with these waits for you next.",
        validators=needed("Say which facts you sent"),
    )

    def __init__(self, *given: Any, packs: dict[str, datetime], **how: Any) -> None:
        super().__init__(*given, **how)
        words = {sha: f"Those of {moment(at)}" for sha, at in packs.items()}
        words = {sha: f"{said}, as they now stand" if not n else said for n, (sha, said) in enumerate(words.items())}
        self.offer("sha256", words.items())
        if len(packs) < 2:
            del self["sha256"]


def _wanted() -> tuple[Any, str]:
    """Duties by the state asked for, overdue and soonest first; without one, all that are open."""
    asked = request.args.get("status", "open")
    status = asked if asked in (*STATES, "open", "all") else "open"
    order = [case((Duty.status.in_(OPEN), 0), else_=1), Duty.due_at, Duty.id]
    statement = select(Duty).order_by(*order).limit(MOST)
    if status == "open":
        statement = statement.where(Duty.status.in_(OPEN))
    elif status != "all":
        statement = statement.where(Duty.status == status)
    return statement, status


def _listed(visit: Visit) -> tuple[list[dict[str, Any]], dict[str, Incident], str]:
    statement, status = _wanted()
    duties = [describe_duty(duty) for duty in visit.session.scalars(statement)]
    incidents = incidents_of(visit, duties)
    return duties, incidents, status


@pages.get("/duties", allows=rights.office_or_authority)
def list_duties(visit: Visit) -> Page:
    duties, incidents, status = _listed(visit)
    states = {"open": "Everything open", **{each: STATUS[each] for each in STATES}, "all": "Everything"}
    options = [{"value": value, "text": words} for value, words in states.items()]
    feed = feed_of(visit.session, visit.viewer.person_id)
    return Page(
        "duties.html",
        "Duties",
        {"duties": duties, "incidents": incidents, "status": status, "options": options, "feed": feed},
    )


@pages.get("/duties.csv", allows=rights.office_or_authority)
def download_duties(visit: Visit) -> Download:
    """References, dates and states only: nothing of a case leaves with it."""
    duties, incidents, _ = _listed(visit)
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(["incident", "duty", "recipient", "status", "overdue", "due", "sent", "done", "authority"])
    for duty in duties:
        incident = incidents.get(duty["incident_id"] or "")
        row = [incident.reference if incident else "", rule_words(duty["rule"]), recipient_words(duty["recipient"])]
        row += [status_words(duty["status"]), "yes" if duty["overdue"] else "no"]
        row += [
            each.astimezone(LONDON).isoformat(timespec="minutes") if each else ""
            for each in (duty["due_at"], duty["sent_at"], duty["discharged_at"])
        ]
        table.writerow([*row, duty["authority"]])
    return Download(out.getvalue(), "text/csv; charset=utf-8", "duties.csv")


@pages.get("/calendar/<secret>.ics", allows=rights.anyone)
def show_calendar(visit: Visit, secret: str) -> Download:
    """A person's calendar program has no cookie: the address is its secret, and shows references and dates only."""
    person_id = person_of_feed(visit.session, secret)
    now = clock.machine_now()
    viewer = viewer_of(visit.session, "notify", SignIn(NO_SIGN_IN, person_id, now, now)) if person_id else None
    if viewer is None or not rights.office_or_authority(viewer):
        raise not_found()
    statement = select(Duty).where(Duty.status.in_(OPEN)).order_by(Duty.due_at, Duty.id).limit(MOST)
    duties = [describe_duty(duty) for duty in visit.session.scalars(statement)]
    references = {incident.id: incident.reference for incident in incidents_of(visit, duties).values()}
    return Download(as_calendar(duties, references, now), "text/calendar; charset=utf-8", "duties.ics")


@pages.get("/duties/<uuid:duty_id>", allows=rights.office_or_authority)
def show_duty(visit: Visit, duty_id: UUID) -> Page:
    duty, incident = _duty(visit, duty_id)
    whole = describe_duty_whole(visit.session, duty)
    pack = pack_of(visit.session, duty)
    by_hand = duty.rule in NOTIFYING or any(each["channel"] == "portal" for each in whole["deliveries"])
    authority = rights.authority(visit.viewer)
    to_decide = authority and duty.rule == DECIDE and duty.status == "waiting-for-person"
    to_sign = duty.rule == "rapid-review" and duty.status == "pending" and not whole["deliveries"]
    values = {
        "duty": whole,
        "incident": incident,
        "by_persons": duty.rule in NOBODY_SENDS,
        "goes_when_signed": recipient_now(duty.recipient).channel if to_sign else "",
        "decision": f"/notify/incidents/{duty.incident_id}/decision" if to_decide else "",
        "may_record": authority and may_have_gone(visit.session, duty),
        "has_form": pack is not None and by_hand,
        "in_form": pack is not None and "notifier" in pack["document"],
        "back": "/notify/duties",
    }
    return Page("duty.html", f"Duty of incident {incident.reference}" if incident else "Duty", values)


@pages.get("/duties/<uuid:duty_id>/form", allows=rights.office_or_authority)
def show_national_form(visit: Visit, duty_id: UUID) -> Page:
    """What to enter in the national form, in its order, or to send; each field with a button that copies it."""
    duty, incident = _duty(visit, duty_id)
    pack = pack_of(visit.session, duty)
    if pack is None:
        raise not_found()
    in_form = "notifier" in pack["document"]
    visit.note_read(f"duty:{duty.id}")
    awaits_reference = may_have_gone(visit.session, duty)
    values = {
        "duty": describe_duty(duty),
        "incident": incident,
        "sections": as_sections(pack["document"]) if in_form else [("What is told", in_pairs(pack["document"]))],
        "documents": pack["document"].get("documents", []),
        "delivery_id": pack["delivery_id"],
        "sha256": pack["sha256"],
        "awaits_reference": awaits_reference,
        "may_record": awaits_reference and rights.authority(visit.viewer),
        "in_form": in_form,
        "back": f"/notify/duties/{duty.id}",
    }
    return Page("national_form.html", "For the national form" if in_form else "What to send", values)


def _duty(visit: Visit, duty_id: UUID) -> tuple[Duty, Incident | None]:
    duty = visit.session.get(Duty, str(duty_id))
    if duty is None:
        raise not_found()
    return duty, visit.session.get(Incident, duty.incident_id) if duty.incident_id else None


def _receipt_page(form: Questions, duty: Duty) -> Page:
    note = "It is the evidence that this duty was done."
    if duty.status == "cancelled":
        note = "This duty was cancelled. If it was sent already, record it: the withdrawal is then told to them, too."
    back = f"/notify/duties/{duty.id}"
    return form_page("Record the reference", form, about=rule_words(duty.rule), button="Record", note=note, back=back)


@pages.get("/duties/<uuid:duty_id>/receipt", allows=rights.authority)
def get_receipt(visit: Visit, duty_id: UUID) -> Page:
    now = clock.now().astimezone(LONDON)
    duty, _ = _duty(visit, duty_id)
    packs = packs_prepared(visit.session, duty.id)
    began = {"day": now.date().isoformat(), "time": f"{now:%H:%M}", "sha256": request.args.get("pack")}
    return _receipt_page(ReceiptForm(visit.typed, data=began, packs=packs), duty)


@pages.post("/duties/<uuid:duty_id>/receipt", allows=rights.authority)
def post_receipt_page(visit: Visit, duty_id: UUID) -> Page | Go:
    duty, _ = _duty(visit, duty_id)
    form = ReceiptForm(visit.typed, packs=packs_prepared(visit.session, duty.id))

    def act() -> None:
        at = datetime.fromisoformat(f"{form['day'].data}T{form['time'].data}").replace(tzinfo=LONDON)
        sha256 = form["sha256"].data if "sha256" in form else None
        record_receipt(visit.session, visit.viewer, duty.id, Given(form["reference"].data, at, sha256))

    if not acted(visit, form, "reference", act):
        return _receipt_page(form, duty)
    return Go(f"/notify/duties/{duty_id}", "The reference is recorded.")
