"""Dates as people write them in chronologies: `14/03/2025 9:30`, "early March 2025", "between 3 and 5 March 2025".

Nothing is made more exact than it was said: "early March" is the month, marked as estimated, with the words kept.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from services.review.partial_dates import NotADate, span_of
from shared.calendar import LONDON

MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december")  # fmt: skip
UNKNOWN = ("", "unknown", "not known", "unknown date", "date unknown", "date not known", "n/k", "nk", "undated", "?")
_ABOUT = re.compile(
    r"^(?:in )?(?:early|mid|late|around|about|circa|c\.|approx\.?|approximately|the beginning of|beginning of|the end of|end of|sometime in|on or about|on or around)[ -]+"
)
_BETWEEN = re.compile(r"^(?:between |from )?(.+?)(?: and | to | until |\s*[–—]\s*| - )(.+)$")
_TIME = re.compile(r"(?:,? (?:at )?|t)(\d{1,2})(?:[:.](\d\d))(?::\d\d)?\s*(am|pm)?$|,? at (\d{1,2})\s*(am|pm)$")
_NUMBERS = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
_SHORT_YEAR = re.compile(r"\b\d{1,2}[/.-]\d{1,2}[/.-]\d\d\b")
_DAY_MONTH_YEAR = re.compile(r"(?:[a-z]+day,? )?(?:(\d{1,2}) )?([a-z]+)\.?,?(?: (\d{4}))?")
_DAY = re.compile(r"\d{1,2}")


class NotUnderstood(ValueError):
    """The words name no date; the message says what to write instead."""


@dataclass(frozen=True)
class Dated:
    """A date as `partial_dates` reads it (both None where nobody knows it), and how sure it is."""

    start: str | None
    end: str | None
    certainty: str


def read_date(words: str) -> Dated:
    """What somebody wrote as a date. Raises `NotUnderstood` with a sentence that says what to write."""
    said = re.sub(r"\s+", " ", words.strip().casefold())
    said = re.sub(r"(\d)(?:st|nd|rd|th)\b(?: of)?", r"\1", said)
    if said in UNKNOWN:
        return Dated(None, None, "unknown")
    if one := _one(said):
        return Dated(one, None, "known")
    if _ABOUT.match(said):
        rest = read_date(_ABOUT.sub("", said))
        return Dated(rest.start, rest.end, "estimated")
    if both := _BETWEEN.match(said):
        return _between(both[1], both[2])
    if _SHORT_YEAR.search(said):
        raise NotUnderstood("Write the year with four digits, such as 14/03/2025.")
    raise NotUnderstood("Write the date as 14/03/2025, 14 March 2025, March 2025, 2025, or unknown.")


def _between(first: str, last: str) -> Dated:
    end = _one(last)
    start = _one(first) or _completed(first, last)
    if start is None or end is None:
        raise NotUnderstood("Write both dates, such as between 3 March 2025 and 5 March 2025.")
    if span_of(end).latest < span_of(start).earliest:
        raise NotUnderstood("The second date is before the first: write the earlier one first.")
    return Dated(start, end, "estimated")


def _completed(first: str, last: str) -> str | None:
    """`3` of "3 and 5 March 2025", or `March` of "March to May 2025", with what the second date adds."""
    named = _DAY_MONTH_YEAR.fullmatch(last)
    if not named or not named[3]:
        return None
    tail = f"{named[2]} {named[3]}" if _DAY.fullmatch(first) else named[3]
    return _one(f"{first} {tail}")


def _one(said: str) -> str | None:
    try:
        span_of(said.upper())
    except NotADate:
        pass
    else:
        return said.upper()
    day, time = said, None
    if found := _TIME.search(said):
        day, time = said[: found.start()], _clock_time(found)
    date = _date(day)
    if date is None or (time is not None and len(date) != 10):
        return None
    try:
        span_of(date)
    except NotADate:
        return None
    if time is None:
        return date
    return datetime.fromisoformat(f"{date}T{time}").replace(tzinfo=LONDON).isoformat()


def _clock_time(found: re.Match[str]) -> str:
    hour, minute, half = int(found[1] or found[4]), int(found[2] or 0), found[3] or found[5]
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    if hour > 23 or minute > 59:
        raise NotUnderstood("Write the time like 9:30pm or 21:30.")
    return f"{hour:02}:{minute:02}"


def _date(said: str) -> str | None:
    if found := _NUMBERS.fullmatch(said):
        return f"{found[3]}-{int(found[2]):02}-{int(found[1]):02}"
    try:
        span_of(said)
    except NotADate:
        pass
    else:
        return said
    found = _DAY_MONTH_YEAR.fullmatch(said)
    month = _month(found[2]) if found else 0
    if not found or not month or not found[3]:
        return None
    return f"{found[3]}-{month:02}" + (f"-{int(found[1]):02}" if found[1] else "")


def _month(word: str) -> int:
    fits = [
        number for number, name in enumerate(MONTHS, 1) if name == word or (len(word) >= 3 and name.startswith(word))
    ]
    return fits[0] if len(fits) == 1 else 0
