"""The questions of a report about each child, and about each other person."""

from typing import Any

from wtforms import Field
from wtforms.validators import Regexp, ValidationError

from services.notify.known_agencies import known_agencies
from services.notify.report_questions import YES_NO, authority_code, line, other_authorities, pick, words
from services.notify.schemas import ETHNICITIES
from services.notify.wording import ethnicity_words
from shared.partnership import partnership
from shared.web.fields import is_uk_postcode, nhs_number_fits
from shared.web.forms import (
    DayField,
    Questions,
    SelectField,
    SelectMultipleField,
    may_be_empty,
    needed,
    not_in_the_future,
)

PLANS = [("never", "No, never"), ("current", "Yes, now"), ("previous", "Yes, in the past"), ("not-known", "Not known")]
SEXES = [("female", "Female"), ("male", "Male"), ("not-known", "Not known")]


class ChildName(Questions):
    given_name = line(
        "First name",
        "Leave empty if it is not known, or the child has not been named.",
        most=100,
        autocomplete="off",
        spellcheck=False,
    )
    family_name = line("Last name", most=100, autocomplete="off", spellcheck=False)
    also_known_as = line(
        "Other names they are known by", "Separate names by commas.", autocomplete="off", spellcheck=False
    )


class ChildAge(Questions):
    age_known_by = pick(
        "How is this child's age known?",
        [
            ("born", "By the date of birth"),
            ("years", "By their age in years"),
            ("unborn", "The child is not born yet, or was not born alive"),
        ],
        "The date of birth is best: it shows whether another agency has reported the same child.",
        validators=needed("Say how the child's age is known"),
    )


class DateOfBirth(Questions):
    date_of_birth = DayField(
        "When was this child born?",
        what="Date of birth",
        description="For example 27 3 2019.",
        validators=[*needed("Enter the date of birth"), not_in_the_future],
    )


class AgeInYears(Questions):
    age_years = line(
        "How old is this child, or was, in years?",
        most=3,
        classes="govuk-input--width-3",
        inputmode="numeric",
        validators=[
            *needed("Enter the age in years"),
            Regexp(r"\d{1,2}", message="Age must be a number of years, like 7"),
        ],
    )


class DeliveryExpected(Questions):
    expected_date_of_delivery = DayField(
        "On what day was the child expected to be born?",
        what="Expected date of delivery",
        validators=needed("Enter the expected date of delivery"),
    )


class ChildOutcome(Questions):
    outcome = pick(
        "What is the outcome for this child?",
        [
            ("died", "Died"),
            ("seriously-harmed", "Seriously harmed"),
            ("harmed", "Harmed, not seriously"),
            ("not-harmed", "Not harmed"),
        ],
        validators=needed("Say what the outcome is for this child"),
    )


class ChildHarm(Questions):
    harm = words(
        "What harm was done to this child?", "Injuries or other harm, as far as they are known.", most=5000, rows=4
    )


class ChildDeath(Questions):
    date_of_death = DayField(
        "When did this child die?",
        what="Date of death",
        description="Leave empty if it is not known.",
        validators=[not_in_the_future],
    )


class ChildDetails(Questions):
    sex = pick("Sex", SEXES)
    ethnicity = SelectField(
        "Ethnicity", description="The Panel asks for it, to see which children are harmed.", validators=may_be_empty()
    )
    nhs_number = line(
        "NHS number",
        "Ten digits, as on any letter from the NHS.",
        most=20,
        classes="govuk-input--width-10",
        inputmode="numeric",
        spellcheck=False,
    )
    disability = words("Disability or health conditions", most=2000, rows=3)

    def __init__(self, *given: Any, **how: Any) -> None:
        super().__init__(*given, **how)
        self.offer("ethnicity", [("", "Choose"), *((word, ethnicity_words(word)) for word in ETHNICITIES)])

    def validate_nhs_number(self, field: Field) -> None:
        number = (field.data or "").replace(" ", "").replace("-", "")
        if number and not (len(number) == 10 and number.isascii() and number.isdigit() and nhs_number_fits(number)):
            raise ValidationError("Check the NHS number: one of its ten digits was mistyped")


class ChildHome(Questions):
    address = words("Address", "One line for each part of it.", most=600, rows=3)
    home_postcode = line("Postcode", most=12, classes="govuk-input--width-10")
    living_arrangement = line(
        "Who did the child live with?", "For example: both parents, a foster carer, a children's home.", most=500
    )
    setting = line("Nursery, school or college", most=500)

    def validate_home_postcode(self, field: Field) -> None:
        if field.data and not is_uk_postcode(field.data):
            raise ValidationError("Enter a full postcode, like HR4 0AA")


class HomeArea(Questions):
    resident_here = pick(
        "Does this child usually live in the authority's area?",
        YES_NO,
        "The authority where a child usually lives is told too. If it happened abroad, that authority notifies.",
    )


class OtherHomeArea(Questions):
    resident_in = SelectField(
        "In which local authority's area does this child usually live?", validators=may_be_empty()
    )
    resident_in_code = authority_code("Its code, if it is not among these")

    def __init__(self, *given: Any, **how: Any) -> None:
        super().__init__(*given, **how)
        self.offer("resident_in", other_authorities("EWSN"))


class ChildStatus(Questions):
    looked_after = pick(
        "Is or was the child looked after by a local authority?",
        YES_NO,
        "The death of a looked-after child is always notified to the Secretary of State and Ofsted.",
    )
    care_leaver = pick("Is or was the young person a care leaver?", YES_NO)
    child_protection_plan = pick("Is there or was there a child protection plan?", PLANS)
    child_in_need_plan = pick("Is there or was there a child in need plan?", PLANS)


class Knows(Questions):
    agencies_known_to = SelectMultipleField(
        "Which agencies know this child?",
        description="Each of them will be asked for what it knows, if there is a rapid review. Choose all that apply.",
        validators=may_be_empty(),
    )

    def __init__(self, *given: Any, **how: Any) -> None:
        super().__init__(*given, **how)
        office, known = partnership().partnership_office, known_agencies()
        self.offer(
            "agencies_known_to", [(id, each.name) for id, each in known.items() if id != office and not each.ended]
        )


class OtherPerson(Questions):
    person_given_name = line("First name", most=100, autocomplete="off", spellcheck=False)
    person_family_name = line("Last name", most=100, autocomplete="off", spellcheck=False)
    relationship = line(
        "Who are they to the child?",
        "For example: mother, father's partner, brother, neighbour.",
        validators=needed("Say who this person is to the child"),
    )
    suspected_perpetrator = pick("Are they suspected of having caused the harm?", YES_NO)
    person_notes = words("What else should be known of them?", most=5000, rows=3)
