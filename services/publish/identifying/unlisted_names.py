"""Names and places that the case's record does not hold, found by how they are written and by lists of names.

It misses some and names much that is no person: each is a question to a person, asked once a document.
"""

import re
from collections.abc import Iterator, Mapping

from services.publish.identifying.names_that_are_words import GIVEN_NAMES_THAT_ARE_WORDS, NAMES_THAT_ARE_WORDS
from services.publish.identifying.ordinary_words import (
    NEVER_NAMES,
    OF_NAMES,
    family_names,
    given_names,
    is_ordinary_word,
)
from services.publish.identifying.plain_text import each_word
from services.publish.identifying.towns import towns_in

Hit = tuple[str, int, int]

LARGE = r"[A-Z][a-z]+(?:['-][A-Z]?[a-z]+)*|Mc[A-Z][a-z]+|Mac[A-Z][a-z]+|O'[A-Z][a-z]+|De[A-Z][a-z]+|[A-Z]{5,}"
GROUP = re.compile(rf"(?<![\w'-])(?:{LARGE})(?: (?:(?:{LARGE})|[A-Z]\.?(?=[ ,.;]))){{0,4}}(?![\w-])")
TITLE = re.compile(
    r"(?<!\w)(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Professor|Rev|Revd|Reverend|Sir|Dame|Lord|Lady|Judge|PC|DC|DS|DI|DCI|WPC|PCSO|Sgt|"
    r"Sergeant|Constable|Inspector|Detective|Nurse|Sister|Midwife|Imam|Rabbi|Father|Pastor|Councillor|Cllr)\.? "
    rf"((?:[A-Z]\.? ?){{0,2}}(?:{LARGE})(?:[ -](?:{LARGE}))?)"
)
PLACE = re.compile(
    rf"(?<![\w'-])(?:(?:The|St\.?|Saint|{LARGE}) ){{1,4}}(?:(?:C of E|CE|RC|Church of England|Catholic|Community|General|County|"
    r"Children's|Primary|Infant|Junior|High|Secondary|Grammar|Special|Medical|Health|Family|Day) ){0,3}"
    r"(?:School|Academy|College|Nursery|Pre-?school|Playgroup|University|Hospital|Infirmary|Surgery|Practice|Clinic|Hospice|"
    r"Street|Road|Avenue|Lane|Close|Drive|Crescent|Gardens|Terrace|Grove|Way|Row|Mews|Green|Square|Estate|Park|Farm|Church|"
    r"Mosque|Temple|Hotel|Arms|Inn|Prison|Station|Bridge|Library|Court|Council|Police|Constabulary|NHS Trust)(?!\w)"
)
TOWN = re.compile(r"(?<!\w)[A-Z][a-z]+-(?:on|upon|in|under|next|le|by|super)-(?:[A-Z][a-z]+|the-[A-Z][a-z]+)(?!\w)")
NO_PLACE_BEFORE = frozenset(
    each_word(
        "the a an this that every each any another local same previous new primary secondary high special nursery pre "
        "social health general medical state private national public community day family crown county magistrates "
        "youth high supreme district appeal independent residential boarding their his her our your children's"
    )
)
ARTICLES = frozenset(("a", "an", "the"))
SENTENCE_BEGINS = re.compile(r"(?:^|[.!?:;•|\"“(/-] ?|\d[.)] ?)$")


def unlisted_in(text: str, small_words: Mapping[str, int], skipped: frozenset[str]) -> Iterator[Hit]:
    """Spans of `text` (with its capitals) that may name somebody or some place. `small_words` counts the document's words
    that are written with a small letter; what is in `skipped` (in small letters) is looked for elsewhere.
    """
    taken: set[int] = set()
    for kind, pattern in (("place-nobody-listed", PLACE), ("place-nobody-listed", TOWN), ("name-nobody-listed", TITLE)):
        for match in pattern.finditer(text):
            start, end = match.span(1) if pattern is TITLE else match.span()
            if not taken.isdisjoint(range(start, end)) or (pattern is PLACE and not _is_a_places_own(match[0])):
                continue
            taken |= set(range(start, end))
            if text[start:end].lower() not in skipped:
                yield kind, start, end
    groups = (match for match in GROUP.finditer(text) if taken.isdisjoint(range(*match.span())))
    names = [hit for match in groups for hit in _in_group(text, match, small_words, skipped)]
    towns = [span for span in towns_in(text, small_words) if text[slice(*span)].lower() not in skipped]
    yield from _towns_or_names(text, towns, names, taken)


