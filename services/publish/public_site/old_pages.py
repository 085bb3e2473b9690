"""The former site's own pages, saved in a folder, as rows of an import: a heading, a date, a first paragraph, its PDFs."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
DAY = re.compile(rf"\b(\d{{1,2}})(?:st|nd|rd|th)? ({'|'.join(MONTHS)}) (\d{{4}})\b")
KINDS = (("briefing", "learning_briefing"), ("slide", "slides"), ("summary", "executive_summary"), ("", "report"))
TYPES = (("serious case review", "scr"), ("thematic", "thematic"), ("", "lcspr"))
TITLED = re.compile(r"^(?:.*\b(?:review|lcspr|scr|cspr)\b\s*[:–-]\s*)", re.IGNORECASE)


class _Page(HTMLParser):
    """Gathers a page's heading, paragraphs, links to PDFs with their words, and its own address."""

    def __init__(self) -> None:
        super().__init__()
        self.heading, self.paragraphs, self.pdfs, self.address = "", list[str](), list[tuple[str, str]](), ""
        self._inside, self._words, self._link = "", "", ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        if tag in ("h1", "p"):
            self._inside, self._words = tag, ""
        if tag == "a" and urlsplit(given.get("href") or "").path.lower().endswith(".pdf"):
            self._link = given["href"] or ""
            self.pdfs.append((self._link, ""))
        if tag == "link" and given.get("rel") == "canonical":
            self.address = given.get("href") or ""

    def handle_data(self, data: str) -> None:
        self._words += data
        if self._link:
            self.pdfs[-1] = (self._link, self.pdfs[-1][1] + data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self._link = ""
        if tag != self._inside:
            return
        words = " ".join(self._words.split())
        if tag == "h1":
            self.heading = self.heading or words
        elif words:
            self.paragraphs.append(words)
        self._inside = ""


def rows_of_pages(folder: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """One row for each page with a link to a PDF that lies in the folder; what is not found in it stays empty."""
    for path in sorted(folder.glob("*.html")):
        page = _Page()
        page.feed(path.read_text("utf-8", errors="replace"))
        if page.pdfs:
            yield path.name, _row(folder, path, page)


def _row(folder: Path, path: Path, page: _Page) -> dict[str, str]:
    every = " ".join([page.heading, *page.paragraphs])
    row = {
        "pseudonym": TITLED.sub("", page.heading),
        "title": page.heading,
        "type": next(kind for words, kind in TYPES if words in every.lower()),
        "published_on": _day(every),
        "summary": next((each for each in page.paragraphs if not DAY.fullmatch(each.removeprefix("Published "))), ""),
        "old_addresses": page.address or f"/{path.name}",
    }
    for link, words in page.pdfs:
        name = unquote(urlsplit(link).path).rsplit("/", 1)[-1]
        column = next(kind for part, kind in KINDS if part in f"{words} {name}".lower())
        row.setdefault(column, name)
        if urlsplit(link).path.startswith("/"):
            row["old_addresses"] += f"; {link}"
    return row


def _day(words: str) -> str:
    found = DAY.search(words)
    return f"{found[1]}/{MONTHS.index(found[2]) + 1}/{found[3]}" if found else ""
