"""What the system knows of a case, in every way in which somebody may have written it."""

import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from services.publish.identifying.names_that_are_words import NAMES_THAT_ARE_WORDS
from services.publish.identifying.plain_text import each_word, plain

SHORTEST_NAME = 3  # shorter parts of a name ("Al", "de") are words, too: they count with their capital
SHORTEST_SETTING = 8  # one short word of a school's name ("Green") is an ordinary word
NAMES = ("name", "alias")
OF_PEOPLE = (*NAMES, "professional", "review-team")
DATES = ("incident-date", "date-of-death", "expected-date-of-delivery", "date-of-birth")
POSTCODE = re.compile(r"(?<![a-z0-9])[a-z]{1,2}[0-9][0-9a-z]?[ -]{0,2}[0-9][a-z]{2}(?![a-z0-9])")
LINKING = frozenset(each_word("al bin bint da de del den der di du el la le san st ten van von y"))


@dataclass(frozen=True)
class Spelling:
    """What kind of finding a spelling makes; whether it counts only where it begins with a capital letter."""

    kind: str
    with_capital: bool = False


@dataclass(frozen=True)
class Known:
    """What must not appear: spellings in plain letters, dates by their kind, single names, and initials."""

    spellings: Mapping[str, Spelling]
    dates: Mapping[date, str]
    pattern: re.Pattern[str] | None
    misread: re.Pattern[str] | None  # numbers and postcodes, with the letters that a scanner takes for digits
    names: tuple[str, ...]  # single names, to which misspellings are compared
    initials: frozenset[str]  # of two names that stand together in the case's record
    all_initials: frozenset[str]  # of any two of the case's names


def known_identifiers(
    identifiers: Iterable[Mapping[str, str]], area_words: Iterable[str] = (), pseudonyms: Iterable[str] = ()
) -> Known:
    """Prepare a case's identifiers (`kind`, `value`) in their variants, and the words that name the area."""
    spellings = {plain(word).strip(): Spelling("pseudonym") for word in pseudonyms}
    spellings |= {plain(word).strip(): Spelling("area", _is_short(word)) for word in area_words}
    listed = [(each["kind"], plain(each["value"]).strip()) for each in identifiers]
    # A name that somebody of the review shares with the family, or with a worker, is theirs.
    listed.sort(key=lambda each: each[0] != "review-team")
    for kind, value in listed:
        if kind in NAMES:
            spellings |= {nick: Spelling("nickname", True) for nick in nicknames_of(value) if nick not in spellings}
    for kind, value in listed:
        for variant in VARIANTS.get(kind, _whole)(value):
            spellings[variant] = Spelling(kind, kind in OF_PEOPLE and _needs_capital(variant))
    spellings.pop("", None)
    pattern = re.compile(rf"(?<!\w)({_any_of(spellings)})(?:'?s)?(?!\w)") if spellings else None
    names = [value for kind, value in listed if kind in NAMES]
    return Known(
        spellings,
        {day: kind for kind, value in listed if kind in DATES for day in _date_of(value)},
        pattern,
        _misread([number for kind, value in listed for number in _numbers_in(kind, value)]),
        tuple(dict.fromkeys(part for name in names for part in _parts(name) if len(part) > SHORTEST_NAME)),
        frozenset(_initials_side_by_side(names)),
        frozenset(one[0] + other[0] for one in _single(names) for other in _single(names) if one != other),
    )


def _any_of(spellings: Iterable[str]) -> str:
    """A pattern for the longest of many spellings, grouped by how they begin: a text has few words that begin so."""
    begun: dict[str, list[str]] = {}
    for spelling in sorted(spellings, key=len, reverse=True):  # so a single letter comes after all that begin with it
        begun.setdefault(spelling[:2], []).append(re.escape(spelling[2:]))
    return "|".join(f"{re.escape(begin)}(?:{'|'.join(rests)})" for begin, rests in begun.items())


def _is_short(word: str) -> bool:
    """An abbreviation, such as WMP, or a river called Arrow: an ordinary word unless it is written large."""
    return len(word) <= 5


def _needs_capital(variant: str) -> bool:
    return len(variant) < SHORTEST_NAME or variant in NAMES_THAT_ARE_WORDS


def _date_of(value: str) -> Iterator[date]:
    try:
        yield date.fromisoformat(value[:10])
    except ValueError:
        return


def _whole(value: str) -> Iterator[str]:
    yield value


def _parts(name: str) -> list[str]:
    """The single names in a name, those of a double-barrelled one as well."""
    whole = [part for part in name.replace(",", " ").replace(".", " ").split() if part not in LINKING]
    return list(dict.fromkeys(each for part in whole for each in (part, *part.split("-"))))


