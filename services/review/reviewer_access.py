"""A reviewer's account in one review: given until a day, ended with the appointment, by hand, or by the day itself."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from services.review.models import PracticeReview, Reviewer, ReviewerAccess
from services.review.sharing import WHAT
from services.review.states import PRACTICE_REVIEW, move
from shared import audit, clock
from shared.calendar import end_of_day
from shared.database import new_id
from shared.identity.viewer import Viewer
from shared.web.problems import conflict, refused

REVIEWERS = text("""
    SELECT p.id::text, p.name, a.name AS agency FROM people p JOIN agencies a ON a.id = p.agency_id
     WHERE p.ended_at IS NULL AND 'reviewer' = ANY (p.roles) ORDER BY p.name, p.id
""")


def people_who_review(session: Session) -> list[tuple[str, str]]:
    """The people who hold the role of a reviewer, as (id, name)."""
    return [(row.id, f"{row.name}, {row.agency}") for row in session.execute(REVIEWERS)]


def reviewer_in_office(session: Session, review: PracticeReview) -> Reviewer | None:
    statement = select(Reviewer).where(Reviewer.practice_review_id == review.id, Reviewer.ended_at.is_(None))
    return session.scalar(statement)


def give_access(
    session: Session, review: PracticeReview, person_id: str, until: date, sees: Sequence[str], viewer: Viewer
) -> ReviewerAccess:
    """Let the reviewer in office work on a review until the end of a day; an access given before is replaced.

    `sees` are the kinds of shared material that the terms of reference allow. `review` is locked by the caller. Raises
    a 409 problem where nobody is appointed, 422 for a person who is no reviewer, or a day that has passed.
    """
    move(PRACTICE_REVIEW, review.status, "change")
    reviewer = reviewer_in_office(session, review)
    if reviewer is None:
        raise conflict("Appoint a reviewer first; access goes with the appointment.")
    if person_id not in dict(people_who_review(session)):
        raise refused("/person_id", "Choose somebody with the role of a reviewer. The People page gives it.")
    if end_of_day(until) <= clock.now():
        raise refused("/until", "Give a day that has not passed.")
    end_accesses(session, ReviewerAccess.practice_review_id == review.id)
    access = ReviewerAccess(
        id=new_id(),
        practice_review_id=review.id,
        case_id=review.case_id,
        reviewer_id=reviewer.id,
        person_id=person_id,
        sees=[each for each in WHAT if each in sees],
        until=end_of_day(until),
        given_by=viewer.actor,
        given_at=clock.now(),
    )
    session.add(access)
    why = f"person:{person_id}, until {until}, {', '.join(access.sees) or 'drafts alone'}"
    audit.append(session, audit.Entry(viewer.actor, "gave-reviewer-access", f"practice-review:{review.id}", why))
    return access


def end_access(session: Session, review: PracticeReview, reasons: str, viewer: Viewer) -> None:
    """End the reviewer's access to a review now. Raises a 409 problem where nobody has any."""
    if not end_accesses(session, ReviewerAccess.practice_review_id == review.id, reasons):
        raise conflict("Nobody has access as this review's reviewer.")
    audit.append(session, audit.Entry(viewer.actor, "ended-reviewer-access", f"practice-review:{review.id}"))


def end_accesses(session: Session, of: Any, reasons: str | None = None) -> int:
    """End the accesses that stand; how many there were."""
    standing = list(session.scalars(select(ReviewerAccess).where(of, ReviewerAccess.ended_at.is_(None))))
    for access in standing:
        access.ended_at, access.ending_reasons = clock.now(), reasons
    session.flush()
    return len(standing)


def accesses_to(session: Session, review: PracticeReview) -> list[ReviewerAccess]:
    """Every access to a review that was ever given, the newest first."""
    of_it = select(ReviewerAccess).where(ReviewerAccess.practice_review_id == review.id)
    return list(session.scalars(of_it.order_by(ReviewerAccess.given_at.desc(), ReviewerAccess.id)))


def standing_access(session: Session, review: PracticeReview) -> ReviewerAccess | None:
    """The access that holds now, if anybody has one."""
    return session.scalar(
        select(ReviewerAccess).where(
            ReviewerAccess.practice_review_id == review.id,
            ReviewerAccess.ended_at.is_(None),
            ReviewerAccess.until > clock.now(),
        )
    )


def reviews_led_by(session: Session, viewer: Viewer) -> list[tuple[PracticeReview, ReviewerAccess]]:
    """The reviews that a person leads now. The database shows no other, and none past its day."""
    statement = (
        select(PracticeReview, ReviewerAccess)
        .join(ReviewerAccess, ReviewerAccess.practice_review_id == PracticeReview.id)
        .where(
            ReviewerAccess.person_id == viewer.person_id,
            ReviewerAccess.ended_at.is_(None),
            ReviewerAccess.until > clock.now(),
        )
        .order_by(ReviewerAccess.given_at)
    )
    return [(row[0], row[1]) for row in session.execute(statement)]
