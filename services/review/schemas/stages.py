"""The stages of a review as they are answered."""

from marshmallow import Schema, fields


class StepView(Schema):
    id = fields.String(required=True)
    sentence = fields.String(required=True)
    required = fields.Boolean(required=True)
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