def _name_variants(name: str) -> Iterator[str]:
    """The name, surname first, with an initial, and each of its parts, with and without its hyphen or apostrophe."""
    yield name
    parts = name.replace(",", " ").split()
    if len(parts) > 1:
        yield f"{parts[-1]}, {' '.join(parts[:-1])}"
        yield f"{parts[-1]} {' '.join(parts[:-1])}"
        yield f"{parts[0]} {parts[-1]}"
        yield "".join(parts)  # as an e-mail address or a file name has it
        yield ".".join(parts)
        yield "_".join(parts)
        yield "-".join(parts)
    for part in _parts(name):
        yield from (each for each in (part, part.replace("-", ""), part.replace("-", " ")) if len(each) > 1)
        if "'" in part:
            yield from (part.replace("'", ""), part.replace("'", " "))


STREETS = {
    "street": "st",
    "road": "rd",
    "avenue": "ave",
    "lane": "ln",
    "close": "cl",
    "drive": "dr",
    "crescent": "cres",
    "gardens": "gdns",
    "court": "ct",
    "terrace": "terr",
    "place": "pl",
}


def _address_variants(address: str) -> Iterator[str]:
    """The address, its first line, the street without the number and shortened. The town alone names too many."""
    yield address
    first = address.split(",", maxsplit=1)[0].strip()
    street = re.sub(r"^(flat|apartment|unit)?\s*\d+\w?[ ,/-]*", "", first).strip()
    for each in (first, street):
        if len(each) > 5:
            yield each
            words = each.split()
            if words[-1] in STREETS and len(words) > 1:
                yield " ".join((*words[:-1], STREETS[words[-1]]))


COMMON_IN_SETTINGS = re.compile(
    r"\b(the|of|c of e|ce|rc|school|primary|infants?|junior|high|secondary|academy|college|nursery|pre-?school|surgery|"
    r"medical|health|centre|practice|hospital)\b"
)


def _setting_variants(setting: str) -> Iterator[str]:
    """The school or setting, and its own name without what many are called; Saint and St alike."""
    for each in {setting, re.sub(r"\bsaint\b", "st", setting), re.sub(r"\bst\b\.?", "saint", setting)}:
        yield each
        own = re.sub(r"\s+", " ", COMMON_IN_SETTINGS.sub(" ", each)).strip(" ,.-'")
        if " " in own or len(own) >= SHORTEST_SETTING:
            yield own


def _nowhere(_: str) -> Iterator[str]:
    """Found by its shape, whatever its spelling."""
    return iter(())


VARIANTS: dict[str, Callable[[str], Iterator[str]]] = {
    "name": _name_variants,
    "alias": _name_variants,
    "professional": _name_variants,
    "review-team": _name_variants,
    "address": _address_variants,
    "setting": _setting_variants,
    "date-of-birth": _nowhere,
    "expected-date-of-delivery": _nowhere,
    "date-of-death": _nowhere,
    "incident-date": _nowhere,
    "nhs-number": _nowhere,
    "postcode": _nowhere,
}


@cache
def _nicknames() -> dict[str, set[str]]:
    from nicknames import name_triplets

    known: dict[str, set[str]] = {}
    for each in name_triplets():
        known.setdefault(each.name1, set()).add(each.name2)
        known.setdefault(each.name2, set()).add(each.name1)
    return known


def nicknames_of(name: str) -> set[str]:
    """Short forms of each part of a name, and what it may be a short form of."""
    return {plain(nick) for part in _parts(name) for nick in _nicknames().get(part, ()) if nick not in _parts(name)}


ALIKE_TO_A_SCANNER = {sign: f"[{group}]" for group in ("0oqd", "1il|!", "5s$", "8b", "2z", "6g") for sign in group}


def _misread(values: Iterable[str]) -> re.Pattern[str] | None:
    written = [
        r"[ .-]{0,2}".join(ALIKE_TO_A_SCANNER.get(sign, sign) for sign in value if sign.isalnum()) for value in values
    ]
    return re.compile(rf"(?<!\w)(?:{'|'.join(written)})(?!\w)") if written else None


def _numbers_in(kind: str, value: str) -> list[str]:
    return [value] if kind in ("postcode", "nhs-number") else POSTCODE.findall(value) if kind == "address" else []


def _single(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(part for name in names for part in name.split() if part and part[0].isalpha()))


def _initials_side_by_side(names: list[str]) -> Iterator[str]:
    """A record gives a person's names one after the other, or in one: either way they stand together."""
    single = [part for name in names for part in name.split() if part[0].isalpha()]
    for one, other in itertools.pairwise(single):
        yield one[0] + other[0]
