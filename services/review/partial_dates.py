"""Dates as people know them: a year, a month, a day, or a moment. Nothing is made more exact than it was said."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Literal

from shared.calendar import LONDON, end_of_day

Precision = Literal["moment", "day", "month", "year", "unknown"]
EARLIEST, LATEST = 1900, 2199

_PARTS = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d(:\d\d(\.\d{1,6})?)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)


class NotADate(ValueError):
    """The text is none of the four forms."""


@dataclass(frozen=True)
class Span:
    """The time that a partial date may mean, in UTC, both ends included."""

    earliest: datetime
    latest: datetime
    precision: Precision


def span_of(text: str) -> Span:
    """What `2025`, `2025-03`, `2025-03-14` or `2025-03-14T09:30:00+00:00` stands for. Raises `NotADate`.

    Years, months and days are those of Europe/London.
    """
    try:
        span = _moment(text) if _MOMENT.fullmatch(text) else _period(text)
    except (ValueError, OverflowError):
        raise NotADate(text) from None
    if not EARLIEST <= span.earliest.year <= LATEST:
        raise NotADate(text)
    return span


def _moment(text: str) -> Span:
    moment = datetime.fromisoformat(text.upper()).astimezone(UTC)
    return Span(moment, moment, "moment")


def _period(text: str) -> Span:
    parts = _PARTS.fullmatch(text)
    if parts is None or not EARLIEST <= int(parts[1]) <= LATEST:
        raise NotADate(text)
    year, month, day = int(parts[1]), int(parts[2] or 0), int(parts[3] or 0)
    if day or parts[3]:
        return _days(date(year, month, day), date(year, month, day), "day")
    if month or parts[2]:
        return _days(date(year, month, 1), date(year, month, monthrange(year, month)[1]), "month")
    return _days(date(year, 1, 1), date(year, 12, 31), "year")


def _days(first: date, last: date, precision: Precision) -> Span:
    start = datetime.combine(first, datetime.min.time(), LONDON)
    return Span(start.astimezone(UTC), end_of_day(last).astimezone(UTC), precision)
