"""Comments on drafts and returns on their facts: whose, where in which version, and what was done about each."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.review.models import DraftComment, PracticeReview, Report
from services.review.states import PRACTICE_REVIEW, move
from shared import audit, clock
from shared.database import new_id
from shared.identity.viewer import Viewer
from shared.web.problems import conflict


def comment_on_draft(
    session: Session, review: PracticeReview, report: Report, body: dict[str, Any], viewer: Viewer
) -> DraftComment:
    """Record a comment, or a point on which a fact is not right, on one version of a report.

    Raises a 409 problem once the review is signed off.
    """
    move(PRACTICE_REVIEW, review.status, "change")
    comment = DraftComment(
        id=new_id(),
        practice_review_id=review.id,
        report_id=report.id,
        kind=body["kind"],
        content={name: body.get(name) for name in ("who", "place", "text")},
        recorded_by=viewer.person_name or viewer.agency_name,
        recorded_at=clock.now(),
    )
    session.add(comment)
    review.version += 1
    why = f"{comment.kind} on {report.kind} {report.number}"
    audit.append(session, audit.Entry(viewer.actor, "commented-on-draft", f"practice-review:{review.id}", why))
    return comment


def answer_comment(session: Session, comment: DraftComment, body: dict[str, Any], viewer: Viewer) -> None:
    """Record what was done about a comment, once. `comment` is locked. Raises a 409 problem for a second answer."""
    if comment.answered_at is not None:
        raise conflict("What was done about this is recorded. Make a further comment if it is not enough.")
    comment.outcome, comment.done, comment.answered_at = body["outcome"], body["done"], clock.now()
    on = f"practice-review:{comment.practice_review_id}"
    audit.append(session, audit.Entry(viewer.actor, "answered-comment", on, f"{comment.id} {comment.outcome}"))


def comments_of(session: Session, review: PracticeReview) -> Sequence[DraftComment]:
    """All comments on the versions of a review's reports, the oldest first."""
    of_it = select(DraftComment).where(DraftComment.practice_review_id == review.id)
    return session.scalars(of_it.order_by(DraftComment.recorded_at, DraftComment.id)).all()


def expect_facts_answered(session: Session, review: PracticeReview) -> None:
    """Raises a 409 problem while a point on the facts of a draft is not answered: nobody signs what may be wrong."""
    waiting = [each for each in comments_of(session, review) if each.kind == "factual-accuracy" and not each.outcome]
    if waiting:
        points = f"{len(waiting)} point{'' if len(waiting) == 1 else 's'} on the facts"
        raise conflict(f"Say first what was done about {points} of the drafts; then the report can be signed.")
