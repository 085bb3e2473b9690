"""The JSON interface of this service; importing the modules declares their routes."""

from services.review.api import (
    cases,
    chronology_marks,
    meetings,
    need_to_know,
    practice_reviews,
    rapid_reviews,
    recommendations,
    reports,
    retention,
    return_times,
    returns,
    review_parts,
    reviewer_access,
    sharing,
    stages,
    taken_out,
    waiting,
)
from services.review.api.routes import api

__all__ = [
    "api",
    "cases",
    "chronology_marks",
    "meetings",
    "need_to_know",
    "practice_reviews",
    "rapid_reviews",
    "recommendations",
    "reports",
    "retention",
    "return_times",
    "returns",
    "review_parts",
    "reviewer_access",
    "sharing",
    "stages",
    "taken_out",
    "waiting",
]
