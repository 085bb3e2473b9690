"""Cases as they are answered."""

from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from services.review.models import (
    Case,
    DutyNote,
    IncidentReferral,
    InformationRequest,
    PracticeReview,
    RapidReviewDecision,
    Recommendation,
)
from services.review.panel_replies import panel_replies
from services.review.rapid_review import rules_of
from services.review.review_cases import reviews_of
from services.review.views.improvement import describe_recommendations
from services.review.views.practice_reviews import describe_summary as describe_practice_review_summary
from services.review.views.rapid_reviews import describe_decisions, describe_replies
from services.review.views.returns import describe_requests
from services.review.views.stages import describe_stages
from shared import clock


def describe_summary(case: Case) -> dict[str, Any]:
    return {
        "id": case.id,
        "reference": case.reference,
        "pseudonym": case.pseudonym,
        "stage": case.stage,
        "incident_id": case.incident_id,
        "incident_reference": case.incident_reference,
        "kinds": case.kinds,
        "opened_at": case.opened_at,
        "rapid_review": {
            "runs_from": case.notified_at,
            "due_at": case.due_at,
            "completed_at": case.completed_at,
            "overdue": case.due_at < (case.completed_at or case.closed_at or clock.now()),
            "authority": rules_of(case).duty("rapid-review").authority,
        },
    }


def describe_case(session: Session, case: Case) -> dict[str, Any]:
    """One case whole: stage, clock, returns, decisions, replies, practice reviews, recommendations."""
    reviews = reviews_of(session, case)
    requests = _of_case(session, InformationRequest, case, InformationRequest.agency_id)
    recommendations = _recommendations(session, case, reviews)
    return describe_summary(case) | {
        "children": case.children,
        "occurred_on": case.occurred_on,
        "closed_at": case.closed_at,
        "withdrawal_reasons": case.closing_reasons,
        "ended_with_it": _ended_with(case),
        "stages": describe_stages(session, case),
        "referrals": _referrals(session, case),
        "duties": _duties(session, case),
        "information_requests": describe_requests(session, requests),
        "decisions": describe_decisions(
            session, case, _of_case(session, RapidReviewDecision, case, RapidReviewDecision.number)
        ),
        "panel_replies": describe_replies(session, panel_replies(session, case)),
        "practice_reviews": [describe_practice_review_summary(review) for review in reviews],
        "recommendations": describe_recommendations(session, recommendations),
    }


def _ended_with(case: Case) -> dict[str, Any] | None:
    ended = case.ended_with_it
    return ended and ended | {"meetings": [datetime.fromisoformat(each) for each in ended["meetings"]]}


def _of_case(session: Session, kind: Any, case: Case, order: Any) -> list[Any]:
    return list(session.scalars(select(kind).where(kind.case_id == case.id).order_by(order)))


def _recommendations(session: Session, case: Case, reviews: list[PracticeReview]) -> list[Recommendation]:
    """Those of the case, and those of the reviews that it is part of, whichever case they were made on."""
    of_it = or_(Recommendation.case_id == case.id, Recommendation.practice_review_id.in_([each.id for each in reviews]))
    return list(session.scalars(select(Recommendation).where(of_it).order_by(Recommendation.made_at)))


def _referrals(session: Session, case: Case) -> list[dict[str, Any]]:
    statement = select(IncidentReferral).where(IncidentReferral.incident_id == case.incident_id)
    return [
        {"reference": each.reference, "agency_id": each.agency_id, "submitted_at": each.submitted_at}
        for each in session.scalars(statement.order_by(IncidentReferral.submitted_at))
    ]


def _duties(session: Session, case: Case) -> list[dict[str, Any]]:
    statement = select(DutyNote).where(DutyNote.incident_id == case.incident_id).order_by(DutyNote.due_at)
    return [
        {
            "id": each.duty_id,
            "rule": each.rule,
            "recipient": each.recipient,
            "due_at": each.due_at,
            "overdue": each.overdue,
            "discharged_at": each.discharged_at,
            "reference": each.reference,
        }
        for each in session.scalars(statement)
    ]
