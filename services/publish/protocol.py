"""The partnership's media and communications protocol: its steps are configuration, what was done is kept."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.publish.models import ProtocolStepDone, Publication
from shared import audit, clock
from shared.calendar import add_working_days, london_day
from shared.identity.viewer import Viewer
from shared.partnership import ProtocolStep, partnership
from shared.web.problems import conflict, not_found


def complete_step(
    session: Session, viewer: Viewer, publication: Publication, step_id: str, done_by: str, note: str | None
) -> ProtocolStepDone:
    """Record that a step was done, and by whom. Raises 404 for a step the partnership does not have, 409 if done."""
    if step_id not in {step.id for step in partnership().protocol}:
        raise not_found()
    if session.get(ProtocolStepDone, (publication.id, step_id)):
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


def steps_done(session: Session, publication_id: str) -> dict[str, ProtocolStepDone]:
    statement = select(ProtocolStepDone).where(ProtocolStepDone.publication_id == publication_id)
    return {done.step: done for done in session.scalars(statement)}


def due_on(step: ProtocolStep, publish_at: datetime | None) -> date | None:
    """The day by which a step is to be done, counted in working days from the day of publication."""
    if step.working_days is None or publish_at is None:
        return None
    days = -step.working_days if step.when == "before" else step.working_days
    return add_working_days(london_day(publish_at), days, partnership().bank_holidays)


def steps_missing(session: Session, publication_id: str) -> list[ProtocolStep]:
    """The required steps before publication that nobody has done yet, in the partnership's order."""
    done = steps_done(session, publication_id)
    return [s for s in partnership().protocol if s.required and s.when == "before" and s.id not in done]
