"""A review that the three partners end without a report: its notification was withdrawn, or there is no more to learn."""

from typing import Any

from sqlalchemy.orm import Session

from services.review.models import PracticeReview, ReviewerAccess
from services.review.practice_review import emit_of, incident_of
from services.review.reviewer_access import end_accesses
from services.review.states import PRACTICE_REVIEW, move
from shared import audit, clock
from shared.identity.viewer import Viewer
from shared.partnership import partnership
from shared.web.problems import refused

WHY_ACCESS_ENDED = "The review was ended."


def end_review(session: Session, review: PracticeReview, body: dict[str, Any], viewer: Viewer) -> None:
    """End a review that is under way, with reasons and who agreed for each partner; emits `practice-review.ended`.

    Not publishing is never silence: the Panel and the Secretary of State are given the reasons (Working Together 2023).
    The reviewer's access ends. `review` is locked by the caller. Raises a 422 problem unless each of the three
    partners has agreed once, 409 where the review is signed off: then its report is published or withheld.
    """
    _expect_all_three(body["agreed_by"])
    review.status = move(PRACTICE_REVIEW, review.status, "end")
    review.ended_at = clock.now()
    review.ending = {"reasons": body["reasons"], "agreed_by": body["agreed_by"]}
    review.version += 1
    end_accesses(session, ReviewerAccess.practice_review_id == review.id, WHY_ACCESS_ENDED)
    values = {"reasons": body["reasons"], "ended_at": review.ended_at.isoformat()}
    emit_of(session, "practice-review.ended", review, incident_of(session, review), values)
    audit.append(session, audit.Entry(viewer.actor, "ended-review", f"practice-review:{review.id}"))


def _expect_all_three(agreed_by: list[dict[str, str]]) -> None:
    partners = partnership().safeguarding_partners
    if sorted(each["agency_id"] for each in agreed_by) != sorted(partners):
        raise refused("/agreed_by", f"Record who agreed for each of the three partners, once: {', '.join(partners)}.")
