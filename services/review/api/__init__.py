"""The JSON interface of this service; importing the modules declares their routes."""

from services.review.api import (
    cases,
    practice_reviews,
    rapid_reviews,
    recommendations,
    reports,
    retention,
    returns,
    review_parts,
    waiting,
)
from services.review.api.routes import api

__all__ = [
    "api",
    "cases",
    "practice_reviews",
    "rapid_reviews",
    "recommendations",
    "reports",
    "retention",
    "returns",
    "review_parts",
    "waiting",
]
