"""What the JSON interface takes and gives."""

from marshmallow import Schema, fields, validate

from services.publish.documents import UPLOADED_KINDS
from services.publish.own_items import NAMES as OWN_ITEMS
from services.publish.own_items import PERIOD
from services.publish.publication_route import ROUTES
from services.publish.wording import AGE_BANDS, AGENCY_KINDS, WARNINGS
from shared.web.fields import Choice, Code, Day, Line, Moment, Several, Text
from shared.web.paging import PageQuery


class Agreement(Schema):
    """One safeguarding partner's agreement."""

    agency_id = Code(required=True)
    name = Line(required=True)
    role = Line(required=True)
    agreed_at = Moment()


class NspccAgreement(Schema):
    agreed_by = Line(required=True)
    agreed_at = Moment(required=True)
    note = Text(5_000, load_default=None, allow_none=True)


class RouteDecisionIn(Schema):
    """How a report is published, or not. `local_improvements` is the text of a page about improvements."""

    route = Choice(*ROUTES, required=True)
    publish = Several(Choice(*UPLOADED_KINDS), load_default=None, allow_none=True)
    reasons = Text(required=True)
    agreed_by = fields.List(fields.Nested(Agreement), required=True)
    nspcc_agreement = fields.Nested(NspccAgreement, load_default=None, allow_none=True)
    local_improvements = Text(load_default=None, allow_none=True)


class PageIn(Schema):
    """The words of the public page and of the NSPCC's record."""

    title = Line(300)
    summary = Text(5_000, allow_none=True)
    themes = Several(Code(), 20)
    warnings = Several(Choice(*WARNINGS), 20)
    agency_kinds = Several(Choice(*AGENCY_KINDS), 20)
    age_bands = Several(Choice(*AGE_BANDS), 20)
    recommendations = Text(20_000, allow_none=True)
    keywords = Several(Line(100), 40)


class OwnItemIn(Schema):
    """Something that the partnership publishes and that belongs to no review; `period` as 2026, 2025 to 2026, autumn 2026."""

    kind = Choice(*OWN_ITEMS, required=True)
    title = Line(300, required=True)
    period = Line(
        40,
        required=True,
        validate=validate.Regexp(f"^{PERIOD}$", error="Write a year, or 2025 to 2026, or autumn 2026."),
    )


class UploadIn(Schema):
    kind = Choice(*UPLOADED_KINDS, load_default="full-report")
    uploaded_by = Line(load_default=None)


class FindingQuery(PageQuery):
    open = fields.Boolean(load_default=False)


class ResolutionIn(Schema):
    """`removed`: a newer version is without it. `accepted`: a second person (`by`) says why it may stay."""

    resolution = Choice("removed", "accepted", required=True)
    reason = Text(5_000, required=True)
    by = Line(required=True)


class StepIn(Schema):
    done_by = Line(required=True)
    note = Text(5_000, load_default=None, allow_none=True)


class ScheduleIn(Schema):
    """`avoided_week_reasons` says why it must be in a week that `weeks_to_avoid` names."""

    publish_at = Moment(required=True)
    avoided_week_reasons = Text(5_000, load_default=None, allow_none=True)


class EarlyReaderIn(Schema):
    name = Line(required=True)
    role = Line(required=True)
    embargo_agreed_on = Day(load_default=None, allow_none=True)


class EmbargoIn(Schema):
    """`agreed` on a day, in writing; or `removed`: they no longer have it."""

    what = Choice("agreed", "removed", required=True)
    agreed_on = Day(load_default=None, allow_none=True)


class EarlyReaderView(Schema):
    id = fields.UUID()
    name = fields.String()
    role = fields.String()
    embargo_agreed_on = fields.Date(allow_none=True)


class OrderIn(Schema):
    reasons = Text(required=True)
    ordered_by = Line(required=True)


