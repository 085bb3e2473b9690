"""What in a text may identify a child, a family or a worker: the case's own identifiers, and shapes that always do.

A pure search that a person decides on. It finds what is written; it cannot find what only a reader can put together.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from services.publish.passages import Passage
from shared.web.fields import is_uk_postcode, nhs_number_fits

CONTEXT = 60
SHORTEST_NAME = 3  # shorter parts of a name ("Al", "de") are words, too
SHORTEST_SETTING = 8  # one short word of a school's name ("Green") is an ordinary word


@dataclass(frozen=True)
class Found:
    """One thing found on one page, however often: its kind, the words themselves, and some around the first."""

    kind: str
    place: str
    page: int | None
    value: str
    context: str
    times: int


@dataclass(frozen=True)
class Known:
    """What must not appear: spellings by the kind of finding they make, and dates by theirs."""

    spellings: Mapping[str, str]  # plain spelling -> kind
    dates: Mapping[date, str]
    pattern: re.Pattern[str] | None


def plain(text: str) -> str:
    """Text as it is compared: small letters without accents, no hidden characters, words cut at a line's end joined."""
    text = unicodedata.normalize("NFKD", text)
    text = "".join(c for c in text if not unicodedata.combining(c) and unicodedata.category(c) != "Cf")
    text = re.sub(r"(?<=\w)[-\u2010\u2011\ufffe\x02]\s*[\r\n]+\s*(?=[a-z])", "", text.casefold())
    text = re.sub(r"[\u2010-\u2015\u2212]", "-", text).replace("\u2019", "'")
    return re.sub(r"\s+", " ", text)


def known_identifiers(
    identifiers: Iterable[Mapping[str, str]], area_words: Iterable[str] = (), pseudonyms: Iterable[str] = ()
) -> Known:
    """Prepare a case's identifiers (`kind`, `value`) in their variants, and the words that name the area."""
    spellings: dict[str, str] = {}
    dates: dict[date, str] = {}
    for word in pseudonyms:
        spellings[plain(word).strip()] = "pseudonym"
    for word in area_words:
        spellings[plain(word).strip()] = "area"
    for each in identifiers:
        if each["kind"] in ("date-of-birth", "expected-date-of-delivery"):
            dates |= _date_of(each)
        for variant in VARIANTS.get(each["kind"], _whole)(plain(each["value"]).strip()):
            spellings[variant] = each["kind"]
    spellings.pop("", None)
    longest_first = sorted(map(re.escape, spellings), key=len, reverse=True)
    pattern = re.compile(rf"(?<!\w)(?:{'|'.join(longest_first)})(?!\w)") if spellings else None
    return Known(spellings, dates, pattern)


def _date_of(identifier: Mapping[str, str]) -> dict[date, str]:
    try:
        return {date.fromisoformat(identifier["value"][:10]): identifier["kind"]}
    except ValueError:
        return {}


def _whole(value: str) -> Iterator[str]:
    yield value


def _name_variants(name: str) -> Iterator[str]:
    """The name, surname first, and each of its parts, those of a double-barrelled name as well."""
    yield name
    parts = name.replace(",", " ").split()
    if len(parts) > 1:
        yield f"{parts[-1]}, {' '.join(parts[:-1])}"
        yield f"{parts[-1]} {' '.join(parts[:-1])}"
        yield f"{parts[0]} {parts[-1]}"
    for part in parts:
        yield from (each for each in {part, part.replace("-", ""), *part.split("-")} if len(each) >= SHORTEST_NAME)


def _address_variants(address: str) -> Iterator[str]:
    """The address, its first line, and the street without the number. The town alone names too many."""
    yield address
    first = address.split(",", maxsplit=1)[0].strip()
    street = re.sub(r"^(flat|apartment|unit)?\s*\d+\w?[ ,/-]*", "", first).strip()
    yield from (each for each in (first, street) if len(each) > 5)


COMMON_IN_SETTINGS = re.compile(
    r"\b(the|of|c of e|school|primary|infant|junior|high|secondary|academy|college|nursery|pre-school|surgery)\b"
)


def _setting_variants(setting: str) -> Iterator[str]:
    """The school or setting, and its own name without what many are called."""
    yield setting
    own = re.sub(r"\s+", " ", COMMON_IN_SETTINGS.sub(" ", setting)).strip(" ,.-'")
    if " " in own or len(own) >= SHORTEST_SETTING:
        yield own


def _nowhere(_: str) -> Iterator[str]:
    """Found by its shape, whatever its spelling."""
    return iter(())


