"""The fields that every service's bodies are made of."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import ValidationError

from shared.web.fields import Code, Email, Phone, Several, Text, Whole, YesNo, is_uk_postcode, nhs_number_fits

HIDDEN = st.characters(categories=["Cc", "Cs"], exclude_characters="\t\n\r")


def refused(field: object, value: object) -> str:
    with pytest.raises(ValidationError) as error:
        field.deserialize(value)  # type: ignore[attr-defined]
    return str(error.value.messages[0])


@given(st.integers(0, 999_999_999))
def test_at_most_one_last_digit_fits_nine_others(nine: int) -> None:
    fitting = [digit for digit in range(10) if nhs_number_fits(f"{nine:09}{digit}")]
    assert len(fitting) <= 1


@given(st.integers(0, 999_999_999), st.integers(0, 8))
def test_two_neighbouring_digits_swapped_are_noticed(nine: int, place: int) -> None:
    number = next((f"{nine:09}{digit}" for digit in range(10) if nhs_number_fits(f"{nine:09}{digit}")), None)
    if number and number[place] != number[place + 1]:
        swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
        assert not nhs_number_fits(swapped)


@given(st.text(alphabet=st.characters(categories=["L", "M", "N", "P"]), min_size=1))
def test_letters_marks_numbers_and_punctuation_of_every_script_are_text(text: str) -> None:
    assert Text().deserialize(text) == text


@given(st.text(), HIDDEN, st.text())
def test_no_control_character_passes_wherever_it_stands(before: str, hidden: str, after: str) -> None:
    assert "hidden character" in refused(Text(), before + hidden + after)


@pytest.mark.parametrize("number", ["01432 000000", "+44 1432 000000", "(01432) 000000", "01632 960123 ext 12"])
def test_phone_numbers_as_people_write_them(number: str) -> None:
    assert Phone().deserialize(number) == number


@pytest.mark.parametrize("number", ["ring me", "123", "01432-000000; DROP"])
def test_what_is_no_phone_number(number: str) -> None:
    assert "Give a phone number" in refused(Phone(), number)


@pytest.mark.parametrize("address", ["no-at.example", "a@b", "a b@c.example", "a@b.example\nBcc: x@y.example"])
def test_what_is_no_email_address(address: str) -> None:
    refused(Email(), address)


def test_yes_or_no_is_true_or_false_and_nothing_like_it() -> None:
    assert YesNo().deserialize(False) is False
    for value in (0, 1, "true", "yes", "on"):
        assert refused(YesNo(), value) == "Send true or false, without quotation marks."


def test_a_whole_number_is_no_fraction_no_text_and_no_truth() -> None:
    for value in (1.5, "3", True):
        assert "whole number" in refused(Whole(0, 9), value)
    assert refused(Whole(0, 9), 10) == "Send a whole number from 0 to 9."


def test_codes_are_kebab_case() -> None:
    assert Code().deserialize("public-place") == "public-place"
    for value in ("Public place", "public_place", "-", "a--b"):
        refused(Code(), value)


def test_a_long_list_is_refused_whole_and_a_wrong_entry_at_its_place() -> None:
    assert refused(Several(Code(), most=2), ["a", "b", "c"]) == "Send from 0 to 2 entries."
    with pytest.raises(ValidationError) as error:
        Several(Code()).deserialize(["a", "B"])
    assert list(error.value.messages) == [1]


@pytest.mark.parametrize("text", ["HR4 0AA", "w1a0ax", " SW1A 1AA "])
def test_uk_postcodes(text: str) -> None:
    assert is_uk_postcode(text)


@pytest.mark.parametrize("text", ["HR4", "QR4 0AA", "HR4 0CA", "75001", "HR4  0AA"])
def test_what_is_no_uk_postcode(text: str) -> None:
    assert not is_uk_postcode(text)
