"""The search page of the public site: the one page that is drawn on request."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from urllib.parse import urlencode

from services.publish.search import RESULTS_ON_A_PAGE, Results, SearchQuery, search
from services.publish.service import SERVICE
from services.publish.site_pages import draw, theme_name, type_name

LONGEST = 200
LAST_PAGE = 1000


def search_page(given: Mapping[str, str]) -> bytes:
    """The page for a reader's query. What cannot be meant (a year that is none) is as if it had not been given."""
    query = read_query(given)
    with SERVICE.transaction() as session:
        results = search(session, query)
    return draw(
        "search.html",
        here="/search",
        query=query,
        asked=any((query.q, query.type, query.year, query.theme)),
        total=results.total,
        results=results.found,
        choices=_choices(results),
        earlier=_link(query, -1) if query.page > 1 else "",
        later=_link(query, 1) if query.page * RESULTS_ON_A_PAGE < results.total else "",
    )


def read_query(given: Mapping[str, str]) -> SearchQuery:
    """The query's fields, cut to a sane length and without control characters."""
    words = {name: _clean(given.get(name, "")) for name in ("q", "type", "year", "theme")}
    number = _clean(given.get("page", ""))
    page = min(int(number), LAST_PAGE) if number.isascii() and number.isdigit() and len(number) < 6 else 1
    year = words["year"] if words["year"].isascii() and words["year"].isdigit() and len(words["year"]) == 4 else ""
    return SearchQuery(words["q"], words["type"], year, words["theme"], max(page, 1))


def _clean(words: str) -> str:
    return "".join(c for c in words[:LONGEST] if c.isprintable()).strip()


def _choices(results: Results) -> list[tuple[str, str, list[tuple[str, str]]]]:
    return [
        ("type", "Type of review", [(kind, type_name(kind)) for kind in results.types]),
        ("year", "Year of publication", [(year, year) for year in results.years]),
        ("theme", "Theme", [(theme, theme_name(theme)) for theme in results.themes]),
    ]


def _link(query: SearchQuery, step: int) -> str:
    return "/search?" + urlencode({name: v for name, v in asdict(replace(query, page=query.page + step)).items() if v})
