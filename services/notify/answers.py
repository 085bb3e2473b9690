"""What the service answers, and the small bodies that people's decisions take: the shapes OpenAPI documents."""

from marshmallow import Schema, fields

from services.notify.schemas import ReferralSchema, one
from services.notify.threshold import KINDS, WEIGHT_OF_OUTCOME
from shared.web.fields import Body, Choice, Line, Moment, Several, Text
from shared.web.paging import PageQuery

INCIDENT_STATUSES = ("awaiting-decision", "notifiable", "notified", "not-notifiable", "passed-on", "withdrawn")
DUTY_STATUSES = ("pending", "sent", "discharged", "waiting-for-person", "cancelled")


class ReasonView(Schema):
    """A rule that bore on the outcome; `child` is the child's place in the referral, from 1."""

    rule = fields.String(required=True)
    text = fields.String(required=True)
    authority = fields.String(required=True)
    child = fields.Integer()


class AssessmentView(Schema):
    outcome = Choice(*WEIGHT_OF_OUTCOME, required=True)
    kinds = fields.List(Choice(*KINDS), required=True)
    possible_kinds = fields.List(Choice(*KINDS), required=True)
    reasons = fields.List(fields.Nested(ReasonView), required=True)
    decision_needed = fields.Boolean(required=True)


class DuplicateView(Schema):
    """Another incident that may be the same one, and why (never the values)."""

    id = fields.String(required=True)
    reference = fields.String(required=True)
    status = Choice(*INCIDENT_STATUSES, required=True)
    reasons = fields.List(fields.String(), required=True)


class DutyView(Schema):
    """One thing that must be told or done; `concerns` names the record it arose from, `evidence` ends it."""

    id = fields.String(required=True)
    rule = fields.String(required=True)
    text = fields.String(required=True)
    recipient = fields.String(required=True)
    incident_id = fields.String(required=True, allow_none=True)
    concerns = fields.String(required=True)
    status = Choice(*DUTY_STATUSES, required=True)
    overdue = fields.Boolean(required=True)
    runs_from = fields.AwareDateTime(required=True)
    due_at = fields.AwareDateTime(required=True)
    authority = fields.String(required=True)
    sent_at = fields.AwareDateTime(required=True, allow_none=True)
    discharged_at = fields.AwareDateTime(required=True, allow_none=True)
    evidence = fields.String(required=True, allow_none=True)


class AttemptView(Schema):
    """One attempt to tell the recipient: what was sent (its SHA-256), when, over what, and the answer."""

    delivery = fields.String(required=True)
    number = fields.Integer(required=True)
    channel = fields.String(required=True)
    started_at = fields.AwareDateTime(required=True)
    finished_at = fields.AwareDateTime(required=True)
    outcome = fields.String(required=True)
    answer = fields.String(required=True)
    sha256 = fields.String(required=True)


class DeliveryView(Schema):
    """One message under a duty; `acknowledgement` is the recipient's reference for it."""

    id = fields.String(required=True)
    channel = fields.String(required=True)
    status = fields.String(required=True)
    sha256 = fields.String(required=True)
    sent_at = fields.AwareDateTime(required=True, allow_none=True)
    acknowledged_at = fields.AwareDateTime(required=True, allow_none=True)
    acknowledgement = fields.String(required=True, allow_none=True)


class DutyDetail(DutyView):
    deliveries = fields.List(fields.Nested(DeliveryView), required=True)
    attempts = fields.List(fields.Nested(AttemptView), required=True)


class PackView(Schema):
    """What a person enters in the national system, in the order of its form. Its `sha256` goes with the receipt.

    The bytes of its `documents` are at `/documents/{delivery_id}/files/{sha256}`.
    """

    duty_id = fields.String(required=True)
    delivery_id = fields.String(required=True)
    recipient = fields.String(required=True)
    sha256 = fields.String(required=True)
    document = fields.Dict(required=True)
    text = fields.String(required=True)


class DocumentView(Schema):
    """The document behind a message's link."""

    id = fields.String(required=True)
    reference = fields.String(required=True)
    sha256 = fields.String(required=True)
    document = fields.Dict(required=True)


class IncidentSummary(Schema):
    """An incident in the answer to a referral."""

    id = fields.String(required=True)
    reference = fields.String(required=True)
    status = Choice(*INCIDENT_STATUSES, required=True)
    assessment = fields.Nested(AssessmentView, required=True)
    possible_duplicates = fields.List(fields.Nested(DuplicateView))


class IncidentListed(IncidentSummary):
    occurred_on = fields.Date(required=True)
    authority_aware_at = fields.AwareDateTime(required=True)
    notified_at = fields.AwareDateTime(required=True, allow_none=True)
    merged_into = fields.String(required=True, allow_none=True)


