"""The public search over what is on the site, by PostgreSQL's full text."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy import delete, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.publish.models import PublicEntry

RESULTS_ON_A_PAGE = 10
LONGEST_BODY = 400_000  # PostgreSQL keeps at most 1 MB of words for one row


@dataclass(frozen=True)
class SearchEntry:
    """What the search knows of one page."""

    slug: str
    title: str
    kind: str
    published_on: date
    themes: tuple[str, ...]
    summary: str
    body: str


@dataclass(frozen=True)
class SearchQuery:
    """What a reader asks for; an empty field asks nothing."""

    q: str = ""
    type: str = ""
    year: str = ""
    theme: str = ""
    page: int = 1


@dataclass(frozen=True)
class Results:
    """One page of results, how many there are in all, and what may be chosen in the form."""

    total: int
    found: tuple[Any, ...]
    types: tuple[str, ...]
    years: tuple[str, ...]
    themes: tuple[str, ...]


def keep_entry(session: Session, entry: SearchEntry) -> None:
    """Let the search find a page, in place of what it knew of it."""
    values = asdict(entry) | {"themes": list(entry.themes), "body": entry.body[:LONGEST_BODY].replace("\x00", "")}
    statement = insert(PublicEntry).values(values)
    session.execute(statement.on_conflict_do_update(index_elements=["slug"], set_=values))


def forget_entries(session: Session, slugs: Collection[str]) -> None:
    session.execute(delete(PublicEntry).where(PublicEntry.slug.in_(slugs)))


WHERE = """
    WHERE (:q = '' OR words @@ websearch_to_tsquery('english', :q))
      AND (:type = '' OR kind = :type)
      AND (:year = '' OR extract(year FROM published_on) = CAST(NULLIF(:year, '') AS integer))
      AND (:theme = '' OR :theme = ANY(themes))
"""
# Every match is weighed once; passages are drawn for the one page of results only, from the first pages' worth of each text.
FIND = text(f"""
    WITH matches AS MATERIALIZED (
        SELECT slug, published_on,
               CASE WHEN :q = '' THEN 0 ELSE ts_rank(words, websearch_to_tsquery('english', :q)) END AS weight
          FROM public_entries {WHERE}),
    page AS (SELECT slug, weight FROM matches ORDER BY weight DESC, published_on DESC, slug LIMIT :most OFFSET :skipped)
    SELECT counted.total, e.slug, e.title, e.kind, e.published_on,
           CASE WHEN :q = '' THEN e.summary ELSE ts_headline('english', e.summary || ' ' || left(e.body, 20000),
                websearch_to_tsquery('english', :q), 'StartSel="",StopSel="",MaxWords=35,MinWords=15') END AS passage
      FROM (SELECT count(*) AS total FROM matches) AS counted
      LEFT JOIN (page JOIN public_entries e USING (slug)) ON true
     ORDER BY page.weight DESC, e.published_on DESC, e.slug
""")  # noqa: S608  # the constant above
# Each distinct value is looked up in its index from the one before it, so that the whole table need not be read.
CHOICES = text("""
    WITH RECURSIVE kinds(kind) AS (
        SELECT min(kind) FROM public_entries
        UNION ALL SELECT (SELECT min(kind) FROM public_entries e WHERE e.kind > kinds.kind) FROM kinds WHERE kind IS NOT NULL),
    years(year) AS (
        SELECT extract(year FROM max(published_on))::integer FROM public_entries
        UNION ALL SELECT (SELECT extract(year FROM max(published_on))::integer FROM public_entries e
                           WHERE e.published_on < make_date(years.year, 1, 1)) FROM years WHERE year IS NOT NULL),
    sets(themes) AS (
        SELECT min(themes) FROM public_entries
        UNION ALL SELECT (SELECT min(themes) FROM public_entries e WHERE e.themes > sets.themes) FROM sets WHERE themes IS NOT NULL)
    SELECT (SELECT array_agg(kind) FROM kinds WHERE kind IS NOT NULL) AS types,
           (SELECT array_agg(year) FROM years WHERE year IS NOT NULL) AS years,
           (SELECT array_agg(DISTINCT theme) FROM sets, unnest(themes) AS theme) AS themes
""")


def search(session: Session, query: SearchQuery) -> Results:
    """Find pages, the best match first; without words, the newest first."""
    values = {"q": query.q, "type": query.type, "year": query.year, "theme": query.theme}
    bounds = {"most": RESULTS_ON_A_PAGE, "skipped": (query.page - 1) * RESULTS_ON_A_PAGE}
    choices = session.execute(CHOICES).one()
    rows = session.execute(FIND, values | bounds).all()
    return Results(
        total=rows[0].total,
        found=tuple(row for row in rows if row.slug),
        types=tuple(sorted(choices.types or ())),
        years=tuple(str(year) for year in sorted(choices.years or (), reverse=True)),
        themes=tuple(sorted(choices.themes or ())),
    )
