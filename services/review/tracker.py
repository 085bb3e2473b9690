"""The reviews as rows of the NHS Safeguarding Case Review Tracker, for the integrated care board that keeps it.

The fields follow the tracker's published guidance (NHS England, DCB3124): what its form asks that is not held here, such as
the StEIS number, stays empty for the board to fill. A kind of review that its list lacks goes into the comments, as its
guidance says. The partnership confirms the fields against the form that is in use.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.review.holds import active_holds
from services.review.models import Action, Case, PracticeReview, Recommendation
from services.review.practice_review import is_withheld
from services.review.review_cases import cases_of, reviews_of
from services.review.stages import next_stage, standings
from services.review.wording import REVIEW_KINDS
from shared import audit
from shared.calendar import london_day
from shared.identity.viewer import Viewer
from shared.partnership import partnership
from shared.web.layout import words

COLUMNS = (
    "Case status",
    "StEIS number",
    "Local reference",
    "Date added",
    "Date of incident",
    "Safeguarding partnership",
    "Type of review",
    "Converted",
    "Stage of review",
    "Theme 1",
    "Theme 2",
    "Theme 3",
    "Report signed off",
    "Publication",
    "Publication date",
    "Link to report",
    "Recommendations",
    "Actions",
    "Actions done",
    "Comments",
)
CLOSED = ("panel-agreed", "withdrawn")
THEMES = 3
TYPES = {"lcspr": "Child safeguarding practice review", "thematic": "Child safeguarding practice review"}


def take_tracker(session: Session, viewer: Viewer) -> list[tuple[str, ...]]:
    """A row for each rapid review and each practice review that the caller may see, the oldest first. That it was taken
    is audited: it holds the words of recommendations.
    """
    rows = list(_rows(session))
    audit.append(session, audit.Entry(viewer.actor, "took-tracker-export", "reviews", f"{len(rows)} rows"))
    return rows


def _rows(session: Session) -> Iterator[tuple[str, ...]]:
    for case in session.scalars(select(Case).order_by(Case.opened_at, Case.id)):
        reviews = reviews_of(session, case)
        yield _as_row(_rapid_review(session, case, reviews))
        for review in reviews:
            if review.case_id == case.id:  # one over several cases is one row
                yield _as_row(_practice_review(session, review))


def _as_row(fields: dict[str, Any]) -> tuple[str, ...]:
    return tuple("" if (value := fields.get(column)) is None else str(value) for column in COLUMNS)


def _rapid_review(session: Session, case: Case, reviews: Sequence[PracticeReview]) -> dict[str, Any]:
    of_it = Recommendation.case_id == case.id, Recommendation.practice_review_id.is_(None)
    closed = case.stage in CLOSED or bool(reviews)
    return _learning(session, of_it) | {
        "Case status": "Closed" if closed else "Open",
        "Local reference": case.reference,
        "Date added": _day(case.notified_at),
        "Date of incident": case.occurred_on,
        "Safeguarding partnership": partnership().name,
        "Type of review": "Rapid review",
        "Converted": "Yes" if reviews else "No",
        "Stage of review": _stage(session, case),
        "Report signed off": _day(case.completed_at),
        "Comments": "Notification withdrawn" if case.stage == "withdrawn" else "",
    }


def _practice_review(session: Session, review: PracticeReview) -> dict[str, Any]:
    cases = cases_of(session, review)
    held = active_holds(session, review)
    unpublished = review.ended_at is not None or is_withheld(review)
    kind = REVIEW_KINDS[review.kind]
    said = [kind] if review.kind != "lcspr" else []
    said += [f"About {len(cases)} incidents: {', '.join(case.reference for case in cases)}"] * (len(cases) > 1)
    said += [f"Publication is held: {words(hold.reason)}" for hold in held]
    return _learning(session, (Recommendation.practice_review_id == review.id,)) | {
        "Case status": "Closed" if review.published_at or unpublished else "Open",
        "Local reference": review.reference,
        "Date added": _day(review.decided_at),
        "Date of incident": cases[0].occurred_on,
        "Safeguarding partnership": partnership().name,
        "Type of review": TYPES.get(review.kind, "Other"),
        "Stage of review": _stage(session, review),
        "Report signed off": _day(review.signed_off_at),
        "Publication": "Published"
        if review.published_at
        else "Not published"
        if unpublished
        else "Embargoed"
        if held
        else "Not yet",
        "Publication date": _day(review.published_at),
        "Link to report": review.publication_url,
        "Comments": ". ".join(said),
    }


def _stage(session: Session, review: Case | PracticeReview) -> str:
    found = standings(session, review)
    waiting = next_stage(found)
    return waiting.stage.name if waiting else "All stages done" if found else ""


def _learning(session: Session, of_it: tuple[Any, ...]) -> dict[str, Any]:
    """The themes that come up most in its recommendations, these in words, and how far their actions are."""
    made = list(session.scalars(select(Recommendation).where(*of_it).order_by(Recommendation.made_at)))
    actions = list(session.scalars(select(Action).where(Action.recommendation_id.in_([each.id for each in made]))))
    common = [words(theme) for theme, _ in Counter(each.theme for each in made).most_common(THEMES)]
    return {f"Theme {number}": theme for number, theme in enumerate(common, start=1)} | {
        "Recommendations": "\n".join(each.content["text"] for each in made),
        "Actions": len(actions),
        "Actions done": sum(each.progress in ("done", "impact-shown") for each in actions),
    }


def _day(when: datetime | None) -> str:
    return london_day(when).isoformat() if when else ""
