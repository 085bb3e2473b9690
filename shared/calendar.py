"""Statutory sums: working days of England, counted in Europe/London.

A working day is Monday to Friday less England's bank holidays. Their table comes from the `holidays` package, corrected
by what a partnership adds (a day proclaimed later). Past the last year for which bank holidays have been announced
the sums stop with `CalendarUnknown`, where a person chooses the day; a clock that something has started goes on by the
days off that are certain (`BankHolidays.and_beyond`), so that it is never late.
"""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Literal
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
FRIDAY = 4

# GOV.UK announces bank holidays some two years ahead; the package computes further, but does not know. Raise this when
# the package has been compared with the next announced year (tests/unit/test_calendar.py holds the comparison).
LAST_KNOWN_YEAR = 2028

Unit = Literal["working_days", "working_days_before", "days", "months", "years", "same_day", "without_delay"]


class CalendarUnknown(ValueError):
    """A sum needs a year whose bank holidays are not known; the message says what to do."""


@dataclass(frozen=True)
class Within:
    """How long a duty gives: an amount of a unit (`5 working_days`, `6 months`; 1 of `same_day`, `without_delay`)."""

    amount: int
    unit: Unit


@dataclass(frozen=True)
class BankHolidays:
    """England's bank holidays with a partnership's corrections, trusted up to and including `last_year`.

    With `goes_on`, those of later years are the ones that no proclamation can move, and those that a partnership has
    added: working days counted forward come out on the true day or before it.
    """

    added: frozenset[date] = frozenset()
    removed: frozenset[date] = frozenset()
    last_year: int = LAST_KNOWN_YEAR
    goes_on: bool = False

    def and_beyond(self) -> "BankHolidays":
        """The same, with the certain ones of the years after `last_year`."""
        return replace(self, goes_on=True)

    def __contains__(self, day: date) -> bool:
        """Whether `day` is a bank holiday. Raises `CalendarUnknown` past `last_year`, unless it `goes_on`."""
        if day.year > self.last_year and self.goes_on:
            return day in self.added or _is_certain(day)
        if day.year > self.last_year:
            raise CalendarUnknown(
                f"England's bank holidays are known up to {self.last_year}; a date in {day.year} cannot be worked out. "
                "Add the announced dates and the new last_year under [bank_holidays] in the partnership's file."
            )
        return day in self.added or (day in bank_holidays_of(day.year) and day not in self.removed)


ENGLAND = BankHolidays()


@cache
def bank_holidays_of(year: int) -> frozenset[date]:
    """The bank holidays of England in `year` by the package, weekend days such as 26 December 2026 included."""
    import holidays  # 10 ms that a process need not wait for until it counts its first working day

    return frozenset(holidays.country_holidays("GB", subdiv="ENG", years=year))


def _is_certain(day: date) -> bool:
    """Christmas Day and Good Friday, days off at common law; every other bank holiday can be moved by proclamation
    (Banking and Financial Dealings Act 1971, section 1)."""
    if (day.month, day.day) == (12, 25):
        return True
    return day.month in (3, 4) and day.weekday() == FRIDAY and day in bank_holidays_of(day.year)


def is_working_day(day: date, bank_holidays: BankHolidays = ENGLAND) -> bool:
    """Monday to Friday and no bank holiday in England. Raises `CalendarUnknown`."""
    return day not in bank_holidays and day.weekday() < 5


def add_working_days(day: date, n: int, bank_holidays: BankHolidays = ENGLAND) -> date:
    """The n-th working day after `day` (before it, where n is negative); `day` itself is never counted.

    With n = 0: `day` where it is a working day, otherwise the next. Raises `CalendarUnknown`.
    """
    if n == 0:
        return day if is_working_day(day, bank_holidays) else add_working_days(day, 1, bank_holidays)
    step = timedelta(days=1 if n > 0 else -1)
    left = abs(n)
    while left:
        day += step
        left -= is_working_day(day, bank_holidays)
    return day


def working_days_between(a: date, b: date, bank_holidays: BankHolidays = ENGLAND) -> int:
    """Working days after `a` up to and including `b`; negative where `b` is earlier. Raises `CalendarUnknown`.

    The inverse of `add_working_days` wherever `b` is a working day.
    """
    return sum(is_working_day(day, bank_holidays) for day in _days_counted(a, b)) * (1 if a <= b else -1)


def _days_counted(a: date, b: date) -> Iterator[date]:
    step = 1 if a <= b else -1
    return (a + timedelta(days=step * n) for n in range(1, abs((b - a).days) + 1))


def add_months(day: date, months: int) -> date:
    """The same day of the month, `months` later; the month's last day where it has no such day (31 August + 6)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def day_in_words(day: date) -> str:
    """`4 April 2026`."""
    return f"{day.day} {day:%B %Y}"


def london_day(moment: datetime) -> date:
    """The date on the clocks of London at an aware moment. Raises ValueError for one without an offset."""
    if moment.tzinfo is None:
        raise ValueError("A moment without an offset has no day in Europe/London.")
    return moment.astimezone(LONDON).date()


def end_of_day(day: date) -> datetime:
    """The last second of `day` in Europe/London, aware: 23:59:59+00:00 in winter, +01:00 in summer."""
    return datetime.combine(day, time(23, 59, 59), LONDON)


def due(
    runs_from: datetime, within: Within, *, day_one: bool = False, bank_holidays: BankHolidays = ENGLAND
) -> datetime:
    """When a duty falls due: the end of its last day in Europe/London.

    `runs_from` is the aware moment that starts the clock. That day is day 0; with `day_one` it counts as day 1 of a
    period of working days (if it is one). Raises `CalendarUnknown`.
    """
    start = london_day(runs_from)
    if day_one and within.unit == "working_days":
        start -= timedelta(days=1)
    return end_of_day(_last_day(start, within, bank_holidays))


def _last_day(start: date, within: Within, bank_holidays: BankHolidays) -> date:
    match within.unit:
        case "working_days":
            return add_working_days(start, within.amount, bank_holidays)
        case "working_days_before":
            return add_working_days(start, -within.amount, bank_holidays)
        case "days" | "same_day":
            return start + timedelta(days=within.amount if within.unit == "days" else 0)
        case "months" | "years":
            return add_months(start, within.amount * (12 if within.unit == "years" else 1))
        case "without_delay":  # the guidance names no day: that day, or the first on which an office is open
            return add_working_days(start, 0, bank_holidays)


def age_on(born: date, day: date) -> int:
    """Completed years on `day`; born on 29 February, a year is completed on 1 March where there is no 29th."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))
