"""What notify does about each event it hears from review and publish: whom it tells, and which duty begins or ends."""

import base64
import hashlib
from datetime import datetime
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from services.notify.arising import told
from services.notify.duties import Move, discharged_event, duty_values, entries_for, move_duties
from services.notify.messages import tell, tell_leads, warn_contacts
from services.notify.models import Duty
from services.notify.notifying import CANCEL, cancel_duties
from services.notify.reminders import tell_reminder
from services.notify.review_duties import end_review
from services.notify.service import SERVICE
from services.notify.wording import agency_words
from shared import audit, clock, files
from shared.database import insert_rows
from shared.delivery.deliveries import add_deliveries
from shared.events.catalogue import Event, NotYet, Reaction
from shared.inbox import heard_later
from shared.outbox import emit_all
from shared.partnership import partnership

NOT_SENT = ("pending", "waiting-for-person")
COPY_TAKEN_BACK = "Do not use the copy of the report that you were sent before it was published, nor pass it on."
# Two events of one publication, heard at once after an outage, take turns: the second sees what the first heard.
TAKE_TURN = text("SELECT pg_advisory_xact_lock(hashtextextended(:subject, 0))")


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
        _tell_all(
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
        runs_from=_time(event.data["decided_at"]),
        incident_id=event.data["incident_id"],
    )
    insert_rows(session, [(Duty, [duty])])
    audit.append(session, audit.Entry("system", "duty-arose", f"duty:{duty['id']}", rule))


def practice_review_delayed(session: Session, event: Event) -> None:
    """The Panel and the Secretary of State are given the reasons for the delay."""
    document = {key: event.data[key] for key in ("reference", "reasons", "expected_on", "delayed_at")}
    about = f"practice-review:{event.data['practice_review_id']}:delay:{event.id}"
    _tell_all(
        session, event, "delay-reasons", ["panel", "secretary-of-state"], event.data["delayed_at"], document, about
    )


def practice_review_ended(session: Session, event: Event) -> None:
    """The partners ended a review without a report: nothing is due any more, and of an LCSPR the reasons are told."""
    at = event.data["ended_at"]
    if end_review(session, event, "cancel", _time(at)) == "lcspr":
        document = {"reference": event.data["reference"], "reasons": event.data["reasons"], "decided_at": at}
        about = f"practice-review:{event.data['practice_review_id']}:ended"
        _tell_all(session, event, "not-published-reasons", ["panel", "secretary-of-state"], at, document, about)


def reminder_due(session: Session, event: Event) -> None:
    """Somebody is reminded of what waits for them in a review."""
    tell_reminder(session, event.data)


def route_decided(session: Session, event: Event) -> None:
    """Not publishing is never silence: its reasons go to the Panel and the Secretary of State."""
    if event.data["route"] == "withheld":
        decided_at = event.data["decided_at"]
        end_review(session, event, "discharge", _time(decided_at), f"not published, decided on {decided_at}")
        document = {key: event.data[key] for key in ("reference", "reasons", "decided_at")}
        about = f"publication:{event.data['publication_id']}:withheld:{event.id}"
        recipients = ["panel", "secretary-of-state"]
        _tell_all(session, event, "not-published-reasons", recipients, event.data["decided_at"], document, about)


def publication_scheduled(session: Session, event: Event) -> None:
    """Prior copies go out, once for each version of the documents.

    A new date brings a new due date to the copies of this version. Those of an earlier version that nobody was sent are
    cancelled; those that were sent stay as they are, with their evidence.
    """
    if _overtaken_by(session, event, "publication.scheduled"):
        return
    about = f"publication:{event.data['publication_id']}:copies:"
    version = about + _version_of(event.data["copies"])
    standing = select(Duty).where(
        Duty.concerns.startswith(about), Duty.rule == "prior-copy", Duty.status != "cancelled"
    )
    duties = list(session.scalars(standing))
    already = {duty.recipient: duty for duty in duties if duty.concerns == version}
    superseded = [duty for duty in duties if duty.concerns != version and duty.status in NOT_SENT]
    entries = entries_for("system", cancel_duties(session, superseded, clock.now()))
    for duty in already.values():
        _announce_again(session, duty, event.data["publish_at"])
        entries.append(audit.Entry("system", "due-anew", f"duty:{duty.id}", "prior-copy"))
    recipients = [who for who in ("panel", "secretary-of-state", "ofsted") if who not in already]
    _tell_all(session, event, "prior-copy", recipients, event.data["publish_at"], _prior_copy(event), version)
    if entries:
        audit.append(session, *entries)


def _version_of(copies: list[dict[str, Any]]) -> str:
    """The same for the same documents, whatever their order."""
    return hashlib.sha256("\n".join(sorted(copy["sha256"] for copy in copies)).encode()).hexdigest()[:16]


