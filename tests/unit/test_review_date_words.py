"""Dates and times as the police, health services and councils write them, and what is said of one that cannot be."""

import pytest

from services.review.date_words import Dated, NotUnderstood, read_date, read_time

AT_2310 = "2025-03-14T23:10:00+00:00"


@pytest.mark.parametrize(
    "words", ["14/03/2025 2310", "14/03/2025 2310hrs", "14/03/2025 at 23.10 hrs", "14/03/2025 11:10pm"]
)
def test_a_time_is_read_as_each_service_writes_it(words: str) -> None:
    assert read_date(words) == Dated(AT_2310, None, "known")


@pytest.mark.parametrize(
    ("words", "time"), [("2310", "23:10"), ("930", "09:30"), ("9 pm", "21:00"), ("21:30:00", "21:30")]
)
def test_a_column_of_times_may_leave_the_colon_out(words: str, time: str) -> None:
    assert read_time(words) == time


def test_a_season_is_three_months_and_estimated() -> None:
    assert read_date("Spring 2025") == Dated("2025-03", "2025-05", "estimated")
    assert read_date("early summer of 2024") == Dated("2024-06", "2024-08", "estimated")
    with pytest.raises(NotUnderstood):
        read_date("winter 2024")


@pytest.mark.parametrize("words", ["31/02/2025", "03/14/2025", "2025-02-30", "31/02/2025 21:30"])
def test_a_day_that_is_not_is_told_from_a_date_written_otherwise(words: str) -> None:
    with pytest.raises(NotUnderstood, match="Write a day that there is"):
        read_date(words)
    with pytest.raises(NotUnderstood, match="Write the date as"):
        read_date("14/03/2025 perhaps")
