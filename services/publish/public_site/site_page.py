"""One page of the public site as plain values."""

from dataclasses import dataclass
from datetime import date, datetime

TYPES = {
    "lcspr": "Local child safeguarding practice review",
    "cspr": "Child safeguarding practice review",
    "scr": "Serious case review",
    "thematic": "Thematic review",
    "single-agency": "Single agency review",
    "other": "Review",
    "improvements": "Information about improvements",
    "rapid-review-learning": "Learning from rapid reviews",
    "yearly-report": "Yearly report",
}
NO_REVIEW = ("rapid-review-learning", "yearly-report")


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
class Correction:
    """That a page was corrected, on which day, and which kinds of document were replaced."""

    day: date
    replaced: tuple[str, ...]


@dataclass(frozen=True)
class SitePage:
    """One review on the site, or another thing that the partnership publishes.

    `state`: live, archived (the entry without its documents), withdrawn.
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
    warnings: tuple[str, ...] = ()
    agency_kinds: tuple[str, ...] = ()
    age_bands: tuple[str, ...] = ()
    documents: tuple[PageDocument, ...] = ()
    past_documents: tuple[str, ...] = ()
    corrections: tuple[Correction, ...] = ()  # the newest first
    old_addresses: tuple[str, ...] = ()  # of the partnership's former site, which lead here
    nspcc_reference: str | None = None
    nspcc_keeps_until: date | None = None

    @property
    def heading(self) -> str:
        return self.pseudonym or self.title

    @property
    def type_name(self) -> str:
        return type_name(self.kind)

    @property
    def is_review(self) -> bool:
        return self.kind not in NO_REVIEW

    def is_on_request(self, day: date) -> bool:
        """Whether its documents are no longer shown: a person archived it, or a past item's display period is over."""
        return self.state == "archived" or (self.display_until is not None and self.display_until < day)


def type_name(kind: str) -> str:
    """A kind of review in words."""
    return TYPES.get(kind.casefold(), kind[:1].upper() + kind[1:].replace("-", " "))
