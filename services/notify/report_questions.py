"""The questions of a report about the incident itself, and those at its end: one thing a page."""

from typing import Any

from wtforms import Field, StringField, TextAreaField
from wtforms.validators import Regexp, ValidationError

from shared.partnership import partnership
from shared.web.fields import Email, Phone, is_uk_postcode
from shared.web.forms import (
    DayField,
    Questions,
    RadioField,
    SelectField,
    SelectMultipleField,
    TimeField,
    at_most,
    is_shaped_as,
    may_be_empty,
    needed,
    not_in_the_future,
    trimmed,
)

YES_NO = [("yes", "Yes"), ("no", "No"), ("not-known", "Not known")]
CERTAINTIES = [
    ("known", "Yes, this is when it happened"),
    ("estimated", "No, this is our best estimate"),
    ("unknown", "We do not know when it happened"),
]
PROCEEDINGS = [
    ("police-investigation", "Police investigation"),
    ("coroner", "Coroner"),
    ("family-court", "Family court"),
    ("criminal-court", "Criminal court"),
    ("lado", "Local authority designated officer (LADO)"),
    ("child-death-review", "Child death review"),
    ("other", "Other"),
]
ABUSE = [
    ("physical-abuse", "Physical abuse"),
    ("emotional-abuse", "Emotional abuse"),
    ("sexual-abuse", "Sexual abuse"),
    ("neglect", "Neglect"),
    ("domestic-abuse", "Domestic abuse"),
    ("exploitation", "Exploitation, criminal or sexual"),
]


def line(label: str, hint: str = "", *, most: int = 200, validators: Any = None, **how: Any) -> Any:
    checks = [*(may_be_empty() if validators is None else validators), at_most(most, label)]
    return StringField(label, description=hint, validators=checks, filters=[trimmed], render_kw=how or None)


def words(label: str, hint: str = "", *, most: int = 20_000, validators: Any = None, rows: int = 6) -> Any:
    checks = [*(may_be_empty() if validators is None else validators), at_most(most, "What you write")]
    return TextAreaField(label, description=hint, validators=checks, filters=[trimmed], render_kw={"rows": rows})


def pick(label: str, choices: Any, hint: str = "", *, validators: Any = None) -> Any:
    return RadioField(label, choices=choices, description=hint, validators=validators or may_be_empty())


def authority_code(label: str) -> Any:
    """A question for the ONS code of a local authority in England that the partnership's file does not name."""
    return line(
        label,
        "Nine characters, such as E10000034. Leave it empty if you do not know.",
        most=9,
        validators=[*may_be_empty(), Regexp(r"E(0[6-9]|10)\d{6}", message="Enter a code like E10000034")],
        classes="govuk-input--width-10",
        spellcheck=False,
    )


def other_authorities(nations: str) -> list[tuple[str, str]]:
    """The authorities that the partnership's file names beside its own, as choices by their ONS codes.

    `nations` are the letters with which the codes may begin.
    """
    named = [one.recipient.partition(":") for one in partnership().recipients]
    codes = [code for kind, _, code in named if kind == "local-authority" and code[0] in nations]
    names = {code: partnership().recipient(f"local-authority:{code}").name for code in codes}
    names.pop(partnership().authority.ons_code, None)
    return [("", "Another, or not known"), *sorted(names.items(), key=lambda pair: pair[1])]


class WhatHappened(Questions):
    kind = pick(
        "What happened?",
        [
            ("death", "A child has died"),
            ("serious-harm", "A child has been seriously harmed"),
            ("other", "Something else that the partnership should know of"),
        ],
        "Serious harm includes serious or long-term impairment of physical or mental health or of development.",
        validators=needed("Say what happened"),
    )


class AbuseOrNeglect(Questions):
    abuse_or_neglect = pick(
        "Is abuse or neglect known or suspected?",
        [
            ("known", "Known"),
            ("suspected", "Suspected"),
            ("not-suspected", "Not suspected"),
            ("not-known", "Not known yet"),
        ],
        "With what happened, this decides whether the national Panel must be told.",
        validators=needed("Say whether abuse or neglect is known or suspected"),
    )


class AbuseTypes(Questions):
    abuse_types = SelectMultipleField(
        "What kinds of abuse or neglect?",
        description="Choose all that apply.",
        choices=ABUSE,
        validators=may_be_empty(),
    )


class WhenItHappened(Questions):
    occurred_day = DayField(
        "On what day did it happen?",
        what="The day it happened",
        description="For example 27 3 2026. Where it went on for some time, the first day.",
        validators=[*needed("Enter the day it happened"), not_in_the_future],
    )
    occurred_time = TimeField("At what time?", description="For example 9:30pm. Leave empty if it is not known.")
    certainty = pick("Is this certain?", CERTAINTIES, validators=needed("Say whether this is certain"))