class DecisionView(Schema):
    """`decided_by` is the agency; `person` the name of who decided for it, null where its system did."""

    id = fields.String(required=True)
    incident_id = fields.String(required=True)
    outcome = fields.String(required=True)
    reasons = fields.String(required=True)
    agreed_by = fields.List(fields.String(), required=True)
    decided_by = fields.String(required=True)
    person = fields.String(required=True, allow_none=True)
    decided_at = fields.AwareDateTime(required=True)


class ReferralSummary(Schema):
    id = fields.String(required=True)
    reference = fields.String(required=True)
    incident_id = fields.String(required=True)
    agency = fields.String(required=True)
    agency_reference = fields.String(required=True)
    submitted_at = fields.AwareDateTime(required=True)
    version = fields.Integer(required=True)


class IncidentView(IncidentListed):
    referrals = fields.List(fields.Nested(ReferralSummary), required=True)
    decisions = fields.List(fields.Nested(DecisionView), required=True)
    duties = fields.List(fields.Nested(DutyView), required=True)


class ReferralAnswer(Schema):
    """What a referral is answered with."""

    id = fields.String(required=True)
    reference = fields.String(required=True)
    incident = fields.Nested(IncidentSummary, required=True)
    duties = fields.List(fields.Nested(DutyView), required=True)


class ReferralDocument(Schema):
    """A file that goes with a referral. It is given out while `scan` is `clean`, or `not-scanned` where there is no scanner."""

    id = fields.String(required=True)
    title = fields.String(required=True)
    filename = fields.String(required=True)
    content_type = fields.String(required=True)
    size = fields.Integer(required=True)
    sha256 = fields.String(required=True)
    scan = Choice("waiting", "clean", "infected", "not-scanned", required=True)
    added_at = fields.AwareDateTime(required=True)


class ReferralDocuments(Schema):
    items = fields.List(fields.Nested(ReferralDocument), required=True)


class DocumentUpload(Body):
    """Beside the files: what they are, in a few words."""

    title = Line(100)


class ReferralView(ReferralSummary):
    """A referral as it was sent, with its files, its incident and duties."""

    referral = fields.Dict(required=True)
    documents = fields.List(fields.Nested(ReferralDocument), required=True)
    incident = fields.Nested(IncidentListed, required=True)
    duties = fields.List(fields.Nested(DutyView), required=True)


def page_of(schema: type[Schema]) -> Schema:
    """One page of a list: `next` is the cursor of the page after it, or null."""
    page = {
        "items": fields.List(fields.Nested(schema), required=True),
        "next": fields.String(required=True, allow_none=True),
    }
    return Schema.from_dict(page, name=f"{schema.__name__}Page")()  # type: ignore[arg-type]  # marshmallow types fields invariantly


class CorrectionSchema(Body):
    """The whole referral as it should have been, and why."""

    reasons = Text(5000, required=True)
    referral = one(ReferralSchema, required=True)


class MergeSchema(Body):
    """Into which incident, and why: one incident goes on, both referrals are kept."""

    into = fields.UUID(required=True)
    reasons = Text(5000, required=True)


class DecisionSchema(Body):
    """A decision whether to notify. Every decision needs its reasons and the names of who agreed it.

    `separate_from` names possible duplicates that were found to be other incidents.
    """

    outcome = Choice("notify", "do-not-notify", "more-information", "other-review", required=True)
    reasons = Text(5000, required=True)
    agreed_by = Several(Line(), most=20, least=1, required=True)
    separate_from = Several(fields.UUID(), most=20)


class WithdrawalSchema(Body):
    """A withdrawal. Where a decision is still awaited it needs the names of who agreed it, as a decision does."""

    reasons = Text(5000, required=True)
    agreed_by = Several(Line(), most=20)


class ReceiptSchema(Body):
    """The reference and time that the recipient's own system gave.

    `sha256` is that of the pack that was sent: needed where the facts were corrected after one was prepared.
    """

    reference = Line(100, required=True)
    received_at = Moment(required=True)
    sha256 = Line(64)


class CallbackSchema(Body):
    """What a recipient's gateway says of a delivery."""

    type = Choice("receipt", required=True)
    delivery = fields.UUID(required=True)
    receipt = Line(200, required=True)
    received_at = Moment(required=True)


class FileAsked(Body):
    """Which file of a notification a recipient's gateway asks for: the delivery's id, and the SHA-256 it names."""

    delivery = fields.UUID(required=True)
    sha256 = Line(64, required=True)


class DutyQuery(PageQuery):
    """Which duties to list, soonest first."""

    status = Choice(*DUTY_STATUSES)
    due_before = Moment()
    recipient = Line()


class IncidentQuery(PageQuery):
    """Which incidents to list, newest first."""

    status = Choice(*INCIDENT_STATUSES)
