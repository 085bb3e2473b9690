"""The questions of a report of a serious incident, one thing a page: which there are, in which order, and when each is asked."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from wtforms import Field, StringField, TextAreaField
from wtforms.validators import Regexp, ValidationError

from services.notify.schemas import ETHNICITIES
from shared.partnership import partnership
from shared.web.fields import Email, Phone, is_uk_postcode, nhs_number_fits
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
    trimmed,
)

Answers = Mapping[str, Any]
Part = Literal["incident", "child", "person", "end"]

YES_NO = [("yes", "Yes"), ("no", "No"), ("not-known", "Not known")]
PLANS = [("never", "No, never"), ("current", "Yes, now"), ("previous", "Yes, in the past"), ("not-known", "Not known")]
SEXES = [("female", "Female"), ("male", "Male"), ("not-known", "Not known")]
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


def _said(word: str) -> str:
    """`asian-bangladeshi` as `Asian: Bangladeshi`; a word alone as it is."""
    group, _, rest = word.partition("-")
    if word == "not-known" or not rest:
        return word.replace("-", " ").capitalize()
    return f"{group.capitalize()}: {rest.replace('-', ' ')}"


def _line(label: str, hint: str = "", *, most: int = 200, validators: Any = None, **how: Any) -> Any:
    checks = [*(may_be_empty() if validators is None else validators), at_most(most, label)]
    return StringField(label, description=hint, validators=checks, filters=[trimmed], render_kw=how or None)


def _words(label: str, hint: str = "", *, most: int = 20_000, validators: Any = None, rows: int = 6) -> Any:
    checks = [*(may_be_empty() if validators is None else validators), at_most(most, "What you write")]
    return TextAreaField(label, description=hint, validators=checks, filters=[trimmed], render_kw={"rows": rows})


def _pick(label: str, choices: Any, hint: str = "", *, validators: Any = None) -> Any:
    return RadioField(label, choices=choices, description=hint, validators=validators or may_be_empty())


class WhatHappened(Questions):
    kind = _pick(
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
    abuse_or_neglect = _pick(
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
        validators=needed("Enter the day it happened"),
    )
    occurred_time = TimeField("At what time?", description="For example 9:30pm. Leave empty if it is not known.")
    certainty = _pick("Is this certain?", CERTAINTIES, validators=needed("Say whether this is certain"))


class WhereItHappened(Questions):
    country = _pick(
        "Where did it happen?",
        [],
        "It decides which local authority must notify.",
        validators=needed("Say where it happened"),
    )
    local_authority = _line(
        "Code of the local authority, if it was elsewhere in England",
        "Nine characters, such as E10000034. Leave it empty if you do not know.",
        most=9,
        validators=[*may_be_empty(), Regexp(r"E(0[6-9]|10)\d{6}", message="Enter a code like E10000034")],
        classes="govuk-input--width-10",
        spellcheck=False,
    )
    other_country = _line(
        "Country, if it was outside the United Kingdom", most=60, validators=[], classes="govuk-input--width-20"
    )
    place = _line("Place", "For example: at home, at a foster carer's home, in a park.", most=500)
    postcode = _line("Postcode", most=12, classes="govuk-input--width-10")

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

    def validate_other_country(self, field: Field) -> None:
        if self["country"].data == "abroad" and not field.data:
            raise ValidationError("Enter the country")

    def validate_postcode(self, field: Field) -> None:
        if field.data and self["country"].data != "abroad" and not is_uk_postcode(field.data):
            raise ValidationError("Enter a full postcode, like HR4 0AA")


class Narrative(Questions):
    narrative = _words(
        "What is known of the incident?",
        "Facts first: what was seen or found, by whom, and what is suspected. The Panel reads this text.",
        validators=needed("Write what is known of the incident"),
        rows=12,
    )


class ImmediateAction(Questions):
    immediate_action = _words(
        "What was done at once to keep children safe?",
        "Brothers and sisters included. If nothing was needed, say so.",
    )


class ChildName(Questions):
    given_name = _line(
        "First name",
        "Leave empty if it is not known, or the child has not been named.",
        most=100,
        autocomplete="off",
        spellcheck=False,
    )
    family_name = _line("Last name", most=100, autocomplete="off", spellcheck=False)
    also_known_as = _line(
        "Other names they are known by", "Separate names by commas.", autocomplete="off", spellcheck=False
    )


class ChildAge(Questions):
    age_known_by = _pick(
        "How is this child's age known?",
        [
            ("born", "By the date of birth"),
            ("years", "By their age in years"),
            ("unborn", "The child is not born yet, or was not born alive"),
        ],
        "The date of birth is best: it shows whether another agency has reported the same child.",
        validators=needed("Say how the child's age is known"),
    )
    date_of_birth = DayField("Date of birth", what="Date of birth", description="For example 27 3 2019.")
    age_years = _line(
        "Age in years",
        most=3,
        classes="govuk-input--width-3",
        inputmode="numeric",
        validators=[*may_be_empty(), Regexp(r"\d{1,2}", message="Age must be a number of years, like 7")],
    )
    expected_date_of_delivery = DayField("Expected date of delivery", what="Expected date of delivery")

    def validate(self, extra_validators: Any = None) -> bool:
        fine = super().validate(extra_validators)
        wanted = {"born": "date_of_birth", "years": "age_years", "unborn": "expected_date_of_delivery"}.get(
            self["age_known_by"].data
        )
        if wanted and not self[wanted].data and not self[wanted].errors:
            self.blame(wanted, f"Enter the {self[wanted].label.text[0].lower()}{self[wanted].label.text[1:]}")
            fine = False
        return fine


class ChildOutcome(Questions):
    outcome = _pick(
        "What is the outcome for this child?",
        [
            ("died", "Died"),
            ("seriously-harmed", "Seriously harmed"),
            ("harmed", "Harmed, not seriously"),
            ("not-harmed", "Not harmed"),
        ],
        validators=needed("Say what the outcome is for this child"),
    )
    harm = _words("What harm?", "Injuries or other harm, as far as they are known.", most=5000, rows=4)


class ChildDeath(Questions):
    date_of_death = DayField(
        "When did this child die?", what="Date of death", description="Leave empty if it is not known."
    )


class ChildDetails(Questions):
    sex = _pick("Sex", SEXES)
    ethnicity = SelectField(
        "Ethnicity", description="The Panel asks for it, to see which children are harmed.", validators=may_be_empty()
    )
    nhs_number = _line(
        "NHS number",
        "Ten digits, as on any letter from the NHS.",
        most=20,
        classes="govuk-input--width-10",
        inputmode="numeric",
        spellcheck=False,
    )
    disability = _words("Disability or health conditions", most=2000, rows=3)

    def __init__(self, *given: Any, **how: Any) -> None:
        super().__init__(*given, **how)
        self.offer("ethnicity", [("", "Choose"), *((word, _said(word)) for word in ETHNICITIES)])

    def validate_nhs_number(self, field: Field) -> None:
        number = (field.data or "").replace(" ", "").replace("-", "")
        if number and not (len(number) == 10 and number.isascii() and number.isdigit() and nhs_number_fits(number)):
            raise ValidationError("Check the NHS number: one of its ten digits was mistyped")


class ChildHome(Questions):
    address = _words("Address", "One line for each part of it.", most=600, rows=3)
    home_postcode = _line("Postcode", most=12, classes="govuk-input--width-10")
    resident_here = _pick(
        "Does this child usually live in the authority's area?",
        YES_NO,
        "Where a child usually lives decides which authority must notify, if it happened abroad.",
    )
    living_arrangement = _line(
        "Who did the child live with?", "For example: both parents, a foster carer, a children's home.", most=500
    )
    setting = _line("Nursery, school or college", most=500)

    def validate_home_postcode(self, field: Field) -> None:
        if field.data and not is_uk_postcode(field.data):
            raise ValidationError("Enter a full postcode, like HR4 0AA")


class ChildStatus(Questions):
    looked_after = _pick(
        "Is or was the child looked after by a local authority?",
        YES_NO,
        "The death of a looked-after child is always notified to the Secretary of State and Ofsted.",
    )
    care_leaver = _pick("Is or was the young person a care leaver?", YES_NO)
    child_protection_plan = _pick("Is there or was there a child protection plan?", PLANS)
    child_in_need_plan = _pick("Is there or was there a child in need plan?", PLANS)


class Knows(Questions):
    agencies_known_to = SelectMultipleField(
        "Which agencies know this child?",
        description="Each of them will be asked for what it knows, if there is a rapid review. Choose all that apply.",
        validators=may_be_empty(),
    )

    def __init__(self, *given: Any, **how: Any) -> None:
        super().__init__(*given, **how)
        here = partnership()
        self.offer("agencies_known_to", [(a.id, a.name) for a in here.agencies if a.id != here.partnership_office])


class OtherPerson(Questions):
    person_given_name = _line("First name", most=100, autocomplete="off", spellcheck=False)
    person_family_name = _line("Last name", most=100, autocomplete="off", spellcheck=False)
    relationship = _line(
        "Who are they to the child?",
        "For example: mother, father's partner, brother, neighbour.",
        validators=needed("Say who this person is to the child"),
    )
    suspected_perpetrator = _pick("Are they suspected of having caused the harm?", YES_NO)
    person_notes = _words("What else should be known of them?", most=5000, rows=3)


class Awareness(Questions):
    aware_day = DayField(
        "On what day did your agency become aware?",
        what="The day your agency became aware",
        validators=needed("Enter the day your agency became aware"),
    )
    aware_time = TimeField(
        "At what time?", description="For example 9:30pm.", validators=needed("Enter the time your agency became aware")
    )


class AuthorityAwareness(Questions):
    authority_day = DayField(
        "On what day did the local authority become aware?",
        what="The day the local authority became aware",
        description="The five working days for telling the Panel run from here.",
    )
    authority_time = TimeField("At what time?", description="For example 9:30pm.")
    authority_person = _line(
        "Whom at the local authority was told?", "Name or team. Leave empty if nobody was told yet."
    )

    def validate_authority_time(self, field: Field) -> None:
        if self["authority_day"].data and not field.data:
            raise ValidationError("Enter the time the local authority became aware")


class Proceedings(Questions):
    proceedings = SelectMultipleField(
        "What else is under way?", description="Choose all that apply.", choices=PROCEEDINGS, validators=may_be_empty()
    )
    media_interest = _pick("Is there media interest, or is it likely?", YES_NO)
    agencies_working_together = _words(
        "Are there first concerns, or good practice, in how agencies worked together?", rows=4
    )


class YourDetails(Questions):
    referrer_name = _line("Your name", validators=needed("Enter your name"), autocomplete="name")
    referrer_role = _line(
        "Your role",
        "For example: designated nurse, head of safeguarding.",
        validators=needed("Enter your role"),
        autocomplete="organization-title",
    )
    referrer_email = _line(
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
    referrer_phone = _line(
        "Phone number",
        "The duty officer may call you.",
        most=40,
        validators=[*may_be_empty(), is_shaped_as(Phone, "Enter a phone number, like 01432 000000")],
        type="tel",
        autocomplete="tel",
        classes="govuk-input--width-20",
    )
    agreed_with = _line("Safeguarding lead who agreed this report", "Your agency's own lead, if they have agreed it.")
    agency_reference = _line("Your agency's own reference for it", "We make one up if you leave this empty.", most=100)


@dataclass(frozen=True)
class Step:
    """One page of questions: where it stands, when it is asked, and what it is called where answers are checked."""

    slug: str
    title: str
    questions: type[Questions]
    part: Part = "incident"
    asked: Callable[[Answers], bool] = lambda answers: True


STEPS: tuple[Step, ...] = (
    Step("what-happened", "What happened", WhatHappened),
    Step("abuse-or-neglect", "Abuse or neglect", AbuseOrNeglect),
    Step(
        "kinds-of-abuse",
        "Kinds of abuse or neglect",
        AbuseTypes,
        asked=lambda a: a.get("abuse_or_neglect") in ("known", "suspected"),
    ),
    Step("when", "When it happened", WhenItHappened),
    Step("where", "Where it happened", WhereItHappened),
    Step("account", "What is known", Narrative),
    Step("action", "What was done at once", ImmediateAction),
    Step("name", "The child's name", ChildName, "child"),
    Step("age", "The child's age", ChildAge, "child"),
    Step("outcome", "What happened to the child", ChildOutcome, "child"),
    Step("death", "The child's death", ChildDeath, "child", asked=lambda a: a.get("outcome") == "died"),
    Step("details", "More about the child", ChildDetails, "child"),
    Step("home", "Where the child lived", ChildHome, "child"),
    Step("care", "Care and plans", ChildStatus, "child"),
    Step("agencies", "Agencies that know the child", Knows, "child"),
    Step("person", "Another person", OtherPerson, "person"),
    Step("aware", "When your agency became aware", Awareness, "end"),
    Step("authority", "When the local authority became aware", AuthorityAwareness, "end"),
    Step("proceedings", "What else is under way", Proceedings, "end"),
    Step("you", "Your details", YourDetails, "end"),
)


def steps_of(part: Part) -> tuple[Step, ...]:
    return tuple(step for step in STEPS if step.part == part)


def step_named(part: Part, slug: str) -> Step | None:
    return next((step for step in STEPS if step.part == part and step.slug == slug), None)


def only_asked(part: Part, answers: Answers) -> dict[str, Any]:
    """The answers to pages that are asked: what was answered before another answer made the page needless is left out."""
    asked = [name for step in steps_of(part) if step.asked(answers) for name in step.questions()._fields]
    return {name: answers[name] for name in asked if name in answers}


def is_answered(step: Step, answers: Answers) -> bool:
    """Whether a page was sent with nothing wrong: each of its questions is then among the answers, if only as empty."""
    return all(name in answers for name in step.questions()._fields)


def shown(field: Any, value: Any) -> str:
    """An answer in words, for checking."""
    if value in (None, "", []):
        return "Not answered"
    if isinstance(field, DayField):
        return str(value)
    labels = (
        {str(choice): str(label) for choice, label, *_ in field.iter_choices()}
        if hasattr(field, "iter_choices")
        else {}
    )
    if isinstance(value, list):
        return "\n".join(labels.get(each, str(each)) for each in value)
    return str(labels.get(value, value))
