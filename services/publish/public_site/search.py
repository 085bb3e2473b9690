"""The public search over the index of a release: matches, how they divide, passages, and what was meant."""

import re
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

import jellyfish
import tantivy

from services.publish.public_site.search_index import FACETS, TEXTS, SearchIndex, report_schema, spelling_schema

RESULTS_ON_A_PAGE = 10
WINDOW = 3_000  # characters of a text that a passage is taken from
PASSAGE = 260
BEFORE = 80  # of them before the first word that was found
MOST_VALUES = 200
FARTHEST = 2  # letters wrong, left out or in each other's place
NEIGHBOURS = 30


@dataclass(frozen=True)
class SearchQuery:
    """What a reader asks for; an empty field asks nothing."""

    q: str = ""
    type: str = ""
    year: str = ""
    theme: str = ""
    agency: str = ""
    age: str = ""
    page: int = 1

    @property
    def asks(self) -> bool:
        return any(getattr(self, each.name) for each in fields(self) if each.name != "page")


@dataclass(frozen=True)
class Result:
    """One page that was found. `marks` are the places of the words in `passage` that it was found by, from and to."""

    slug: str
    title: str
    kind: str
    published_on: date
    passage: str
    marks: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class Results:
    """One page of results, how many there are in all, and how they divide: by facet, each value with its count."""

    total: int
    found: tuple[Result, ...]
    facets: dict[str, dict[str, int]]


def search(index: SearchIndex, query: SearchQuery) -> Results:
    """Find pages, the best match first; without words, the newest first."""
    searcher = index.reports.searcher()
    words = _words(index, query.q) if query.q else None
    asked = _narrowed(words or tantivy.Query.all_query(), query)
    skipped, newest = (query.page - 1) * RESULTS_ON_A_PAGE, None if words else "published"
    hits = searcher.search(asked, RESULTS_ON_A_PAGE, count=True, offset=skipped, order_by_field=newest)
    passages = _Passages(searcher, words, query.q)
    found = tuple(passages.result(searcher.doc(address)) for _, address in hits.hits)
    total: int = hits.count  # type: ignore[attr-defined]  # its stubs leave it out
    return Results(total, found, _divided(searcher, asked))


def _words(index: SearchIndex, q: str) -> tantivy.Query:
    """All words must be there; "…" keeps words together, and - before one leaves pages with it out."""
    plain = re.sub(r"[^\w\s\"'-]", " ", q.lower())
    query, _ = index.reports.parse_query_lenient(plain, list(TEXTS), field_boosts=TEXTS, conjunction_by_default=True)
    return query


def _narrowed(asked: tantivy.Query, query: SearchQuery) -> tantivy.Query:
    chosen = [(facet, value) for facet in FACETS if (value := getattr(query, facet))]
    if not chosen:
        return asked
    terms = (tantivy.Query.term_query(report_schema(), facet, value) for facet, value in chosen)
    unweighed = [(tantivy.Occur.Must, tantivy.Query.const_score_query(term, 0.0)) for term in terms]
    return tantivy.Query.boolean_query([(tantivy.Occur.Must, asked), *unweighed])


def _divided(searcher: tantivy.Searcher, asked: tantivy.Query) -> dict[str, dict[str, int]]:
    counted = searcher.aggregate(asked, {facet: {"terms": {"field": facet, "size": MOST_VALUES}} for facet in FACETS})
    return {facet: {each["key"]: each["doc_count"] for each in counted[facet]["buckets"]} for facet in FACETS}


class _Passages:
    """Draws results: each with the part of its text that speaks most of what was asked."""

    def __init__(self, searcher: tantivy.Searcher, words: tantivy.Query | None, q: str) -> None:
        self.words = words
        self.generators = {}
        if words:
            for name in ("body", "summary"):
                self.generators[name] = tantivy.SnippetGenerator.create(searcher, words, report_schema(), name)
                self.generators[name].set_max_num_chars(PASSAGE)
        longest = max(re.findall(r"[^\W\d_]+", q.lower()), key=len, default="")
        self.stem = longest[: max(4, len(longest) - 3)]

    def result(self, document: tantivy.Document) -> Result:
        told = {name: str(document.get_first(name) or "") for name in ("slug", "title", "type", "summary", "body")}
        published: Any = document.get_first("published")
        passage, marks = self._passage(told)
        return Result(told["slug"], told["title"], told["type"], published.date(), passage, marks)

    def _passage(self, told: dict[str, str]) -> tuple[str, tuple[tuple[int, int], ...]]:
        """From the text, else from the summary; a snippet costs by what it reads, so only a part of a long text is."""
        for name, generator in self.generators.items():
            start = max(0, told[name].lower().find(self.stem) - BEFORE) if self.stem else 0
            while start and start < len(told[name]) and not told[name][start - 1].isspace():
                start += 1  # a passage begins with a whole word
            part = told[name][start : start + WINDOW]
            snippet = generator.snippet_from_doc(tantivy.Document(**{name: [part]}))
            if marks := _in_characters(snippet):
                return snippet.fragment(), marks
        return told["summary"][:PASSAGE], ()


def _in_characters(snippet: tantivy.Snippet) -> tuple[tuple[int, int], ...]:
    """The places of what is marked: tantivy counts in bytes of UTF-8."""
    raw = snippet.fragment().encode()
    places = ((mark.start, mark.end) for mark in snippet.highlighted())
    return tuple((len(raw[:a].decode(errors="ignore")), len(raw[:b].decode(errors="ignore"))) for a, b in places)


def meant(index: SearchIndex, q: str) -> str | None:
    """The words that a reader may have meant, spelt as the site spells them; None where none is like them."""
    words = re.findall(r"[^\W\d_]+", q.lower())[:8]
    instead = {word: _neighbour(index, word) for word in words if len(word) > 3 and not _is_known(index, word)}
    return " ".join(instead.get(word) or word for word in words) if any(instead.values()) else None


def _is_known(index: SearchIndex, word: str) -> bool:
    """Whether a page has this word in any of its forms."""
    query, _ = index.reports.parse_query_lenient(word, list(TEXTS))
    return bool(index.reports.searcher().search(query, 1).hits)


def _neighbour(index: SearchIndex, word: str) -> str | None:
    """The word of the site nearest to this one; of two as near, the one on more pages."""
    parts = sorted({word[i : i + long] for long in (2, 3) for i in range(len(word) - long + 1)})
    terms = [(tantivy.Occur.Should, tantivy.Query.term_query(spelling_schema(), "parts", part)) for part in parts]
    searcher = index.spellings.searcher()
    alike = [searcher.doc(at) for _, at in searcher.search(tantivy.Query.boolean_query(terms), NEIGHBOURS).hits]
    ranked = sorted(
        (
            jellyfish.damerau_levenshtein_distance(word, str(each.get_first("word"))),
            -int(str(each.get_first("pages"))),
            str(each.get_first("word")),
        )
        for each in alike
    )
    farthest = FARTHEST if len(word) > 5 else 1
    return ranked[0][2] if ranked and ranked[0][0] <= farthest else None
