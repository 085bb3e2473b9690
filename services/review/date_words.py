"""Dates as people write them in chronologies: `14/03/2025 9:30`, "early March 2025", "between 3 and 5 March 2025".

Nothing is made more exact than it was said: "early March" is the month, marked as estimated, with the words kept.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from services.review.partial_dates import NotADate, span_of
from shared.calendar import LONDON

MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december")  # fmt: skip
TIME_SENTENCE = "Write the time like 9:30pm, 21:30 or 2130."
UNKNOWN = ("", "unknown", "not known", "unknown date", "date unknown", "date not known", "n/k", "nk", "undated", "?")
_ABOUT = re.compile(
    r"^(?:in )?(?:early|mid|late|around|about|circa|c\.|approx\.?|approximately|the beginning of|beginning of|the end of|end of|sometime in|on or about|on or around)[ -]+"
)
_BETWEEN = re.compile(r"^(?:between |from )?(.+?)(?: and | to | until |\s*[–—]\s*| - )(.+)$")
_HOURS = r"(?:\s*(?:h|hrs?|hours))?"
_TIME = re.compile(
    rf"(?:,? (?:at )?|t)(\d{{1,2}})(?:[:.](\d\d))(?::\d\d)?\s*(am|pm)?{_HOURS}$"
    rf"|,? at (\d{{1,2}})\s*(am|pm)$|(?<=\d{{4}})(?:,| at)* (\d\d)(\d\d){_HOURS}$"
)
_CLOCK = re.compile(rf"(\d{{1,2}})(?:[:.]?(\d\d)(?::\d\d)?)?\s*(am|pm)?{_HOURS}")
_SEASON = re.compile(r"(spring|summer|autumn)(?: of)? (\d{4})")
SEASONS = {"spring": ("03", "05"), "summer": ("06", "08"), "autumn": ("09", "11")}  # winter lies in two years
_NUMBERS = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
_SHORT_YEAR = re.compile(r"\b\d{1,2}[/.-]\d{1,2}[/.-]\d\d\b")
_ISO = re.compile(r"\d{4}-\d\d-\d\d")
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
    if season := _SEASON.fullmatch(said):
        first, last = SEASONS[season[1]]
        return Dated(f"{season[2]}-{first}", f"{season[2]}-{last}", "estimated")
    if both := _BETWEEN.match(said):
        return _between(both[1], both[2])
    day = _TIME.sub("", said)
    if _NUMBERS.fullmatch(day) or _ISO.fullmatch(day):
        raise NotUnderstood("Write a day that there is, the day first and the month second, such as 14/03/2025.")
    if _SHORT_YEAR.search(said):
        raise NotUnderstood("Write the year with four digits, such as 14/03/2025.")
    raise NotUnderstood(
        "Write the date as 14/03/2025, March 2025, spring 2025, 2025, or unknown; or say between which two."
    )


def read_time(words: str) -> str:
    """`21:30` of a time as people write it: 9:30pm, 21.30, 2130hrs. Raises `NotUnderstood` with what to write."""
    found = _CLOCK.fullmatch(words.strip().casefold())
    if not found or not (found[2] or found[3]):
        raise NotUnderstood(TIME_SENTENCE)
    return _clock_time(found[1], found[2], found[3])


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
        hour, minute, half = found[1] or found[4] or found[6], found[2] or found[7], found[3] or found[5]
        day, time = said[: found.start()], _clock_time(hour, minute, half)
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


def _clock_time(hour: str, minute: str | None, half: str | None) -> str:
    hours, minutes = int(hour), int(minute or 0)
    if half and hours <= 12:
        hours = hours % 12 + (12 if half == "pm" else 0)
    if hours > 23 or minutes > 59:
        raise NotUnderstood(TIME_SENTENCE)
    return f"{hours:02}:{minutes:02}"


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