class NspccReceiptIn(Schema):
    """`our_reference` stands in the subject of what was sent; without it, the latest deposit is acknowledged."""

    reference = Line(required=True)
    received_at = Moment(required=True)
    our_reference = Line(load_default=None, allow_none=True)


class RetentionIn(Schema):
    """`keep` needs `until`; `archive` leaves the entry with its documents on request."""

    decision = Choice("keep", "archive", required=True)
    reasons = Text(5_000, required=True)
    until = Day(load_default=None, allow_none=True)


class RouteDecisionView(Schema):
    id = fields.UUID()
    route = fields.String()
    publish = fields.List(fields.String())
    reasons = fields.String()
    agreed_by = fields.List(fields.Nested(Agreement))
    nspcc_agreement = fields.Nested(NspccAgreement, allow_none=True)
    decided_at = fields.AwareDateTime()
    recorded_by = fields.String()


class FindingView(Schema):
    """`place` is text, alternative-text, bookmark, link, structure, metadata, file-name, or how a text is hidden; `times`
    is how often it stands there, for a picture on how many pages; `value` is as it is written there first; `why` is the
    reason why it is asked about. `has_picture`: its picture can be fetched, as a small JPEG.
    """

    id = fields.UUID()
    document_id = fields.UUID()
    kind = fields.String()
    why = fields.String()
    place = fields.String()
    page = fields.Integer(allow_none=True)
    times = fields.Integer()
    value = fields.String()
    context = fields.String()
    has_picture = fields.Boolean()
    resolution = fields.String(allow_none=True)
    reason = fields.String(allow_none=True)
    by = fields.String(allow_none=True)
    resolved_at = fields.AwareDateTime(allow_none=True)


class DocumentView(Schema):
    """`status`: received (it is being examined), checked, refused. `sha256` is of the checked bytes, which alone may go
    live; `content_type` is theirs, `came_as` is of what was uploaded. `accessibility` says what is missing for PDF/UA-1.
    `refusal` beside checked: it is out, and could not be checked again.
    """

    id = fields.UUID()
    kind = fields.String()
    version = fields.Integer()
    current = fields.Boolean()
    content_type = fields.String()
    uploaded_by = fields.String()
    uploaded_at = fields.AwareDateTime()
    status = fields.String()
    refusal = fields.String(allow_none=True)
    removed = fields.List(fields.String())
    pages = fields.Integer(allow_none=True)
    came_as = fields.String(allow_none=True)
    accessibility = fields.List(fields.String())
    sha256 = fields.String(allow_none=True)
    open_findings = fields.Integer()


class StepView(Schema):
    """`due_on` is the day by which a step that has one is to be done, once the time of going live is set
    and the bank holidays up to it are known.
    """

    id = fields.String()
    sentence = fields.String()
    owner = fields.String()
    required = fields.Boolean()
    when = fields.String()
    working_days = fields.Integer(allow_none=True)
    due_on = fields.Date(allow_none=True)
    overdue = fields.Boolean()
    done_by = fields.String(allow_none=True)
    done_at = fields.AwareDateTime(allow_none=True)
    note = fields.String(allow_none=True)


class HoldView(Schema):
    id = fields.UUID()
    reason = fields.String()
    next_check_on = fields.Date()
    placed_at = fields.AwareDateTime()


class TellingView(Schema):
    rule = fields.String()
    recipient = fields.String()
    sent_at = fields.AwareDateTime(allow_none=True)
    discharged_at = fields.AwareDateTime(allow_none=True)
    overdue_at = fields.AwareDateTime(allow_none=True)


class SearchedView(Schema):
    what = fields.String()
    size = fields.Integer()


class ProofView(Schema):
    """What was searched for in all that left, and what of it was found; `accepted` are findings a second person let stand."""

    made_at = fields.AwareDateTime()
    words = fields.List(fields.String())
    people = fields.Integer()
    searched = fields.List(fields.Nested(SearchedView))
    found = fields.List(fields.String())
    accepted = fields.List(fields.String())


