"""Cases as they are answered."""

from marshmallow import Schema, fields

from services.review.schemas.common import moment
from services.review.schemas.improvement import RecommendationView
from services.review.schemas.practice_review_views import PracticeReviewSummary
from services.review.schemas.rapid_review import PanelReplyView, RapidReviewDecisionView
from services.review.schemas.returns import InformationRequestSummary
from services.review.schemas.stages import StageView
from shared.web.fields import Choice
from shared.web.paging import PageQuery

STAGES = (
    "rapid-review",
    "awaiting-signatures",
    "rapid-review-completed",
    "with-panel",
    "panel-agreed",
    "panel-questions",
    "practice-review",
    "withdrawn",
)


class CaseQuery(PageQuery):
    stage = Choice(*STAGES)
    incident_id = fields.UUID()


class RapidReviewClock(Schema):
    """The rapid review's time: fifteen working days from the day the notification was sent."""

    runs_from = moment()
    due_at = moment()
    completed_at = moment(allow_none=True)
    overdue = fields.Boolean(required=True)
    authority = fields.String(required=True)


class CaseSummary(Schema):
    id = fields.UUID(required=True)
    reference = fields.String(required=True)
    pseudonym = fields.String(required=True)
    stage = fields.String(required=True, metadata={"enum": [*STAGES]})
    incident_id = fields.UUID(required=True)
    incident_reference = fields.String(required=True)
    kinds = fields.List(fields.String(), required=True)
    opened_at = moment()
    rapid_review = fields.Nested(RapidReviewClock, required=True)


class CaseList(Schema):
    items = fields.List(fields.Nested(CaseSummary), required=True)
    next = fields.String(required=True, allow_none=True)


class ReferralNote(Schema):
    reference = fields.String(required=True)
    agency_id = fields.String(required=True)
    submitted_at = moment()


class DutyNoteView(Schema):
    """What notify said of one of its duties."""

    id = fields.UUID(required=True)
    rule = fields.String(required=True)
    recipient = fields.String(required=True)
    due_at = moment()
    overdue = fields.Boolean(required=True)
    discharged_at = moment(allow_none=True)
    reference = fields.String(required=True, allow_none=True)


class EndedWithCase(Schema):
    """What was ended when the notification was withdrawn: whose requests, which meetings, whose shared material.

    `reviewer_accesses` is how many there were: a reviewer whose review is still about another case goes on.
    """

    requests = fields.List(fields.String(), required=True)
    meetings = fields.List(moment(), required=True)
    shared = fields.List(fields.String(), required=True)
    reviewer_accesses = fields.Integer(required=True)


class CaseView(CaseSummary):
    """One case whole. `withdrawal_reasons` and `ended_with_it` are given where its notification was withdrawn."""

    children = fields.Integer(required=True)
    occurred_on = fields.Date(required=True)
    closed_at = moment(allow_none=True)
    withdrawal_reasons = fields.String(required=True, allow_none=True)
    ended_with_it = fields.Nested(EndedWithCase, required=True, allow_none=True)
    stages = fields.List(fields.Nested(StageView), required=True)
    referrals = fields.List(fields.Nested(ReferralNote), required=True)
    duties = fields.List(fields.Nested(DutyNoteView), required=True)
    information_requests = fields.List(fields.Nested(InformationRequestSummary), required=True)
    decisions = fields.List(fields.Nested(RapidReviewDecisionView), required=True)
    panel_replies = fields.List(fields.Nested(PanelReplyView), required=True)
    practice_reviews = fields.List(fields.Nested(PracticeReviewSummary), required=True)
    recommendations = fields.List(fields.Nested(RecommendationView), required=True)
