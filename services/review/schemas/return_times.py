"""When returns are due, reminded of and chased."""

from marshmallow import Schema, fields

from shared.partnership_schema import ReturnTimesSchema
from shared.web.fields import Text, Whole


class ReturnTimesBody(ReturnTimesSchema):
    """All of the times, and why they are changed; without days to remind nobody is reminded, without days to chase once."""

    information_escalate_at = Whole(1, 20, required=True)
    reasons = Text(required=True)


class ReturnTimesView(Schema):
    """Working days; `information_escalate_at` is from which chase on an agency's leads are told as well."""

    information_request_days = fields.Integer(required=True)
    information_remind_days = fields.Integer(required=True, allow_none=True)
    information_chase_days = fields.Integer(required=True, allow_none=True)
    information_escalate_at = fields.Integer(required=True)
