"""What the public site lists beside single reviews: by theme, and the briefings and slides of all."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from services.publish.public_site.site_page import PageDocument, SitePage

LEARNING = ("learning-briefing", "slides")


@dataclass(frozen=True)
class LearningDocument:
    """A briefing or a set of slides with the page that it belongs to."""

    page: SitePage
    document: PageDocument


def by_theme(pages: Iterable[SitePage]) -> dict[str, tuple[SitePage, ...]]:
    """The pages of each theme, in the order of the pages; themes by their names."""
    found: dict[str, list[SitePage]] = {}
    for page in pages:
        for theme in page.themes:
            found.setdefault(theme, []).append(page)
    return {theme: tuple(found[theme]) for theme in sorted(found)}


def learning_documents(day: date, pages: Iterable[SitePage]) -> list[LearningDocument]:
    """The briefings and slides that may be read on `day`, in the order of the pages."""
    return [
        LearningDocument(page, document)
        for page in pages
        if page.kind != "rapid-review-learning" and not page.is_on_request(day)
        for document in page.documents
        if document.kind in LEARNING
    ]