VARIANTS: dict[str, Callable[[str], Iterator[str]]] = {
    "name": _name_variants,
    "alias": _name_variants,
    "address": _address_variants,
    "setting": _setting_variants,
    "date-of-birth": _nowhere,
    "expected-date-of-delivery": _nowhere,
    "nhs-number": _nowhere,
    "postcode": _nowhere,
}

MONTHS = {
    name: number
    for number, names in enumerate(
        (
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
        ),
        1,
    )
    for name in names.split()
}
MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))

POSTCODE = re.compile(r"(?<![a-z0-9])[a-z]{1,2}[0-9][0-9a-z]? ?[0-9][a-z]{2}(?![a-z0-9])")
TEN_DIGITS = re.compile(r"(?<!\d)\d{3}[ -]?\d{3}[ -]?\d{4}(?!\d)")
NI_NUMBER = re.compile(
    r"(?<![a-z0-9])(?!bg|gb|nk|kn|tn|nt|zz)[a-ceghj-prtw-z][a-ceghj-nprtw-z] ?\d\d ?\d\d ?\d\d ?[a-d](?![a-z0-9])"
)
PHONE = re.compile(r"(?<![\d+])(?:\+44 ?\(?0?\)?|\(?0)\d(?:[ ()-]{0,2}\d){8,9}(?!\d)")
EMAIL = re.compile(r"[a-z0-9.!#$%&*+/=?^_`{|}~'-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+")
DAY_FIRST = re.compile(
    rf"(?<![\d/])(\d{{1,2}})(?:st|nd|rd|th)?(?: of)?[ ./-]({MONTH}|\d{{1,2}}),?[ ./-](\d{{4}}|\d\d)(?!\d)"
)
MONTH_FIRST = re.compile(rf"(?<!\w)({MONTH}) (\d{{1,2}})(?:st|nd|rd|th)?,? (\d{{4}})(?!\d)")
YEAR_FIRST = re.compile(r"(?<!\d)(\d{4})[-/.](\d\d)[-/.](\d\d)(?!\d)")

Hit = tuple[str, int, int]


def find_identifiers(passages: Iterable[Passage], known: Known) -> list[Found]:
    """Everything in the passages that may identify somebody, each thing once a page."""
    found: list[Found] = []
    for passage in passages:
        text = plain(passage.text)
        found += _gathered(passage, text, [*_known_hits(text, known), *_shapes(text, known)])
    return found


def _gathered(passage: Passage, text: str, hits: Sequence[Hit]) -> list[Found]:
    by_value: dict[tuple[str, str], list[int]] = {}
    for kind, start, end in hits:
        by_value.setdefault((kind, text[start:end]), []).append(start)
    return [
        Found(kind, passage.place, passage.page, value, _around(text, starts[0], len(value)), len(starts))
        for (kind, value), starts in by_value.items()
    ]


def _around(text: str, start: int, length: int) -> str:
    return text[max(0, start - CONTEXT) : start + length + CONTEXT].strip()


def _known_hits(text: str, known: Known) -> Iterator[Hit]:
    if known.pattern:
        for match in known.pattern.finditer(text):
            yield known.spellings[match[0]], match.start(), match.end()


def _shapes(text: str, known: Known) -> Iterator[Hit]:
    yield from (
        (kind, *match.span())
        for kind, pattern in (("ni-number", NI_NUMBER), ("email", EMAIL))
        for match in pattern.finditer(text)
    )
    yield from (("postcode", *match.span()) for match in POSTCODE.finditer(text) if is_uk_postcode(match[0]))
    numbers = [match.span() for match in TEN_DIGITS.finditer(text) if nhs_number_fits(re.sub(r"\D", "", match[0]))]
    yield from (("nhs-number", *span) for span in numbers)
    yield from (("phone", *match.span()) for match in PHONE.finditer(text) if match.span() not in numbers)
    yield from _dates(text, known)


def _dates(text: str, known: Known) -> Iterator[Hit]:
    for pattern, order in ((DAY_FIRST, (3, 2, 1)), (MONTH_FIRST, (3, 1, 2)), (YEAR_FIRST, (1, 2, 3))):
        for match in pattern.finditer(text):
            day = _date(*(match[group] for group in order))
            if day:
                yield known.dates.get(day, "full-date"), *match.span()


def _date(year: str, month: str, day: str) -> date | None:
    number = int(year) if len(year) == 4 else 2000 + int(year) if int(year) < 70 else 1900 + int(year)
    try:
        return date(number, MONTHS[month] if month in MONTHS else int(month), int(day))
    except ValueError:
        return None
