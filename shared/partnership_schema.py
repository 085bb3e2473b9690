"""What a partnership's file must hold. Each refusal tells the person who keeps the file what to do."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from shared.rulebook.reader import Override, RulebookWrong, check_override
from shared.web.fields import (
    LOCAL_AUTHORITY_PATTERN,
    Body,
    Choice,
    Code,
    Day,
    Email,
    Line,
    LocalAuthority,
    Phone,
    Several,
    Text,
    Whole,
    YesNo,
)

RECIPIENT = (
    r"panel|secretary-of-state|ofsted|nspcc|partnership-office|(?:safeguarding-partner|agency):[a-z0-9-]+"
    rf"|local-authority:{LOCAL_AUTHORITY_PATTERN[1:-1]}"
)
RECIPIENTS = (
    "panel, secretary-of-state, ofsted, nspcc, partnership-office, safeguarding-partner:<agency>, "
    "local-authority:<ONS code> or agency:<id>"
)
REVIEW_KINDS = ("rapid-review", "lcspr", "thematic", "single-agency", "other")
RECORD_CLASSES = ("agency-returns", "drafts", "working-papers", "evidence", "case-file")
AGENCY_KINDS = (
    "local-authority",
    "police",
    "icb",
    "nhs-provider",
    "school",
    "partnership-office",
    "probation",
    "youth-justice",
    "housing",
    "voluntary",
)


def _several(schema: type[Schema]) -> Any:
    return fields.Nested(schema, many=True, load_default=list)


INFORMATION_REQUEST_BASIS = "Children Act 2004, section 16H (to be confirmed by the partnership)"


NSPCC_SEARCH = "https://library.nspcc.org.uk/HeritageScripts/Hapi.dll/search2?searchTerm0={words}"


class AuthoritySchema(Body):
    ons_code = LocalAuthority(required=True)
    name = Line(required=True)
    agency_id = Code(required=True)


class AgencySchema(Body):
    id = Code(required=True)
    name = Line(required=True)
    kind = Choice(*AGENCY_KINDS, required=True)
    emails = Several(Email(), load_default=list)


class IdentityProviderSchema(Body):
    agency = Code(required=True)
    issuer = Line(
        500,
        required=True,
        validate=validate.Regexp(r"https?://\S+", error="Give the issuer's address, starting with https://."),
    )
    client_id = Line(required=True)
    secret_env = Line(required=True)


class RecipientSchema(Body):
    recipient = Line(required=True, validate=validate.Regexp(f"^(?:{RECIPIENT})$", error=f"Use {RECIPIENTS}."))
    name = Line(required=True)
    channel = Choice("https", "email", "portal", required=True)
    address = Line(500)
    secret_env = Line()
    certificate = Line(500)
    document = Choice("link", "attached", "attached-encrypted")
    receipt = Choice("from-gateway", "recorded-by-person", "not-awaited")

    @validates_schema
    def check(self, values: dict[str, Any], **_: Any) -> None:
        faults = {**_address_faults(values), **_document_faults(values)}
        if faults:
            raise ValidationError(faults)


def _address_faults(values: dict[str, Any]) -> dict[str, list[str]]:
    address, channel = values.get("address", ""), values["channel"]
    faults = {}
    if channel == "https" and not address.startswith(("https://", "http://")):
        faults["address"] = ["Give the gateway's address, starting with https://."]
    if channel == "https" and not values.get("secret_env"):
        faults["secret_env"] = ["Name the environment variable that holds the gateway's signing secret."]
    if channel == "email":
        try:
            Email().deserialize(address)
        except ValidationError as error:
            faults["address"] = [*error.messages]
    return faults


def _document_faults(values: dict[str, Any]) -> dict[str, list[str]]:
    document = values.get("document", "link")
    if document != "link" and values["channel"] != "email":
        return {"document": ["Only an e-mail carries the document attached; leave this out."]}
    if document == "attached-encrypted" and not values.get("certificate"):
        return {"certificate": ["Name the PEM file of the recipient's certificate, to which the document is sealed."]}
    if document == "attached" and values["recipient"] != "nspcc":
        return {"document": ["Only a published report goes unencrypted, to the NSPCC; use link or attached-encrypted."]}
    if document != "attached-encrypted" and values.get("certificate"):
        return {"certificate": ["Leave this out, or set document to attached-encrypted."]}
    return {}


class ProtocolStepSchema(Body):
    id = Code(required=True)
    sentence = Text(500, required=True)
    owner = Code(required=True)
    required = YesNo()
    when = Choice("before", "after")
    working_days = Whole(0, 60, load_default=None)
    reviews_only = YesNo()


class StageStepSchema(Body):
    id = Code(required=True)
    sentence = Text(500, required=True)
    required = YesNo()


class StageSchema(Body):
    id = Code(required=True)
    name = Line(required=True)
    explanation = Text(2000)
    working_days = Whole(0, 1000)
    steps = fields.Nested(StageStepSchema, many=True)


class ReviewPlanSchema(Body):
    """The stages of one kind of review, in order, for those that begin from a day on."""

    kind = Choice(*REVIEW_KINDS, required=True)
    name = Line(required=True)
    in_force_from = Day(required=True)
    explanation = Text(5000)
    stages = fields.Nested(StageSchema, many=True, required=True)

    @validates_schema
    def check(self, values: dict[str, Any], **_: Any) -> None:
        named = [stage["id"] for stage in values["stages"]]
        if twice := sorted({stage for stage in named if named.count(stage) > 1}):
            raise ValidationError({"stages": [f"Keep one stage each for {', '.join(twice)}."]})


class RecordClassSchema(Body):
    """A class of record: which, what it is called here, and for how long it is kept."""

    id = Choice(*RECORD_CLASSES, required=True)
    name = Line(required=True)
    keep_years = Whole(1, 200, required=True)
    authority = Text(500, required=True)


class PastPublicationSchema(Body):
    slug = Code(required=True)
    kind = Choice("lcspr", "cspr", "scr", required=True)
    pseudonym = Line(required=True)
    published_on = Day(required=True)
    documents = Several(Choice("report", "executive-summary", "briefing", "slides"), required=True)


class FrontDoorSchema(Body):
    name = Line(required=True)
    phone = Phone(required=True)
    url = fields.Url(required=True, schemes={"https"}, error_messages={"invalid": "Give an https:// address."})


class BankHolidaysSchema(Body):
    added = Several(Day(), load_default=list)
    removed = Several(Day(), load_default=list)
    last_year = Whole(2028, 2199)


class RuleSchema(Body):
    """A rule of the partnership's own: the id of one in the rulebook, and the fields that differ from a day on."""

    id = Code(required=True)
    in_force_from = Day(required=True)
    in_force_until = Day()
    text = Text(2000)
    authority = Text(500)
    sure = Choice("Q", "P", "K")
    within = fields.Dict(keys=fields.String(), values=fields.Raw())
    runs_from = Code()
    tell = Several(Line())
    value = Whole(0, 1000)

    @validates_schema
    def check(self, values: dict[str, Any], **_: Any) -> None:
        dated = ("id", "in_force_from", "in_force_until")
        changes = tuple((name, value) for name, value in values.items() if name not in dated)
        try:
            check_override(Override(values["id"], values["in_force_from"], changes))
        except RulebookWrong as error:
            raise ValidationError(str(error)) from error


