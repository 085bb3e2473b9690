"""The figures of a partnership's yearly report: rapid reviews, how many in time, what they decided, practice reviews."""

from collections import Counter
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.review.models import Case, InformationRequest, PracticeReview, RapidReviewDecision
from shared.calendar import london_day

COLUMNS = ("Year", "Rapid reviews", "Completed", "Completed in time", "Decided on an LCSPR", "Returns asked", "Returns late", "LCSPRs begun", "LCSPRs published")  # fmt: skip


def figures_by_year(session: Session) -> list[dict[str, Any]]:
    """A row for each reporting year, 1 April to 31 March, the newest first; counts alone, nothing of a case."""
    years: dict[int, Counter[str]] = {}

    def count(moment: Any, what: str) -> None:
        if moment is not None:
            years.setdefault(_year(moment), Counter())[what] += 1

    lcspr = set(
        session.scalars(
            select(RapidReviewDecision.case_id).where(
                RapidReviewDecision.outcome == "lcspr",
                RapidReviewDecision.completed_at.is_not(None),
                RapidReviewDecision.superseded_at.is_(None),
            )
        )
    )
    for case_id, notified_at, due_at, done_at, stage in session.execute(
        select(Case.id, Case.notified_at, Case.due_at, Case.completed_at, Case.stage)
    ):
        if stage == "withdrawn":
            continue
        count(notified_at, "Rapid reviews")
        count(done_at and notified_at, "Completed")
        count(notified_at if done_at and done_at <= due_at else None, "Completed in time")
        count(notified_at if case_id in lcspr else None, "Decided on an LCSPR")
    for asked_at, due_at, returned_at in session.execute(
        select(InformationRequest.requested_at, InformationRequest.due_at, InformationRequest.returned_at).where(
            InformationRequest.status != "cancelled"
        )
    ):
        count(asked_at, "Returns asked")
        count(asked_at if returned_at and returned_at > due_at else None, "Returns late")
    for decided_at, published_at in session.execute(select(PracticeReview.decided_at, PracticeReview.published_at)):
        count(decided_at, "LCSPRs begun")
        count(published_at, "LCSPRs published")
    return [{"Year": f"{year} to {year + 1}"} | {name: years[year][name] for name in COLUMNS[1:]} for year in sorted(years, reverse=True)]  # fmt: skip


def _year(moment: Any) -> int:
    day = london_day(moment)
    return day.year if day.month >= 4 else day.year - 1
