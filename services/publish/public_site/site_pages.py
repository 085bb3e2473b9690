"""What the public pages show, drawn from plain values: semantic HTML that needs no JavaScript, feed and site map."""

from collections.abc import Sequence
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.publish.gate import NAMES
from services.publish.public_site import site_lists
from services.publish.public_site.site_page import TYPES, SitePage, type_name
from services.publish.public_site.site_words import ENGLISH, site_words
from services.publish.wording import AGE_BANDS, AGENCY_KINDS, WARNINGS
from shared.calendar import day_in_words
from shared.partnership import partnership
from shared.settings import settings

TEMPLATES = Path(__file__).parent.parent / "templates" / "site"

PAST_DOCUMENTS = {"report": "full report", "briefing": "learning briefing"}
QUICK_EXIT = "https://www.bbc.co.uk/weather"
MOST_LISTED = 300  # entries on one page, which keeps it under 150 KB; the search finds the rest
STANDING = ("/", "/reviews", "/learning", "/themes", "/yearly-reports", "/about", "/accessibility")
NSPCC_COLLECTION = "https://learning.nspcc.org.uk/case-reviews/national-case-review-repository"


def home(day: date, pages: tuple[SitePage, ...]) -> bytes:
    reviews = tuple(page for page in pages if page.is_review)
    themes = site_lists.by_theme(pages)
    return draw("home.html", day=day, pages=reviews[:5], themes=list(themes)[:12], here="/")


def list_of_reviews(day: date, pages: tuple[SitePage, ...]) -> bytes:
    reviews = tuple(page for page in pages if page.is_review)
    return draw("reviews.html", day=day, pages=reviews, here="/reviews", most=MOST_LISTED)


def learning(day: date, pages: tuple[SitePage, ...]) -> bytes:
    """Briefings and slides of all reviews, and what rapid reviews taught."""
    rapid = tuple(page for page in pages if page.kind == "rapid-review-learning")
    shown = site_lists.learning_documents(day, pages)[:MOST_LISTED]
    return draw("learning.html", day=day, documents=shown, rapid=rapid, here="/learning")


def list_of_themes(pages: tuple[SitePage, ...]) -> bytes:
    return draw("themes.html", themes=site_lists.by_theme(pages), here="/themes")


def theme(day: date, name: str, pages: tuple[SitePage, ...]) -> bytes:
    return draw("theme.html", day=day, theme=name, pages=pages, here="/themes", most=MOST_LISTED)


def yearly_reports(day: date, pages: tuple[SitePage, ...]) -> bytes:
    reports = tuple(page for page in pages if page.kind == "yearly-report")
    return draw("yearly_reports.html", day=day, pages=reports, here="/yearly-reports")


def review(day: date, page: SitePage) -> bytes:
    return draw("review.html", day=day, page=page, here="")


def about() -> bytes:
    return draw("about.html", here="/about", types=TYPES)


def accessibility() -> bytes:
    return draw("accessibility.html", here="/accessibility")


def not_found() -> bytes:
    return draw("not_found.html", here="")


def unavailable() -> bytes:
    return draw("unavailable.html", here="")


def gone(page: SitePage) -> bytes:
    return draw("gone.html", page=page, here="")


def moved(address: str) -> bytes:
    """What stands at an old address, for a reader whose program does not follow by itself."""
    return draw("moved.html", address=address, here="")


def feed(base_url: str, drawn_at: datetime, pages: tuple[SitePage, ...]) -> bytes:
    """An Atom feed (RFC 4287) of the reviews, the newest first."""
    updated = max((page.changed_at for page in pages), default=drawn_at)
    return draw("feed.atom", base_url=base_url, updated=updated, pages=pages[:50])


def sitemap(base_url: str, pages: tuple[SitePage, ...]) -> bytes:
    themes = [f"/themes/{name}" for name in site_lists.by_theme(pages)]
    return draw("sitemap.xml", base_url=base_url, pages=pages, addresses=[*STANDING, *themes])


def draw(template: str, **values: Any) -> bytes:
    """A template of the public site with the partnership's name and front door, in its language."""
    language = partnership().site_language
    known = {"partnership": partnership(), "t": site_words(language), "language": language, "written_in": ENGLISH}
    return _environment().get_template(template).render(base=settings().public_url, **known, **values).encode()


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "day": day_in_words,
        "size": _size,
        "document": _document,
        "type": type_name,
        "theme": theme_name,
    }
    environment.filters |= {
        "warnings": _warnings,
        "replaced": _replaced,
        "agency": AGENCY_KINDS.get,
        "age": AGE_BANDS.get,
    }
    environment.globals |= {
        "quick_exit": QUICK_EXIT,
        "nspcc_collection": NSPCC_COLLECTION,
        "nspcc_search": nspcc_search,
    }
    return environment


def _size(amount: int) -> str:
    return f"{amount / 1_000_000:.1f} MB" if amount >= 1_000_000 else f"{max(1, amount // 1000)} KB"


def _document(kind: str) -> str:
    words = PAST_DOCUMENTS.get(kind) or NAMES.get(kind) or kind.replace("-", " ")
    return words[:1].upper() + words[1:]


def _warnings(kinds: tuple[str, ...]) -> str:
    return and_list([WARNINGS[kind] for kind in kinds if kind in WARNINGS])


def _replaced(kinds: tuple[str, ...]) -> str:
    return and_list(["words of this page" if kind == "page-text" else NAMES.get(kind, kind) for kind in kinds])


def and_list(words: Sequence[str]) -> str:
    """Words as a sentence lists them."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def nspcc_search(words: str) -> str:
    """Where the NSPCC's own search finds what a reader looks for."""
    return partnership().nspcc_search.replace("{words}", quote(words))


def theme_name(theme: str) -> str:
    return theme[:1].upper() + theme[1:].replace("-", " ")
