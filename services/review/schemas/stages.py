"""The stages of a review as they are answered, and of a kind of review as they are kept."""

from marshmallow import Schema, fields

from shared.partnership_schema import REVIEW_KINDS, ReviewPlanSchema
from shared.web.fields import Text


class PlannedStep(Schema):
    id = fields.String(required=True)
    sentence = fields.String(required=True)
    required = fields.Boolean(required=True)


class StepView(PlannedStep):
    done = fields.Boolean(required=True)


class StageView(Schema):
    """A stage as it now stands: `due_on` is what was set for it, or what the partnership plans by default.

    `passed`: the review is complete without it.
    """

    stage = fields.String(required=True)
    name = fields.String(required=True)
    explanation = fields.String(required=True)
    due_on = fields.Date(allow_none=True, required=True)
    done_on = fields.Date(allow_none=True, required=True)
    done = fields.Boolean(required=True)
    passed = fields.Boolean(required=True)
    overdue = fields.Boolean(required=True)
    note = fields.String(allow_none=True, required=True)
    steps = fields.List(fields.Nested(StepView), required=True)


class PlanBody(ReviewPlanSchema):
    """All stages of a kind of review in their order, its name and explanation, and why they are changed."""

    class Meta(ReviewPlanSchema.Meta):
        exclude = ("kind", "in_force_from")

    reasons = Text(required=True)


class PlannedStage(Schema):
    """One stage, planned for the end of so many `working_days` after the review began; null plans no day."""

    id = fields.String(required=True)
    name = fields.String(required=True)
    explanation = fields.String(required=True)
    working_days = fields.Integer(required=True, allow_none=True)
    steps = fields.List(fields.Nested(PlannedStep), required=True)


class PlanView(Schema):
    """The stages of one kind of review for those that begin on or after `in_force_from`."""

    kind = fields.String(required=True, metadata={"enum": [*REVIEW_KINDS]})
    name = fields.String(required=True)
    in_force_from = fields.Date(required=True)
    explanation = fields.String(required=True)
    stages = fields.List(fields.Nested(PlannedStage), required=True)


class PlanList(Schema):
    """The stages of every kind of review."""

    items = fields.List(fields.Nested(PlanView), required=True)
