"""What each event carries. Data are JSON values; times are RFC 3339 strings, dates ISO 8601, ids as given out.

Data are sealed on the wire, so a contract may carry names where the consumer's work needs them (the identifiers that
must not appear in a published report).
"""

from marshmallow import RAISE, Schema, fields


class Contract(Schema):
    class Meta:
        unknown = RAISE


Id = fields.UUID
Time = fields.AwareDateTime


class Identifier(Contract):
    """One thing that identifies a child, a family, a worker or a setting.

    `kind` is name, date-of-birth, expected-date-of-delivery, date-of-death, incident-date, nhs-number, case-number,
    postcode, address, setting, professional, email, phone, or review-team: who conducts the review, or signed it.
    """

    kind = fields.String(required=True)
    value = fields.String(required=True)


class PersonConcerned(Contract):
    """One person as agencies find them in their records; `role` is `child`, or what they are to the children.

    `address` is its lines. What is not known is null, or an empty list.
    """

    role = fields.String(required=True)
    given_name = fields.String(required=True, allow_none=True)
    family_name = fields.String(required=True, allow_none=True)
    also_known_as = fields.List(fields.String(), required=True)
    date_of_birth = fields.Date(required=True, allow_none=True)
    expected_date_of_delivery = fields.Date(required=True, allow_none=True)
    nhs_number = fields.String(required=True, allow_none=True)
    address = fields.List(fields.String(), required=True)
    postcode = fields.String(required=True, allow_none=True)


class File(Contract):
    """A file in the store: `key` finds it, `sha256` is of its bytes."""

    key = fields.String(required=True)
    filename = fields.String(required=True)
    sha256 = fields.String(required=True)


class IncidentReferred(Contract):
    incident_id = Id(required=True)
    reference = fields.String(required=True)
    agency_id = fields.String(required=True)
    submitted_at = Time(required=True)


class IncidentCorrected(Contract):
    """What the referrals of a notified incident say after one was corrected or joined to it, whatever became of it since.

    `agencies` are those that referred the incident or know a child of it. `people` are those whom the identifiers are of.
    """

    incident_id = Id(required=True)
    reference = fields.String(required=True)
    occurred_on = fields.Date(required=True)
    rapid_review_required = fields.Boolean(required=True)
    agencies = fields.List(fields.String(), required=True)
    children = fields.Integer(required=True)
    identifiers = fields.List(fields.Nested(Identifier), required=True)
    people = fields.List(fields.Nested(PersonConcerned), required=True)


class IncidentNotified(IncidentCorrected):
    """What the referrals said when the incident was notified. `sent_at` starts the rapid review's clock.

    An event from before people were told apart has none.
    """

    sent_at = Time(required=True)
    kinds = fields.List(fields.String(), required=True)
    people = fields.List(fields.Nested(PersonConcerned))


class IncidentWithdrawn(Contract):
    incident_id = Id(required=True)
    reference = fields.String(required=True)
    reasons = fields.String(required=True)
    withdrawn_at = Time(required=True)


class DutyEvent(Contract):
    duty_id = Id(required=True)
    rule = fields.String(required=True)
    recipient = fields.String(required=True)
    incident_id = Id(required=True, allow_none=True)
    concerns = fields.String(required=True)
    due_at = Time(required=True)


class DutyDischarged(DutyEvent):
    discharged_at = Time(required=True)
    sent_at = Time(required=True, allow_none=True)
    reference = fields.String(required=True, allow_none=True)


class DutyOverdue(DutyEvent):
    pass


class AgencyKey(Contract):
    id = Id(required=True)
    hash = fields.String(required=True)
    issued_at = Time(required=True)
    revoked_at = Time(required=True, allow_none=True)


class DirectoryPerson(Contract):
    """One person as they now stand. `ended_sign_ins` are those of the last day;"""

    id = Id(required=True)
    name = fields.String(required=True)
    email = fields.String(required=True)
    roles = fields.List(fields.String(), required=True)
    ended_at = Time(required=True, allow_none=True)
    signed_out_before = Time(required=True)
    version = fields.Integer(required=True)
    ended_sign_ins = fields.List(Id(), required=True)


class DirectoryChanged(Contract):
    """One agency as it now stands, with all its keys; `version` grows, and an older one is ignored.

    `people` are those of the agency whom this change concerns, which need not be all.
    """

    id = fields.String(required=True)
    name = fields.String(required=True)
    kind = fields.String(required=True)
    is_partner = fields.Boolean(required=True)
    emails = fields.List(fields.String(), required=True)
    ended_at = Time(required=True, allow_none=True)
    version = fields.Integer(required=True)
    keys = fields.List(fields.Nested(AgencyKey), required=True)
    people = fields.List(fields.Nested(DirectoryPerson), load_default=list)


class NeedToKnowChanged(Contract):
    """A person is kept from an incident, or no longer (`lifted_at`). The reasons stay with notify."""

    bar_id = Id(required=True)
    incident_id = Id(required=True)
    person_id = Id(required=True)
    barred_at = Time(required=True)
    lifted_at = Time(required=True, allow_none=True)


class CaseTeamChanged(Contract):
    """Who is on a case's team now, of the partners' people; with nobody on it every partner's approver sees the case."""

    incident_id = Id(required=True)
    people = fields.List(Id(), required=True)


class RecipientChanged(Contract):
    """The office changed how a recipient of publishing is told, by `channel` at `address`; the latest `changed_at` holds."""

    change_id = Id(required=True)
    recipient = fields.String(required=True)
    channel = fields.String(required=True)
    address = fields.String(required=True)
    changed_at = Time(required=True)


