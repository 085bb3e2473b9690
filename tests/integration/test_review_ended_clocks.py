"""A clock that has ended is said to be late nowhere: of a withdrawn case, a published review, one that is not published."""

import re
from datetime import timedelta
from typing import Any

import pytest

from shared import clock
from shared.database import new_id
from tests.integration.test_review_practice_reviews import pdf, sign, upload
from tests.integration.test_review_reviewer import let_in, person, under_review
from tests.reviewing import OFFICE, PARTNERS, SCHOOL, commissioned, get, hear, open_case, withdrawn

pytestmark = pytest.mark.usefixtures("ground", "own_clock")

LATE = re.compile(r"\d+ working days? late")


def of_publication(review: dict[str, Any], **facts: Any) -> dict[str, Any]:
    case = get(f"/cases/{review['case_id']}", OFFICE)
    about = {"publication_id": new_id(), "practice_review_id": review["id"], "incident_id": case["incident_id"]}
    return about | {"reference": review["reference"]} | facts


def decided(review: dict[str, Any], route: str, days_ago: float) -> None:
    at = (clock.now() - timedelta(days=days_ago)).isoformat()
    said = of_publication(review, route=route, reasons="A living child.", decided_at=at)
    hear("publication.route-decided", said, "publish")


def is_late(review: dict[str, Any]) -> tuple[bool, bool]:
    """Whether the review is overdue to systems, and late to people."""
    page = person(OFFICE, "partnership-office").get(f"/review/practice-reviews/{review['id']}").text
    return get(f"/practice-reviews/{review['id']}", OFFICE)["overdue"], bool(LATE.search(page))


def test_a_withdrawn_case_is_not_late() -> None:
    case = open_case()
    clock.advance(timedelta(days=40))
    office, at = person(OFFICE, "partnership-office"), f"/review/cases/{case['id']}"
    assert LATE.search(office.get(at).text)
    hear("incident.withdrawn", withdrawn(case["incident_id"]))
    assert not LATE.search(office.get(at).text)


def test_a_review_that_is_not_to_be_published_is_not_overdue_by_whichever_decision_is_the_latest() -> None:
    review = commissioned(open_case())
    clock.advance(timedelta(days=250))
    assert is_late(review) == (True, True)
    decided(review, "withheld", 2)
    assert is_late(review) == (False, False)
    assert "The partners decided so on" in person(OFFICE, "partnership-office").get(f"/review/practice-reviews/{review['id']}").text  # fmt: skip
    decided(review, "local", 3)  # heard late
    assert is_late(review) == (False, False)
    decided(review, "local", 1)
    assert is_late(review) == (True, True)


def test_the_reviewer_does_not_read_that_a_published_review_is_late() -> None:
    _, review = under_review()
    office, reviewer = person(OFFICE, "partnership-office"), person(SCHOOL, "reviewer")
    at = let_in(office, review, reviewer, days=300)
    report = upload(review, pdf()).json
    for partner in PARTNERS:
        sign(review, report, partner)
    live_at = clock.now().isoformat()
    clock.advance(timedelta(days=250))
    assert LATE.search(reviewer.get(at).text)
    hear("publication.live", of_publication(review, route="local", live_at=live_at, url=None), "publish")
    assert not LATE.search(reviewer.get(at).text)
