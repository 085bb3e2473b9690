"""What review does about each event it hears."""

from datetime import datetime

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.review.cases import take_correction, take_notification
from services.review.models import IncidentReferral
from services.review.panel_replies import note_duty, note_sent_to_panel
from services.review.practice_review import note_publication
from services.review.withdrawals import withdraw_case
from shared.events.catalogue import Event, Reaction
from shared.identity.keys import apply_directory_change
from shared.identity.need_to_know import note_bar


def incident_referred(session: Session, event: Event) -> None:
    """Keep which agency referred; it may come before or after the notification."""
    key = {name: event.data[name] for name in ("incident_id", "reference", "agency_id")}
    when = {"submitted_at": datetime.fromisoformat(event.data["submitted_at"])}
    kept = insert(IncidentReferral).values(key | when)
    session.execute(kept.on_conflict_do_update(index_elements=list(key), set_=when))


def incident_notified(session: Session, event: Event) -> None:
    take_notification(session, event.data)


def incident_corrected(session: Session, event: Event) -> None:
    take_correction(session, event)


def incident_withdrawn(session: Session, event: Event) -> None:
    withdraw_case(session, event.data)


def duty_discharged(session: Session, event: Event) -> None:
    if event.data["rule"] == "rapid-review":
        note_sent_to_panel(session, event.data)
    note_duty(session, event.data, overdue=False)


def duty_overdue(session: Session, event: Event) -> None:
    note_duty(session, event.data, overdue=True)


def directory_changed(session: Session, event: Event) -> None:
    apply_directory_change(session, event.data)


def need_to_know_changed(session: Session, event: Event) -> None:
    note_bar(session, event.data)


def publication_changed(session: Session, event: Event) -> None:
    note_publication(session, event.type, event.data)


REACTIONS: dict[str, Reaction] = {
    "incident.referred": incident_referred,
    "incident.notified": incident_notified,
    "incident.corrected": incident_corrected,
    "incident.withdrawn": incident_withdrawn,
    "duty.discharged": duty_discharged,
    "duty.overdue": duty_overdue,
    "directory.changed": directory_changed,
    "need-to-know.changed": need_to_know_changed,
    "publication.route-decided": publication_changed,
    "publication.live": publication_changed,
    "publication.deposited": publication_changed,
    "publication.withdrawn": publication_changed,
}
