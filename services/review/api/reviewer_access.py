"""The account by which the reviewer in office works on a review: given until a day, and ended."""

from typing import Any
from uuid import UUID

from services.review.api.routes import api
from services.review.models import PracticeReview, ReviewerAccess
from services.review.records import find
from services.review.reviewer_access import accesses_to, end_access, give_access, people_who_review
from services.review.schemas.common import Reasons
from services.review.schemas.reviewer_access import ReviewerAccessBody, ReviewerAccessList, ReviewerAccessView
from shared.identity import rights
from shared.web.api import Call, Reply

SHOWN = ("id", "practice_review_id", "reviewer_id", "person_id", "sees", "given_at", "until", "ended_at", "ending_reasons")  # fmt: skip


def _described(access: ReviewerAccess) -> dict[str, Any]:
    return {name: getattr(access, name) for name in SHOWN}


@api.get("/practice-reviews/<uuid:review_id>/reviewer-access", allows=rights.office, gives=ReviewerAccessList)
def list_reviewer_accesses(call: Call, review_id: UUID) -> Reply:
    """Who works or worked on a review as its reviewer, and to whom access may be given."""
    review = find(call.session, PracticeReview, review_id)
    people = [{"person_id": person, "name": name} for person, name in people_who_review(call.session)]
    items = [_described(each) for each in accesses_to(call.session, review)]
    return Reply({"items": items, "may_be_given": people})


@api.post(
    "/practice-reviews/<uuid:review_id>/reviewer-access",
    allows=rights.office,
    takes=ReviewerAccessBody,
    gives=ReviewerAccessView,
    status=201,
)
def post_reviewer_access(call: Call, review_id: UUID) -> Reply:
    """Let the reviewer in office work on the review; an access that was given before is replaced."""
    review = find(call.session, PracticeReview, review_id, lock=True)
    person, until, sees = str(call.body["person_id"]), call.body["until"], call.body["sees"]
    return Reply(_described(give_access(call.session, review, person, until, sees, call.viewer)))


@api.post(
    "/practice-reviews/<uuid:review_id>/reviewer-access/end",
    allows=rights.office,
    takes=Reasons,
    gives=ReviewerAccessView,
    status=201,
)
def post_end_of_reviewer_access(call: Call, review_id: UUID) -> Reply:
    """End the reviewer's access now, with reasons; the appointment stays."""
    review = find(call.session, PracticeReview, review_id, lock=True)
    end_access(call.session, review, call.body["reasons"], call.viewer)
    return Reply(_described(accesses_to(call.session, review)[0]))
