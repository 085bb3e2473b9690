"""An agency's return: draft, nil return, or the full account that the rapid review needs."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from services.review.partial_dates import NotADate, span_of
from services.review.schemas.common import AgencyName, Person, moment
from shared import clock
from shared.web.fields import SEND_IT, Choice, Day, Line, Several, Text, YesNo, says
from shared.web.paging import PageQuery

MOST_ENTRIES = 2000
NEEDED_TO_SUBMIT = (
    "period",
    "involvement_summary",
    "chronology",
    "key_practice_episodes",
    "child_seen_and_heard",
    "inequalities_considered",
    "what_went_well",
    "what_should_have_been_different",
    "immediate_changes",
    "recommendations",
    "prepared_by",
    "signed_off_by",
)
OF_INVOLVEMENT = NEEDED_TO_SUBMIT[:-2]


class PartialDate(Line):
    """A date as exact as it is known: a year, a month, a day, or a moment with its offset."""

    default_error_messages = says(
        invalid_date="Give the date as exactly as it is known: 2025, 2025-03, 2025-03-14 or 2025-03-14T09:30:00+00:00.",
        future="This lies in the future; give when it was.",
    )

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        try:
            span = span_of(text)
        except NotADate:
            raise self.make_error("invalid_date") from None
        if span.earliest > clock.now():
            raise self.make_error("future")
        return text


class ReturnPeriod(Schema):
    """The time that the return covers."""

    from_ = Day(required=True, data_key="from", attribute="from")
    to = Day(required=True)

    @validates_schema
    def in_order(self, body: dict[str, Any], **_: Any) -> None:
        if body["to"] < body["from"]:
            raise ValidationError({"to": ["Give a day that is not before the first day of the period."]})


class ChronologyEntry(Schema):
    """One thing that happened. `from` may be absent only where the date is not known at all."""

    from_ = PartialDate(40, data_key="from", attribute="from", load_default=None, allow_none=True)
    to = PartialDate(40, load_default=None, allow_none=True)
    as_written = Line(100)
    certainty = Choice("known", "estimated", "unknown", required=True)
    description = Text(5000, required=True)
    source = Line(400, required=True)
    child_seen = YesNo(load_default=None, allow_none=True)
    child_heard = YesNo(load_default=None, allow_none=True)
    persons = Several(Line(), most=20, load_default=list)

    @validates_schema
    def dates_fit(self, body: dict[str, Any], **_: Any) -> None:
        start, end = body["from"], body["to"]
        if start is None and body["certainty"] != "unknown":
            raise ValidationError({"from": ["Give the date as far as it is known, or say that certainty is unknown."]})
        if end is not None and (start is None or span_of(end).latest < span_of(start).earliest):
            raise ValidationError({"to": ["Give an end that is not before the beginning, and a beginning with it."]})


class KeyPracticeEpisode(Schema):
    """A point at which practice mattered, and what is thought of it."""

    what_happened = Text(required=True)
    analysis = Text(required=True)


class Difference(Schema):
    """What should have been different, and why it was not."""

    what = Text(5000, required=True)
    why = Text(5000, required=True)


class AgencyReturnBody(Schema):
    """Saved as a draft until `submitted` is true. `{"involved": false}` by itself is a nil return, and submitted."""

    submitted = YesNo()
    involved = YesNo(required=True)
    records_searched = Text(2000)
    period = fields.Nested(ReturnPeriod)
    involvement_summary = Text()
    chronology = Several(fields.Nested(ChronologyEntry), most=MOST_ENTRIES)
    key_practice_episodes = Several(fields.Nested(KeyPracticeEpisode))
    child_seen_and_heard = Text()
    inequalities_considered = Text()
    what_went_well = Text()
    what_should_have_been_different = Several(fields.Nested(Difference))
    immediate_changes = Text()
    recommendations = Several(Text(5000))
    prepared_by = fields.Nested(Person)
    signed_off_by = fields.Nested(Person)

    @validates_schema(skip_on_field_errors=True)
    def whole_when_submitted(self, body: dict[str, Any], **_: Any) -> None:
        body.setdefault("submitted", not body["involved"])
        faults = _faults_of_a_nil_return(body) if not body["involved"] else _faults_of_a_full_return(body)
        if _same_person(body):
            faults["signed_off_by"] = {"name": ["Have it signed off by somebody other than the one who prepared it."]}
        if faults:
            raise ValidationError(faults)


def _faults_of_a_nil_return(body: dict[str, Any]) -> dict[str, Any]:
    given = [name for name in OF_INVOLVEMENT if name in body]
    return {name: ["Leave this out of a nil return, or say that the agency was involved."] for name in given}


def _faults_of_a_full_return(body: dict[str, Any]) -> dict[str, Any]:
    if not body["submitted"]:
        return {}
    faults: dict[str, Any] = {name: [SEND_IT] for name in NEEDED_TO_SUBMIT if name not in body}
    if body.get("chronology") == []:
        faults["chronology"] = ["Give at least one entry, or make it a nil return."]
    return faults


def _same_person(body: dict[str, Any]) -> bool:
    if not body["submitted"] or "prepared_by" not in body or "signed_off_by" not in body:
        return False
    one, other = (" ".join(body[who]["name"].casefold().split()) for who in ("prepared_by", "signed_off_by"))
    return one == other


class ReturnVersionView(Schema):
    """One version of a return; `content` is in the agency's own words, as it was sent."""

    number = fields.Integer(required=True)
    status = fields.String(required=True, metadata={"enum": ["draft", "submitted"]})
    involved = fields.Boolean(required=True)
    saved_at = moment()
    submitted_at = moment(allow_none=True)
    late = fields.Boolean(required=True)


