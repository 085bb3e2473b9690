"""The duty officer's and the office's pages on incidents: what is due today, one incident whole, and what is decided of it."""

from datetime import datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import select
from wtforms import Field
from wtforms.validators import ValidationError

from services.notify.attachments import described, documents_of
from services.notify.decisions import Decided, decide, withdraw
from services.notify.duties import DECIDE, describe_duty, is_to_decide
from services.notify.merging import merge
from services.notify.models import Duty, Incident, Referral
from services.notify.need_to_know import hidden_from
from services.notify.pages.site import pages
from services.notify.timeline import timeline
from services.notify.views import describe_incident
from services.notify.wording import agency_words, outcome_words
from shared import clock
from shared.calendar import LONDON
from shared.database import see_as
from shared.duty_words import rule_words
from shared.identity import rights
from shared.identity.viewer import SYSTEM
from shared.partnership import partnership
from shared.web.asking import acted, form_page, reasons
from shared.web.forms import Questions, RadioField, SelectMultipleField, may_be_empty, needed
from shared.web.pages import Go, Page, Visit
from shared.web.problems import not_found

OPEN = ("pending", "sent", "waiting-for-person")
NEWEST = 200
_TO_DECIDE = select(Duty.incident_id).where(Duty.rule == DECIDE, Duty.status.in_(OPEN))
KEPT = "They are kept with the decision and cannot be changed afterwards."
OUTCOMES = [
    ("notify", "Notify: tell the Panel and the others"),
    ("do-not-notify", "Do not notify"),
    ("more-information", "More information is needed first"),
    ("other-review", "Another kind of review is right"),
]
WITHDRAWN_FROM = ("notifiable", "notified", "passed-on")
AGAINST = ("do-not-notify", "other-review")
CONSULTED = "Which safeguarding partners were consulted and agree?"
NEVER_ALONE = "Not to notify is never decided without one."
WHO_AGREES = "Choose the partners who were consulted and agree that it is not notified"


class DecisionForm(Questions):
    outcome = RadioField("What is decided?", choices=OUTCOMES, validators=needed("Say what is decided"))
    reasons = reasons("Why?", KEPT, rows=6)
    agreed_by = SelectMultipleField(CONSULTED, description=NEVER_ALONE, validators=[])
    separate_from = SelectMultipleField(
        "Which of these is another incident?",
        description="They look alike. Choose those that are not the same incident.",
        validators=may_be_empty(),
    )

    def __init__(self, *given: Any, alike: list[dict[str, Any]], **how: Any) -> None:
        super().__init__(*given, **how)
        self.offer("agreed_by", _partners())
        self.offer("separate_from", [(other["id"], other["reference"]) for other in alike])
        if not alike:
            del self["separate_from"]

    def validate_agreed_by(self, field: Field) -> None:
        if self["outcome"].data in AGAINST and not field.data:
            raise ValidationError(WHO_AGREES)


class WithdrawalForm(Questions):
    reasons = reasons("Why is this notification withdrawn?", KEPT)
    agreed_by = SelectMultipleField(CONSULTED, description=NEVER_ALONE, validators=needed(WHO_AGREES))

    def __init__(self, *given: Any, to_decide: bool, **how: Any) -> None:
        super().__init__(*given, **how)
        self.offer("agreed_by", _partners())
        if not to_decide:
            del self["agreed_by"]


def _partners() -> list[tuple[str, str]]:
    return [(agency_words(each),) * 2 for each in partnership().safeguarding_partners]


class MergeForm(Questions):
    into = RadioField(
        "Which incident is it the same as?", validators=needed("Choose the incident that it is the same as")
    )
    reasons = reasons("Why are they one incident?", KEPT)

    def __init__(self, *given: Any, alike: list[dict[str, Any]], **how: Any) -> None:
        super().__init__(*given, **how)
        self.offer("into", [(other["id"], f"{other['reference']}: {', '.join(other['reasons'])}") for other in alike])


@pages.get("/today", allows=rights.office_or_authority)
def today(visit: Visit) -> Page:
    """What is due, soonest first; what waits for a person stands out."""
    statement = select(Duty).where(Duty.status.in_(OPEN)).order_by(Duty.due_at, Duty.id).limit(NEWEST)
    duties = [describe_duty(duty) for duty in visit.session.scalars(statement)]
    waiting = visit.session.scalars(
        select(Incident)
        .where(Incident.id.in_(_TO_DECIDE), Incident.merged_into.is_(None))
        .order_by(Incident.authority_aware_at)
    ).all()
    values = {
        "duties": duties,
        "incidents": incidents_of(visit, duties),
        "waiting": waiting,
    }
    return Page("today.html", "Today", values)


