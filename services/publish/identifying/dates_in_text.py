"""Full dates however they are written: in figures, with the month's name, and in words."""

import re
from collections.abc import Iterator, Mapping
from datetime import date

from services.publish.identifying.plain_text import each_word

MONTH_NAMES = (
    "jan january",
    "feb february",
    "mar march",
    "apr april",
    "may",
    "jun june",
    "jul july",
    "aug august",
    "sep sept september",
    "oct october",
    "nov november",
    "dec december",
)
MONTHS = {name: number for number, names in enumerate(MONTH_NAMES, 1) for name in names.split()}
ORDINALS = each_word(
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
    "fifteenth sixteenth seventeenth eighteenth nineteenth twentieth twenty-first twenty-second twenty-third "
    "twenty-fourth twenty-fifth twenty-sixth twenty-seventh twenty-eighth twenty-ninth thirtieth thirty-first"
)
DAYS = {word: number for number, ordinal in enumerate(ORDINALS, 1) for word in (ordinal, ordinal.replace("-", " "))}
UNITS = each_word(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
)
TENS = each_word("twenty thirty forty fifty sixty seventy eighty ninety")
NUMBERS = {word: number for number, word in enumerate(UNITS)} | {word: 10 * n for n, word in enumerate(TENS, 2)}


def _any(words: Iterator[str] | Mapping[str, int]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


MONTH, DAY_WORD, NUMBER = _any(MONTHS), _any(DAYS), _any(NUMBERS)
YEAR = rf"\d{{4}}|\d\d|two thousand(?: and)?(?:[ -](?:{NUMBER}))?(?:[ -](?:{NUMBER}))?|(?:nineteen|twenty)[ -](?:{NUMBER})(?:[ -](?:{NUMBER}))?"
DAY = rf"\d{{1,2}}|{DAY_WORD}"
DAY_FIRST = re.compile(
    rf"(?<![\w/])({DAY})(?:st|nd|rd|th)?(?: day)?(?: of)?[ ./-]{{1,2}}({MONTH}|\d{{1,2}}),?[ ./-]{{1,2}}({YEAR})(?!\w)"
)
MONTH_FIRST = re.compile(rf"(?<!\w)({MONTH}) (?:the )?({DAY})(?:st|nd|rd|th)?,? ({YEAR})(?!\w)")
YEAR_FIRST = re.compile(r"(?<!\d)(\d{4})[-/.](\d\d)[-/.](\d\d)(?!\d)")
NO_YEAR = (
    (re.compile(rf"(?<![\w/])({DAY})(?:st|nd|rd|th)?(?: of)? ({MONTH})(?!\w)"), (1, 2)),
    (re.compile(rf"(?<!\w)({MONTH}) (?:the )?({DAY})(?:st|nd|rd|th)?(?!\w)"), (2, 1)),
)
COMPACT = re.compile(r"(?<!\d)\d{8}(?!\d)")


def dates_in(text: str, known: Mapping[date, str]) -> Iterator[tuple[str, int, int]]:
    """Kind and span of every full date in a text in small letters: a known date's own kind, or `full-date`; `birthday`
    for the day and month of a known date without its year.
    """
    taken: set[int] = set()
    for pattern, order in ((DAY_FIRST, (3, 2, 1)), (MONTH_FIRST, (3, 1, 2)), (YEAR_FIRST, (1, 2, 3))):
        for match in pattern.finditer(text):
            day = _date(*(match[group] for group in order))
            if day and match.start() not in taken:
                taken |= set(range(*match.span()))
                yield known.get(day, "full-date"), *match.span()
    days = {(day.day, day.month) for day in known}
    for pattern, (day_at, month_at) in NO_YEAR:
        for match in pattern.finditer(text):
            said = (_day(match[day_at]), MONTHS[match[month_at]])
            if said in days and match.start() not in taken:
                yield "birthday", *match.span()
    in_figures = {day.strftime(form): kind for day, kind in known.items() for form in ("%d%m%Y", "%Y%m%d")}
    for match in COMPACT.finditer(text):
        if match[0] in in_figures:
            yield in_figures[match[0]], *match.span()


def _date(year: str, month: str, day: str) -> date | None:
    number = _year(year)
    if number is None:
        return None
    try:
        return date(number, MONTHS[month] if month in MONTHS else int(month), _day(day))
    except ValueError:
        return None


def _day(written: str) -> int:
    return DAYS[written] if written in DAYS else int(written)


def _year(written: str) -> int | None:
    if written.isdigit():
        number = int(written)
        return number if len(written) == 4 else 2000 + number if number < 70 else 1900 + number
    words = written.replace("-", " ").split()
    if words[:2] == ["two", "thousand"]:
        return 2000 + sum(NUMBERS.get(word, 0) for word in words[2:])
    century, *rest = words
    return NUMBERS[century] * 100 + sum(NUMBERS.get(word, 0) for word in rest)