class ReturnView(ReturnVersionView):
    content = fields.Dict(keys=fields.String(), required=True)
    chronology = fields.List(fields.Dict(keys=fields.String()), required=True)


class InformationRequestSummary(Schema):
    """A request as it stands. `overdue`: no return was submitted by `due_at`; `late`: one came after it.

    `chased` is how often the agency was told that it is overdue; `search_changed_at` is when there was somebody new to
    search for: an agency that had answered by then is asked anew, and its earlier versions stay.
    """

    id = fields.UUID(required=True)
    case_id = fields.UUID(required=True)
    reference = fields.String(required=True)
    agency = fields.Nested(AgencyName, required=True)
    status = fields.String(required=True, metadata={"enum": ["requested", "draft", "returned", "cancelled"]})
    requested_at = moment()
    due_at = moment()
    overdue = fields.Boolean(required=True)
    late = fields.Boolean(required=True)
    returned_at = moment(allow_none=True)
    chased = fields.Integer(required=True)
    search_changed_at = moment(allow_none=True)
    versions = fields.List(fields.Nested(ReturnVersionView), required=True)


class Searched(Schema):
    """By what somebody is found in an agency's records: a name, a date of birth, an NHS number, an address."""

    kind = fields.String(required=True)
    value = fields.String(required=True)


class PersonSearched(Schema):
    """One person to search for; `role` is `child`, or what they are to the children. `address` is its lines."""

    role = fields.String(required=True)
    given_name = fields.String(required=True, allow_none=True)
    family_name = fields.String(required=True, allow_none=True)
    also_known_as = fields.List(fields.String(), required=True)
    date_of_birth = fields.String(required=True, allow_none=True, metadata={"format": "date"})
    expected_date_of_delivery = fields.String(required=True, allow_none=True, metadata={"format": "date"})
    nhs_number = fields.String(required=True, allow_none=True)
    address = fields.List(fields.String(), required=True)
    postcode = fields.String(required=True, allow_none=True)


class InformationRequestView(InformationRequestSummary):
    """`concerns` is all that may be searched by; `people` tells it apart, and is empty for what was notified before."""

    concerns = fields.List(fields.Nested(Searched), required=True)
    people = fields.List(fields.Nested(PersonSearched), required=True)
    return_ = fields.Nested(ReturnView, required=True, allow_none=True, data_key="return")


class VersionList(Schema):
    """The versions of a return that were sent, the newest last."""

    items = fields.List(fields.Nested(ReturnView), required=True)


class ExtensionBody(Schema):
    """More time for a return: until the end of a day."""

    due_on = Day(required=True)
    reasons = Text(required=True)


class InformationRequestList(Schema):
    items = fields.List(fields.Nested(InformationRequestSummary), required=True)
    next = fields.String(required=True, allow_none=True)


class InformationRequestQuery(PageQuery):
    case_id = fields.UUID()
    status = Choice("requested", "draft", "returned", "cancelled")


class FurtherAgencies(Schema):
    """Agencies to ask as well, by their ids."""

    agencies = Several(Line(80), most=60, required=True)


class AskedAgencies(Schema):
    """The requests made now; an agency that was asked before is not asked twice."""

    items = fields.List(fields.Nested(InformationRequestSummary), required=True)


class ChronologyQuery(Schema):
    """The whole chronology at once by default, or pages of `limit` entries."""

    cursor = fields.String(load_default=None, validate=validate.Length(max=400))
    limit = fields.Integer(load_default=None, validate=validate.Range(1, 5000))


class MergedEntry(Schema):
    """One entry with whom it is from. `precision` says how exact `from` is; nothing is made more exact than it was."""

    from_ = fields.String(required=True, allow_none=True, data_key="from", attribute="from")
    to = fields.String(required=True, allow_none=True)
    as_written = fields.String(metadata={"description": "The words of a date that is not exact, as they were given."})
    certainty = fields.String(required=True)
    precision = fields.String(required=True, metadata={"enum": ["moment", "day", "month", "year", "unknown"]})
    description = fields.String(required=True)
    source = fields.String(required=True)
    child_seen = fields.Boolean(required=True, allow_none=True)
    child_heard = fields.Boolean(required=True, allow_none=True)
    persons = fields.List(fields.String(), required=True)
    agency = fields.Nested(AgencyName, required=True)
    information_request_id = fields.UUID(required=True)
    late = fields.Boolean(required=True)
    key = fields.String(
        required=True, metadata={"description": "By what marks find the entry, as long as it is unchanged."}
    )


class Chronology(Schema):
    items = fields.List(fields.Nested(MergedEntry), required=True)
    next = fields.String(required=True, allow_none=True)
