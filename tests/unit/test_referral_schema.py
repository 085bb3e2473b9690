"""What agencies may send, and what each is told when it does not fit: every fault at once, each with what to do."""

import json
from collections.abc import Callable
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from marshmallow import ValidationError

from services.notify.plausibility import awareness_errors
from services.notify.schemas import ReferralSchema
from shared.web.problems import refused_fields
from tests.referrals import LEAST, USUAL, fullest, sibling

pytestmark = pytest.mark.usefixtures("herefordshire")
SCHEMA = ReferralSchema()
EXAMPLE = Path(__file__).parents[2] / "docs" / "example-referral.json"


def faults(body: Any) -> dict[str, str]:
    """What a refused body is answered with: each pointer and its message."""
    with pytest.raises(ValidationError) as refused:
        SCHEMA.load(body)
    return {error["pointer"]: error["message"] for error in refused_fields(refused.value.messages).errors}


def usual(change: Callable[[dict[str, Any]], Any] = lambda body: None) -> dict[str, Any]:
    body = deepcopy(USUAL)
    change(body)
    return body


def with_child(**fields: Any) -> dict[str, Any]:
    return usual(lambda body: body["children"][0].update(fields))


def with_incident(**fields: Any) -> dict[str, Any]:
    return usual(lambda body: body["incident"].update(fields))


@pytest.mark.parametrize("body", [LEAST, USUAL, fullest()], ids=["least", "usual", "fullest"])
def test_a_least_a_usual_and_a_fullest_referral_are_taken(body: dict[str, Any]) -> None:
    assert SCHEMA.load(deepcopy(body))["agency_reference"] == body["agency_reference"]


def test_the_integrators_example_is_taken() -> None:
    assert SCHEMA.load(json.loads(EXAMPLE.read_text("utf-8")))["children"][0]["date_of_birth"] == date(2025, 6, 14)


def test_whatever_is_not_required_may_be_null() -> None:
    body = deepcopy(LEAST)
    body["other_people"] = body["notifier"] = None
    body["children"][0] |= {"given_name": None, "address": None, "also_known_as": None, "looked_after": None}
    body["incident"]["occurred"] |= {"to": None, "certainty": None}
    assert SCHEMA.load(body)["children"][0]["given_name"] is None


def test_every_missing_field_is_named_at_once() -> None:
    told = faults({"children": [{}], "incident": {"occurred": {}, "place": {}}, "awareness": {}, "referrer": {}})
    assert {
        "/agency_reference",
        "/incident/kind",
        "/incident/occurred/from",
        "/incident/place/country",
        "/incident/abuse_or_neglect",
        "/incident/narrative",
        "/children/0/outcome",
        "/children/0/date_of_birth",
        "/awareness/agency_became_aware_at",
        "/referrer/name",
        "/referrer/role",
        "/referrer/email",
    } == set(told)


def test_faults_of_fields_and_of_what_fits_together_are_told_together() -> None:
    body = with_child(nhs_number="9434765918", date_of_birth="2027-01-01")
    body["incident"]["kind"] = "accident"
    assert set(faults(body)) == {"/children/0/nhs_number", "/children/0/date_of_birth", "/incident/kind"}


def test_a_misspelt_field_is_refused_where_it_stands() -> None:
    assert "correct its name" in faults(with_child(dateofbirth="2025-06-14"))["/children/0/dateofbirth"]


@pytest.mark.parametrize("wrong", [None, 3, "text", True, [], {}, [[]], [{}], {"a": 1}, 1e400])
@pytest.mark.parametrize("field", sorted(USUAL))
def test_a_wrong_type_anywhere_is_a_refusal_and_never_a_crash(field: str, wrong: Any) -> None:
    body = usual(lambda body: body.update({field: wrong}))
    try:
        SCHEMA.load(body)
    except ValidationError as refused:
        assert all(error["pointer"].startswith("/") for error in refused_fields(refused.messages).errors)


def test_a_child_that_is_no_object_does_not_move_the_faults_of_the_next() -> None:
    body = usual(lambda body: body["children"].insert(0, "Tamsin"))
    body["children"][1]["sex"] = "girl"
    assert {"/children/0", "/children/1/sex"} <= set(faults(body))


def test_an_nhs_number_may_be_written_with_spaces_and_is_kept_without() -> None:
    assert SCHEMA.load(with_child(nhs_number="943 476 5919"))["children"][0]["nhs_number"] == "9434765919"


