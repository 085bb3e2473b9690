"""Overdue steps of the media and communications protocol: their owner is reminded, and the office, by e-mail.

A required step is reminded of again until it is done, an optional one once. Before going live the steps `before` it count,
afterwards those `after`. What is said names no step, no review and nobody: a number, a reference, a link.
"""

from collections.abc import Iterator
from datetime import date

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from services.publish.models import Publication
from services.publish.notices import tell_office, tell_roles
from services.publish.protocol import due_on, steps_done, steps_of
from services.publish.service import SERVICE
from shared import audit, clock
from shared.calendar import london_day
from shared.partnership import ProtocolStep
from shared.reminding import claim_reminder

KIND = "protocol"
COUNTED_WHILE = {"scheduled": "before", "held": "before", "live": "after"}
HOLDERS = {"communications": ("communications-lead",), "editor": ("editor",)}  # other owners: the office passes it on
SILENT = text("SELECT concerns, due_on FROM reminders WHERE kind = :kind AND next_on > :today")


def remind() -> int:
    """Remind of every overdue step that was not reminded of lately; how many."""
    with SERVICE.transaction() as session:
        today = london_day(clock.now())
        silent = {(row.concerns, row.due_on) for row in session.execute(SILENT, {"kind": KIND, "today": today})}
        found = session.scalars(select(Publication).where(Publication.state.in_(COUNTED_WHILE))).all()
        total = 0
        for publication in found:
            late = [(step, f"publication:{publication.id}:{step.id}", by) for step, by in _overdue(publication, today)]
            done = steps_done(session, publication) if late else {}
            fresh = [each for each in late if each[0].id not in done and each[1:] not in silent]
            claimed = [step for step, on, by in fresh if claim_reminder(session, KIND, on, by, again=step.required)]
            if claimed:
                _tell(session, publication, claimed)
            total += len(claimed)
    return total


def _overdue(publication: Publication, today: date) -> Iterator[tuple[ProtocolStep, date]]:
    at = publication.live_at if publication.state == "live" else publication.publish_at
    for step in steps_of(publication):
        if step.when == COUNTED_WHILE[publication.state] and (by := due_on(step, at)) and by < today:
            yield step, by


def _tell(session: Session, publication: Publication, steps: list[ProtocolStep]) -> None:
    tell_office(session, publication, "protocol-reminder", _sentence(len(steps)))
    for owner, roles in HOLDERS.items():
        if theirs := [step for step in steps if step.owner == owner]:
            tell_roles(session, publication, roles, "protocol-reminder", _sentence(len(theirs)))
    why = f"{KIND}: {', '.join(step.id for step in steps)}"
    audit.append(session, audit.Entry("system", "reminded", f"publication:{publication.id}", why))


def _sentence(count: int) -> str:
    late = "A step of" if count == 1 else f"{count} steps of"
    return f"{late} the media and communications protocol should be done by now. Do it, or record that it was done."
