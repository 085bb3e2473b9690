"""What the public pages show, drawn from plain values: semantic HTML that needs no JavaScript, feed and site map."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.publish.gate import NAMES
from shared.partnership import partnership

TEMPLATES = Path(__file__).parent / "templates" / "site"

TYPES = {
    "lcspr": "Local child safeguarding practice review",
    "cspr": "Child safeguarding practice review",
    "scr": "Serious case review",
    "thematic": "Thematic review",
    "single-agency": "Single agency review",
    "other": "Review",
    "improvements": "Information about improvements",
}
PAST_DOCUMENTS = {"report": "full report", "briefing": "learning briefing"}
QUICK_EXIT = "https://www.bbc.co.uk/weather"
NSPCC_COLLECTION = "https://learning.nspcc.org.uk/case-reviews/national-case-review-repository"


@dataclass(frozen=True)
class PageDocument:
    """A document that may be read: `address` stands after /documents/, `sha256` is of the checked bytes."""

    address: str
    kind: str
    sha256: str
    size: int
    pages: int
    checked_at: datetime


@dataclass(frozen=True)
class SitePage:
    """One review on the site. `state`: live, archived (the entry without its documents), withdrawn.

    `pseudonym` is None where the page must not say which review it is about. `past_documents` are kinds that were
    published before this system held them.
    """

    slug: str
    kind: str
    pseudonym: str | None
    title: str
    published_on: date
    changed_at: datetime
    state: str
    display_until: date | None = None  # past items only: those of this system are archived by a person
    summary: str | None = None
    themes: tuple[str, ...] = ()
    improvements: str | None = None
    documents: tuple[PageDocument, ...] = ()
    past_documents: tuple[str, ...] = ()
    nspcc_reference: str | None = None

    @property
    def heading(self) -> str:
        return self.pseudonym or self.title

    @property
    def type_name(self) -> str:
        return type_name(self.kind)

    def is_on_request(self, day: date) -> bool:
        """Whether its documents are no longer shown: a person archived it, or a past item's display period is over."""
        return self.state == "archived" or (self.display_until is not None and self.display_until < day)


def type_name(kind: str) -> str:
    """A kind of review in words."""
    return TYPES.get(kind.casefold(), kind[:1].upper() + kind[1:].replace("-", " "))


def home(day: date, pages: tuple[SitePage, ...]) -> bytes:
    return draw("home.html", day=day, pages=pages[:5], here="/")


def list_of_reviews(day: date, pages: tuple[SitePage, ...]) -> bytes:
    return draw("reviews.html", day=day, pages=pages, here="/reviews")


def review(day: date, page: SitePage) -> bytes:
    return draw("review.html", day=day, page=page, here="")


def accessibility() -> bytes:
    return draw("accessibility.html", here="/accessibility")


def not_found() -> bytes:
    return draw("not_found.html", here="")


def gone(page: SitePage) -> bytes:
    return draw("gone.html", page=page, here="")


def feed(base_url: str, drawn_at: datetime, pages: tuple[SitePage, ...]) -> bytes:
    """An Atom feed (RFC 4287) of the reviews, the newest first."""
    updated = max((page.changed_at for page in pages), default=drawn_at)
    return draw("feed.atom", base_url=base_url, updated=updated, pages=pages[:50])


def sitemap(base_url: str, pages: tuple[SitePage, ...]) -> bytes:
    return draw("sitemap.xml", base_url=base_url, pages=pages)


def draw(template: str, **values: Any) -> bytes:
    """A template of the public site with the partnership's name and front door."""
    return _environment().get_template(template).render(partnership=partnership(), **values).encode()


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"day": _day, "size": _size, "document": _document, "type": type_name, "theme": theme_name}
    environment.globals |= {"quick_exit": QUICK_EXIT, "nspcc_collection": NSPCC_COLLECTION}
    return environment


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _size(amount: int) -> str:
    return f"{amount / 1_000_000:.1f} MB" if amount >= 1_000_000 else f"{max(1, amount // 1000)} KB"


def _document(kind: str) -> str:
    words = PAST_DOCUMENTS.get(kind) or NAMES.get(kind) or kind.replace("-", " ")
    return words[:1].upper() + words[1:]


def theme_name(theme: str) -> str:
    return theme[:1].upper() + theme[1:].replace("-", " ")
