"""Working days of England, in London's days, over Easter, Christmas and the end of summer time."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.calendar import (
    LAST_KNOWN_YEAR,
    BankHolidays,
    CalendarUnknown,
    Within,
    add_months,
    add_working_days,
    age_on,
    bank_holidays_of,
    due,
    end_of_day,
    is_working_day,
    working_days_between,
)

FIVE = Within(5, "working_days")
FIFTEEN = Within(15, "working_days")
DAYS = st.dates(date(2018, 1, 1), date(2027, 12, 31))

# As announced at gov.uk/bank-holidays for England and Wales (weekdays only).
ANNOUNCED = {
    2024: ["01-01", "03-29", "04-01", "05-06", "05-27", "08-26", "12-25", "12-26"],
    2025: ["01-01", "04-18", "04-21", "05-05", "05-26", "08-25", "12-25", "12-26"],
    2026: ["01-01", "04-03", "04-06", "05-04", "05-25", "08-31", "12-25", "12-28"],
    2027: ["01-01", "03-26", "03-29", "05-03", "05-31", "08-30", "12-27", "12-28"],
    2028: ["01-03", "04-14", "04-17", "05-01", "05-29", "08-28", "12-25", "12-26"],
}


@pytest.mark.parametrize("year", ANNOUNCED)
def test_bank_holidays_are_those_announced_for_england(year: int) -> None:
    computed = sorted(day for day in bank_holidays_of(year) if day.weekday() < 5)
    assert [day.strftime("%m-%d") for day in computed] == ANNOUNCED[year]


def test_every_year_that_is_trusted_has_been_compared_with_the_announcement() -> None:
    assert max(ANNOUNCED) == LAST_KNOWN_YEAR


def test_the_coronation_and_the_state_funeral_were_no_working_days() -> None:
    assert not is_working_day(date(2023, 5, 8))
    assert not is_working_day(date(2022, 9, 19))


def test_five_working_days_pass_over_easter_2026() -> None:
    aware = datetime(2026, 4, 1, 9, tzinfo=UTC)  # the Wednesday before Good Friday
    assert due(aware, FIVE).isoformat() == "2026-04-10T23:59:59+01:00"


def test_fifteen_working_days_pass_over_christmas_2026_with_its_substitute_day() -> None:
    sent = datetime(2026, 12, 18, 15, tzinfo=UTC)
    assert due(sent, FIFTEEN).isoformat() == "2027-01-13T23:59:59+00:00"
    assert add_working_days(date(2026, 12, 24), 1) == date(2026, 12, 29)


def test_the_due_moment_is_the_end_of_the_day_in_london_on_both_sides_of_the_end_of_summer_time() -> None:
    aware = datetime(2026, 10, 23, 12, tzinfo=UTC)  # the clocks go back on the 25th
    assert due(aware, Within(1, "working_days")).isoformat() == "2026-10-26T23:59:59+00:00"
    assert end_of_day(date(2026, 10, 24)).isoformat() == "2026-10-24T23:59:59+01:00"
    assert end_of_day(date(2026, 10, 26)) - end_of_day(date(2026, 10, 24)) == timedelta(days=2, hours=0)
    assert end_of_day(date(2026, 10, 25)).astimezone(UTC).hour == 23


def test_the_day_an_authority_became_aware_is_londons_day_not_utcs() -> None:
    late_on_thursday_utc = datetime(2026, 6, 11, 23, 30, tzinfo=UTC)  # half past midnight on Friday in London
    assert due(late_on_thursday_utc, FIVE).date() == date(2026, 6, 19)


def test_the_day_of_sending_may_count_as_day_one() -> None:
    sent = datetime(2026, 3, 26, 10, tzinfo=UTC)
    assert due(sent, FIFTEEN).date() == date(2026, 4, 20)
    assert due(sent, FIFTEEN, day_one=True).date() == date(2026, 4, 17)


def test_a_period_counted_from_day_one_on_a_saturday_begins_on_monday() -> None:
    saturday = datetime(2026, 6, 13, 10, tzinfo=UTC)
    assert due(saturday, Within(1, "working_days"), day_one=True).date() == date(2026, 6, 15)


def test_prior_copies_go_seven_working_days_before_publication() -> None:
    publication = datetime(2026, 4, 10, 9, tzinfo=UTC)
    assert due(publication, Within(7, "working_days_before")).date() == date(2026, 3, 30)


def test_six_months_end_on_the_last_day_of_a_shorter_month() -> None:
    assert add_months(date(2026, 8, 31), 6) == date(2027, 2, 28)
    assert add_months(date(2027, 8, 31), 6) == date(2028, 2, 29)
    decided = datetime(2026, 8, 31, 12, tzinfo=UTC)
    assert due(decided, Within(6, "months")).isoformat() == "2027-02-28T23:59:59+00:00"


def test_other_periods() -> None:
    friday = datetime(2026, 6, 12, 12, tzinfo=UTC)
    saturday = datetime(2026, 6, 13, 12, tzinfo=UTC)
    assert due(friday, Within(3, "years")).date() == date(2029, 6, 12)
    assert due(friday, Within(10, "days")).date() == date(2026, 6, 22)
    assert due(saturday, Within(1, "same_day")).date() == date(2026, 6, 13)
    assert due(saturday, Within(1, "without_delay")).date() == date(2026, 6, 15)
    assert due(friday, Within(1, "without_delay")).date() == date(2026, 6, 12)


def test_a_date_past_the_last_known_year_is_said_not_guessed() -> None:
    with pytest.raises(CalendarUnknown, match=f"up to {LAST_KNOWN_YEAR}; a date in {LAST_KNOWN_YEAR + 1}"):
        due(datetime(LAST_KNOWN_YEAR, 12, 28, tzinfo=UTC), FIVE)


def test_a_partnership_adds_a_proclaimed_day_and_takes_one_away() -> None:
    proclaimed = BankHolidays(added=frozenset({date(2026, 6, 15)}), removed=frozenset({date(2026, 5, 25)}))
    assert add_working_days(date(2026, 6, 12), 1, proclaimed) == date(2026, 6, 16)
    assert is_working_day(date(2026, 5, 25), proclaimed)


def test_a_partnership_may_trust_a_later_year_once_its_days_are_announced() -> None:
    announced = BankHolidays(last_year=2029)
    assert add_working_days(date(2028, 12, 29), 1, announced) == date(2029, 1, 2)


def test_past_the_last_known_year_a_clock_goes_on_by_the_days_off_that_no_proclamation_can_move() -> None:
    onward = BankHolidays().and_beyond()
    assert add_working_days(date(2028, 12, 27), 5, onward) == date(2029, 1, 3)  # New Year's Day is proclaimed each year
    assert add_working_days(date(2029, 3, 29), 1, onward) == date(2029, 4, 2)  # over Good Friday
    assert add_working_days(date(2029, 12, 24), 1, onward) == date(2029, 12, 26)
    assert not is_working_day(date(2029, 6, 1), replace(onward, added=frozenset({date(2029, 6, 1)})))


@given(DAYS, st.integers(0, 60))
def test_a_clock_past_the_last_known_year_is_never_late(day: date, n: int) -> None:
    onward = BankHolidays(last_year=2019).and_beyond()
    assert add_working_days(day, n, onward) <= add_working_days(day, n)


def test_a_moment_without_an_offset_has_no_day() -> None:
    with pytest.raises(ValueError, match="without an offset"):
        due(datetime(2026, 6, 12, 12), FIVE)


def test_a_child_born_on_the_29th_of_february_is_a_year_older_on_the_first_of_march() -> None:
    assert age_on(date(2008, 2, 29), date(2026, 2, 28)) == 17
    assert age_on(date(2008, 2, 29), date(2026, 3, 1)) == 18


@given(DAYS, st.integers(1, 60))
def test_the_nth_working_day_is_a_working_day_with_n_of_them_since(day: date, n: int) -> None:
    later = add_working_days(day, n)
    assert is_working_day(later)
    assert working_days_between(day, later) == n


@given(DAYS, st.integers(1, 60))
def test_days_back_undo_days_forward_from_a_working_day(day: date, n: int) -> None:
    start = add_working_days(day, 0)
    assert add_working_days(add_working_days(start, n), -n) == start
    assert working_days_between(add_working_days(start, n), start) == -n


@given(DAYS, DAYS, st.integers(1, 30))
def test_who_became_aware_later_is_never_due_earlier(a: date, b: date, n: int) -> None:
    assert (add_working_days(min(a, b), n)) <= add_working_days(max(a, b), n)
