"""What notify does about each event it hears from review and publish: whom it tells, and which duty begins or ends."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.notify.duties import Move, duty_values, entries_for, move_duties
from services.notify.messages import tell, tell_leads, warn_contacts
from services.notify.models import Duty
from services.notify.notifying import CANCEL
from services.notify.prior_copies import send_copies, stop_copies, take_copies_back
from services.notify.reminders import tell_reminder
from services.notify.review_duties import end_review
from services.notify.telling import overtaken_by, take_turn, tell_all, time_of
from services.notify.wording import agency_words
from shared import audit
from shared.database import insert_rows
from shared.delivery.deliveries import add_deliveries
from shared.events.catalogue import Event, NotYet, Reaction
from shared.inbox import heard_later
from shared.partnership import partnership

ASKED = "Your agency is asked for information for a rapid review. A nil return is a return too."
ASKED_ANEW = "Whom your agency is asked about for a review has changed. Search your records again; if you have answered, answer anew."
CANCELLED = "What your agency was asked about for a review was closed. Search no more for it; no answer is awaited."
OVERDUE = "Your agency's information for a rapid review is overdue."


def information_requested(session: Session, event: Event) -> None:
    """The agency is asked for its information, or to search again; not where it was since told to search no more."""
    if heard_later(session, event, "information.cancelled"):
        return
    _tell_agency(session, event, ASKED_ANEW if event.data.get("anew") else ASKED)


def information_cancelled(session: Session, event: Event) -> None:
    """The agency is told to search no more: what it was asked about was withdrawn."""
    _tell_agency(session, event, CANCELLED)


def information_due_soon(session: Session, event: Event) -> None:
    """The agency is reminded while there is time."""
    _tell_agency(session, event, "Your agency's information for a rapid review is due soon, and has not come yet.")


def information_overdue(session: Session, event: Event) -> None:
    """The agency is reminded, and so are the contacts."""
    _tell_agency(session, event, OVERDUE)
    agency = event.data["agency_id"]
    late = event.data.get("times", 1) >= partnership().information_escalate_at
    if event.data.get("escalated", late):
        about = (f"information:{event.data['request_id']}", event.data["reference"], OVERDUE, _page_of(event))
        add_deliveries(session, tell_leads(session, agency, *about))
    sentence = f"Information asked of {agency_words(agency)} is overdue."
    add_deliveries(session, warn_contacts(f"information:{event.data['request_id']}", event.data["reference"], sentence))


def _page_of(event: Event) -> str:
    return f"/review/requests/{event.data['request_id']}"


def _tell_agency(session: Session, event: Event, sentence: str) -> None:
    document = {key: event.data[key] for key in ("request_id", "case_id", "reference", "due_at")}
    rows = tell(
        session,
        f"agency:{event.data['agency_id']}",
        purpose="request",
        concerns=f"information:{event.data['request_id']}",
        reference=event.data["reference"],
        sentence=sentence,
        document=document,
        page=_page_of(event),
    )
    if all(row["channel"] == "portal" for row in rows):
        nobody = f"{event.data['agency_id']} has no e-mail address in the directory. Tell it by hand: {sentence}"
        rows += warn_contacts(f"information:{event.data['request_id']}", event.data["reference"], nobody)
    add_deliveries(session, rows)
    audit.append(session, audit.Entry("system", "told-agency", f"information:{event.data['request_id']}", event.type))


def meeting_planned(session: Session, event: Event) -> None:
    """The agency is invited; the agenda and the papers are behind the sign-in."""
    page = f"/review/meetings/{event.data['meeting_id']}"
    _tell_of_meeting(session, event, "Your agency is invited to the meeting of a rapid review.", page)


def meeting_called_off(session: Session, event: Event) -> None:
    """The agency is told that a meeting to which it was invited is not held."""
    sentence = "A meeting of a rapid review to which your agency was invited is called off."
    _tell_of_meeting(session, event, sentence, "/review/meetings")


def _tell_of_meeting(session: Session, event: Event, sentence: str, page: str) -> None:
    rows = tell(
        session,
        f"agency:{event.data['agency_id']}",
        purpose="request",
        concerns=f"meeting:{event.data['meeting_id']}",
        reference=event.data["reference"],
        sentence=sentence,
        document=None,
        page=page,
    )
    add_deliveries(session, [row for row in rows if row["channel"] != "portal"])
    audit.append(session, audit.Entry("system", "told-agency", f"meeting:{event.data['meeting_id']}", event.type))


def case_opened_in_emergency(session: Session, event: Event) -> None:
    """The contacts are told at once; the office looks at the reasons in review."""
    about = f"case:{event.data['case_id']}"
    sentence = "Somebody opened this review in an emergency, with reasons. Look at it under “Emergency access” there."
    add_deliveries(session, warn_contacts(about, event.data["reference"], sentence))
    audit.append(session, audit.Entry("system", "told-of-emergency", about, event.data["access_id"]))


def rapid_review_completed(session: Session, event: Event) -> None:
    """The rapid review goes to the Panel, under the duty that the notification brought."""
    about = f"incident:{event.data['incident_id']}"
    duties = session.scalars(select(Duty).where(Duty.concerns == about, Duty.rule == "rapid-review").with_for_update())
    found = {duty.status != "cancelled": duty for duty in duties}
    if not found:
        raise NotYet("the notification's record is not here yet")
    if True not in found:  # withdrawn: the Panel was told that there is nothing to review
        audit.append(session, audit.Entry("system", "not-sent-withdrawn", f"case:{event.data['case_id']}"))
        return
    duty = found[True]
    if duty.status in ("discharged", "sent"):  # a further decision after the Panel disagreed
        tell_all(
            session,
            event,
            "rapid-review",
            ["panel"],
            event.data["completed_at"],
            event.data["report"],
            f"case:{event.data['case_id']}:{event.sequence}",
        )
        return
    session.execute(CANCEL, {"duties": [duty.id]})  # a decision before this one that has not gone does not go
    rows = tell(
        session,
        "panel",
        purpose="rapid-review",
        concerns=f"case:{event.data['case_id']}",
        reference=event.data["reference"],
        sentence="A rapid review is complete.",
        document=event.data["report"],
        duty_id=duty.id,
    )
    if all(row["channel"] == "portal" for row in rows):
        duty.status = "waiting-for-person"
        rows += warn_contacts(
            f"duty:{duty.id}", event.data["reference"], "The rapid review waits for you to send it by hand."
        )
    add_deliveries(session, rows)
    audit.append(session, audit.Entry("system", "rapid-review-goes-out", f"case:{event.data['case_id']}"))


def practice_review_commissioned(session: Session, event: Event) -> None:
    """The time of a review begins: the six months of an LCSPR, or the partnership's own."""
    rule = event.data.get("rule", "lcspr")
    duty = duty_values(
        rule,
        "partnership-office",
        concerns=f"practice-review:{event.data['practice_review_id']}",
        runs_from=time_of(event.data["decided_at"]),
        incident_id=event.data["incident_id"],
    )
    insert_rows(session, [(Duty, [duty])])
    audit.append(session, audit.Entry("system", "duty-arose", f"duty:{duty['id']}", rule))


