"""A PDF made of what a Word file shows: tagged, with headings, lists, header rows, alternative texts and bookmarks."""

from typing import Any

from markupsafe import escape

from services.publish.cleaning.passages import CannotClean
from services.publish.cleaning.word_package import open_word
from services.publish.cleaning.word_reading import WordRead, read_word

LONGEST = 80_000_000  # signs of the page that is drawn, its pictures among them
STYLE = """
    @page { size: A4; margin: 2.2cm 2.2cm 2.4cm; @bottom-right { content: counter(page); font: 9pt "DejaVu Sans" } }
    body { font-family: "DejaVu Sans", sans-serif; font-size: 10.5pt; line-height: 1.45; color: #000 }
    h1 { font-size: 20pt } h2 { font-size: 15pt; margin-top: 1.4em } h3 { font-size: 12.5pt } h4, h5, h6 { font-size: 11pt }
    h1, h2, h3, h4, h5, h6 { break-after: avoid; line-height: 1.25 }
    p { margin: 0.6em 0 } .level-1 { margin-left: 1.5em } .level-2 { margin-left: 3em } .level-3 { margin-left: 4.5em }
    a { color: #1d70b8 } img { max-width: 100%; max-height: 23cm; object-fit: contain; object-position: left }
    table { border-collapse: collapse; width: 100%; margin: 1em 0; font-size: 9.5pt }
    th, td { border: 0.5pt solid #505a5f; padding: 3pt 4pt; text-align: left; vertical-align: top }
    th p, td p { margin: 0.2em 0 } tr { break-inside: avoid } .box { border: 0.5pt solid #505a5f; padding: 4pt 8pt; margin: 1em 0 }
    .decoration { display: inline-block; background-size: contain; background-repeat: no-repeat; max-width: 100% }
    .note { font-size: 9pt } .note p { display: inline }
"""


def pdf_of_word(content: bytes, title: str) -> tuple[bytes, WordRead]:
    """A PDF of a Word file's words, tables and pictures, and what was left behind. Raises `CannotClean`."""
    read = read_word(open_word(content))
    if len(read.html) > LONGEST:
        raise CannotClean(
            "The Word file has more pictures than a report can have. Make them smaller and upload it again."
        )
    if not read.html:
        raise CannotClean("The Word file shows nothing.")
    return _drawn(read, title), read


def _drawn(read: WordRead, title: str) -> bytes:
    from weasyprint import HTML  # type: ignore[import-untyped]  # large, and only this process needs it
    from weasyprint.urls import URLFetcher  # type: ignore[import-untyped]

    page = (
        f'<!DOCTYPE html><html lang="{escape(read.language)}"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{STYLE}</style></head><body>{read.html}</body></html>"
    )
    fetcher: Any = URLFetcher(allowed_protocols=("data",))
    written: bytes = HTML(string=page, url_fetcher=fetcher).write_pdf(pdf_variant="pdf/ua-1")
    return written
