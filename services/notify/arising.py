"""Which duties arise from an incident, and the messages that discharge them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from services.notify.attachments import documents_to_name
from services.notify.duties import DECIDE, RULE_OF, duty_values
from services.notify.messages import tell, warn_contacts
from services.notify.panel_form import Notice, panel_notification
from services.notify.threshold import Assessment
from shared.identity.viewer import Viewer
from shared.partnership import partnership

Rows = list[dict[str, Any]]
SENTENCES = {
    "sin-panel": "A serious incident is notified to you.",
    "sin-secretary-of-state": "A death is notified to you.",
    "sin-ofsted": "A death is notified to you.",
    "tell-partner": "A serious incident was notified. You are told as a safeguarding partner.",
    "tell-other-area": "An incident concerns your area.",
    "partnership-office-copy": "A notification was sent; this is your copy.",
    "tell-authority": "An agency referred an incident that may have to be notified. Your clock is running.",
    "follow-up": "A notification you received has been corrected.",
    "withdrawal": "A notification you received is withdrawn.",
}

LEFT_OPEN = (
    "It is being notified by what its facts say, and they leave a question open: whether it is notified further. "
    "Decide that: the clock is the same."
)


def duties_arising(
    session: Session, incident: dict[str, Any], assessment: Assessment, bodies: Sequence[dict[str, Any]], viewer: Viewer
) -> tuple[Rows, Rows]:
    """Rows of the duties that a new incident brings in its present status, and of the messages that tell of them."""
    status = incident["status"]
    if status == "awaiting-decision":
        return _while_undecided(session, incident, viewer)
    if status not in ("notifiable", "passed-on"):
        return [], []
    duties, messages = duties_to_notify(session, incident, assessment, bodies)
    if assessment.left_open:
        decide, warnings = question_beside(incident, f"incident:{incident['id']}")
        return [*duties, decide], [*messages, *warnings]
    return duties, messages


def duties_to_notify(
    session: Session, incident: dict[str, Any], assessment: Assessment, bodies: Sequence[dict[str, Any]]
) -> tuple[Rows, Rows]:
    """The duties to tell everybody who must be told of an incident, with their messages."""
    document = panel_document(session, incident, assessment, bodies)
    duties, deliveries = [], []
    for rule, recipient in whom_to_tell(assessment):
        duty, messages = told(session, incident, rule, recipient, incident["authority_aware_at"], document)
        duties.append(duty)
        deliveries += messages
    return duties, deliveries


def whom_to_tell(assessment: Assessment) -> list[tuple[str, str]]:
    """Everybody who must be told of an incident that is notified (or is another authority's), by rule and recipient."""
    national = [(RULE_OF[recipient], recipient) for recipient in assessment.national_recipients]
    partners = [("tell-partner", f"safeguarding-partner:{agency}") for agency in other_partners()] if national else []
    return [*national, *partners, *(("tell-other-area", area) for area in assessment.other_areas)]


def other_partners() -> list[str]:
    """The safeguarding partners that the authority tells."""
    here = partnership()
    return [agency for agency in here.safeguarding_partners if agency != here.authority.agency_id]


def panel_document(
    session: Session,
    incident: dict[str, Any],
    assessment: Assessment,
    bodies: Sequence[dict[str, Any]],
    notice: Notice = "notification",
) -> dict[str, Any]:
    """What goes to the Panel, as `panel_form` decides it, under the incident's reference, naming the files that go with it."""
    reference, aware = incident["reference"], incident["authority_aware_at"]
    documents = documents_to_name(session, bodies)
    decided = incident.get("notifier")
    return panel_notification(bodies, assessment, reference, aware, notice=notice, documents=documents, decided=decided)


def told(
    session: Session,
    incident: dict[str, Any],
    rule: str,
    recipient: str,
    runs_from: datetime,
    document: dict[str, Any],
    *,
    purpose: str = "notification",
    concerns: str | None = None,
) -> tuple[dict[str, Any], Rows]:
    """A duty to tell one recipient, with its messages; it waits for a person where no machine can tell them."""
    about = concerns or f"incident:{incident['id']}"
    duty = duty_values(rule, recipient, concerns=about, runs_from=runs_from, incident_id=incident["id"])
    messages = tell(
        session,
        recipient,
        purpose=purpose,
        concerns=about,
        reference=incident["reference"],
        sentence=SENTENCES.get(rule, duty["text"]),
        document=document,
        duty_id=duty["id"],
    )
    if all(message["channel"] == "portal" for message in messages):
        duty["status"] = "waiting-for-person"
        sentence = f"A pack waits for you to send it by hand: {duty['text']} Record the reference you are given."
        messages += warn_contacts(f"duty:{duty['id']}", incident["reference"], sentence)
    return duty, messages


def _our_authority() -> str:
    return f"local-authority:{partnership().authority.ons_code}"


def duty_to_decide(incident: dict[str, Any], about: str) -> dict[str, Any]:
    """The authority's duty to decide whether an incident is notified."""
    return duty_values(
        DECIDE,
        _our_authority(),
        concerns=about,
        runs_from=incident["authority_aware_at"],
        incident_id=incident["id"],
        status="waiting-for-person",
    )


def question_beside(incident: dict[str, Any], about: str) -> tuple[dict[str, Any], Rows]:
    """The duty to decide of a kind that the facts leave open, beside what is notified already, and who is told of it."""
    duty = duty_to_decide(incident, about)
    return duty, warn_contacts(f"duty:{duty['id']}", incident["reference"], LEFT_OPEN)


def _while_undecided(session: Session, incident: dict[str, Any], viewer: Viewer) -> tuple[Rows, Rows]:
    """The authority is told, and must decide; its clock runs from its own awareness, decision or not."""
    authority = _our_authority()
    decide = duty_to_decide(incident, f"incident:{incident['id']}")
    if viewer.is_authority:
        return [decide], []
    summary = {
        "incident": incident["reference"],
        "assessment": incident["assessment"],
        "referred_by": viewer.agency_name,
    }
    tell_duty, messages = told(session, incident, "tell-authority", authority, incident["created_at"], summary)
    return [decide, tell_duty], messages