def _prior_copy(event: Event) -> dict[str, Any]:
    copies = [
        {k: f[k] for k in ("filename", "sha256")} | {"content_base64": _content(f["key"])} for f in event.data["copies"]
    ]
    return {key: event.data[key] for key in ("reference", "title", "publish_at")} | {"copies": copies}


def _announce_again(session: Session, duty: Duty, publish_at: str) -> None:
    """Publication was set anew: the copy that was sent stands; its clock is the new date's."""
    here = partnership()
    moment = _time(publish_at)
    duty.runs_from = moment
    duty.due_at = here.due(here.rules_on(moment.date()).duty("prior-copy"), moment)
    if duty.status == "discharged":
        emit_all(session, SERVICE, [discharged_event(duty)])


def _overtaken_by(session: Session, event: Event, kind: str) -> bool:
    """Whether a later event of this kind, of the same publication, was heard before this one; takes its turn to look."""
    session.execute(TAKE_TURN, {"subject": event.subject})
    return heard_later(session, event, kind)


def publication_live(session: Session, event: Event) -> None:
    """The review is published: its duty is discharged, and the NSPCC is to have it."""
    live_at = _time(event.data["live_at"])
    evidence = event.data["url"] or f"published by the {event.data['route']} route"
    end_review(session, event, "discharge", live_at, evidence)
    is_there = not _overtaken_by(session, event, "publication.withdrawn")
    if is_there and event.data["route"] != "improvements":  # on that route there is no report to give
        _nspcc_duty(session, event, live_at)


def publication_deposited(session: Session, event: Event) -> None:
    """The NSPCC has the report and has said so."""
    at = _time(event.data["deposited_at"])
    _nspcc_duty(session, event, at)
    session.flush()
    _discharge(
        session, f"publication:{event.data['publication_id']}", "nspcc-deposit", at, event.data["nspcc_reference"]
    )


def publication_withdrawn(session: Session, event: Event) -> None:
    """What was published is taken down: the NSPCC is not to have it any more, unless it has said already that it has."""
    session.execute(TAKE_TURN, {"subject": event.subject})
    about = f"publication:{event.data['publication_id']}"
    found = select(Duty.id).where(
        Duty.concerns == about, Duty.rule == "nspcc-deposit", Duty.status.not_in(("discharged", "cancelled"))
    )
    at = _time(event.data["withdrawn_at"])
    changed = move_duties(session, [Move(duty_id, "cancel", at) for duty_id in session.scalars(found)])
    audit.append(session, *entries_for("system", changed), audit.Entry("system", "heard", about, "withdrawn"))
    _take_copies_back(session, event, event.data["withdrawn_at"], "withdrawn")


def publication_corrected(session: Session, event: Event) -> None:
    """Documents that are out were replaced: who has them from before is told."""
    session.execute(TAKE_TURN, {"subject": event.subject})
    _take_copies_back(session, event, event.data["corrected_at"], "replaced")


def _take_copies_back(session: Session, event: Event, at: str, what: str) -> None:
    """Tell each who was sent a copy before publication not to use it; what waits still to be sent does not go."""
    about = f"publication:{event.data['publication_id']}"
    copies = select(Duty).where(Duty.concerns.startswith(f"{about}:copies:"), Duty.rule == "prior-copy")
    duties = session.scalars(copies).all()
    waiting = [duty for duty in duties if duty.status in NOT_SENT]
    if entries := entries_for("system", cancel_duties(session, waiting, clock.now())):
        audit.append(session, *entries)
    have_it = sorted({duty.recipient for duty in duties if duty.status in ("sent", "discharged")})
    document = {"reference": event.data["reference"], "what": what, "at": at, "asked": COPY_TAKEN_BACK}
    _tell_all(session, event, "copy-taken-back", have_it, at, document, f"{about}:taken-back:{event.id}")


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


def _tell_all(
    session: Session,
    event: Event,
    rule: str,
    recipients: list[str],
    runs_from: str,
    document: dict[str, Any],
    about: str,
) -> None:
    facts = {"id": event.data["incident_id"], "reference": event.data["reference"]}
    moment = _time(runs_from)
    pairs = [told(session, facts, rule, who, moment, document, purpose=rule, concerns=about) for who in recipients]
    if not pairs:
        return
    insert_rows(session, [(Duty, [duty]) for duty, _ in pairs])
    add_deliveries(session, [message for _, messages in pairs for message in messages])
    audit.append(session, *(audit.Entry("system", "duty-arose", f"duty:{duty['id']}", rule) for duty, _ in pairs))


def _content(key: str) -> str:
    return base64.b64encode(files.get(key)).decode()


def _time(written: str) -> datetime:
    return datetime.fromisoformat(written)


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
