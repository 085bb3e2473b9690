"""The parts of a practice review as they are recorded: one schema for each kind of entry."""

from marshmallow import Schema, fields

from services.review.schemas.common import moment, not_in_the_future, not_in_the_past
from services.review.schemas.returns import ReturnPeriod
from shared.web.fields import Choice, Day, Line, Several, Text, YesNo

OFFERED = ("yes", "no", "not-needed")
TAKES_PART = ("yes", "no", "not-yet")
READ_OUTCOMES = ("cleared", "changes-needed")


class TermsOfReference(Schema):
    """What the review is to find out: its scope and its key lines of enquiry. `agreed_on` is the three partners' day."""

    scope = Text(required=True)
    lines_of_enquiry = Several(Line(1000), least=1, required=True)
    period = fields.Nested(ReturnPeriod)
    agreed_on = Day(validate=not_in_the_future)
    reviewer_sees = Text(5000)


class PanelMember(Schema):
    name = Line(required=True)
    role = Line(required=True)
    agency = Line(required=True)


class ReviewPanel(Schema):
    chair = Line(required=True)
    members = Several(fields.Nested(PanelMember), least=1, required=True)


class PractitionerEvent(Schema):
    held_on = Day(required=True, validate=not_in_the_future)
    who = Text(5000, required=True)
    heard = Text(required=True)
    support = Text(5000)


class FamilyContribution(Schema):
    """One member of the family: how they were asked, what they were offered, what they said before and after.

    `who` is the relationship, never a name. A further entry for the same member says what holds now.
    """

    who = Line(required=True)
    how_asked = Text(5000, required=True)
    asked_on = Day(validate=not_in_the_future)
    advocate = Choice(*OFFERED, required=True)
    interpreter = Choice(*OFFERED, required=True)
    takes_part = Choice(*TAKES_PART)
    views = Text()
    views_after = Text()


class Monitoring(Schema):
    """The partners look at the time taken and the quality, at regular intervals (SI 2018/789, regulation 14)."""

    on_time = YesNo(required=True)
    quality = Text(required=True)
    next_on = Day(required=True, validate=not_in_the_past)


class LegalRead(Schema):
    read_on = Day(required=True, validate=not_in_the_future)
    by = Line(required=True)
    advice = Text(required=True)
    outcome = Choice(*READ_OUTCOMES)


SCHEMAS: dict[str, type[Schema]] = {
    "terms-of-reference": TermsOfReference,
    "panel": ReviewPanel,
    "practitioner-event": PractitionerEvent,
    "family-contribution": FamilyContribution,
    "monitoring": Monitoring,
    "legal-read": LegalRead,
}


class ReviewRecordView(Schema):
    """An entry; the newest of its kind (of its family member) says what holds now. `content` is as it was recorded.

    `drafts-taken` is kept by itself: that drafts left in the bundle of one of several cases, and why.
    """

    id = fields.UUID(required=True)
    kind = fields.String(required=True, metadata={"enum": [*SCHEMAS, "drafts-taken"]})
    recorded_by = fields.String(required=True)
    recorded_at = moment()
    content = fields.Dict(required=True)