@pages.get("/incidents", allows=rights.office_authority_or_partner)
def list_incidents(visit: Visit) -> Page:
    statement = select(Incident).order_by(Incident.created_at.desc()).limit(NEWEST)
    return Page("incidents.html", "Incidents", {"incidents": visit.session.scalars(statement).all()})


@pages.get("/incidents/<uuid:incident_id>", allows=rights.office_authority_or_partner)
def show_incident(visit: Visit, incident_id: UUID) -> Page:
    """One incident whole. The text of referrals is shown to whoever may see it, and each reading is logged."""
    incident = found_incident(visit, incident_id)
    statement = select(Referral).where(Referral.incident_id == incident.id).order_by(Referral.submitted_at)
    referrals = list(visit.session.scalars(statement))
    hidden = hidden_from(visit.session, visit.viewer)
    files = {each.id: described(visit.session, documents_of(each.body)) for each in referrals}
    visit.note_read(f"incident:{incident.id}")
    see_as(visit.session, SYSTEM)  # a partner sees which duties and duplicates there are, not others' referrals
    whole = describe_incident(visit.session, incident, whole=True)
    whole["possible_duplicates"] = [each for each in whole["possible_duplicates"] if each["id"] not in hidden]
    merged = incident.merged_into if incident.merged_into not in hidden else None
    into = visit.session.get(Incident, merged) if merged else None
    clocks = [duty | {"label": rule_words(duty["rule"])} for duty in whole["duties"]]
    values = {
        "incident": whole,
        "referrals": referrals,
        "files": files,
        "merged_into": into,
        "timeline": timeline(_moments(incident, whole["referrals"]), clocks, clock.now()),
        "may_decide": rights.authority(visit.viewer) and incident.status != "withdrawn" and not incident.merged_into,
        "to_decide": any(duty["rule"] == DECIDE and duty["status"] in OPEN for duty in whole["duties"]),
        "may_merge": rights.office(visit.viewer) and bool(whole["possible_duplicates"]),
        "may_keep_from": rights.office(visit.viewer),
        "may_withdraw": rights.authority(visit.viewer) and incident.status in WITHDRAWN_FROM,
        "back": "/notify/incidents",
    }
    return Page("incident.html", f"Incident {incident.reference}", values)


def _moments(incident: Incident, referrals: list[dict[str, Any]]) -> list[tuple[str, datetime]]:
    """What the picture marks, in its order."""
    found = [
        ("The incident", datetime.combine(incident.occurred_on, time(), LONDON)),
        ("The authority became aware", incident.authority_aware_at),
        *((f"Incident report {each['reference']}", each["submitted_at"]) for each in referrals),
    ]
    return [*found, ("Notified", incident.notified_at)] if incident.notified_at else found


@pages.get("/incidents/<uuid:incident_id>/beside/<uuid:other_id>", allows=rights.office_or_authority)
def show_beside(visit: Visit, incident_id: UUID, other_id: UUID) -> Page:
    """Two incidents that may be one, side by side as they were referred."""
    sides = []
    for incident in (found_incident(visit, incident_id), found_incident(visit, other_id)):
        visit.note_read(f"incident:{incident.id}")
        statement = select(Referral).where(Referral.incident_id == incident.id).order_by(Referral.submitted_at)
        sides.append((incident, visit.session.scalars(statement).all()))
    values = {"sides": sides, "may_merge": rights.office(visit.viewer), "may_decide": rights.authority(visit.viewer)}
    return Page("beside.html", "Are these one incident?", values | {"back": f"/notify/incidents/{incident_id}"})


def incidents_of(visit: Visit, duties: list[dict[str, Any]]) -> dict[str, Incident]:
    """The incidents that some duties arose from, by id."""
    wanted = {duty["incident_id"] for duty in duties if duty["incident_id"]}
    return {
        incident.id: incident for incident in visit.session.scalars(select(Incident).where(Incident.id.in_(wanted)))
    }


