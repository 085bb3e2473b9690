"""Parts of a practice review: its records by kind, comments on drafts, the end of a reviewer's appointment."""

from uuid import UUID

from marshmallow import Schema

from services.review.api.routes import api
from services.review.draft_comments import answer_comment, comment_on_draft
from services.review.models import DraftComment, PracticeReview, Report, Reviewer
from services.review.records import etag, expect_version, find
from services.review.review_records import keep_record
from services.review.reviewers import remove_reviewer
from services.review.schemas.common import Reasons
from services.review.schemas.practice_review_views import DraftCommentView, ReviewerView
from services.review.schemas.practice_reviews import CommentAnswer, DraftCommentBody
from services.review.schemas.review_records import SCHEMAS, ReviewRecordView
from services.review.views.practice_reviews import describe_comment, describe_record, describe_reviewer
from shared.identity import rights
from shared.web.api import Call, Reply


def _declare(kind: str, schema: type[Schema]) -> None:
    """The route by which entries of one kind are recorded."""

    def post_record(call: Call, review_id: UUID) -> Reply:
        review = find(call.session, PracticeReview, review_id, lock=True)
        expect_version(review)
        record = keep_record(call.session, review, kind, call.body, call.viewer)
        return Reply(describe_record(record), headers=etag(review))

    post_record.__name__ = f"post_{kind.replace('-', '_')}"
    post_record.__doc__ = f"Record an entry of kind {kind}; the newest says what holds now, and older ones stay."
    path = f"/practice-reviews/<uuid:review_id>/records/{kind}"
    api.post(path, allows=rights.office_or_partner, takes=schema, gives=ReviewRecordView, status=201)(post_record)


for _kind, _schema in SCHEMAS.items():
    _declare(_kind, _schema)


@api.post(
    "/reports/<uuid:report_id>/comments",
    allows=rights.office_or_partner,
    takes=DraftCommentBody,
    gives=DraftCommentView,
    status=201,
)
def post_draft_comment(call: Call, report_id: UUID) -> Reply:
    """Record a comment on a draft, or a point on which its facts are not right."""
    report = find(call.session, Report, report_id)
    review = find(call.session, PracticeReview, report.practice_review_id, lock=True)
    comment = comment_on_draft(call.session, review, report, call.body, call.viewer)
    return Reply(describe_comment(comment), headers=etag(review))


@api.post(
    "/draft-comments/<uuid:comment_id>/answer",
    allows=rights.office_or_partner,
    takes=CommentAnswer,
    gives=DraftCommentView,
    status=201,
)
def post_draft_comment_answer(call: Call, comment_id: UUID) -> Reply:
    """Record what was done about a comment."""
    comment = find(call.session, DraftComment, comment_id, lock=True)
    answer_comment(call.session, comment, call.body, call.viewer)
    return Reply(describe_comment(comment))


@api.post(
    "/reviewers/<uuid:reviewer_id>/removal",
    allows=rights.office_or_partner,
    takes=Reasons,
    gives=ReviewerView,
    status=201,
)
def post_reviewer_removal(call: Call, reviewer_id: UUID) -> Reply:
    """End a reviewer's appointment, with reasons; another may be appointed later."""
    reviewer = find(call.session, Reviewer, reviewer_id, lock=True)
    review = find(call.session, PracticeReview, reviewer.practice_review_id, lock=True)
    remove_reviewer(call.session, review, reviewer, call.body["reasons"], call.viewer)
    return Reply(describe_reviewer(reviewer), headers=etag(review))
