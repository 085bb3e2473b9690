"""The rapid review: its decision, the partners' positions, and the Panel's reply."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validates_schema

from services.review.schemas.common import AgencyName, moment, not_in_the_future
from shared.web.fields import Choice, Code, Line, Moment, Several, Text, YesNo

OUTCOMES = ("lcspr", "no-lcspr", "national-review", "other-review")
OTHER_REVIEWS = ("sar", "dardr", "cdop", "single-agency", "thematic")
REPLIES = ("agrees", "disagrees", "asks-for-more", "national-review")


class Consideration(Schema):
    """One point that was considered. `consideration` is its id in the rulebook, or `a` to `d` of regulation 11."""

    consideration = Code(required=True)
    met = YesNo(required=True)
    reasons = Text(5000, required=True)


class ImmediateAction(Schema):
    """What was done at once to keep children safe."""

    action = Text(5000, required=True)
    by = Line()


class RapidReviewDecisionBody(Schema):
    """The partners' decision. `content` has a text for each heading of the Panel's guidance, by its snake_case name.

    `why_anew` is needed where all three have signed the decision that stands, and the Panel has not questioned it.
    """

    outcome = Choice(*OUTCOMES, required=True)
    reasons = Text(required=True)
    why_anew = Text(5000)
    what_will_be_done = Text()
    other_review = Choice(*OTHER_REVIEWS)
    regulation_11 = Several(fields.Nested(Consideration), most=30, required=True)
    content = fields.Dict(keys=fields.String(), values=Text(), required=True)
    immediate_actions = Several(fields.Nested(ImmediateAction), load_default=list)

    @validates_schema
    def fits_its_outcome(self, body: dict[str, Any], **_: Any) -> None:
        faults = {}
        if body["outcome"] == "no-lcspr" and "what_will_be_done" not in body:
            faults["what_will_be_done"] = ["Say what will be done with the learning instead of a review."]
        if (body["outcome"] == "other-review") != ("other_review" in body):
            faults["other_review"] = ["Say which other review, with the outcome other-review and no other."]
        if faults:
            raise ValidationError(faults)


class PositionBody(Schema):
    """One partner's position on the decision. A dissent needs reasons; it is recorded beside the others."""

    position = Choice("agree", "dissent", required=True)
    name = Line(required=True)
    role = Line(required=True)
    reasons = Text()

    @validates_schema
    def dissent_has_reasons(self, body: dict[str, Any], **_: Any) -> None:
        if body["position"] == "dissent" and "reasons" not in body:
            raise ValidationError({"reasons": ["Give the reasons for the dissent."]})


class PanelReplyBody(Schema):
    """What the Panel answered, and when it reached the partnership."""

    reply = Choice(*REPLIES, required=True)
    received_at = Moment(required=True, validate=not_in_the_future)
    reference = Line()
    text = Text()


class PositionView(Schema):
    agency = fields.Nested(AgencyName, required=True)
    position = fields.String(required=True, metadata={"enum": ["agree", "dissent"]})
    name = fields.String(required=True)
    role = fields.String(required=True)
    reasons = fields.String(required=True, allow_none=True)
    signed_at = moment()
    voided_at = moment(allow_none=True)


class ConsiderationView(Schema):
    consideration = fields.String(required=True)
    text = fields.String(required=True)
    authority = fields.String(required=True)
    met = fields.Boolean(required=True)
    reasons = fields.String(required=True)


class RapidReviewDecisionView(Schema):
    """A decision with every position taken on it, those under a superseded decision included."""

    id = fields.UUID(required=True)
    number = fields.Integer(required=True)
    outcome = fields.String(required=True, metadata={"enum": [*OUTCOMES]})
    reasons = fields.String(required=True)
    why_anew = fields.String(required=True, allow_none=True)
    what_will_be_done = fields.String(required=True, allow_none=True)
    other_review = fields.String(required=True, allow_none=True)
    regulation_11 = fields.List(fields.Nested(ConsiderationView), required=True)
    content = fields.Dict(keys=fields.String(), required=True)
    immediate_actions = fields.List(fields.Dict(keys=fields.String()), required=True)
    recorded_by = fields.Nested(AgencyName, required=True)
    decided_at = moment()
    superseded_at = moment(allow_none=True)
    completed_at = moment(allow_none=True)
    sent_to_panel_at = moment(allow_none=True)
    panel_receipt = fields.String(required=True, allow_none=True)
    positions = fields.List(fields.Nested(PositionView), required=True)


class RapidReviewStanding(Schema):
    """Where the rapid review stands after a step."""

    case_id = fields.UUID(required=True)
    stage = fields.String(required=True)
    completed = fields.Boolean(required=True)
    awaited = fields.List(fields.Nested(AgencyName), required=True)
    decision = fields.Nested(RapidReviewDecisionView, required=True)


class PanelReplyView(Schema):
    id = fields.UUID(required=True)
    reply = fields.String(required=True, metadata={"enum": [*REPLIES]})
    received_at = moment()
    reference = fields.String(required=True, allow_none=True)
    text = fields.String(required=True, allow_none=True)
    on_decision = fields.UUID(required=True)
    recorded_by = fields.Nested(AgencyName, required=True)
    recorded_at = moment()