def found_incident(visit: Visit, incident_id: UUID) -> Incident:
    incident = visit.session.get(Incident, str(incident_id))
    if incident is None:
        raise not_found()
    return incident


def _alike(visit: Visit, incident: Incident) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = describe_incident(visit.session, incident, whole=True)["possible_duplicates"]
    return found


def _about(incident: Incident, title: str, form: Questions, *, button: str, note: str) -> Page:
    back = f"/notify/incidents/{incident.id}"
    return form_page(title, form, about=incident.reference, button=button, note=note, back=back)


def _decision_page(form: Questions, incident: Incident) -> Page:
    said = " ".join(f"{reason['text']} ({reason['authority']})" for reason in incident.assessment["reasons"])
    note = (
        f"What the facts say: {outcome_words(incident.assessment['outcome'])}. {said} "
        "The five working days run from when the local authority became aware, whenever you decide."
    )
    return _about(incident, "Decide whether to notify", form, button="Record this decision", note=note)


@pages.get("/incidents/<uuid:incident_id>/decision", allows=rights.authority)
def get_decision(visit: Visit, incident_id: UUID) -> Page:
    incident = found_incident(visit, incident_id)
    return _decision_page(DecisionForm(visit.typed, alike=_alike(visit, incident)), incident)


@pages.post("/incidents/<uuid:incident_id>/decision", allows=rights.authority)
def post_decision_page(visit: Visit, incident_id: UUID) -> Page | Go:
    incident = found_incident(visit, incident_id)
    form = DecisionForm(visit.typed, alike=_alike(visit, incident))
    answers = form.data

    def act() -> None:
        decided = Decided(
            answers["outcome"], answers["reasons"], answers["agreed_by"] or [], answers.get("separate_from") or ()
        )
        decide(visit.session, visit.viewer, incident.id, decided, clock.now())

    if not acted(visit, form, "outcome", act):
        return _decision_page(form, incident)
    return Go(f"/notify/incidents/{incident.id}", "The decision is recorded.")


def _withdrawal_form(visit: Visit, incident: Incident) -> WithdrawalForm:
    return WithdrawalForm(visit.typed, to_decide=is_to_decide(visit.session, incident))


def _withdrawal_page(form: Questions, incident: Incident) -> Page:
    note = "Everyone who was told will be told of this, with your reasons."
    return _about(incident, "Withdraw the notification", form, button="Withdraw", note=note)


@pages.get("/incidents/<uuid:incident_id>/withdrawal", allows=rights.authority)
def get_withdrawal(visit: Visit, incident_id: UUID) -> Page:
    incident = found_incident(visit, incident_id)
    return _withdrawal_page(_withdrawal_form(visit, incident), incident)


@pages.post("/incidents/<uuid:incident_id>/withdrawal", allows=rights.authority)
def post_withdrawal_page(visit: Visit, incident_id: UUID) -> Page | Go:
    incident = found_incident(visit, incident_id)
    form = _withdrawal_form(visit, incident)
    answers = form.data

    def act() -> None:
        agreed = answers.get("agreed_by") or ()
        withdraw(visit.session, visit.viewer, incident.id, answers["reasons"], clock.now(), agreed)

    if not acted(visit, form, "reasons", act):
        return _withdrawal_page(form, incident)
    return Go(f"/notify/incidents/{incident.id}", "The notification is withdrawn.")


def _merge_page(form: Questions, incident: Incident) -> Page:
    note = "Both incident reports are kept; one notification goes out."
    return _about(incident, "Make it one with another incident", form, button="Make them one", note=note)


@pages.get("/incidents/<uuid:incident_id>/merge", allows=rights.office)
def get_merge(visit: Visit, incident_id: UUID) -> Page:
    incident = found_incident(visit, incident_id)
    return _merge_page(MergeForm(visit.typed, alike=_alike(visit, incident)), incident)


@pages.post("/incidents/<uuid:incident_id>/merge", allows=rights.office)
def post_merge_page(visit: Visit, incident_id: UUID) -> Page | Go:
    incident = found_incident(visit, incident_id)
    form = MergeForm(visit.typed, alike=_alike(visit, incident))
    into = form["into"].data
    if not acted(
        visit,
        form,
        "into",
        lambda: merge(visit.session, visit.viewer, incident.id, into, form["reasons"].data, clock.now()),
    ):
        return _merge_page(form, incident)
    return Go(f"/notify/incidents/{into}", "They are one incident now.")
