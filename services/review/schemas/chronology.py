"""Marks on entries of a merged chronology."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validates_schema

from services.review.schemas.common import moment
from shared.web.fields import Choice, Line, Several

KINDS = ("theme", "episode", "same-event", "contradiction")


class MarkBody(Schema):
    """A theme or episode by its name, or entries of several agencies laid beside each other; `entries` are their keys."""

    kind = Choice(*KINDS, required=True)
    entries = Several(Line(24), most=40, required=True)
    words = Line(400)

    @validates_schema
    def has_entries(self, body: dict[str, Any], **_: Any) -> None:
        if not body["entries"]:
            raise ValidationError({"entries": ["Give the key of at least one entry."]})


class MarkView(Schema):
    id = fields.UUID(required=True)
    case_id = fields.UUID(required=True)
    kind = fields.String(required=True, metadata={"enum": [*KINDS]})
    entries = fields.List(fields.String(), required=True)
    words = fields.String(required=True)
    made_at = moment()
    ended_at = moment(allow_none=True)


class MarkList(Schema):
    items = fields.List(fields.Nested(MarkView), required=True)
