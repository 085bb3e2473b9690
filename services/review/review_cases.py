"""One review over several incidents, one incident in several reviews: which cases a practice review is about."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.review.models import Case, PracticeReview, ReviewCase
from services.review.names_told import names_of_the_review, names_told, take_turn
from services.review.service import SERVICE
from services.review.states import CASE, PRACTICE_REVIEW, may, move
from shared import audit, clock
from shared.database import new_id, see_as
from shared.identity.viewer import SYSTEM, Viewer
from shared.outbox import emit
from shared.web.problems import conflict, refused


def cases_of(session: Session, review: PracticeReview) -> list[Case]:
    """The cases that a review is about, the one it was commissioned for first."""
    of_it = ReviewCase.practice_review_id == review.id, ReviewCase.removed_at.is_(None)
    found = session.scalars(select(Case).join(ReviewCase, ReviewCase.case_id == Case.id).where(*of_it))
    return sorted(found, key=lambda case: (case.id != review.case_id, case.opened_at))


def reviews_of(session: Session, case: Case) -> list[PracticeReview]:
    """The reviews that a case is part of, as they were decided."""
    of_it = ReviewCase.case_id == case.id, ReviewCase.removed_at.is_(None)
    statement = select(PracticeReview).join(ReviewCase, ReviewCase.practice_review_id == PracticeReview.id)
    return list(session.scalars(statement.where(*of_it).order_by(PracticeReview.decided_at)))


def links_of(session: Session, review: PracticeReview) -> list[ReviewCase]:
    """Every case that is or was part of a review and that the caller may see, in the order in which they were added."""
    of_it = select(ReviewCase).join(Case, Case.id == ReviewCase.case_id)
    of_it = of_it.where(ReviewCase.practice_review_id == review.id)
    return list(session.scalars(of_it.order_by(ReviewCase.added_at, ReviewCase.id)))


def add_case(session: Session, review: PracticeReview, case: Case, reasons: str, viewer: Viewer) -> ReviewCase:
    """Take a further case into a review, with reasons. `review` and `case` are locked by the caller.

    Raises a 409 problem for a case that is part of it, or was closed, or once the review is signed off.
    """
    move(PRACTICE_REVIEW, review.status, "change")
    if case.closed_at is not None:
        raise conflict("This case was closed when its notification was withdrawn; a review cannot be about it.")
    if any(each.case_id == case.id and each.removed_at is None for each in links_of(session, review)):
        raise conflict("This case is part of the review already.")
    link = link_case(session, review, case, reasons, viewer)
    if may(CASE, case.stage, "commission"):
        case.stage = move(CASE, case.stage, "commission")
    case.version += 1
    review.version += 1
    why = f"{review.reference}; {link.id}"
    audit.append(
        session,
        audit.Entry(viewer.actor, "added-case", f"practice-review:{review.id}", f"case {case.id}"),
        audit.Entry(viewer.actor, "added-to-review", f"case:{case.id}", why),
    )
    return link


def link_case(session: Session, review: PracticeReview, case: Case, reasons: str | None, viewer: Viewer) -> ReviewCase:
    """The row that makes a case part of a review; without reasons for the case that the review was commissioned for."""
    link = ReviewCase(
        id=new_id(),
        practice_review_id=review.id,
        case_id=case.id,
        reasons=reasons,
        added_by=viewer.actor,
        added_at=clock.now(),
    )
    session.add(link)
    return link


def remove_case(session: Session, review: PracticeReview, link: ReviewCase, reasons: str, viewer: Viewer) -> None:
    """Take a case out of a review again, with reasons; that it was part of it stays on record.

    Raises a 409 problem for the case that the review was decided on, for one that is out already, or after sign-off.
    """
    move(PRACTICE_REVIEW, review.status, "change")
    if link.removed_at is not None:
        raise conflict("This case was taken out of the review before.")
    if link.case_id == review.case_id:
        raise conflict("The review was decided on this case, so it stays. Others can be taken out.")
    link.removed_at, link.removal_reasons = clock.now(), reasons
    review.version += 1
    audit.append(
        session,
        audit.Entry(viewer.actor, "removed-case", f"practice-review:{review.id}", f"case {link.case_id}"),
        audit.Entry(viewer.actor, "removed-from-review", f"case:{link.case_id}", f"{review.reference}; {link.id}"),
    )


def expect_case_of(session: Session, review: PracticeReview, case: Case) -> None:
    """Raises a 422 problem unless the case is part of the review."""
    if case.id not in [each.id for each in cases_of(session, review)]:
        raise refused("/practice_review_id", "Name a practice review of this case.")


def tell_publishing(session: Session, case: Case) -> None:
    """What a case has learnt is looked for in what is published of every review that it is or was part of, once that is
    signed off; before, the signing off says it. The case is held by the caller."""
    _say_learnt(session, case.id, [*case.identifiers, {"kind": "incident-date", "value": case.occurred_on}])


def tell_names(session: Session, case_id: str, names: list[dict[str, str]], viewer: Viewer) -> None:
    """The same with names that somebody told of a case; what they stand in is flushed by the caller, who may see no review."""
    if names:
        see_as(session, SYSTEM)
        take_turn(session, [case_id])
        _say_learnt(session, case_id, names)
        see_as(session, viewer)


def tell_names_of_the_review(session: Session, review: PracticeReview) -> None:
    """The same with who conducts a review. `review` is held by the caller."""
    if review.signed_off_at is not None:
        data = {"practice_review_id": review.id, "identifiers": names_of_the_review(session, review)}
        emit(session, SERVICE, "identifiers.learnt", f"practice-review:{review.id}", data)


def _say_learnt(session: Session, case_id: str, identifiers: list[dict[str, str]]) -> None:
    of_it = select(ReviewCase.practice_review_id).where(ReviewCase.case_id == case_id)
    signed = select(PracticeReview.id).where(PracticeReview.id.in_(of_it), PracticeReview.signed_off_at.is_not(None))
    for review_id in session.scalars(signed):
        data = {"practice_review_id": review_id, "identifiers": identifiers}
        emit(session, SERVICE, "identifiers.learnt", f"case:{case_id}", data)


def known_of_cases(session: Session, review: PracticeReview, viewer: Viewer) -> dict[str, Any]:
    """What publishing must know of all the cases of a review.

    `identifiers`: what must not appear in what is published, each once. Those of a case that was taken out count too:
    drafts may still speak of it. `incidents`: what the review is about, and the day of each. `taken_out`: the incidents
    of cases that it was about; who is kept from one of them is kept from what is published, too.
    """
    see_as(session, SYSTEM)  # whoever signs last may be kept from a case that was taken out
    theirs = select(Case).where(Case.id.in_([each.case_id for each in links_of(session, review)])).order_by(Case.id)
    # Held, and read anew: whatever a case learns from now on is told to publishing when the review is signed off.
    cases = session.scalars(theirs.with_for_update(read=True).execution_options(populate_existing=True)).all()
    take_turn(session, [case.id for case in cases])
    found = [each for case in cases for each in case.identifiers]
    found += [*names_told(session, cases), *names_of_the_review(session, review)]
    within = cases_of(session, review)
    incidents = [{"incident_id": case.incident_id, "occurred_on": case.occurred_on} for case in within]
    see_as(session, viewer)
    return {
        "identifiers": list({(each["kind"], each["value"]): each for each in found}.values()),
        "incidents": incidents,
        "taken_out": [case.incident_id for case in cases if case not in within],
    }
