"""A practice review: reviewer, milestones, written requests, holds, delays."""

from uuid import UUID

from services.review.api.routes import api
from services.review.endings import end_review
from services.review.holds import check_hold, lift_hold, place_hold, record_panel_told
from services.review.models import Case, Hold, PracticeReview, ReviewCase, ReviewerRequest
from services.review.practice_review import record_delay
from services.review.records import etag, expect_version, find
from services.review.review_cases import add_case, cases_of, remove_case
from services.review.reviewers import appoint_reviewer, ask_reviewer, record_answer
from services.review.schemas.common import Reasons
from services.review.schemas.practice_review_views import (
    DelayView,
    HoldView,
    PracticeReviewView,
    ReviewCaseView,
    ReviewerRequestView,
    ReviewerView,
)
from services.review.schemas.practice_reviews import (
    AnswerOfReviewer,
    Appointment,
    DelayBody,
    EndingBody,
    FurtherCase,
    HoldBody,
    HoldCheckBody,
    MilestoneBody,
    PanelTold,
    RequestToReviewer,
)
from services.review.schemas.stages import StageView
from services.review.stages import record_milestone
from services.review.views.practice_reviews import (
    describe_delay,
    describe_hold,
    describe_link,
    describe_practice_review,
    describe_reviewer,
    describe_reviewer_request,
)
from services.review.views.stages import describe_stage
from shared.identity import rights
from shared.web.api import Call, Reply


def _to_change(call: Call, review_id: UUID) -> PracticeReview:
    review = find(call.session, PracticeReview, review_id, lock=True)
    expect_version(review)
    return review


@api.get("/practice-reviews/<uuid:review_id>", allows=rights.any_agency, gives=PracticeReviewView)
def get_practice_review(call: Call, review_id: UUID) -> Reply:
    """One practice review with all its parts: for the office, the authority and the three partners."""
    review = find(call.session, PracticeReview, review_id)
    for case in cases_of(call.session, review):
        call.note_read(f"case:{case.id}")
    return Reply(describe_practice_review(call.session, review), headers=etag(review))


@api.post(
    "/practice-reviews/<uuid:review_id>/cases",
    allows=rights.office_or_partner,
    takes=FurtherCase,
    gives=ReviewCaseView,
    status=201,
)
def post_review_case(call: Call, review_id: UUID) -> Reply:
    """Take a further case into the review: one review may be about several incidents."""
    review = _to_change(call, review_id)
    case = find(call.session, Case, call.body["case_id"], lock=True)
    link = add_case(call.session, review, case, call.body["reasons"], call.viewer)
    call.session.flush()
    return Reply(describe_link(call.session, link), headers=etag(review))


@api.post(
    "/review-cases/<uuid:link_id>/removal",
    allows=rights.office_or_partner,
    takes=Reasons,
    gives=ReviewCaseView,
    status=201,
)
def post_review_case_removal(call: Call, link_id: UUID) -> Reply:
    """Take a case out of a review again, with reasons."""
    link = find(call.session, ReviewCase, link_id, lock=True)
    review = _to_change(call, UUID(link.practice_review_id))
    remove_case(call.session, review, link, call.body["reasons"], call.viewer)
    return Reply(describe_link(call.session, link), headers=etag(review))


@api.post(
    "/practice-reviews/<uuid:review_id>/reviewers",
    allows=rights.office_or_partner,
    takes=Appointment,
    gives=ReviewerView,
    status=201,
)
def post_reviewer(call: Call, review_id: UUID) -> Reply:
    """Appoint a reviewer, or replace the one in office with reasons."""
    review = _to_change(call, review_id)
    reviewer = appoint_reviewer(call.session, review, call.body, call.viewer)
    return Reply(describe_reviewer(reviewer), headers=etag(review))


@api.post(
    "/practice-reviews/<uuid:review_id>/milestones",
    allows=rights.office_or_partner,
    takes=MilestoneBody,
    gives=StageView,
    status=201,
)
def post_milestone(call: Call, review_id: UUID) -> Reply:
    """Say by when a stage is due, or when it was done."""
    review = _to_change(call, review_id)
    standing = record_milestone(call.session, review, call.body, call.viewer)
    return Reply(describe_stage(standing), headers=etag(review))


