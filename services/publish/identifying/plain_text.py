"""Text as it is compared: written alike however it was typed, hyphenated, accented or drawn with another alphabet's signs."""

import re
import unicodedata

# Letters that have no accent to drop, and letters of other alphabets that look like ours.
ALIKE = str.maketrans(
    {
        "ß": "ss", "ẞ": "SS", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D",
        "ð": "d", "Ð": "D", "þ": "th", "Þ": "Th", "ł": "l", "Ł": "L", "ı": "i", "\u2019": "'", "\u2018": "'", "\u02bc": "'",
        **dict(zip("аеорсухіјѕАВЕКМНОРСТХІЈЅ", "aeopcyxijsABEKMHOPCTXIJS", strict=True)),
        **dict(zip("αορνικΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "aopvikABEZHIKMNOPTYX", strict=True)),
    }
)  # fmt: skip
CUT_AT_A_LINES_END = re.compile(r"(?<=\w)[-\u2010\u2011\ufffe\x02][ \t]*[\r\n]+\s*(?=[A-Za-z])")
DASHES = re.compile(r"[\u2010-\u2015\u2212]")
SPACES = re.compile(r"\s+")


def with_its_capitals(text: str) -> str:
    """Plain letters without accents or hidden characters, words cut at a line's end joined, one space between words."""
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text)
        text = text.translate({ord(sign): "" for sign in set(text) if _stands_for_nothing(sign)}).translate(ALIKE)
    text = CUT_AT_A_LINES_END.sub("", text)
    return SPACES.sub(" ", DASHES.sub("-", text))


def places_in(text: str) -> list[int]:
    """Where in a text each sign of `with_its_capitals(text)` stands, so that it can be shown as it is written."""
    signs: list[str] = []
    places: list[int] = []
    for place, sign in enumerate(text):
        alike = sign if sign.isascii() else unicodedata.normalize("NFKD", sign)
        kept = "".join(each for each in alike if not _stands_for_nothing(each)).translate(ALIKE)
        signs += kept
        places += [place] * len(kept)
    written = "".join(signs)
    for pattern, instead in ((CUT_AT_A_LINES_END, 0), (SPACES, 1)):
        written, places = _shortened(pattern, instead, written, places)
    return places


def _shortened(pattern: re.Pattern[str], instead: int, text: str, places: list[int]) -> tuple[str, list[int]]:
    """A text and its places with `instead` spaces for each match: both built once, since long texts have many."""
    kept: list[int] = []
    after = 0
    for match in pattern.finditer(text):
        kept += places[after : match.start() + instead]
        after = match.end()
    return pattern.sub(" " * instead, text), kept + places[after:]


def as_written(text: str) -> str:
    """A piece of a text on one line: with its capitals and accents, without what no reader sees."""
    seen = "".join(sign for sign in text if unicodedata.category(sign) != "Cf")
    return SPACES.sub(" ", CUT_AT_A_LINES_END.sub("", unicodedata.normalize("NFC", seen))).strip()


def _stands_for_nothing(sign: str) -> bool:
    return bool(unicodedata.combining(sign)) or unicodedata.category(sign) == "Cf"


def plain(text: str) -> str:
    """The same in small letters, sign for sign."""
    return in_small_letters(with_its_capitals(text))


def in_small_letters(text: str) -> str:
    """Small letters, sign for sign, so that a place in one text is the same place in the other."""
    small = text.lower()
    return small if len(small) == len(text) else "".join(c if len(c.lower()) > 1 else c.lower() for c in text)


def each_word(words: str) -> list[str]:
    """The words of a list that is written as a text."""
    return words.split()
