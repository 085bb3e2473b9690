"""What publish does about each event it hears."""

from sqlalchemy import text
from sqlalchemy.orm import Session

from services.publish.publications import learn_identifiers, lift_hold, note_telling, open_publication, place_hold
from services.publish.recipients import note_recipient
from shared import audit
from shared.events.catalogue import Event, Reaction
from shared.identity.keys import apply_directory_change
from shared.identity.need_to_know import note_bar

NOTE_TEAM = text("""
    INSERT INTO case_teams AS t (incident_id, people, sequence)
    VALUES (:incident_id, CAST(:people AS uuid[]), :sequence)
    ON CONFLICT (incident_id) DO UPDATE SET people = excluded.people, sequence = excluded.sequence
     WHERE t.sequence < excluded.sequence
""")  # what was said later holds, in whichever order it is heard


def directory_changed(session: Session, event: Event) -> None:
    apply_directory_change(session, event.data)


def need_to_know_changed(session: Session, event: Event) -> None:
    note_bar(session, event.data)


def case_team_changed(session: Session, event: Event) -> None:
    session.execute(NOTE_TEAM, event.data | {"sequence": event.sequence})
    about = f"incident:{event.data['incident_id']}"
    audit.append(session, audit.Entry("system", "noted-team", about, f"{len(event.data['people'])} people"))


def recipient_changed(session: Session, event: Event) -> None:
    note_recipient(session, event.data)


def report_signed_off(session: Session, event: Event) -> None:
    open_publication(session, event.data)


def identifiers_learnt(session: Session, event: Event) -> None:
    learn_identifiers(session, event.data)


def hold_placed(session: Session, event: Event) -> None:
    place_hold(session, event.data)


def hold_lifted(session: Session, event: Event) -> None:
    lift_hold(session, event.data)


def duty_discharged(session: Session, event: Event) -> None:
    """A prior copy, or the reasons for withholding, has reached its recipient."""
    note_telling(session, event.data, sent_at=event.data["sent_at"], discharged_at=event.data["discharged_at"])


def duty_overdue(session: Session, event: Event) -> None:
    note_telling(session, event.data, overdue_at=event.time)


def nothing(session: Session, event: Event) -> None:
    """The event changes nothing here; it is heard so that the record of what arrived is whole."""


REACTIONS: dict[str, Reaction] = {
    "directory.changed": directory_changed,
    "need-to-know.changed": need_to_know_changed,
    "case-team.changed": case_team_changed,
    "recipient.changed": recipient_changed,
    "report.signed-off": report_signed_off,
    "identifiers.learnt": identifiers_learnt,
    "hold.placed": hold_placed,
    "hold.lifted": hold_lifted,
    "duty.discharged": duty_discharged,
    "duty.overdue": duty_overdue,
    "practice-review.commissioned": nothing,  # a publication opens with its report, not before
    "practice-review.delayed": nothing,  # notify gives the Panel the reasons
}
