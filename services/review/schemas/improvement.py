"""Recommendations, actions and evidence."""

from marshmallow import Schema, fields

from services.review.schemas.common import AgencyName, moment, not_in_the_past
from shared.web.fields import Choice, Code, Day, Line, Several, Text
from shared.web.paging import PageQuery

PROGRESS = ("started", "done", "impact-shown")
STATUSES = ("open", "in-progress", "done", "impact-shown")


class RecommendationBody(Schema):
    """What should improve: its owner, and the agencies that act with it. Measure and resources are offered, not forced."""

    case_id = fields.UUID(required=True)
    practice_review_id = fields.UUID()
    owner_agency = Line(80, required=True)
    with_agencies = Several(Line(80))
    text = Text(5000, required=True)
    theme = Code(required=True)
    due_on = Day(validate=not_in_the_past)
    how_measured = Text(2000)
    resources = Text(2000)


class ActionBody(Schema):
    """What an agency of a recommendation will do about it; without `agency` the caller's own, or the owner."""

    agency = Line(80)
    text = Text(5000, required=True)
    due_on = Day(validate=not_in_the_past)
    lead = Line()


class EvidenceBody(Schema):
    """What has changed. `impact-shown` means that children's lives or practice are shown to be different.

    `check_on` is when somebody looks whether what is done has changed something.
    """

    what_changed = Text(required=True)
    progress = Choice(*PROGRESS, required=True)
    check_on = Day(validate=not_in_the_past)


class RecommendationQuery(PageQuery):
    case_id = fields.UUID()
    practice_review_id = fields.UUID()
    owner_agency = Line(80)
    theme = Code()


class EvidenceFile(Schema):
    filename = fields.String(required=True)
    sha256 = fields.String(required=True)


class EvidenceView(Schema):
    id = fields.UUID(required=True)
    what_changed = fields.String(required=True)
    progress = fields.String(required=True, metadata={"enum": [*PROGRESS]})
    recorded_by = fields.Nested(AgencyName, required=True)
    recorded_at = moment()
    file = fields.Nested(EvidenceFile, required=True, allow_none=True)


class ActionView(Schema):
    id = fields.UUID(required=True)
    recommendation_id = fields.UUID(required=True)
    agency = fields.Nested(AgencyName, required=True)
    text = fields.String(required=True)
    lead = fields.String(required=True, allow_none=True)
    due_on = fields.Date(required=True, allow_none=True)
    status = fields.String(required=True, metadata={"enum": [*STATUSES]})
    overdue = fields.Boolean(required=True)
    impact_check_on = fields.Date(required=True, allow_none=True)
    evidence = fields.List(fields.Nested(EvidenceView), required=True)


class RecommendationView(Schema):
    """A recommendation; its status follows from the evidence of its actions."""

    id = fields.UUID(required=True)
    case_id = fields.UUID(required=True)
    practice_review_id = fields.UUID(required=True, allow_none=True)
    owner = fields.Nested(AgencyName, required=True)
    with_agencies = fields.List(fields.Nested(AgencyName), required=True)
    text = fields.String(required=True)
    theme = fields.String(required=True)
    how_measured = fields.String(required=True, allow_none=True)
    resources = fields.String(required=True, allow_none=True)
    due_on = fields.Date(required=True, allow_none=True)
    made_at = moment()
    status = fields.String(required=True, metadata={"enum": [*STATUSES]})
    overdue = fields.Boolean(required=True)
    actions = fields.List(fields.Nested(ActionView), required=True)


class RecommendationList(Schema):
    items = fields.List(fields.Nested(RecommendationView), required=True)
    next = fields.String(required=True, allow_none=True)
