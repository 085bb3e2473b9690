"""How long a page stays: at the end of the display period a person is asked, and until somebody decides it stays."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.publish.models import Publication, RetentionQuestion
from services.publish.notices import tell_office
from services.publish.public_site.site_content import site_is_wanted_anew
from services.publish.service import SERVICE
from services.publish.states import moved
from shared import audit, clock
from shared.calendar import london_day
from shared.database import new_id
from shared.identity.viewer import Viewer
from shared.service import ring_after_commit
from shared.web.problems import conflict, refused


@dataclass(frozen=True)
class RetentionDecision:
    """Keep the page until a day, or archive it: the entry stays, its documents are available on request."""

    decision: str
    reasons: str
    until: date | None = None


def ask_about_retention() -> int:
    """Ask, once, about every live page whose display period is over; returns how many questions were put."""
    asked = 0
    with SERVICE.transaction() as session:
        today = london_day(clock.now())
        statement = select(Publication).where(Publication.state == "live", Publication.display_until < today)
        for publication in session.scalars(statement):
            asked += _ask(session, publication)
    return asked


def _ask(session: Session, publication: Publication) -> bool:
    question = {"id": new_id(), "publication_id": publication.id, "asked_at": clock.now()}
    statement = insert(RetentionQuestion).values(question).on_conflict_do_nothing().returning(RetentionQuestion.id)
    if session.execute(statement).first() is None:
        return False
    tell_office(session, publication, "retention", "Its display period is over. Decide whether the page stays.")
    audit.append(session, audit.Entry("system", "asked", f"publication:{publication.id}", "display-on-site"))
    return True


def open_question(session: Session, publication: Publication) -> RetentionQuestion | None:
    """The question that waits for a person, if there is one."""
    statement = select(RetentionQuestion).where(
        RetentionQuestion.publication_id == publication.id, RetentionQuestion.decision.is_(None)
    )
    return session.scalar(statement)


def decide_retention(
    session: Session, viewer: Viewer, publication: Publication, decision: RetentionDecision
) -> RetentionQuestion:
    """Answer the question whether the page stays.

    Raises a 409 problem where nobody was asked; 422 for keeping without a day in the future.
    """
    question = open_question(session, publication)
    if question is None:
        raise conflict("The display period is not over, or this was decided. The page stays as it is.")
    if decision.decision == "keep" and (decision.until is None or decision.until <= london_day(clock.now())):
        raise refused("/until", "Give the day until which the page is kept; it must lie ahead.")
    question.decision, question.reasons, question.until = decision.decision, decision.reasons, decision.until
    question.decided_at, question.decided_by = clock.now(), viewer.agency_id
    if decision.decision == "archive":
        publication.state = moved(publication.state, "archive")
    else:
        publication.display_until = decision.until
    publication.version += 1
    site_is_wanted_anew(session)
    ring_after_commit(session, "publish_due")
    why = f"display-on-site: {decision.decision}"
    audit.append(session, audit.Entry(viewer.actor, "decided", f"publication:{publication.id}", why))
    return question