class ReturnTimesSchema(Body):
    """When agencies' returns are due, reminded of and chased."""

    information_request_days = Whole(1, 60, required=True)
    information_remind_days = Whole(1, 30, load_default=None)
    information_chase_days = Whole(1, 60, load_default=None)
    information_escalate_at = Whole(1, 20, load_default=2)


class PartnershipSchema(ReturnTimesSchema):
    name = Line(required=True)
    short_name = Line(20, required=True)
    marking = Line(required=True)
    website = fields.Url(required=True, schemes={"https"}, error_messages={"invalid": "Give an https:// address."})
    authority = fields.Nested(AuthoritySchema, required=True)
    safeguarding_partners = Several(Code(), required=True)
    partnership_office = Code(required=True)
    notification_mode = Choice("automatic-for-authority", "automatic-for-all", "by-decision", required=True)
    rapid_review_first_day = Whole(0, 1, load_default=0)
    duplicate_window_days = Whole(0, 366, required=True)
    reminder_days = Whole(1, 60, load_default=5)
    monitoring_days = Whole(1, 366, load_default=30)
    stale_action_days = Whole(1, 1000, load_default=90)
    impact_check_days = Whole(1, 1000, load_default=180)
    information_request_basis = Line(400, load_default=INFORMATION_REQUEST_BASIS)
    deadline_contacts = Several(Email(), required=True)
    digest_hour = Whole(0, 23, load_default=None)
    front_door = fields.Nested(FrontDoorSchema, required=True)
    recipients = _several(RecipientSchema)
    agencies = _several(AgencySchema)
    identity_providers = _several(IdentityProviderSchema)
    protocol = _several(ProtocolStepSchema)
    reviews = _several(ReviewPlanSchema)
    record_classes = _several(RecordClassSchema)
    past_publications = _several(PastPublicationSchema)
    site_language = Choice("en", "cy", load_default="en")
    nspcc_search = Line(500, load_default=NSPCC_SEARCH)
    identifying_words = Several(Line(), most=1000, load_default=list)
    bank_holidays = fields.Nested(BankHolidaysSchema, load_default=dict)
    rules = _several(RuleSchema)

    @validates_schema(skip_on_field_errors=False)
    def check(self, values: dict[str, Any], **_: Any) -> None:
        faults = {**_partner_faults(values), **_office_faults(values), **_twice_faults(values)}
        if faults:
            raise ValidationError(faults)


