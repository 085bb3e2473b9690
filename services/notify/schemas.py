"""A referral as agencies send it: every fault is told at once, each at its field, each with what to do.

What is required is what the notification test or the law needs; every other field may be absent or null.
"""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validates_schema

from services.notify.plausibility import implausible
from shared import clock
from shared.calendar import london_day
from shared.partnership import partnership
from shared.web.fields import (
    Body,
    Choice,
    Code,
    Day,
    Email,
    Line,
    LocalAuthority,
    Moment,
    NhsNumber,
    Phone,
    Several,
    Text,
    Whole,
    YesNo,
    at_most,
    says,
)

ETHNICITIES = (  # census of England and Wales 2021
    "asian-bangladeshi",
    "asian-chinese",
    "asian-indian",
    "asian-pakistani",
    "asian-other",
    "black-african",
    "black-caribbean",
    "black-other",
    "mixed-white-and-asian",
    "mixed-white-and-black-african",
    "mixed-white-and-black-caribbean",
    "mixed-other",
    "white-british",
    "white-irish",
    "white-gypsy-or-irish-traveller",
    "white-roma",
    "white-other",
    "arab",
    "other",
    "not-known",
)
PLANS = ("never", "current", "previous", "not-known")


def one(schema: type[Schema], *, required: bool = False) -> Any:
    """A part of a body."""
    return fields.Nested(schema, required=required, error_messages=says())


def many(schema: type[Schema], most: int, *, required: bool = False) -> Any:
    """A list of like parts; where it is required, at least one."""
    limit = at_most(most, least=1 if required else 0)
    return fields.Nested(
        schema,
        many=True,
        required=required,
        validate=limit,
        error_messages=says(type="Send a list, in square brackets."),
    )


class OccurredSchema(Body):
    from_ = Moment(required=True, data_key="from", attribute="from")
    to = Moment()
    certainty = Choice("known", "estimated", "unknown")


class PlaceSchema(Body):
    """`local_authority` is the ONS code in England; elsewhere it is null. `type` is a word such as `public-place`."""

    description = Line(500)
    type = Code()
    postcode = Line(12)
    country = Line(60, required=True)
    local_authority = LocalAuthority()


class ProceedingSchema(Body):
    """What runs beside the review: a police investigation, a trial, an inquest, the family court, the LADO."""

    kind = Code(required=True)
    reference = Line(100)
    status = Code()


class IncidentSchema(Body):
    kind = Choice("death", "serious-harm", "other", required=True)
    occurred = one(OccurredSchema, required=True)
    place = one(PlaceSchema, required=True)
    abuse_or_neglect = Choice("known", "suspected", "not-suspected", "not-known", required=True)
    abuse_types = Several(Code(), most=20)
    narrative = Text(required=True)
    immediate_action = Text()
    agencies_working_together = Text()
    good_practice = Text()
    parallel_proceedings = many(ProceedingSchema, most=20)
    media_interest = YesNo()
    media_details = Text(2000)
    other_areas_concerned = Several(LocalAuthority(), most=20)


class AddressSchema(Body):
    lines = Several(Line(), most=8)
    postcode = Line(12)
    country = Line(60)


class PersonSchema(Body):
    given_name = Line(100)
    family_name = Line(100)
    also_known_as = Several(Line(100), most=20)
    date_of_birth = Day()
    sex = Choice("female", "male", "not-known")
    address = one(AddressSchema)


class ChildSchema(PersonSchema):
    """A child, with exactly one of `date_of_birth`, `expected_date_of_delivery` and `age_years`."""

    expected_date_of_delivery = Day()
    age_years = Whole(0, 120)
    date_of_death = Day()
    ethnicity = Choice(*ETHNICITIES)
    disability = Text(2000)
    health = Text(2000)
    nhs_number = NhsNumber()
    other_identifier = Line(100)
    normally_resident_in = LocalAuthority()
    living_arrangement = Line(500)
    placement = Line(500)
    legal_status = Line(500)
    looked_after = YesNo()
    care_leaver = YesNo()
    child_protection_plan = Choice(*PLANS)
    child_in_need_plan = Choice(*PLANS)
    setting = Line(500)
    agencies_known_to = Several(Line(), most=50)
    harm = Text(5000)
    outcome = Choice("died", "seriously-harmed", "harmed", "not-harmed", required=True)


class OtherPersonSchema(PersonSchema):
    """A parent, carer, sibling or suspected perpetrator; `relationship` is to the children."""

    relationship = Line(required=True)
    suspected_perpetrator = YesNo()
    notes = Text(5000)


class AwarenessSchema(Body):
    """The statutory clock runs from `local_authority_became_aware_at`, which a local authority must give."""

    agency_became_aware_at = Moment(required=True)
    local_authority_became_aware_at = Moment()
    local_authority_informed = Line()


class ReferrerSchema(Body):
    """Who refers, reachable by at least one of e-mail and phone."""

    name = Line(required=True)
    role = Line(required=True)
    email = Email()
    phone = Phone()
    agreed_with_safeguarding_lead = Line()

    @validates_schema(skip_on_field_errors=False)
    def check_reachable(self, values: dict[str, Any], **_: Any) -> None:
        if not (values.get("email") or values.get("phone")):
            message = "Give an e-mail address or a phone number, so that the referrer can be reached."
            raise ValidationError(message, "email")


class NotifierSchema(Body):
    """Who notifies for the local authority, where that is not the referrer, and who authorised it."""

    name = Line()
    role = Line()
    email = Email()
    phone = Phone()
    authorised_by = Line()


class ReferralSchema(Body):
    """The whole referral. `load` gives dates and timestamps as Python's, NHS numbers without spaces."""

    agency_reference = Line(100, required=True)
    incident = one(IncidentSchema, required=True)
    children = many(ChildSchema, most=50, required=True)
    other_people = many(OtherPersonSchema, most=100)
    awareness = one(AwarenessSchema, required=True)
    referrer = one(ReferrerSchema, required=True)
    notifier = one(NotifierSchema)

    @validates_schema(skip_on_field_errors=False)
    def check_plausible(self, values: dict[str, Any], **_: Any) -> None:
        """What a field cannot see by itself, with the other faults rather than after them."""
        now = clock.now()
        if messages := implausible(values, now, partnership().rules_on(london_day(now))):
            raise ValidationError(messages)
