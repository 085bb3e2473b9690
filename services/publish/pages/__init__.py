"""The pages of publish for people: each is its right and one call into the work. The public site is written elsewhere."""

from services.publish.pages import (
    access,
    early_readers,
    findings,
    going_out,
    past_reviews,
    publications,
    settings,
    words,
)
from services.publish.pages.site import pages

__all__ = [
    "access",
    "early_readers",
    "findings",
    "going_out",
    "pages",
    "past_reviews",
    "publications",
    "settings",
    "words",
]
