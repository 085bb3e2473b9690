"""The rapid review: decision, positions, the Panel's reply, and the practice review that may follow."""

from uuid import UUID

from services.review.api.routes import api
from services.review.models import Case
from services.review.panel_replies import record_panel_reply
from services.review.practice_review import commission
from services.review.rapid_review import record_decision, take_position
from services.review.records import etag, expect_version, find
from services.review.schemas.practice_review_views import PracticeReviewView
from services.review.schemas.practice_reviews import Commission, MilestoneBody
from services.review.schemas.rapid_review import (
    PanelReplyBody,
    PanelReplyView,
    PositionBody,
    RapidReviewDecisionBody,
    RapidReviewStanding,
)
from services.review.schemas.stages import StageView
from services.review.stages import record_milestone
from services.review.views.practice_reviews import describe_practice_review
from services.review.views.rapid_reviews import describe_replies, describe_standing
from services.review.views.stages import describe_stage
from shared.identity import rights
from shared.web.api import Call, Reply


@api.post(
    "/cases/<uuid:case_id>/rapid-review/decision",
    allows=rights.office_or_partner,
    takes=RapidReviewDecisionBody,
    gives=RapidReviewStanding,
    status=201,
)
def post_rapid_review_decision(call: Call, case_id: UUID) -> Reply:
    """Record the decision; a changed one voids the signatures under the one before."""
    case = find(call.session, Case, case_id, lock=True)
    expect_version(case)
    decision = record_decision(call.session, case, call.body, call.viewer)
    return Reply(describe_standing(call.session, case, decision), headers=etag(case))


@api.post(
    "/cases/<uuid:case_id>/rapid-review/sign-off",
    allows=rights.partner,
    takes=PositionBody,
    gives=RapidReviewStanding,
    status=201,
)
def post_rapid_review_sign_off(call: Call, case_id: UUID) -> Reply:
    """Record your agency's agreement or dissent; the third partner's completes the rapid review."""
    case = find(call.session, Case, case_id, lock=True)
    expect_version(case)
    decision = take_position(call.session, case, call.body, call.viewer)
    return Reply(describe_standing(call.session, case, decision), headers=etag(case))


@api.post(
    "/cases/<uuid:case_id>/panel-reply",
    allows=rights.office_or_partner,
    takes=PanelReplyBody,
    gives=PanelReplyView,
    status=201,
)
def post_panel_reply(call: Call, case_id: UUID) -> Reply:
    """Record what the Panel answered."""
    case = find(call.session, Case, case_id, lock=True)
    expect_version(case)
    reply = record_panel_reply(call.session, case, call.body, call.viewer)
    return Reply(describe_replies(call.session, [reply])[0], headers=etag(case))


@api.post(
    "/cases/<uuid:case_id>/practice-reviews",
    allows=rights.office_or_partner,
    takes=Commission,
    gives=PracticeReviewView,
    status=201,
)
def post_practice_review(call: Call, case_id: UUID) -> Reply:
    """Commission a practice review."""
    case = find(call.session, Case, case_id, lock=True)
    expect_version(case)
    review = commission(call.session, case, call.body, call.viewer)
    location = f"/review/api/v1/practice-reviews/{review.id}"
    headers = etag(review) | {"Location": location}
    return Reply(describe_practice_review(call.session, review), headers=headers)


@api.post(
    "/cases/<uuid:case_id>/milestones",
    allows=rights.office_or_partner,
    takes=MilestoneBody,
    gives=StageView,
    status=201,
)
def post_case_milestone(call: Call, case_id: UUID) -> Reply:
    """Say by when a stage of the rapid review is due, which of its steps are done, or when it was done."""
    case = find(call.session, Case, case_id, lock=True)
    expect_version(case)
    standing = record_milestone(call.session, case, call.body, call.viewer)
    return Reply(describe_stage(standing), headers=etag(case))