@pytest.mark.parametrize("number", ["9434765918", "943476591", "0000000000", "94347659l9", "٩٤٣٤٧٦٥٩١٩", ""])
def test_an_nhs_number_that_was_mistyped_is_refused(number: str) -> None:
    assert set(faults(with_child(nhs_number=number))) == {"/children/0/nhs_number"}


def test_two_children_do_not_have_one_nhs_number() -> None:
    body = usual(lambda body: body["children"].append(sibling(2, nhs_number="943 476 5919")))
    assert faults(body) == {"/children/1/nhs_number": "Check the NHS number: child 1 has the same."}


@pytest.mark.parametrize(
    "name", ["Zoë", "אורי", "محمد", "小明", "Ọlá", "Nguyễn Thị", "O'Brien-Łukasz", "प्रिया", "می‌خواهم"]
)
def test_names_of_every_script_are_taken(name: str) -> None:
    assert SCHEMA.load(with_child(given_name=name))["children"][0]["given_name"] == name


@pytest.mark.parametrize("hidden", ["\x00", "\u202e", "\u2066", "\x1b", "\u200b", "\ufeff", "\ud800", "\n"])
def test_a_hidden_character_in_a_name_is_refused_by_its_place_and_not_repeated(hidden: str) -> None:
    (message,) = faults(with_child(given_name=f"Tam{hidden}sin")).values()
    assert "position 4" in message
    assert "Tam" not in message


def test_a_narrative_has_lines_and_direction_marks_but_no_nul() -> None:
    assert SCHEMA.load(with_incident(narrative="First.\n\tSecond \u200fعربي"))
    assert set(faults(with_incident(narrative="a\x00b"))) == {"/incident/narrative"}
    assert set(faults(with_incident(narrative="   "))) == {"/incident/narrative"}
    assert set(faults(with_incident(narrative="x" * 20_001))) == {"/incident/narrative"}


@pytest.mark.parametrize(
    "moment",
    [
        "2026-03-25",
        "2026-03-25T21:30:00",
        "2026-03-25 21:30:00Z",
        "2026-02-30T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
        5,
    ],
)
def test_a_timestamp_without_offset_or_of_no_day_is_refused(moment: Any) -> None:
    assert "/incident/occurred/from" in faults(with_incident(occurred={"from": moment}))


@pytest.mark.parametrize("moment", ["2026-03-25T21:30:00Z", "2026-03-25T21:30:00.123+01:00", "2026-03-25t21:30:00z"])
def test_a_timestamp_of_rfc_3339_is_taken(moment: str) -> None:
    assert SCHEMA.load(with_incident(occurred={"from": moment}))


def test_nothing_lies_in_the_future() -> None:
    later = "2026-03-28T00:00:00+00:00"
    body = with_incident(occurred={"from": later, "to": later})
    body["awareness"] = {"agency_became_aware_at": later, "local_authority_became_aware_at": later}
    body["other_people"][0]["date_of_birth"] = "2026-03-28"
    assert set(faults(body)) == {
        "/incident/occurred/from",
        "/incident/occurred/to",
        "/awareness/agency_became_aware_at",
        "/awareness/local_authority_became_aware_at",
        "/other_people/0/date_of_birth",
    }


def test_an_agencys_clock_may_be_a_little_ahead() -> None:
    body = usual(lambda body: body["awareness"].update(agency_became_aware_at="2026-03-27T12:02:00+00:00"))
    assert SCHEMA.load(body)


def test_nobody_is_aware_of_an_incident_before_it_unless_its_time_is_uncertain() -> None:
    certain = {"from": "2026-03-26T12:00:00+00:00", "certainty": "known"}
    body = with_incident(occurred=certain)
    told = {"/awareness/agency_became_aware_at", "/awareness/local_authority_became_aware_at"}
    assert set(faults(body)) == told
    assert SCHEMA.load(with_incident(occurred=certain | {"certainty": "unknown"}))


def test_a_range_of_time_does_not_end_before_it_begins() -> None:
    occurred = {"from": "2026-03-25T21:30:00+00:00", "to": "2026-03-25T21:00:00+00:00"}
    assert set(faults(with_incident(occurred=occurred))) == {"/incident/occurred/to"}


def test_exactly_one_form_of_age_is_given() -> None:
    assert "Give the date of birth" in faults(with_child(date_of_birth=None))["/children/0/date_of_birth"]
    assert set(faults(with_child(age_years=0))) == {"/children/0/age_years"}