@api.post(
    "/practice-reviews/<uuid:review_id>/reviewer-requests",
    allows=rights.office_or_partner,
    takes=RequestToReviewer,
    gives=ReviewerRequestView,
    status=201,
)
def post_reviewer_request(call: Call, review_id: UUID) -> Reply:
    """Ask the reviewer in writing for information or a draft (regulation 14)."""
    review = find(call.session, PracticeReview, review_id, lock=True)
    request = ask_reviewer(call.session, review, call.body, call.viewer)
    return Reply(describe_reviewer_request(request))


@api.post(
    "/reviewer-requests/<uuid:request_id>/response",
    allows=rights.office_or_partner,
    takes=AnswerOfReviewer,
    gives=ReviewerRequestView,
    status=201,
)
def post_reviewer_response(call: Call, request_id: UUID) -> Reply:
    """Record the reviewer's answer to a written request."""
    request = find(call.session, ReviewerRequest, request_id, lock=True)
    record_answer(call.session, request, call.body, call.viewer)
    return Reply(describe_reviewer_request(request))


@api.post(
    "/practice-reviews/<uuid:review_id>/holds",
    allows=rights.office_or_partner,
    takes=HoldBody,
    gives=HoldView,
    status=201,
)
def post_hold(call: Call, review_id: UUID) -> Reply:
    """Hold publication for parallel proceedings."""
    review = find(call.session, PracticeReview, review_id, lock=True)
    hold = place_hold(call.session, review, call.body, call.viewer)
    return Reply(describe_hold(call.session, hold))


@api.post(
    "/holds/<uuid:hold_id>/checks",
    allows=rights.office_or_partner,
    takes=HoldCheckBody,
    gives=HoldView,
    status=201,
)
def post_hold_check(call: Call, hold_id: UUID) -> Reply:
    """Record that somebody looked at the hold again, and the next day to look."""
    hold = find(call.session, Hold, hold_id, lock=True)
    check_hold(call.session, hold, call.body, call.viewer)
    return Reply(describe_hold(call.session, hold))


@api.post(
    "/holds/<uuid:hold_id>/panel-told",
    allows=rights.office_or_partner,
    takes=PanelTold,
    gives=HoldView,
    status=201,
)
def post_hold_panel_told(call: Call, hold_id: UUID) -> Reply:
    """Record when the Panel was told of the hold."""
    hold = find(call.session, Hold, hold_id, lock=True)
    record_panel_told(call.session, hold, call.body["panel_told_on"], call.viewer)
    return Reply(describe_hold(call.session, hold))


@api.post("/holds/<uuid:hold_id>/lift", allows=rights.office_or_partner, takes=Reasons, gives=HoldView, status=201)
def post_hold_lift(call: Call, hold_id: UUID) -> Reply:
    """Lift the hold, with reasons."""
    hold = find(call.session, Hold, hold_id, lock=True)
    lift_hold(call.session, hold, call.body["reasons"], call.viewer)
    return Reply(describe_hold(call.session, hold))


@api.post(
    "/practice-reviews/<uuid:review_id>/delays",
    allows=rights.office_or_partner,
    takes=DelayBody,
    gives=DelayView,
    status=201,
)
def post_delay(call: Call, review_id: UUID) -> Reply:
    """Record why the review is late; the Panel and the Secretary of State are given the reasons."""
    review = _to_change(call, review_id)
    delay = record_delay(call.session, review, call.body, call.viewer)
    return Reply(describe_delay(delay), headers=etag(review))


@api.post(
    "/practice-reviews/<uuid:review_id>/end",
    allows=rights.office_or_partner,
    takes=EndingBody,
    gives=PracticeReviewView,
    status=201,
)
def post_end_of_review(call: Call, review_id: UUID) -> Reply:
    """End the review without a report; the Panel and the Secretary of State are given the reasons."""
    review = _to_change(call, review_id)
    end_review(call.session, review, call.body, call.viewer)
    return Reply(describe_practice_review(call.session, review), headers=etag(review))
