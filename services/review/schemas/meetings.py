"""The rapid review's meetings: the agenda, one that is planned, and what was said at one that was held."""

from marshmallow import Schema, fields

from services.review.schemas.common import AgencyName, moment
from services.review.schemas.sharing import WHAT
from shared.web.fields import Choice, Line, Moment, Several, Text
from shared.web.paging import PageQuery


class AgendaItem(Schema):
    heading = fields.String(required=True)
    points = fields.List(fields.String(), required=True)


class AgendaView(Schema):
    """The agenda as the record gives it now, in the order of a meeting."""

    case_id = fields.UUID(required=True)
    items = fields.List(fields.Nested(AgendaItem), required=True)


class MeetingPlan(Schema):
    """When and where, who comes besides the three partners, and what of agencies' returns is shared with them as papers."""

    held_at = Moment(required=True)
    place = Line(400, required=True)
    agencies = Several(Line(80), most=60, load_default=list)
    papers = Several(Choice(*WHAT), most=2, load_default=list)


class PlannedMeetingSummary(Schema):
    """A meeting to come; `ended_at` is when it was called off or replaced."""

    id = fields.UUID(required=True)
    case_id = fields.UUID(required=True)
    reference = fields.String(required=True)
    held_at = moment()
    place = fields.String(required=True)
    agencies = fields.List(fields.Nested(AgencyName), required=True)
    planned_at = moment()
    ended_at = moment(allow_none=True)


class PlannedMeetingView(PlannedMeetingSummary):
    """With the agenda as the invited were sent it. Its papers are the shared material of the case."""

    agenda = fields.List(fields.Nested(AgendaItem), required=True)


class PlannedMeetingList(Schema):
    items = fields.List(fields.Nested(PlannedMeetingSummary), required=True)
    next = fields.String(required=True, allow_none=True)


class PlannedMeetingQuery(PageQuery):
    case_id = fields.UUID()


class MeetingBody(Schema):
    """A meeting that was held. `attendance` gives by the agency's id who came for it: name and role."""

    held_at = Moment(required=True)
    attendance = fields.Dict(keys=Line(80), values=Line(400), required=True)
    minutes = Text(required=True)
    apologies = Line(400)
    scrutineer_comment = Text()


class AttendanceView(Schema):
    agency = fields.Nested(AgencyName, required=True)
    who = fields.String(required=True)


class MeetingView(Schema):
    """A meeting that was held; with an absent partner it is not one at which people may decide by pages."""

    id = fields.UUID(required=True)
    held_at = moment()
    attendance = fields.List(fields.Nested(AttendanceView), required=True)
    absent_partners = fields.List(fields.Nested(AgencyName), required=True)
    minutes = fields.String(required=True)
    apologies = fields.String(required=True, allow_none=True)
    scrutineer_comment = fields.String(required=True, allow_none=True)
    recorded_by = fields.Nested(AgencyName, required=True)
    recorded_at = moment()


class MeetingList(Schema):
    items = fields.List(fields.Nested(MeetingView), required=True)
