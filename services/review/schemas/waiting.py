"""What waits, as it is answered."""

from marshmallow import Schema, fields

from services.review.waiting import QUERIES


class WaitingView(Schema):
    """`concerns` names the record; `agency_id` who is to act, null for the office; `page` where people do it."""

    kind = fields.String(required=True, metadata={"enum": [*QUERIES]})
    concerns = fields.String(required=True)
    due_on = fields.Date(required=True)
    reference = fields.String(required=True)
    agency_id = fields.String(required=True, allow_none=True)
    page = fields.String(required=True)


class WaitingList(Schema):
    items = fields.List(fields.Nested(WaitingView), required=True)