def _partner_faults(values: dict[str, Any]) -> dict[str, list[str]]:
    kinds = {agency.get("id"): agency.get("kind") for agency in values.get("agencies", [])}
    partners = values.get("safeguarding_partners", [])
    faults = {}
    if sorted(str(kinds.get(partner)) for partner in partners) != ["icb", "local-authority", "police"]:
        faults["safeguarding_partners"] = [
            "Name exactly three of the agencies below: one local-authority, one icb and one police."
        ]
    if values.get("authority", {}).get("agency_id") not in partners:
        faults["authority"] = ["Let agency_id be the local authority among safeguarding_partners."]
    return faults


def _office_faults(values: dict[str, Any]) -> dict[str, list[str]]:
    offices = [a.get("id") for a in values.get("agencies", []) if a.get("kind") == "partnership-office"]
    faults = {}
    if values.get("partnership_office") not in offices:
        faults["partnership_office"] = ["Name an agency below whose kind is partnership-office."]
    if not values.get("deadline_contacts"):
        faults["deadline_contacts"] = ["Name at least one address that is warned of deadlines."]
    return faults


def _twice_faults(values: dict[str, Any]) -> dict[str, list[str]]:
    identified = {
        "recipients": "recipient",
        "agencies": "id",
        "identity_providers": "agency",
        "protocol": "id",
        "record_classes": "id",
        "past_publications": "slug",
    }
    faults = {}
    for group, key in identified.items():
        names = [str(entry.get(key)) for entry in values.get(group, [])]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            faults[group] = [f"Keep one entry each for {', '.join(twice)}."]
    plans = [f"{plan.get('kind')} from {plan.get('in_force_from')}" for plan in values.get("reviews", [])]
    if twice := sorted({plan for plan in plans if plans.count(plan) > 1}):
        faults["reviews"] = [f"Keep one entry each for {', '.join(twice)}."]
    return faults
