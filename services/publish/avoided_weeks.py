"""Weeks in which a report should not come out: that of a birthday, or of the day on which it happened.

Only the week is ever shown, and not why: a date beside a pseudonym could tell who the child was. Pure.
"""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

DATED = ("date-of-birth", "expected-date-of-delivery", "date-of-death", "incident-date")
SHOWN_AHEAD = timedelta(days=200)


def weeks_to_avoid(identifiers: Iterable[Mapping[str, str]], first: date, last: date) -> list[date]:
    """The Mondays of the weeks from `first` to `last` that hold the day of one of the case's dates, in their order.

    What belongs to no review (a yearly report) avoids none: it knows the days of every case, and in time of every week.
    """
    days = [day for each in identifiers if each["kind"] in DATED and (day := _day_of(each["value"]))]
    years = range(first.year - 1, last.year + 2)
    mondays = {week_of(_in_year(day, year)) for day in days for year in years}
    return sorted(monday for monday in mondays if week_of(first) <= monday <= last)


def week_of(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def _day_of(value: str) -> date | None:
    try:
        return date.fromisoformat(value[:10])
    except ValueError:
        return None


def _in_year(day: date, year: int) -> date:
    """The day in another year; of a 29 February, the 28th where there is no 29th."""
    try:
        return day.replace(year=year)
    except ValueError:
        return date(year, 2, 28)
