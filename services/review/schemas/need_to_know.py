"""Who may see a case and who read it, and its team."""

from marshmallow import Schema, fields

from services.review.schemas.common import moment


class Seer(Schema):
    """Somebody who sees a case or part of it now: what of it, and why."""

    name = fields.String(required=True)
    agency = fields.String(required=True)
    why = fields.String(required=True)


class KeptFrom(Schema):
    """Somebody who is kept from the incident, and so from its reviews. Notify keeps the reasons."""

    person_id = fields.UUID(required=True)
    name = fields.String(required=True)
    agency = fields.String(required=True)
    barred_at = moment()


class TeamMember(Schema):
    id = fields.UUID(required=True)
    person_id = fields.UUID(required=True)
    name = fields.String(required=True)
    agency = fields.String(required=True)
    added_at = moment()


class Candidate(Schema):
    """Somebody who may be named, by their name and agency."""

    person_id = fields.UUID(required=True)
    name = fields.String(required=True)


class Reader(Schema):
    """One reading, to the minute; `agency` is null for what the system itself did."""

    at = moment()
    who = fields.String(required=True)
    agency = fields.String(required=True, allow_none=True)


class AccessView(Schema):
    """Who sees a case. An empty `team` narrows nothing; `may_join` are the partners' approvers who are not on it."""

    case_id = fields.UUID(required=True)
    seen_by = fields.List(fields.Nested(Seer), required=True)
    kept_from = fields.List(fields.Nested(KeptFrom), required=True)
    team = fields.List(fields.Nested(TeamMember), required=True)
    may_join = fields.List(fields.Nested(Candidate), required=True)
    readers = fields.List(fields.Nested(Reader), required=True)


class TeamBody(Schema):
    person_id = fields.UUID(required=True)


class TeamView(Schema):
    """The people on a case's team now."""

    items = fields.List(fields.Nested(TeamMember), required=True)