class DepositView(Schema):
    """`kept_until` is the last day on which the NSPCC has the file itself; after it, its record only.

    `taken_back_at` is when it was asked to hold it back; nothing about it is awaited from then on.
    """

    number = fields.Integer()
    anonymous = fields.Boolean()
    created_at = fields.AwareDateTime()
    sent_at = fields.AwareDateTime(allow_none=True)
    fault = fields.String(allow_none=True)
    reminded_at = fields.AwareDateTime(allow_none=True)
    chased = fields.Integer()
    our_reference = fields.String(allow_none=True)
    proof = fields.Nested(ProofView, allow_none=True)
    kept_until = fields.Date(allow_none=True)
    reference = fields.String(allow_none=True)
    received_at = fields.AwareDateTime(allow_none=True)
    taken_back_at = fields.AwareDateTime(allow_none=True)


class OrderView(Schema):
    what = fields.String()
    reasons = fields.String()
    ordered_by = fields.String()
    ordered_at = fields.AwareDateTime()
    replaced = fields.List(fields.String())


class PastWithdrawalView(Schema):
    slug = fields.String()
    reasons = fields.String()
    ordered_by = fields.String()
    ordered_at = fields.AwareDateTime()


class RetentionView(Schema):
    asked_at = fields.AwareDateTime()
    decision = fields.String(allow_none=True)
    reasons = fields.String(allow_none=True)
    until = fields.Date(allow_none=True)
    decided_at = fields.AwareDateTime(allow_none=True)


class PublicationSummary(Schema):
    """`status`: draft, route-decided, withheld, scheduled, held, live, archived, withdrawn."""

    id = fields.UUID()
    practice_review_id = fields.UUID(allow_none=True)
    reference = fields.String()
    pseudonym = fields.String()
    kind = fields.String()
    status = fields.String()
    route = fields.String(allow_none=True)
    publish_at = fields.AwareDateTime(allow_none=True)
    live_at = fields.AwareDateTime(allow_none=True)
    url = fields.String(allow_none=True)
    needs_decision = fields.Boolean()
    look_now = fields.Boolean()  # what is live may name somebody by what is known now, or could not be checked again


class PublicationView(PublicationSummary):
    """`missing` is what the gate asks for before it may be scheduled or go live; `held_because` why it did not."""

    title = fields.String()
    summary = fields.String(allow_none=True)
    themes = fields.List(fields.String())
    warnings = fields.List(fields.String())
    agency_kinds = fields.List(fields.String())
    age_bands = fields.List(fields.String())
    recommendations = fields.String(allow_none=True)
    keywords = fields.List(fields.String())
    publish = fields.List(fields.String())
    signed_at = fields.AwareDateTime()
    display_until = fields.Date(allow_none=True)
    held_because = fields.List(fields.String())
    missing = fields.List(fields.String())
    decisions = fields.List(fields.Nested(RouteDecisionView))
    documents = fields.List(fields.Nested(DocumentView))
    protocol = fields.List(fields.Nested(StepView))
    early_readers = fields.List(fields.Nested(EarlyReaderView))
    weeks_to_avoid = fields.List(fields.Date())
    holds = fields.List(fields.Nested(HoldView))
    told = fields.List(fields.Nested(TellingView))
    nspcc = fields.List(fields.Nested(DepositView))
    orders = fields.List(fields.Nested(OrderView))
    retention = fields.List(fields.Nested(RetentionView))


class PublicationList(Schema):
    items = fields.List(fields.Nested(PublicationSummary))
    next = fields.String(allow_none=True)


class DocumentList(Schema):
    items = fields.List(fields.Nested(DocumentView))


class FindingList(Schema):
    items = fields.List(fields.Nested(FindingView))
    next = fields.String(allow_none=True)


class ScheduleView(Schema):
    publication_id = fields.UUID()
    status = fields.String()
    publish_at = fields.AwareDateTime()
    url = fields.String(allow_none=True)


class PublicationQuery(PageQuery):
    status = fields.String(load_default=None)
