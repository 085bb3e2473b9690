"""Material of agencies that the office shares with others."""

from marshmallow import Schema, fields

from services.review.schemas.common import AgencyName, moment
from shared.web.fields import Choice, Line, Several, YesNo
from shared.web.paging import PageQuery

WHAT = ("return", "chronology")


class ShareBody(Schema):
    """Whose newest returns (`owners`), what of them, and with whom: agencies that were asked, the reviewer, or both."""

    owners = Several(Line(80), most=60, required=True)
    what = Several(Choice(*WHAT), most=2, required=True)
    with_agencies = Several(Line(80), most=60, load_default=list)
    with_reviewer = YesNo(load_default=False)


class SharedSummary(Schema):
    """One thing that is shared, as it was when it was: `agency` is whose it is, `number` the version of its return."""

    id = fields.UUID(required=True)
    case_id = fields.UUID(required=True)
    reference = fields.String(required=True)
    agency = fields.Nested(AgencyName, required=True)
    what = fields.String(required=True, metadata={"enum": [*WHAT]})
    number = fields.Integer(required=True)
    with_agencies = fields.List(fields.Nested(AgencyName), required=True)
    with_reviewer = fields.Boolean(required=True)
    shared_at = moment()
    ended_at = moment(allow_none=True)


class SharedView(SharedSummary):
    content = fields.Dict(keys=fields.String(), required=True)
    chronology = fields.List(fields.Dict(keys=fields.String()), required=True)


class SharedList(Schema):
    items = fields.List(fields.Nested(SharedSummary), required=True)
    next = fields.String(required=True, allow_none=True)


class SharedNow(Schema):
    items = fields.List(fields.Nested(SharedSummary), required=True)


class SharedQuery(PageQuery):
    case_id = fields.UUID()
