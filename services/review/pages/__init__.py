"""The pages of review for people: each is its right and one call into the work."""

from services.review.pages import (
    cases,
    chronology,
    chronology_marks,
    meeting_plans,
    need_to_know,
    practice_reviews,
    rapid_reviews,
    recommendations,
    requests,
    return_versions,
    returns,
    review_records,
    reviewer_access,
    reviewing,
    sharing,
    taken_out,
)
from services.review.pages.site import pages

__all__ = [
    "cases",
    "chronology",
    "chronology_marks",
    "meeting_plans",
    "need_to_know",
    "pages",
    "practice_reviews",
    "rapid_reviews",
    "recommendations",
    "requests",
    "return_versions",
    "returns",
    "review_records",
    "reviewer_access",
    "reviewing",
    "sharing",
    "taken_out",
]
