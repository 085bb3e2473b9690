"""An LCSPR and its parts: what is answered."""

from marshmallow import Schema, fields

from services.review.schemas.common import AgencyName, Person, moment
from services.review.schemas.practice_reviews import COMMENT_KINDS, COMMENT_OUTCOMES, HOLD_REASONS, KINDS, REPORT_KINDS
from services.review.schemas.review_records import ReviewRecordView
from services.review.schemas.stages import StageView

Text = fields.String
STATUSES = ("under-way", "signed-off", "published", "publication-withdrawn", "ended")


class ReviewerView(Schema):
    id = fields.UUID(required=True)
    name = Text(required=True)
    organisation = Text(allow_none=True, required=True)
    email = Text(allow_none=True, required=True)
    phone = Text(allow_none=True, required=True)
    independence = Text(required=True)
    conflicts = fields.List(Text(), required=True)
    appointed_on = fields.Date(required=True)
    contract_from = fields.Date(allow_none=True, required=True)
    contract_until = fields.Date(allow_none=True, required=True)
    ended_at = moment(allow_none=True)
    ending_reasons = Text(allow_none=True, required=True)


class ReviewCaseView(Schema):
    """A case that the review is or was about. `reasons` are absent for the one that it was commissioned for."""

    id = fields.UUID(required=True)
    case_id = fields.UUID(required=True)
    reference = Text(required=True)
    pseudonym = Text(required=True)
    incident_reference = Text(required=True)
    added_at = moment()
    reasons = Text(allow_none=True, required=True)
    removed_at = moment(allow_none=True)
    removal_reasons = Text(allow_none=True, required=True)


class ReviewerRequestView(Schema):
    id = fields.UUID(required=True)
    asks_for = Text(required=True, metadata={"enum": ["information", "draft"]})
    text = Text(required=True)
    asked_by = fields.Nested(Person, required=True)
    asked_at = moment()
    answer_by = fields.Date(allow_none=True, required=True)
    response = Text(allow_none=True, required=True)
    responded_on = fields.Date(allow_none=True, required=True)


class ReportSignatureView(Schema):
    agency = fields.Nested(AgencyName, required=True)
    name = Text(required=True)
    role = Text(required=True)
    signed_at = moment()


class ReportView(Schema):
    id = fields.UUID(required=True)
    kind = Text(required=True, metadata={"enum": [*REPORT_KINDS]})
    number = fields.Integer(required=True)
    filename = Text(required=True)
    sha256 = Text(required=True)
    pages = fields.Integer(required=True)
    uploaded_by = fields.Nested(AgencyName, required=True)
    uploaded_at = moment()
    signatures = fields.List(fields.Nested(ReportSignatureView), required=True)


class DraftCommentView(Schema):
    """A comment on one version of a report; without an outcome it waits for an answer."""

    id = fields.UUID(required=True)
    report_id = fields.UUID(required=True)
    kind = Text(required=True, metadata={"enum": [*COMMENT_KINDS]})
    who = Text(required=True)
    place = Text(allow_none=True, required=True)
    text = Text(required=True)
    recorded_by = Text(required=True)
    recorded_at = moment()
    outcome = Text(allow_none=True, required=True, metadata={"enum": [*COMMENT_OUTCOMES, None]})
    done = Text(allow_none=True, required=True)
    answered_at = moment(allow_none=True)


class HoldCheckView(Schema):
    checked_at = moment()
    next_check_on = fields.Date(required=True)
    reasons = Text(required=True)


class HoldView(Schema):
    """A hold. `check_overdue`: the day to look again has passed, and nobody has set another."""

    id = fields.UUID(required=True)
    reason = Text(required=True, metadata={"enum": [*HOLD_REASONS]})
    details = Text(allow_none=True, required=True)
    owner = fields.Nested(Person, required=True)
    status = Text(required=True, metadata={"enum": ["active", "lifted"]})
    next_check_on = fields.Date(required=True)
    check_overdue = fields.Boolean(required=True)
    panel_told_on = fields.Date(allow_none=True, required=True)
    placed_at = moment()
    lifted_at = moment(allow_none=True)
    lifting_reasons = Text(allow_none=True, required=True)
    checks = fields.List(fields.Nested(HoldCheckView), required=True)


class DelayView(Schema):
    id = fields.UUID(required=True)
    reasons = Text(required=True)
    expected_on = fields.Date(required=True)
    recorded_at = moment()


class PublicationNote(Schema):
    """What publish said became of the report."""

    publication_id = fields.UUID(allow_none=True, required=True)
    route = Text(allow_none=True, required=True)
    published_at = moment(allow_none=True)
    url = Text(allow_none=True, required=True)
    deposited_at = moment(allow_none=True)
    nspcc_reference = Text(allow_none=True, required=True)
    withdrawn_at = moment(allow_none=True)


class AgreementView(Schema):
    agency_id = Text(required=True)
    name = Text(required=True)
    role = Text(required=True)


class EndingView(Schema):
    """Why the partners ended the review without a report, and who agreed for each of them."""

    reasons = Text(required=True)
    agreed_by = fields.List(fields.Nested(AgreementView), required=True)


class PracticeReviewSummary(Schema):
    """A practice review with its clock; `expected_on` is the newest date given with reasons for a delay."""

    id = fields.UUID(required=True)
    case_id = fields.UUID(required=True)
    reference = Text(required=True)
    pseudonym = Text(required=True)
    kind = Text(required=True, metadata={"enum": [*KINDS]})
    title = Text(required=True)
    status = Text(required=True, metadata={"enum": [*STATUSES]})
    decided_at = moment()
    due_at = moment()
    overdue = fields.Boolean(required=True)
    authority = Text(required=True)
    signed_off_at = moment(allow_none=True)
    ended_at = moment(allow_none=True)


class PracticeReviewView(PracticeReviewSummary):
    ending = fields.Nested(EndingView, allow_none=True, required=True)
    expected_on = fields.Date(allow_none=True, required=True)
    cases = fields.List(fields.Nested(ReviewCaseView), required=True)
    reviewers = fields.List(fields.Nested(ReviewerView), required=True)
    milestones = fields.List(fields.Nested(StageView), required=True)
    reviewer_requests = fields.List(fields.Nested(ReviewerRequestView), required=True)
    reports = fields.List(fields.Nested(ReportView), required=True)
    comments = fields.List(fields.Nested(DraftCommentView), required=True)
    records = fields.List(fields.Nested(ReviewRecordView), required=True)
    holds = fields.List(fields.Nested(HoldView), required=True)
    delays = fields.List(fields.Nested(DelayView), required=True)
    publication = fields.Nested(PublicationNote, required=True)


class SignOffView(Schema):
    """A report after a signature; `awaited` are the partners who have not signed these bytes."""

    practice_review_id = fields.UUID(required=True)
    status = Text(required=True)
    signed_off = fields.Boolean(required=True)
    awaited = fields.List(fields.Nested(AgencyName), required=True)
    report = fields.Nested(ReportView, required=True)
