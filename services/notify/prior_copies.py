"""Copies that the Panel, the Secretary of State and Ofsted have before publication: sent, dated anew, taken back."""

import base64
import hashlib
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from services.notify.duties import discharged_event, entries_for
from services.notify.models import Duty
from services.notify.notifying import cancel_duties
from services.notify.service import SERVICE
from services.notify.telling import tell_all, time_of
from shared import audit, clock, files
from shared.events.catalogue import Event
from shared.outbox import emit_all
from shared.partnership import partnership

NOT_SENT = ("pending", "waiting-for-person")
COPY_TAKEN_BACK = "Do not use the copy of the report that you were sent before it was published, nor pass it on."
NEW_DATE = "The date of publication has changed to the one given here. The copy that you were sent stands."
COPIED = ("panel", "secretary-of-state", "ofsted")
# Whoever has it, and whoever may have it: an attempt whose answer was lost, or which is under way at this moment.
HAVING_COPIES = text("""
    SELECT d.id::text FROM duties d
     WHERE starts_with(d.concerns, :copies) AND d.rule = 'prior-copy'
       AND (d.status IN ('sent', 'discharged') OR EXISTS (
            SELECT 1 FROM deliveries m WHERE m.duty_id = d.id AND m.status IN ('pending', 'cancelled') AND m.attempts > 0))
       AND NOT EXISTS (
            SELECT 1 FROM duties t WHERE t.rule = 'copy-taken-back' AND starts_with(t.concerns, :taken_back)
               AND t.recipient = d.recipient AND t.created_at > d.created_at)
""")


def send_copies(session: Session, event: Event) -> None:
    """Prior copies go out, once for each version of the documents.

    A new date brings a new due date to the copies of this version that somebody has, and a note of it to them. Those that
    nobody was sent, of an earlier version or with another date in them, are cancelled; what was sent stays as it is, with
    its evidence. Who was told since not to use their copy is sent one again.
    """
    version = f"{_copies_of(event)}{_version_of(event.data['copies'])}"
    publish_at, having = event.data["publish_at"], _having_copies(session, event)
    duties = [duty for duty in _copy_duties(session, event) if duty.status != "cancelled"]
    these = [duty for duty in duties if duty.concerns.startswith(version)]
    held = [duty for duty in these if duty.id in having]
    dated = {duty.id for duty in these if duty.runs_from == time_of(publish_at)}
    unsent = [duty for duty in duties if duty.id not in having and duty.status in NOT_SENT]
    standing = [*held, *(duty for duty in unsent if duty.id in dated)]
    superseded = [duty for duty in duties if duty.status in NOT_SENT and duty not in standing]
    entries = entries_for("system", cancel_duties(session, superseded, clock.now()))
    for duty in standing:
        _announce_again(session, duty, publish_at)
        entries.append(audit.Entry("system", "due-anew", f"duty:{duty.id}", "prior-copy"))
    _tell_new_date(session, event, [duty for duty in held if duty.id not in dated])
    recipients = [who for who in COPIED if who not in {duty.recipient for duty in standing}]
    about = f"{version}:{event.id}" if these else version
    tell_all(session, event, "prior-copy", recipients, publish_at, _prior_copy(event), about)
    if entries:
        audit.append(session, *entries)


def _copies_of(event: Event) -> str:
    """How what is said of the copies of an event's publication begins, each version by its own mark."""
    return f"publication:{event.data['publication_id']}:copies:"


def _copy_duties(session: Session, event: Event) -> list[Duty]:
    copies = select(Duty).where(Duty.concerns.startswith(_copies_of(event)), Duty.rule == "prior-copy")
    return list(session.scalars(copies))


def _having_copies(session: Session, event: Event) -> set[str]:
    """The duties of an event's publication whose recipients have their copy, or may have it."""
    about = {"copies": _copies_of(event), "taken_back": _taken_back(event)}
    return set(session.scalars(HAVING_COPIES, about))


def _taken_back(event: Event) -> str:
    return f"publication:{event.data['publication_id']}:taken-back:"


def _tell_new_date(session: Session, event: Event, held: list[Duty]) -> None:
    """Who has a copy that bears another date is told the new one."""
    recipients = sorted({duty.recipient for duty in held})
    document = {key: event.data[key] for key in ("reference", "publish_at")} | {"asked": NEW_DATE}
    about = f"publication:{event.data['publication_id']}:new-date:{event.id}"
    tell_all(session, event, "new-date", recipients, event.time, document, about)


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
    moment = time_of(publish_at)
    duty.runs_from = moment
    duty.due_at = here.due(here.rules_on(moment.date()).duty("prior-copy"), moment)
    if duty.status == "discharged":
        emit_all(session, SERVICE, [discharged_event(duty)])


def take_copies_back(session: Session, event: Event, at: str, what: str) -> None:
    """Tell each who was sent a copy before publication not to use it; what waits still to be sent does not go."""
    stop_copies(session, event)  # first: whether an attempt is under way is known once no other can begin
    having = _having_copies(session, event)
    have_it = sorted({duty.recipient for duty in _copy_duties(session, event) if duty.id in having})
    document = {"reference": event.data["reference"], "what": what, "at": at, "asked": COPY_TAKEN_BACK}
    tell_all(session, event, "copy-taken-back", have_it, at, document, f"{_taken_back(event)}{event.id}")


def stop_copies(session: Session, event: Event) -> None:
    """Copies that were not sent yet are not sent."""
    waiting = [duty for duty in _copy_duties(session, event) if duty.status in NOT_SENT]
    if entries := entries_for("system", cancel_duties(session, waiting, clock.now())):
        audit.append(session, *entries)


def _content(key: str) -> str:
    return base64.b64encode(files.get(key)).decode()
