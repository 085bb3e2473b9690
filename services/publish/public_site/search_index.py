"""The index that the public search reads: a part of each release, so that it finds what the site shows and nothing else.

It is written anew with the site and swapped with it; a page that was withdrawn is in no index from then on, nor are the
words that stood on it alone. Reading it asks no database.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

import structlog
import tantivy

from shared.logs import describe_error

log = structlog.get_logger()

TEXTS = {"title": 4.0, "summary": 2.0, "body": 1.0}  # searched, with what a word in each weighs
FACETS = ("type", "year", "theme", "agency", "age")
SEARCH = "search"  # the index's folder in a release
REPORTS, SPELLINGS = "reports", "spellings"
MEMORY = 64_000_000  # bytes that a writer may fill before it writes
WORD = re.compile(r"[^\W\d_]{4,40}")


@dataclass(frozen=True)
class SearchEntry:
    """What the search knows of one page; `facets` has the values of each facet that the page has."""

    slug: str
    title: str
    summary: str
    body: str
    published_on: date
    facets: dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class SearchIndex:
    """One release's index, open for reading: its pages, and the words that stand on them by how they are spelt."""

    reports: tantivy.Index
    spellings: tantivy.Index


def write_index(folder: Path, entries: Iterable[SearchEntry]) -> None:
    """Write the index of these pages in a new folder."""
    words: Counter[str] = Counter()
    reports = _created(folder / REPORTS, report_schema())
    writer = reports.writer(heap_size=MEMORY, num_threads=1)
    for entry in entries:
        writer.add_document(_document(entry))
        words.update(set(WORD.findall(f"{entry.title} {entry.summary} {entry.body}".lower())))
    writer.commit()
    writer.wait_merging_threads()
    _write_spellings(folder / SPELLINGS, words)


def _created(folder: Path, schema: tantivy.Schema) -> tantivy.Index:
    folder.mkdir(parents=True)
    index = tantivy.Index(schema, path=str(folder))
    index.register_tokenizer("parts", _parts())
    return index


def _document(entry: SearchEntry) -> tantivy.Document:
    published = datetime(entry.published_on.year, entry.published_on.month, entry.published_on.day, tzinfo=UTC)
    texts = {name: [getattr(entry, name)] for name in ("slug", *TEXTS)}
    return tantivy.Document(**texts, published=[published], **{name: list(v) for name, v in entry.facets.items()})


def _write_spellings(folder: Path, words: Counter[str]) -> None:
    index = _created(folder, spelling_schema())
    writer = index.writer(heap_size=MEMORY, num_threads=1)
    for word, pages in words.items():
        writer.add_document(tantivy.Document(word=[word], parts=[word], pages=[pages]))
    writer.commit()
    writer.wait_merging_threads()


def open_index(folder: Path) -> SearchIndex:
    """The index in a release's folder. Raises `ValueError` where there is none that can be read."""
    reports, spellings = (tantivy.Index.open(str(folder / name)) for name in (REPORTS, SPELLINGS))
    spellings.register_tokenizer("parts", _parts())
    for index in (reports, spellings):
        index.config_reader("manual")  # a release does not change: nothing watches its files
        index.reload()
    return SearchIndex(reports, spellings)


_latest: list[tuple[Path, SearchIndex]] = []


def index_of(release: Path) -> SearchIndex | None:
    """The index of this release, kept open until another is asked for; None where it cannot be read."""
    if not _latest or _latest[0][0] != release:
        try:
            _latest[:] = [(release, open_index(release / SEARCH))]
        except (OSError, ValueError) as error:
            log.error("search.unreadable", release=release.name, **describe_error(error))
            return None
    return _latest[0][1]


@cache
def report_schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("slug", stored=True, tokenizer_name="raw", index_option="basic")
    for name in TEXTS:
        builder.add_text_field(name, stored=True, tokenizer_name="en_stem")
    for name in FACETS:
        builder.add_text_field(name, stored=True, tokenizer_name="raw", fast=True, index_option="basic")
    builder.add_date_field("published", stored=True, indexed=True, fast=True)
    return builder.build()


@cache
def spelling_schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("word", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("parts", tokenizer_name="parts", index_option="basic")
    builder.add_unsigned_field("pages", stored=True)
    return builder.build()


def _parts() -> tantivy.TextAnalyzer:
    """Two and three letters in a row: with one letter wrong, a short word has no three in common with the right one."""
    return tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.ngram(2, 3)).build()
