"""What in a document may identify a child, a family or a worker.

A pure search that a person decides on: what the case's record holds, shapes that identify whoever they belong to, names
that nobody listed, and hints that only together say who it was. It finds what is written; read the document as well.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from services.publish.cleaning.passages import Passage
from services.publish.identifying.finding_words import pages_named
from services.publish.identifying.identifying_shapes import shapes_in
from services.publish.identifying.jigsaw import WHY, hints_in
from services.publish.identifying.known_identifiers import Known
from services.publish.identifying.misspelt_names import WORD, NearlyKnown
from services.publish.identifying.plain_text import (
    as_written,
    each_word,
    in_small_letters,
    places_in,
    with_its_capitals,
)
from services.publish.identifying.unlisted_names import unlisted_in

CHECK_VERSION = 6  # raised when the check finds more than before: what waits to be published is then checked again
CONTEXT = 60
MOST_NAMED = 12
WRITTEN_BY_PEOPLE = ("text", "alternative-text", "bookmark", "metadata")  # elsewhere stand the words of programs, too
SMALL_LETTERS = ("file-name", "link")  # where names stand without their capitals

Hit = tuple[str, int, int]

# Initials with their points; after a word that a report calls people by; and alone, unless they are an abbreviation.
DOTTED = re.compile(r"(?<!\w)([A-Z]\. ?[A-Z]\.)(?!\w)")
NAMED = re.compile(
    r"(?<!\w)(?:Child|Baby|Mother|Father|Sibling|Young Person|Adult|Mr|Mrs|Ms|Miss) ([A-Z]\.? ?[A-Z])(?!\w)"
)
BARE = re.compile(r"(?<![\w.])([A-Z]{2})(?![\w.])")
ABBREVIATIONS = frozenset(
    each_word(
        "ad ae am bp bt ca cc ce cl cp ct da dc di ds dv dr ed eh eu fe fg fm gp hr hv ia ic id ip iq iro it iv la ld "
        "lp ls ma md mh mp ms mw ni no ok pa pc pe ph pm pp pr ps pt qc ra rr sc se sg sw ta tb tv uk un us va vs wp "
        "wt yo"
    )
)


@dataclass(frozen=True)
class Found:
    """One thing found, however often: its kind, the words as they are written first, and some around them.

    `compared` is how the words are compared, where that is another way; `rendering` of a picture, a small JPEG in base64.
    """

    kind: str
    place: str
    page: int | None
    value: str
    context: str
    times: int
    compared: str = ""
    rendering: str | None = None


@dataclass(frozen=True)
class _Read:
    passage: Passage
    cased: str
    small: str

    @cached_property
    def places(self) -> list[int]:
        return places_in(self.passage.text)

    def written(self, start: int, end: int) -> str:
        """What stands in the document at a place of the plain text, with the accents that are signs of their own."""
        text = self.passage.text
        after = self.places[end - 1] + 1
        while after < len(text) and unicodedata.combining(text[after]):
            after += 1
        return as_written(text[self.places[start] : after])


def find_identifiers(passages: Iterable[Passage], known: Known) -> list[Found]:
    """Everything in the passages that may identify somebody: each thing of the case once a page, and each name that
    nobody listed and each kind of hint once, with the pages on which it stands.
    """
    read = [_Read(passage, *_both(passage.text)) for passage in passages]
    small_words = _small_words(read)
    skipped = frozenset(part for spelling in known.spellings for part in (spelling, *spelling.split()))
    near = NearlyKnown(known, small_words)
    of_pages: list[Found] = []
    of_document: dict[tuple[str, str], list[Found]] = {}
    for each in read:
        certain = [*_known_hits(each, known), *shapes_in(each.small, known)]
        of_pages += _gathered(each, certain)
        if each.passage.place not in WRITTEN_BY_PEOPLE:
            continue
        nearly = _outside(near.hits_in(each.cased), certain)
        of_pages += _gathered(each, nearly)
        unlisted = _outside(unlisted_in(each.cased, small_words, skipped), [*certain, *nearly])
        questions = [*unlisted, *hints_in(each.small)]
        for found in _gathered(each, questions):
            of_document.setdefault((found.kind, "" if found.kind in WHY else found.compared), []).append(found)
    return of_pages + [_over_pages(founds) for founds in of_document.values()]


def _both(text: str) -> tuple[str, str]:
    cased = with_its_capitals(text)
    return cased, in_small_letters(cased)


def _small_words(read: list[_Read]) -> Counter[str]:
    """How often each word is written with a small letter in the pages' text: a document is its own dictionary."""
    texts = (each.cased for each in read if each.passage.place == "text")
    return Counter(match[0] for text in texts for match in WORD.finditer(text) if match[0][0].islower())


def _known_hits(read: _Read, known: Known) -> Iterator[Hit]:
    if known.pattern:
        for match in known.pattern.finditer(read.small):
            spelling = known.spellings[match[1]]
            if not spelling.with_capital or read.cased[match.start()].isupper() or read.passage.place in SMALL_LETTERS:
                yield spelling.kind, *match.span(1)
    yield from _initials(read, known)


def _initials(read: _Read, known: Known) -> Iterator[Hit]:
    for pattern, which in ((DOTTED, known.all_initials), (NAMED, known.all_initials), (BARE, known.initials)):
        for match in pattern.finditer(read.cased):
            letters = "".join(c for c in match[1] if c.isalpha()).lower()
            if letters in which and not (pattern is BARE and letters in ABBREVIATIONS):
                yield "initials", *match.span(1)


def _outside(hits: Iterable[Hit], taken: Sequence[Hit]) -> list[Hit]:
    places = {at for _, start, end in taken for at in range(start, end)}
    return [hit for hit in hits if places.isdisjoint(range(hit[1], hit[2]))]


def _gathered(read: _Read, hits: Sequence[Hit]) -> list[Found]:
    by_value: dict[tuple[str, str], list[int]] = {}
    for kind, start, end in hits:
        by_value.setdefault((kind, read.small[start:end]), []).append(start)
    return [
        Found(
            kind,
            read.passage.place,
            read.passage.page,
            read.written(starts[0], starts[0] + len(value)),
            _around(read, starts[0], len(value)),
            len(starts),
            compared=value,
        )
        for (kind, value), starts in by_value.items()
    ]


def _around(read: _Read, start: int, length: int) -> str:
    """The words around a place, whole ones, with dots where there are more."""
    text = read.cased
    begin, end = max(0, start - CONTEXT), min(len(text), start + length + CONTEXT)
    if begin:
        begin = min(text.find(" ", begin) % (len(text) + 1), start)
    if end < len(text):
        end = max(text.rfind(" ", 0, end), start + length)
    return f"{'… ' if begin else ''}{read.written(begin, end)}{' …' if end < len(text) else ''}"


def _over_pages(founds: list[Found]) -> Found:
    """One question for the whole document: the words of the first place, and the pages of all."""
    first = founds[0]
    times = sum(found.times for found in founds)
    written = {found.compared: found.value for found in reversed(founds)}
    compared = list(dict.fromkeys(found.compared for found in founds))[:MOST_NAMED]
    value = ", ".join(written[each] for each in compared)
    pages = list(dict.fromkeys(found.page for found in founds if found.page))
    context = f"{first.context}{pages_named(pages)}"
    return Found(first.kind, first.place, first.page, value, context, times, ", ".join(compared))
