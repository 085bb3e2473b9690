"""Names of the case that are nearly there: misspelt, misheard, or misread by a scanner. A person decides."""

import re
from collections.abc import Iterator, Mapping
from functools import cache

import jellyfish

from services.publish.identifying.known_identifiers import Known
from services.publish.identifying.ordinary_words import is_ordinary_word

WORD = re.compile(r"[A-Za-z0-9|!$]+(?:['-][A-Za-z0-9|!$]+)*")
SPACED = re.compile(r"(?<!\w)[A-Za-z](?: [A-Za-z]){3,}(?!\w)")
READ_ALIKE = (("rn", "m"), ("vv", "w"), ("cl", "d"), ("0", "o"), ("1", "l"), ("|", "l"), ("!", "l"), ("i", "l"), ("5", "s"), ("$", "s"), ("8", "b"), ("4", "a"), ("c", "e"))  # fmt: skip
SHORTEST, LONG = 4, 8
MOST_IN_LONG = 2  # wrong letters in a long name
ANY = 32  # letters, each of which has a bit

Hit = tuple[str, int, int]


class NearlyKnown:
    """What is nearly a name of one case, in one document: each word is looked at once, however often it is written."""

    def __init__(self, known: Known, small_words: Mapping[str, int]) -> None:
        """`small_words` counts the document's words written with a small letter: what is ordinary there is no name."""
        self.known, self.small_words = known, small_words
        self.by_mark: dict[str, list[tuple[str, int]]] = {}
        for name in known.names:
            own_length = [f"{len(name)} letters"] if len(name) >= LONG else []
            for mark in (*_marks(name), *own_length):
                self.by_mark.setdefault(mark, []).append((name, _letters(name)))
        self.verdicts: dict[str, bool] = {}

    def hits_in(self, text: str) -> Iterator[Hit]:
        """Spans of `text` (with its capitals) that are nearly a name of the case."""
        if not self.known.names:
            return
        for match in WORD.finditer(text):
            word = match[0]
            if word not in self.verdicts:
                self.verdicts[word] = self._is_nearly(word)
            if self.verdicts[word]:
                yield "misspelt-name", match.start(), match.end()
        for match in SPACED.finditer(text):
            if match[0].replace(" ", "").lower() in self.known.spellings:
                yield "misspelt-name", match.start(), match.end()

    def _is_nearly(self, written: str) -> bool:
        word, spellings = re.sub(r"'s$", "", written.lower()), self.known.spellings
        if len(word) < SHORTEST or word.isdigit() or word in spellings or word.removesuffix("s") in spellings:
            return False
        if is_ordinary_word(word) and (written[0].islower() or self.small_words.get(word)):
            return False
        return any(is_near(word, name) for name in self._like(word))

    def _like(self, word: str) -> set[str]:
        """The few names that need a closer look: `is_near` holds for no other."""
        letters, lengths = _letters(word), range(len(word) - MOST_IN_LONG, len(word) + MOST_IN_LONG + 1)
        marks = _marks(word) | {f"{length} letters": MOST_IN_LONG for length in lengths}
        return {
            name
            for mark, most in marks.items()
            for name, its in self.by_mark.get(mark, ())
            if (letters & ~its).bit_count() <= most and (its & ~letters).bit_count() <= most
        }


def _marks(word: str) -> dict[str, int]:
    """What a name shares with each word that is near it, long ones aside; and how many letters of one the other may lack."""
    halves = {(len(word) - 2) // 2, (len(word) - 1) // 2}  # of the shorter one, whichever of two it is
    ends = {end: 1 for half in halves for end in (f"{word[:half]}-", f"-{word[-half:]}")}
    return ends | {f"sound {_sound(word)}": 3, f"scan {_as_scanned(word)}": ANY}


def _letters(word: str) -> int:
    """Which letters a word has, as bits: one letter put for another takes one away and adds one, at most."""
    bits = 0
    for letter in word:
        bits |= 1 << (ord(letter) % ANY)
    return bits


def is_near(word: str, name: str) -> bool:
    """Whether a word of at least four signs, in small letters, is nearly a name. Dear, so asked of few pairs."""
    wordlike = word.isalpha() or sum(sign.isalpha() for sign in word) >= SHORTEST
    return _reads_alike(word, name) or (wordlike and _is_close(word, name))


def _is_close(word: str, name: str) -> bool:
    """One letter wrong, left out, put in or exchanged; two in a long name; or another spelling of the same sound."""
    apart = abs(len(word) - len(name))
    if apart > 3 or min(len(word), len(name)) < SHORTEST:
        return False
    if len(name) == SHORTEST:
        return word[0] == name[0] and _distance(word, name) == 1
    if len(name) >= LONG and apart <= MOST_IN_LONG and _distance(word, name) <= MOST_IN_LONG:
        return True
    if apart <= 1 and _one_end_agrees(word, name) and _distance(word, name) <= 1:
        return True
    return _sound(word) == _sound(name) and len(_sound(name)) > 2 and _distance(word, name) <= 3


def _one_end_agrees(word: str, name: str) -> bool:
    """One wrong letter leaves one end as it is: so most words need no closer look."""
    half = (min(len(word), len(name)) - 1) // 2
    return word[:half] == name[:half] or word[-half:] == name[-half:]


def _distance(word: str, name: str) -> int:
    return int(jellyfish.damerau_levenshtein_distance(word, name))


@cache
def _sound(word: str) -> str:
    return str(jellyfish.metaphone(word))


def _reads_alike(word: str, name: str) -> bool:
    return abs(len(word) - len(name)) <= 2 and word != name and _as_scanned(word) == _as_scanned(name)


@cache
def _as_scanned(word: str) -> str:
    for these, that in READ_ALIKE:
        word = word.replace(these, that)
    return word