def _towns_or_names(text: str, towns: list[tuple[int, int]], names: list[Hit], taken: set[int]) -> Iterator[Hit]:
    """Where both stand: "West Ham" is a town, though "Ham" may be a name; "Lincoln" and "Jane Lincoln" may be names."""
    for start, end in towns:
        within = [hit for hit in names if hit[1] < end and start < hit[2]]
        of_one_word = text[start:end].isalpha()
        if within and (of_one_word or any(hit[1] < start or end < hit[2] for hit in within)):
            continue
        if taken.isdisjoint(range(start, end)):
            names = [hit for hit in names if hit not in within]
            yield "place-nobody-listed", start, end
    yield from names


def _is_a_places_own(written: str) -> bool:
    first = written.split(maxsplit=1)[0].lower().rstrip(".")
    words = [word.lower() for word in written.split()[:-1]]
    return any(word not in NO_PLACE_BEFORE and not is_ordinary_word(word) for word in words) or first in ("st", "saint")


def _in_group(
    text: str, match: re.Match[str], small_words: Mapping[str, int], skipped: frozenset[str]
) -> Iterator[Hit]:
    """The part of a row of large words from the first to the last that may be a name."""
    words = [
        (found[0], match.start() + found.start(), match.start() + found.end())
        for found in re.finditer(r"\S+", match[0])
    ]
    marked = [
        at for at, (word, _, _) in enumerate(words) if _may_be_a_name(word, at, words, text, small_words, skipped)
    ]
    if not marked:
        return
    first, last = marked[0], marked[-1]
    while last + 1 < len(words) and _follows_a_name(words[last + 1][0], small_words):
        last += 1
    yield "name-nobody-listed", words[first][1], words[last][2]


def _may_be_a_name(
    written: str,
    at: int,
    words: list[tuple[str, int, int]],
    text: str,
    small_words: Mapping[str, int],
    skipped: frozenset[str],
) -> bool:
    word = re.sub(r"'s$", "", written.lower().rstrip("."))
    if len(word) < 3 or word in skipped or any(part in skipped for part in word.split("-")):
        return False
    if word in NAMES_THAT_ARE_WORDS:  # a word as well: only with another name beside it, or alone in a sentence
        beside = [words[n][0].lower() for n in (at - 1, at + 1) if 0 <= n < len(words)]
        with_another = any(_is_listed(each) and each not in NAMES_THAT_ARE_WORDS for each in beside)
        return with_another or (word in GIVEN_NAMES_THAT_ARE_WORDS and _is_alone(at, words, text))
    if small_words.get(word) or word in NEVER_NAMES:
        return False
    if _is_listed(word):
        return not written.isupper() or not is_ordinary_word(word)
    if written.isupper():  # an abbreviation, or a heading
        return False
    begins = at == 0 and _begins_a_sentence(text, words[0][1])
    return not begins and not any(is_ordinary_word(part, OF_NAMES) for part in word.split("-"))


def _is_alone(at: int, words: list[tuple[str, int, int]], text: str) -> bool:
    """Whether a large word stands in the middle of a sentence with no large word beside it, but the one that begins the
    sentence ("Then Grace left"), and after no article ("the Hope").
    """
    written, start, _ = words[at]
    first = 1 if _begins_a_sentence(text, words[0][1]) else 0
    before = text[max(0, start - 5) : start].lower().split()[-1:]
    return at == first == len(words) - 1 and not written.isupper() and ARTICLES.isdisjoint(before)


def _begins_a_sentence(text: str, start: int) -> bool:
    return bool(SENTENCE_BEGINS.search(text[max(0, start - 4) : start]))


def _is_listed(word: str) -> bool:
    return word in given_names() or word in family_names()


def _follows_a_name(written: str, small_words: Mapping[str, int]) -> bool:
    word = written.lower().rstrip(".")
    return len(word) == 1 or _is_listed(word) or not (is_ordinary_word(word) or small_words.get(word))