@pytest.mark.parametrize("age", [{"date_of_birth": "2008-03-25"}, {"age_years": 18, "date_of_birth": None}])
def test_eighteen_on_the_day_is_a_care_leaver_or_a_mistake(age: dict[str, Any]) -> None:
    assert len(faults(with_child(**age))) == 1
    assert SCHEMA.load(with_child(**age, care_leaver=True))


@pytest.mark.parametrize("age", [{"date_of_birth": "2001-03-25"}, {"age_years": 25, "date_of_birth": None}])
def test_a_care_leaver_is_not_twenty_five(age: dict[str, Any]) -> None:
    assert "25 or over" in "".join(faults(with_child(**age, care_leaver=True)).values())


def test_seventeen_until_the_day_after_the_incident_is_a_child() -> None:
    assert SCHEMA.load(with_child(date_of_birth="2008-03-26"))


@pytest.mark.parametrize("born", ["2026-03-26", "2026-03-28", "1899-12-31", "0001-01-01", "2025-02-29"])
def test_an_implausible_date_of_birth_is_refused(born: str) -> None:
    assert set(faults(with_child(date_of_birth=born))) == {"/children/0/date_of_birth"}


@pytest.mark.parametrize(("expected", "taken"), [("2026-12-25", True), ("2027-02-25", False), ("2026-01-25", False)])
def test_an_unborn_child_is_expected_within_ten_months(expected: str, taken: bool) -> None:
    body = with_child(date_of_birth=None, expected_date_of_delivery=expected)
    if taken:
        assert SCHEMA.load(body)
    else:
        assert set(faults(body)) == {"/children/0/expected_date_of_delivery"}


def test_a_date_of_death_belongs_to_a_child_who_died() -> None:
    assert set(faults(with_child(date_of_death="2026-03-26"))) == {"/children/0/date_of_death"}
    assert SCHEMA.load(with_child(date_of_death="2026-03-26", outcome="died"))


@pytest.mark.parametrize("code", ["E06000019", "E10000034", "W06000023", "S12000036", "N09000003"])
def test_authorities_of_the_united_kingdom_are_known_by_shape(code: str) -> None:
    assert SCHEMA.load(with_child(normally_resident_in=code))


@pytest.mark.parametrize("code", ["E05000019", "e06000019", "E0600001", "Herefordshire", "E06000019 "])
def test_another_code_is_no_local_authority(code: str) -> None:
    assert set(faults(with_child(normally_resident_in=code))) == {"/children/0/normally_resident_in"}


@pytest.mark.parametrize(
    ("place", "fault"),
    [
        ({"country": "england"}, "country"),
        ({"country": "United Kingdom"}, "country"),
        ({"country": "England", "local_authority": "W06000023"}, "local_authority"),
        ({"country": "Wales", "local_authority": "W06000023"}, "local_authority"),
        ({"country": "England", "postcode": "75001"}, "postcode"),
    ],
)
def test_a_place_is_in_one_nation_with_its_own_codes(place: dict[str, Any], fault: str) -> None:
    assert set(faults(with_incident(place=place))) == {f"/incident/place/{fault}"}


def test_abroad_has_its_own_postcodes() -> None:
    assert SCHEMA.load(with_incident(place={"country": "Côte d'Ivoire", "postcode": "01 BP 1234"}))


@pytest.mark.parametrize("postcode", ["HR4 0AA", "hr40aa", "SW1A 1AA", "M1 1AE", "B33 8TH", "EC1A 1BB", "ZZ99 3VZ"])
def test_postcodes_of_every_shape_are_taken(postcode: str) -> None:
    assert SCHEMA.load(with_child(address={"postcode": postcode}))


def test_a_referrer_can_be_reached() -> None:
    body = usual(lambda body: [body["referrer"].pop(name) for name in ("email", "phone")])
    assert "can be reached" in faults(body)["/referrer/email"]


def test_a_local_authority_must_say_when_it_became_aware() -> None:
    assert awareness_errors(USUAL, "local-authority") == {}
    assert awareness_errors(LEAST, "police") == {}
    missing = awareness_errors(LEAST, "local-authority")
    assert "five working days" in missing["awareness"]["local_authority_became_aware_at"][0]


def test_no_refusal_repeats_what_was_sent() -> None:
    body = with_child(given_name="Xanthippe\x00", nhs_number="1234567890", date_of_birth="31/12/2020", sex="Xanthippe")
    body["referrer"]["email"] = "Xanthippe"
    told = " ".join(faults(body).values())
    assert not {"Xanthippe", "1234567890", "31/12/2020"} & set(told.replace(".", " ").replace(",", " ").split())