class CaseOpenedInEmergency(Contract):
    """Somebody let themselves into a review for a time; the reasons stay with review."""

    access_id = Id(required=True)
    case_id = Id(required=True)
    reference = fields.String(required=True)
    opened_at = Time(required=True)


class InformationAwaited(Contract):
    request_id = Id(required=True)
    case_id = Id(required=True)
    incident_id = Id(required=True)
    agency_id = fields.String(required=True)
    reference = fields.String(required=True)
    due_at = Time(required=True)


class InformationRequested(InformationAwaited):
    """`anew`: the agency was asked before, and now has somebody new to search for."""

    anew = fields.Boolean(load_default=False)


class InformationOverdue(InformationAwaited):
    """`times` is how often this return has been chased, this time included; `escalated`: the agency's leads hear of it too.

    An event from before that was said has no `escalated`: the partnership's file says from which time on they do.
    """

    times = fields.Integer(load_default=1)
    escalated = fields.Boolean()


class MeetingPlanned(Contract):
    """One agency is invited to a rapid review's meeting; where it is and what is talked about stays with review."""

    meeting_id = Id(required=True)
    case_id = Id(required=True)
    incident_id = Id(required=True)
    agency_id = fields.String(required=True)
    reference = fields.String(required=True)
    held_at = Time(required=True)


class RapidReviewCompleted(Contract):
    """`report` is the rapid review as the Panel is to read it, made from the record."""

    case_id = Id(required=True)
    incident_id = Id(required=True)
    reference = fields.String(required=True)
    outcome = fields.String(required=True)
    completed_at = Time(required=True)
    report = fields.Dict(required=True)


class PracticeReviewEvent(Contract):
    practice_review_id = Id(required=True)
    case_id = Id(required=True)
    incident_id = Id(required=True)
    reference = fields.String(required=True)


class PracticeReviewCommissioned(PracticeReviewEvent):
    """`rule` is the rule by whose clock the review runs."""

    rule = fields.String(load_default="lcspr")
    pseudonym = fields.String(required=True)
    decided_at = Time(required=True)


class PracticeReviewDelayed(PracticeReviewEvent):
    reasons = fields.String(required=True)
    expected_on = fields.Date(required=True)
    delayed_at = Time(required=True)


class PracticeReviewEnded(PracticeReviewEvent):
    """The partners ended it without a report, for these `reasons`."""

    reasons = fields.String(required=True)
    ended_at = Time(required=True)


class HoldPlaced(PracticeReviewEvent):
    hold_id = Id(required=True)
    reason = fields.String(required=True)
    next_check_on = fields.Date(required=True)
    placed_at = Time(required=True)


class HoldLifted(PracticeReviewEvent):
    hold_id = Id(required=True)
    lifted_at = Time(required=True)


class IncidentReviewed(Contract):
    """An incident that a review is about, and its day, about whose anniversary nothing should come out."""

    incident_id = Id(required=True)
    occurred_on = fields.Date(required=True)


class ReportSignedOff(PracticeReviewEvent):
    """`kind` is the review's type (LCSPR, thematic); `identifiers` must not appear in what is published.

    `incidents` are all that the review is about, `taken_out` those that it was about before: who is kept from one of
    them is kept from what is published of it.
    An event from before that was said has `occurred_on`, the day of its one incident, instead.
    """

    pseudonym = fields.String(required=True)
    kind = fields.String(required=True)
    title = fields.String(required=True)
    report = fields.Nested(File, required=True)
    signed_at = Time(required=True)
    identifiers = fields.List(fields.Nested(Identifier), required=True)
    incidents = fields.List(fields.Nested(IncidentReviewed))
    taken_out = fields.List(Id(), load_default=list)
    occurred_on = fields.Date()


class IdentifiersLearnt(Contract):
    """What else must not appear in what is published of a review that was signed off."""

    practice_review_id = Id(required=True)
    identifiers = fields.List(fields.Nested(Identifier), required=True)


class ReminderDue(Contract):
    """Something in a review waits. `kind` says what; `agency_id` is who is to act, null for the partnership office.

    `page` is the path where it is done, `times` how often it has been reminded of for this day.
    """

    kind = fields.String(required=True)
    concerns = fields.String(required=True)
    reference = fields.String(required=True)
    agency_id = fields.String(required=True, allow_none=True)
    page = fields.String(required=True)
    times = fields.Integer(required=True)


class PublicationEvent(Contract):
    publication_id = Id(required=True)
    practice_review_id = Id(required=True)
    incident_id = Id(required=True)
    reference = fields.String(required=True)


class RouteDecided(PublicationEvent):
    """`former_route` is the one decided on before, if any."""

    route = fields.String(required=True)
    former_route = fields.String(load_default=None, allow_none=True)
    reasons = fields.String(required=True)
    decided_at = Time(required=True)


class PublicationScheduled(PublicationEvent):
    """`copies` go to the Panel, the Secretary of State and Ofsted before `publish_at`."""

    title = fields.String(required=True)
    publish_at = Time(required=True)
    copies = fields.List(fields.Nested(File), required=True)


class PublicationLive(PublicationEvent):
    route = fields.String(required=True)
    live_at = Time(required=True)
    url = fields.String(required=True, allow_none=True)


class PublicationDeposited(PublicationEvent):
    nspcc_reference = fields.String(required=True)
    deposited_at = Time(required=True)


class PublicationCorrected(PublicationEvent):
    """Documents that are out were replaced: the copies that went out before are not to be used any more."""

    corrected_at = Time(required=True)


class PublicationWithdrawn(PublicationEvent):
    reasons = fields.String(required=True)
    withdrawn_at = Time(required=True)
