"""The figures of a partnership's yearly report: rapid reviews, how many in time, what they decided, practice reviews."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.review.models import (
    Action,
    Case,
    Evidence,
    Hold,
    InformationRequest,
    PanelReply,
    PracticeReview,
    RapidReviewDecision,
    Recommendation,
)
from shared.calendar import london_day

COLUMNS = ("Year", "Rapid reviews", "Completed", "Completed in time", "Decided on an LCSPR", "Returns asked", "Returns late", "LCSPRs begun", "LCSPRs published")  # fmt: skip
LEARNING = ("Year", "Recommendations made", "Actions agreed", "Actions done", "Impact shown", "Panel agreed", "Panel did not agree", "Publications held")  # fmt: skip
BECAME = {"done": "Actions done", "impact-shown": "Impact shown"}


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
    return _rows(years, COLUMNS)


def learning_by_year(session: Session) -> list[dict[str, Any]]:
    """What became of learning, a row for each reporting year, the newest first, by the day of each thing itself."""
    years: dict[int, Counter[str]] = {}

    def count(moment: Any, what: str) -> None:
        years.setdefault(_year(moment), Counter())[what] += 1

    for (made_at,) in session.execute(select(Recommendation.made_at)):
        count(made_at, "Recommendations made")
    for (agreed_at,) in session.execute(select(Action.agreed_at)):
        count(agreed_at, "Actions agreed")
    first = select(Evidence.action_id, Evidence.progress, func.min(Evidence.recorded_at))
    for _, progress, recorded_at in session.execute(first.group_by(Evidence.action_id, Evidence.progress)):
        if progress in BECAME:
            count(recorded_at, BECAME[progress])
    for received_at, reply in session.execute(select(PanelReply.received_at, PanelReply.reply)):
        count(received_at, "Panel agreed" if reply == "agrees" else "Panel did not agree")
    for (placed_at,) in session.execute(select(Hold.placed_at)):
        count(placed_at, "Publications held")
    return _rows(years, LEARNING)


def _rows(years: dict[int, Counter[str]], columns: Sequence[str]) -> list[dict[str, Any]]:
    return [
        {"Year": f"{year} to {year + 1}"} | {name: years[year][name] for name in columns[1:]}
        for year in sorted(years, reverse=True)
    ]


def _year(moment: Any) -> int:
    day = london_day(moment)
    return day.year if day.month >= 4 else day.year - 1
