"""The independent reviewer: appointed, replaced, and asked in writing (SI 2018/789, regulations 12 to 14)."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.review.models import PracticeReview, Reviewer, ReviewerAccess, ReviewerRequest
from services.review.reviewer_access import end_accesses
from services.review.states import PRACTICE_REVIEW, move
from shared import audit, clock
from shared.database import new_id
from shared.identity.viewer import Viewer
from shared.web.problems import conflict

OF_THE_REVIEWER = ("name", "organisation", "email", "phone", "independence", "conflicts")


def appoint_reviewer(session: Session, review: PracticeReview, body: dict[str, Any], viewer: Viewer) -> Reviewer:
    """Appoint a reviewer who has declared independence and conflicts; one in office is replaced with reasons.

    `review` is locked by the caller. Raises a 409 problem where somebody is in office and no reasons are given.
    """
    move(PRACTICE_REVIEW, review.status, "change")
    former = session.scalar(
        select(Reviewer).where(Reviewer.practice_review_id == review.id, Reviewer.ended_at.is_(None))
    )
    if former is not None:
        _end(session, former, body.get("replaces_reasons"))
    reviewer = Reviewer(
        id=new_id(),
        practice_review_id=review.id,
        reviewer={name: body.get(name) for name in OF_THE_REVIEWER},
        appointed_on=body["appointed_on"],
        contract_from=body.get("contract_from"),
        contract_until=body.get("contract_until"),
    )
    session.add(reviewer)
    review.version += 1
    what = "replaced-reviewer" if former else "appointed-reviewer"
    audit.append(session, audit.Entry(viewer.actor, what, f"practice-review:{review.id}", f"reviewer {reviewer.id}"))
    return reviewer


def remove_reviewer(session: Session, review: PracticeReview, reviewer: Reviewer, reasons: str, viewer: Viewer) -> None:
    """End an appointment without making another yet (SI 2018/789). `review` and `reviewer` are locked by the caller.

    Raises a 409 problem for an appointment that has ended.
    """
    move(PRACTICE_REVIEW, review.status, "change")
    if reviewer.ended_at is not None:
        raise conflict("This appointment has ended.")
    _end(session, reviewer, reasons)
    review.version += 1
    on = f"practice-review:{review.id}"
    audit.append(session, audit.Entry(viewer.actor, "removed-reviewer", on, f"reviewer {reviewer.id}"))


def _end(session: Session, former: Reviewer, reasons: str | None) -> None:
    if reasons is None:
        raise conflict(
            "A reviewer is in office. Say why they are replaced: that ends their appointment and makes this one."
        )
    former.ended_at, former.ending_reasons = clock.now(), reasons
    end_accesses(session, ReviewerAccess.reviewer_id == former.id)


def ask_reviewer(session: Session, review: PracticeReview, body: dict[str, Any], viewer: Viewer) -> ReviewerRequest:
    """Log a request in writing to the reviewer for information or a draft (regulation 14)."""
    move(PRACTICE_REVIEW, review.status, "change")
    request = ReviewerRequest(
        id=new_id(),
        practice_review_id=review.id,
        asks_for=body["asks_for"],
        request={"text": body["text"], "asked_by": body["asked_by"]},
        asked_at=clock.now(),
        answer_by=body.get("answer_by"),
    )
    session.add(request)
    audit.append(session, audit.Entry(viewer.actor, "asked-reviewer", f"practice-review:{review.id}", body["asks_for"]))
    return request


def record_answer(session: Session, request: ReviewerRequest, body: dict[str, Any], viewer: Viewer) -> None:
    """Record the reviewer's answer to a written request, once. Raises a 409 problem for a second."""
    if request.responded_on is not None:
        raise conflict("The answer to this request is recorded. A further question is a new request.")
    request.response, request.responded_on = body["response"], body["responded_on"]
    on = f"practice-review:{request.practice_review_id}"
    audit.append(session, audit.Entry(viewer.actor, "recorded-answer", on, f"reviewer request {request.id}"))
