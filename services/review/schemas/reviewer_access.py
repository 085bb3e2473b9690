"""A reviewer's account in one review."""

from marshmallow import Schema, fields

from services.review.schemas.common import moment
from services.review.schemas.need_to_know import Candidate
from services.review.schemas.sharing import WHAT
from shared.web.fields import Choice, Day, Several


class ReviewerAccessBody(Schema):
    """Whose account works on the review until the end of a day; `sees` are the kinds of shared material it is let see."""

    person_id = fields.UUID(required=True)
    until = Day(required=True)
    sees = Several(Choice(*WHAT), most=2, load_default=list)


class ReviewerAccessView(Schema):
    """One access; it holds until `until`, or `ended_at` where that came first."""

    id = fields.UUID(required=True)
    practice_review_id = fields.UUID(required=True)
    reviewer_id = fields.UUID(required=True)
    person_id = fields.UUID(required=True)
    sees = fields.List(fields.String(metadata={"enum": [*WHAT]}), required=True)
    given_at = moment()
    until = moment()
    ended_at = moment(allow_none=True)
    ending_reasons = fields.String(required=True, allow_none=True)


class ReviewerAccessList(Schema):
    """The accesses to a review, the newest first. `may_be_given` are the people with the role of a reviewer."""

    items = fields.List(fields.Nested(ReviewerAccessView), required=True)
    may_be_given = fields.List(fields.Nested(Candidate), required=True)
