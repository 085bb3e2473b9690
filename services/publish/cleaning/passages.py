"""What was read in a document, as the identifier check and the list of findings take it."""

from dataclasses import dataclass


class CannotClean(ValueError):
    """The file cannot be published as it is; the message tells the person what to do."""


def wants_memory(error: BaseException) -> bool:
    """Whether a reader failed for want of memory: those in C++ say so among their other faults."""
    return isinstance(error, MemoryError) or "bad_alloc" in str(error)


@dataclass(frozen=True)
class Passage:
    """A text and where it stands: `place` is text, alternative-text, bookmark, link, structure, metadata or file-name; or
    header, for words of a Word file's headers and footers, which are left out.

    Pages count from 1.
    """

    place: str
    page: int | None
    text: str


@dataclass(frozen=True)
class Concealed:
    """Text that is in a file and that no reader sees: `how` is a key of `HOW`; pages count from 1."""

    page: int | None
    how: str
    text: str


HOW = {
    "invisible": "This text is in the file and is not drawn.",
    "pale": "This text has the colour of what is behind it, or nearly.",
    "tiny": "This text is smaller than 2 points.",
    "off-page": "This text lies outside the page.",
    "under-image": "This text lies under a picture.",
    "under-shape": "This text lies under a shape: it is covered, not taken out.",
    "unseen": "Nothing of this text shows where it stands.",
    "word-hidden": "This text was marked as hidden in Word. It is not in the PDF made of it.",
    "word-pale": "This text was white in Word, or nearly. It is not in the PDF made of it.",
    "word-tiny": "This text was smaller than 2 points in Word. It is not in the PDF made of it.",
    "word-under-bar": "This text was under a bar of its own colour in Word. The PDF made of it says [removed] there.",
}
MOST_SHOWN = 300  # characters of hidden text that one finding shows


def gathered(found: list[Concealed]) -> tuple[Concealed, ...]:
    """One entry a page and a way of hiding: a page may hide each of its words alone."""
    texts: dict[tuple[int | None, str], list[str]] = {}
    for each in found:
        texts.setdefault((each.page, each.how), []).append(each.text.strip())
    return tuple(Concealed(page, how, " ".join(words)[:MOST_SHOWN]) for (page, how), words in texts.items())


@dataclass(frozen=True)
class Picture:
    """What a person has to look at: a picture, by its `digest`; or, without one, a page that has no text to check.

    Pages count from 1, none where a pattern draws it; `width` and `height` are points on the page; `alternative` is its
    alternative text; `rendering` a small JPEG in base64, where it could be drawn.
    """

    digest: str
    pages: tuple[int, ...]
    width: float
    height: float
    alternative: str
    rendering: str | None


@dataclass(frozen=True)
class Examined:
    """One cleaned file: the bytes that may go live, what was taken out in words, and everything that was read in it."""

    content: bytes
    removed: tuple[str, ...]
    passages: tuple[Passage, ...]
    concealed: tuple[Concealed, ...]
    pages: int
    pictures: tuple[Picture, ...]
    small_pictures: int  # different ones, too small to hold words or a face
    gaps: tuple[str, ...] = ()  # what it lacks for readers with a screen reader, in sentences
