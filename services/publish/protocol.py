"""The partnership's media and communications protocol: the file's steps or the office's, kept by each publication.

A publication keeps the steps of the moment it opened, so that none vanishes under people's hands.
"""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.publish.models import ProtocolStepDone, Publication
from services.publish.withdrawals import withdrawals
from shared import audit, clock
from shared.calendar import CalendarUnknown, add_working_days, london_day
from shared.identity.viewer import Viewer
from shared.partnership import ProtocolStep, partnership
from shared.setting_changes import change_setting, in_force
from shared.web.problems import conflict, not_found

SETTING = "protocol"


def steps_for_new(session: Session, *, of_review: bool = True) -> list[dict[str, Any]]:
    """The steps that a publication keeps which opens now, as JSON values: all for a review's.

    What belongs to no review has those that are for everything; so is a step that does not say, as none did once.
    """
    steps = in_force(session, SETTING) or [asdict(step) for step in partnership().protocol]
    return [step for step in steps if of_review or not step.get("reviews_only")]


def change_steps(session: Session, viewer: Viewer, steps: Sequence[dict[str, Any]], reasons: str) -> None:
    """Have publications that open from now on go by other steps."""
    change_setting(session, viewer, SETTING, list(steps), reasons)


def steps_of(publication: Publication) -> tuple[ProtocolStep, ...]:
    """A publication's steps. One from before they were kept has the file's."""
    if publication.protocol is None:
        return partnership().protocol
    return tuple(ProtocolStep(**step) for step in publication.protocol)


def comes_later(publication: Publication, step: ProtocolStep) -> bool:
    """Whether a step is of the time after going live, and nothing has gone live yet."""
    return step.when == "after" and publication.live_at is None


def complete_step(
    session: Session, viewer: Viewer, publication: Publication, step_id: str, done_by: str, note: str | None
) -> ProtocolStepDone:
    """Record that a step was done, and by whom.

    Raises 404 for a step the publication does not have, 409 where it is done or comes after going live.
    """
    step = next((step for step in steps_of(publication) if step.id == step_id), None)
    if step is None:
        raise not_found()
    if comes_later(publication, step):
        raise conflict("This step comes after going live. Record it once the publication is live.")
    if step_id in steps_done(session, publication):
        raise conflict("This step is recorded as done already.")
    done = ProtocolStepDone(
        publication_id=publication.id,
        step=step_id,
        done_by=done_by,
        note=note,
        done_at=clock.now(),
        recorded_by=viewer.agency_id,
    )
    session.add(done)
    session.flush()
    audit.append(session, audit.Entry(viewer.actor, "completed", f"publication:{publication.id}", step_id))
    return done


def steps_done(session: Session, publication: Publication) -> dict[str, ProtocolStepDone]:
    """The steps that count as done, by id.

    What was done before going live counts until the page is withdrawn, what comes after it until it goes live again.
    """
    gone = withdrawals(session, publication.id)
    counts_from = {"before": gone[-1] if gone else None, "after": publication.live_at}
    since = {step.id: counts_from[step.when] for step in steps_of(publication)}
    statement = select(ProtocolStepDone).where(ProtocolStepDone.publication_id == publication.id)
    found = session.scalars(statement.order_by(ProtocolStepDone.done_at))
    return {done.step: done for done in found if (begun := since.get(done.step)) is None or done.done_at >= begun}


def due_on(step: ProtocolStep, publish_at: datetime | None) -> date | None:
    """The day by which a step is to be done, counted in working days from the day of publication.

    None where the step has none, the day of publication is not set, or the days cross into a year whose bank holidays
    are not known.
    """
    if step.working_days is None or publish_at is None:
        return None
    days = -step.working_days if step.when == "before" else step.working_days
    try:
        return add_working_days(london_day(publish_at), days, partnership().bank_holidays)
    except CalendarUnknown:
        return None


def steps_missing(session: Session, publication: Publication) -> list[ProtocolStep]:
    """The required steps before publication that nobody has done yet, in the partnership's order."""
    done = steps_done(session, publication)
    return [s for s in steps_of(publication) if s.required and s.when == "before" and s.id not in done]
