"""The text of a PDF, page by page, as a reader's program finds it: hidden, white and covered text included."""

from dataclasses import dataclass

import pypdfium2 as pdfium

MOST_CHARACTERS = 5_000_000


class CannotRead(ValueError):
    """The file cannot be opened as a PDF, or holds more text than any report does; the message says what to do."""


@dataclass(frozen=True)
class PageText:
    """One page, counted from 1. `pictured` is true where it shows something but has no text to check."""

    number: int
    text: str
    pictured: bool


def read_pages(content: bytes) -> list[PageText]:
    """The text of every page. Raises `CannotRead`."""
    try:
        document = pdfium.PdfDocument(content)
    except pdfium.PdfiumError:
        raise CannotRead("The file cannot be read as a PDF: it is damaged. Make it again and upload it.") from None
    try:
        return _pages(document)
    finally:
        document.close()


def _pages(document: pdfium.PdfDocument) -> list[PageText]:
    pages: list[PageText] = []
    for number in range(len(document)):
        try:
            page = document[number]
        except pdfium.PdfiumError:
            raise CannotRead(f"Page {number + 1} is damaged. Make the PDF again and upload it.") from None
        text = _text_of(page)
        pages.append(PageText(number + 1, text, pictured=_says_nothing(text) and _shows_something(page)))
        page.close()
        if sum(len(each.text) for each in pages) > MOST_CHARACTERS:
            raise CannotRead("The PDF holds more text than a report can have. Upload the report alone.")
    return pages


def _text_of(page: pdfium.PdfPage) -> str:
    textpage = page.get_textpage()
    try:
        return str(textpage.get_text_range())
    finally:
        textpage.close()


def _says_nothing(text: str) -> bool:
    """No text, or signs that stand for no letters: a font without its table shows words that cannot be read here."""
    signs = "".join(text.split())
    if signs and signs.isprintable() and "\ufffd" not in signs:
        return False
    return sum(sign.isalnum() or (sign.isprintable() and sign != "\ufffd") for sign in signs) * 2 <= len(signs)


def _shows_something(page: pdfium.PdfPage) -> bool:
    return next(iter(page.get_objects(max_depth=2)), None) is not None
