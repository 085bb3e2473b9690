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
COUNT = text(f"SELECT count(*) FROM public_entries {WHERE}")  # noqa: S608  # the constant above
# Passages are drawn for the one page of results only, and from the first pages' worth of each text.
FIND = text(f"""
    WITH page AS (
        SELECT slug, title, kind, published_on, summary, body FROM public_entries {WHERE}
         ORDER BY CASE WHEN :q = '' THEN 0 ELSE ts_rank(words, websearch_to_tsquery('english', :q)) END DESC,
                  published_on DESC, slug
         LIMIT :most OFFSET :skipped)
    SELECT slug, title, kind, published_on,
           CASE WHEN :q = '' THEN summary ELSE ts_headline('english', summary || ' ' || left(body, 50000),
                websearch_to_tsquery('english', :q), 'StartSel="",StopSel="",MaxWords=35,MinWords=15') END AS passage
      FROM page
""")  # noqa: S608  # the constant above
CHOICES = text("""
    SELECT (SELECT array_agg(DISTINCT kind) FROM public_entries) AS types,
           (SELECT array_agg(DISTINCT extract(year FROM published_on)::integer) FROM public_entries) AS years,
           (SELECT array_agg(DISTINCT theme) FROM public_entries, unnest(themes) AS theme) AS themes
""")


def search(session: Session, query: SearchQuery) -> Results:
    """Find pages, the best match first; without words, the newest first."""
    values = {"q": query.q, "type": query.type, "year": query.year, "theme": query.theme}
    bounds = {"most": RESULTS_ON_A_PAGE, "skipped": (query.page - 1) * RESULTS_ON_A_PAGE}
    choices = session.execute(CHOICES).one()
    return Results(
        total=session.execute(COUNT, values).scalar_one(),
        found=tuple(session.execute(FIND, values | bounds).all()),
        types=tuple(sorted(choices.types or ())),
        years=tuple(str(year) for year in sorted(choices.years or (), reverse=True)),
        themes=tuple(sorted(choices.themes or ())),
    )