def practice_review_delayed(session: Session, event: Event) -> None:
    """The Panel and the Secretary of State are given the reasons for the delay."""
    document = {key: event.data[key] for key in ("reference", "reasons", "expected_on", "delayed_at")}
    about = f"practice-review:{event.data['practice_review_id']}:delay:{event.id}"
    tell_all(
        session, event, "delay-reasons", ["panel", "secretary-of-state"], event.data["delayed_at"], document, about
    )


def practice_review_ended(session: Session, event: Event) -> None:
    """The partners ended a review without a report: nothing is due any more, and of an LCSPR the reasons are told."""
    at = event.data["ended_at"]
    if end_review(session, event, "cancel", time_of(at)) == "lcspr":
        document = {"reference": event.data["reference"], "reasons": event.data["reasons"], "decided_at": at}
        about = f"practice-review:{event.data['practice_review_id']}:ended"
        tell_all(session, event, "not-published-reasons", ["panel", "secretary-of-state"], at, document, about)


def reminder_due(session: Session, event: Event) -> None:
    """Somebody is reminded of what waits for them in a review."""
    tell_reminder(session, event.data)


def route_decided(session: Session, event: Event) -> None:
    """Not publishing is never silence: its reasons go to the Panel and the Secretary of State.

    The time set for the former route fell with it. Copies that wait are not sent; who has one of what is not published
    so is told not to use it. A time that was set since, though heard of before, keeps its copies.
    """
    route, former = event.data["route"], event.data.get("former_route")
    if not overtaken_by(session, event, "publication.scheduled"):
        if route == "withheld" or former not in (None, route):
            take_copies_back(session, event, event.data["decided_at"], f"route-{route}")
        else:
            stop_copies(session, event)
    if route == "withheld":
        decided_at = event.data["decided_at"]
        end_review(session, event, "discharge", time_of(decided_at), f"not published, decided on {decided_at}")
        document = {key: event.data[key] for key in ("reference", "reasons", "decided_at")}
        about = f"publication:{event.data['publication_id']}:withheld:{event.id}"
        recipients = ["panel", "secretary-of-state"]
        tell_all(session, event, "not-published-reasons", recipients, event.data["decided_at"], document, about)


