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

Hit = tuple[str, int, int]


def nearly_known(text: str, known: Known, small_words: Mapping[str, int]) -> Iterator[Hit]:
    """Spans of `text` (with its capitals) that are nearly a name of the case. `small_words` counts the document's words
    that are written with a small letter: a word that is ordinary there is no misspelt name.
    """
    if not known.names:
        return
    verdicts: dict[str, bool] = {}
    for match in WORD.finditer(text):
        word = match[0]
        if word not in verdicts:
            verdicts[word] = _is_nearly(word, known, small_words)
        if verdicts[word]:
            yield "misspelt-name", match.start(), match.end()
    for match in SPACED.finditer(text):
        if match[0].replace(" ", "").lower() in known.spellings:
            yield "misspelt-name", match.start(), match.end()


def _is_nearly(written: str, known: Known, small_words: Mapping[str, int]) -> bool:
    word = re.sub(r"'s$", "", written.lower())
    if len(word) < SHORTEST or word.isdigit() or word in known.spellings or word.removesuffix("s") in known.spellings:
        return False
    if is_ordinary_word(word) and (written[0].islower() or small_words.get(word)):
        return False
    wordlike = sum(sign.isalpha() for sign in word) >= SHORTEST
    return any(_reads_alike(word, name) or (wordlike and _is_close(word, name)) for name in known.names)


def _is_close(word: str, name: str) -> bool:
    """One letter wrong, left out, put in or exchanged; two in a long name; or another spelling of the same sound."""
    apart = abs(len(word) - len(name))
    if apart > 3 or min(len(word), len(name)) < SHORTEST:
        return False
    if len(name) == SHORTEST:
        return word[0] == name[0] and _distance(word, name) == 1
    if len(name) >= LONG and apart <= 2 and _distance(word, name) <= 2:
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
