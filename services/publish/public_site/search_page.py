"""The search page of the public site: the one page that is drawn on request."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from urllib.parse import urlencode

from markupsafe import Markup, escape

from services.publish.public_site.search import RESULTS_ON_A_PAGE, Result, Results, SearchQuery, meant, search
from services.publish.public_site.search_index import FACETS, SearchIndex
from services.publish.public_site.site_page import type_name
from services.publish.public_site.site_pages import draw, theme_name
from services.publish.wording import AGE_BANDS, AGENCY_KINDS

LONGEST = 200
LAST_PAGE = 1000
LABELS = {
    "type": "Type",
    "year": "Year of publication",
    "theme": "Theme",
    "agency": "Agency",
    "age": "Age of the child",
}


@dataclass(frozen=True)
class Facet:
    """One way in which results divide. `values`: value, words, and how many there are, the present choice without."""

    name: str
    label: str
    chosen: str
    values: tuple[tuple[str, str, int | None], ...]


def search_page(index: SearchIndex, given: Mapping[str, str]) -> bytes:
    """The page for a reader's query. What cannot be meant (a year that is none) is as if it had not been given."""
    query = read_query(given)
    results = search(index, query)
    instead = meant(index, query.q) if query.q and not results.total else None
    return draw(
        "search.html",
        here="/search",
        query=query,
        asked=query.asks,
        total=results.total,
        results=[(each, marked(each)) for each in results.found],
        facets=tuple(_facets(query, results)),
        chosen=[
            (f"{LABELS[f]}: {words_of(f, v)}", _link(query, **{f: ""})) for f in FACETS if (v := getattr(query, f))
        ],
        instead=instead and (instead, _link(query, q=instead)),
        earlier=_link(query, page=query.page - 1) if query.page > 1 else "",
        later=_link(query, page=query.page + 1) if query.page * RESULTS_ON_A_PAGE < results.total else "",
    )


def marked(result: Result) -> Markup:
    """A passage with what was found in it marked; all of it is shown as it is written."""
    shown, at = Markup(), 0
    for start, end in result.marks:
        shown += (
            escape(result.passage[at:start]) + Markup("<mark>") + escape(result.passage[start:end]) + Markup("</mark>")
        )
        at = end
    return shown + escape(result.passage[at:])


def read_query(given: Mapping[str, str]) -> SearchQuery:
    """The query's fields, cut to a sane length and without control characters."""
    words = {name: _clean(given.get(name, "")) for name in ("q", *FACETS)}
    number = _clean(given.get("page", ""))
    page = min(int(number), LAST_PAGE) if number.isascii() and number.isdigit() and len(number) < 6 else 1
    if not (words["year"].isascii() and words["year"].isdigit() and len(words["year"]) == 4):
        words["year"] = ""
    return SearchQuery(**words, page=max(page, 1))


def _clean(words: str) -> str:
    return "".join(c for c in words[:LONGEST] if c.isprintable()).strip()


def words_of(facet: str, value: str) -> str:
    """A facet's value as people read it."""
    if facet in ("agency", "age"):
        return (AGENCY_KINDS if facet == "agency" else AGE_BANDS).get(value, value)
    return type_name(value) if facet == "type" else theme_name(value) if facet == "theme" else value


def _facets(query: SearchQuery, results: Results) -> Iterator[Facet]:
    for name in FACETS:
        counts, chosen = results.facets[name], getattr(query, name)
        if chosen:  # its other values are left out by it; taking it away brings them back
            yield Facet(name, LABELS[name], chosen, ((chosen, words_of(name, chosen), None),))
        elif counts:
            values = tuple((value, words_of(name, value), counts[value]) for value in _in_order(name, counts))
            yield Facet(name, LABELS[name], "", values)


def _in_order(facet: str, counts: Mapping[str, int]) -> list[str]:
    if facet == "age":
        return [band for band in AGE_BANDS if band in counts]
    return sorted(counts, reverse=facet == "year")


def _link(query: SearchQuery, **changed: str | int) -> str:
    asked = replace(query, **{"page": 1} | changed)  # type: ignore[arg-type]  # as the fields are
    return "/search?" + urlencode(
        {name: value for name, value in asdict(asked).items() if value and (name, value) != ("page", 1)}
    )