def publication_scheduled(session: Session, event: Event) -> None:
    """Prior copies go out, once for each version of the documents."""
    if not overtaken_by(session, event, "publication.scheduled"):
        send_copies(session, event)


def publication_live(session: Session, event: Event) -> None:
    """The review is published: its duty is discharged, and the NSPCC is to have it."""
    live_at = time_of(event.data["live_at"])
    evidence = event.data["url"] or f"published by the {event.data['route']} route"
    end_review(session, event, "discharge", live_at, evidence)
    is_there = not overtaken_by(session, event, "publication.withdrawn")
    if is_there and event.data["route"] != "improvements":  # on that route there is no report to give
        _nspcc_duty(session, event, live_at)


def publication_deposited(session: Session, event: Event) -> None:
    """The NSPCC has the report and has said so."""
    at = time_of(event.data["deposited_at"])
    _nspcc_duty(session, event, at)
    session.flush()
    _discharge(
        session, f"publication:{event.data['publication_id']}", "nspcc-deposit", at, event.data["nspcc_reference"]
    )


def publication_withdrawn(session: Session, event: Event) -> None:
    """What was published is taken down: the NSPCC is not to have it any more, unless it has said already that it has."""
    take_turn(session, event)
    about = f"publication:{event.data['publication_id']}"
    found = select(Duty.id).where(
        Duty.concerns == about, Duty.rule == "nspcc-deposit", Duty.status.not_in(("discharged", "cancelled"))
    )
    at = time_of(event.data["withdrawn_at"])
    changed = move_duties(session, [Move(duty_id, "cancel", at) for duty_id in session.scalars(found)])
    audit.append(session, *entries_for("system", changed), audit.Entry("system", "heard", about, "withdrawn"))
    take_copies_back(session, event, event.data["withdrawn_at"], "withdrawn")


def publication_corrected(session: Session, event: Event) -> None:
    """Documents that are out were replaced: who has them from before is told."""
    take_turn(session, event)
    take_copies_back(session, event, event.data["corrected_at"], "replaced")


def _nspcc_duty(session: Session, event: Event, at: datetime) -> None:
    about = f"publication:{event.data['publication_id']}"
    known = select(Duty.id).where(Duty.concerns == about, Duty.rule == "nspcc-deposit", Duty.status != "cancelled")
    if session.scalar(known) is None:
        duty = duty_values(
            "nspcc-deposit", "nspcc", concerns=about, runs_from=at, incident_id=event.data["incident_id"]
        )
        insert_rows(session, [(Duty, [duty])])


def _discharge(session: Session, about: str, rule: str, at: datetime, evidence: str) -> None:
    found = select(Duty.id).where(Duty.concerns == about, Duty.rule == rule, Duty.status != "cancelled")
    changed = move_duties(session, [Move(duty_id, "discharge", at, evidence) for duty_id in session.scalars(found)])
    audit.append(session, *entries_for("system", changed), audit.Entry("system", "heard", about, rule))


def nothing(session: Session, event: Event) -> None:
    """Heard and recorded in the inbox; it changes no duty."""


REACTIONS: dict[str, Reaction] = {
    "case.opened-in-emergency": case_opened_in_emergency,
    "information.requested": information_requested,
    "information.due-soon": information_due_soon,
    "information.overdue": information_overdue,
    "information.cancelled": information_cancelled,
    "meeting.planned": meeting_planned,
    "meeting.called-off": meeting_called_off,
    "rapid-review.completed": rapid_review_completed,
    "practice-review.commissioned": practice_review_commissioned,
    "practice-review.delayed": practice_review_delayed,
    "practice-review.ended": practice_review_ended,
    "reminder.due": reminder_due,
    "hold.placed": nothing,
    "hold.lifted": nothing,
    "publication.route-decided": route_decided,
    "publication.scheduled": publication_scheduled,
    "publication.live": publication_live,
    "publication.deposited": publication_deposited,
    "publication.corrected": publication_corrected,
    "publication.withdrawn": publication_withdrawn,
}