class WhereItHappened(Questions):
    country = pick(
        "Where did it happen?",
        [],
        "It decides which local authority must notify.",
        validators=needed("Say where it happened"),
    )

    def __init__(self, *given: Any, **how: Any) -> None:
        super().__init__(*given, **how)
        self.offer(
            "country",
            [
                ("here", partnership().authority.name.removesuffix(" Council") + " (the authority's area)"),
                ("England", "Elsewhere in England"),
                ("Wales", "Wales"),
                ("Scotland", "Scotland"),
                ("Northern Ireland", "Northern Ireland"),
                ("abroad", "Outside the United Kingdom"),
            ],
        )


class AuthorityThere(Questions):
    local_authority = SelectField("In which local authority's area did it happen?", validators=may_be_empty())
    local_authority_code = authority_code("Its code, if it is another one")

    def __init__(self, *given: Any, **how: Any) -> None:
        super().__init__(*given, **how)
        self.offer("local_authority", other_authorities("E"))


class CountryAbroad(Questions):
    other_country = line(
        "In which country did it happen?",
        most=60,
        validators=needed("Enter the country"),
        classes="govuk-input--width-20",
    )


class Place(Questions):
    place = line("At what kind of place?", "For example: at home, at a foster carer's home, in a park.", most=500)
    postcode = line(
        "Postcode of the place",
        "Leave it empty if it is not known, or outside the United Kingdom.",
        most=12,
        classes="govuk-input--width-10",
    )

    def validate_postcode(self, field: Field) -> None:
        if field.data and not is_uk_postcode(field.data):
            raise ValidationError("Enter a full postcode, like HR4 0AA")


class Narrative(Questions):
    narrative = words(
        "What is known of the incident?",
        "Facts first: what was seen or found, by whom, and what is suspected. The Panel reads this text.",
        validators=needed("Write what is known of the incident"),
        rows=12,
    )


class ImmediateAction(Questions):
    immediate_action = words(
        "What was done at once to keep children safe?",
        "Brothers and sisters included. If nothing was needed, say so.",
    )


class Awareness(Questions):
    aware_day = DayField(
        "On what day did your agency become aware?",
        what="The day your agency became aware",
        validators=[*needed("Enter the day your agency became aware"), not_in_the_future],
    )
    aware_time = TimeField(
        "At what time?", description="For example 9:30pm.", validators=needed("Enter the time your agency became aware")
    )


class AuthorityAwareness(Questions):
    authority_day = DayField(
        "On what day did the local authority become aware?",
        what="The day the local authority became aware",
        description="The five working days for telling the Panel run from here.",
        validators=[not_in_the_future],
    )
    authority_time = TimeField("At what time?", description="For example 9:30pm.")
    authority_person = line(
        "Whom at the local authority was told?", "Name or team. Leave empty if nobody was told yet."
    )

    def validate_authority_time(self, field: Field) -> None:
        if self["authority_day"].data and not field.data:
            raise ValidationError("Enter the time the local authority became aware")


class Proceedings(Questions):
    proceedings = SelectMultipleField(
        "What else is under way?", description="Choose all that apply.", choices=PROCEEDINGS, validators=may_be_empty()
    )
    media_interest = pick("Is there media interest, or is it likely?", YES_NO)
    agencies_working_together = words(
        "Are there first concerns, or good practice, in how agencies worked together?", rows=4
    )


class YourDetails(Questions):
    referrer_name = line("Your name", validators=needed("Enter your name"), autocomplete="name")
    referrer_role = line(
        "Your role",
        "For example: designated nurse, head of safeguarding.",
        validators=needed("Enter your role"),
        autocomplete="organization-title",
    )
    referrer_email = line(
        "E-mail address",
        most=254,
        validators=[
            *needed("Enter your e-mail address"),
            is_shaped_as(Email, "Enter an e-mail address like name@agency.example"),
        ],
        type="email",
        autocomplete="email",
        spellcheck=False,
    )
    referrer_phone = line(
        "Phone number",
        "The duty officer may call you.",
        most=40,
        validators=[*may_be_empty(), is_shaped_as(Phone, "Enter a phone number, like 01432 000000")],
        type="tel",
        autocomplete="tel",
        classes="govuk-input--width-20",
    )
    agreed_with = line("Safeguarding lead who agreed this report", "Your agency's own lead, if they have agreed it.")
    agency_reference = line("Your agency's own reference for it", "We make one up if you leave this empty.", most=100)
