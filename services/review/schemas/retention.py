"""How long records are kept: what is sent to decide on it, and what is answered."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validates_schema

from services.review.schemas.common import moment
from shared.web.fields import Choice, Code, Day, Text

DECISIONS = ("keep", "destroy")


class RetentionDecisionBody(Schema):
    """What becomes of a class of a case's records whose time has passed; `keep_until` is when somebody is asked again."""

    record_class = Code(required=True)
    decision = Choice(*DECISIONS, required=True)
    keep_until = Day()
    reasons = Text(5000, required=True)

    @validates_schema
    def says_until_when(self, body: dict[str, Any], **_: Any) -> None:
        if body["decision"] == "keep" and "keep_until" not in body:
            raise ValidationError({"keep_until": ["Say until when they are kept; then somebody is asked again."]})


class RetentionDecisionView(Schema):
    id = fields.UUID(required=True)
    record_class = fields.String(required=True)
    decision = fields.String(required=True, metadata={"enum": [*DECISIONS]})
    keep_until = fields.Date(required=True, allow_none=True)
    reasons = fields.String(required=True)
    decided_by_name = fields.String(required=True)
    decided_at = moment()
    confirmed_at = moment(allow_none=True)


class LegalHoldView(Schema):
    id = fields.UUID(required=True)
    reasons = fields.String(required=True)
    placed_at = moment()
    lifted_at = moment(allow_none=True)
    lifting_reasons = fields.String(required=True, allow_none=True)


class DestroyedRecord(Schema):
    """A record that went: its table and id, and the SHA-256 of its row as it was stored."""

    table = fields.String(required=True)
    id = fields.String(required=True)
    sha256 = fields.String(required=True)


class CertificateView(Schema):
    """What was destroyed, by hash and not by content; `files` counts files that are still to leave the store."""

    id = fields.UUID(required=True)
    reference = fields.String(required=True)
    case_reference = fields.String(required=True)
    record_class = fields.String(required=True)
    rule = fields.String(required=True)
    decided_by_name = fields.String(required=True)
    reasons = fields.String(required=True)
    confirmed_by_name = fields.String(required=True)
    destroyed_at = moment()
    destroyed = fields.List(fields.Nested(DestroyedRecord), required=True)
    files_gone_at = moment(allow_none=True)


class ClassView(Schema):
    """A class of a case's records: when it is due for a decision, and what was decided last."""

    record_class = fields.String(required=True)
    name = fields.String(required=True)
    keep_years = fields.Integer(required=True)
    authority = fields.String(required=True)
    due_on = fields.Date(required=True, allow_none=True)
    due = fields.Boolean(required=True)
    decision = fields.Nested(RetentionDecisionView, required=True, allow_none=True)
    certificate_id = fields.UUID(required=True, allow_none=True)
    certificate_reference = fields.String(required=True, allow_none=True)


class RecordsView(Schema):
    """The records of a case; `ended_on` is null while the case goes on, and then nothing is due."""

    case_id = fields.UUID(required=True)
    ended_on = fields.Date(required=True, allow_none=True)
    classes = fields.List(fields.Nested(ClassView), required=True)
    legal_holds = fields.List(fields.Nested(LegalHoldView), required=True)
