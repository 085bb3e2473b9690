"""The pages of review for people: each is its right and one call into the work."""

from services.review.pages import (
    cases,
    drafts,
    practice_reviews,
    rapid_reviews,
    recommendations,
    recommending,
    requests,
    retention,
    returns,
    review_cases,
    review_records,
    stages,
    taken_out,
    waiting,
)
from services.review.pages.site import pages

__all__ = [
    "cases",
    "drafts",
    "pages",
    "practice_reviews",
    "rapid_reviews",
    "recommendations",
    "recommending",
    "requests",
    "retention",
    "returns",
    "review_cases",
    "review_records",
    "stages",
    "taken_out",
    "waiting",
]
