"""Recommendations with their actions, evidence and derived status."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from services.review.actions import (
    actions_of,
    evidence_of,
    is_overdue,
    status_of_action,
    status_of_recommendation,
)
from services.review.directory import Agencies
from services.review.models import Action, Evidence, Recommendation
from shared import clock
from shared.calendar import london_day


def describe_recommendations(session: Session, recommendations: Sequence[Recommendation]) -> list[dict[str, Any]]:
    """Recommendations as far as the caller may see them."""
    session.flush()
    actions = actions_of(session, recommendations)
    described = describe_actions(session, [action for each in actions.values() for action in each])
    agencies = Agencies(session, [agency for each in recommendations for agency in each.agencies])
    today = london_day(clock.now())
    by_id = {each["id"]: each for each in described}
    return [
        _recommendation(
            each, [agencies[one] for one in each.agencies], [by_id[action.id] for action in actions[each.id]], today
        )
        for each in recommendations
    ]


def _recommendation(
    recommendation: Recommendation, made_to: list[dict[str, Any]], actions: list[dict[str, Any]], today: date
) -> dict[str, Any]:
    status = status_of_recommendation([each["status"] for each in actions])
    return {
        "id": recommendation.id,
        "case_id": recommendation.case_id,
        "practice_review_id": recommendation.practice_review_id,
        "owner": made_to[0],
        "with_agencies": made_to[1:],
        **recommendation.content,
        "theme": recommendation.theme,
        "due_on": recommendation.due_on,
        "made_at": recommendation.made_at,
        "status": status,
        "overdue": is_overdue(recommendation.due_on, status, today),
        "actions": actions,
    }


def describe_actions(session: Session, actions: Sequence[Action]) -> list[dict[str, Any]]:
    session.flush()
    evidence = evidence_of(session, actions)
    recorders = [each.recorded_by for some in evidence.values() for each in some]
    agencies = Agencies(session, [*recorders, *(each.owner_agency for each in actions)])
    today = london_day(clock.now())
    return [_action(action, agencies, evidence[action.id], today) for action in actions]


def _action(action: Action, agencies: Agencies, evidence: list[Evidence], today: date) -> dict[str, Any]:
    status = status_of_action([action.progress] if action.progress else [])  # its evidence may be gone after its time
    return {
        "id": action.id,
        "recommendation_id": action.recommendation_id,
        "agency": agencies[action.owner_agency],
        **action.content,
        "due_on": action.due_on,
        "status": status,
        "overdue": is_overdue(action.due_on, status, today),
        "impact_check_on": action.impact_check_on,
        "evidence": [describe_evidence(each, agencies) for each in evidence],
    }


def describe_evidence(evidence: Evidence, agencies: Agencies) -> dict[str, Any]:
    file = {"filename": evidence.filename, "sha256": evidence.file_sha256} if evidence.file_key else None
    return {
        "id": evidence.id,
        "what_changed": evidence.what_changed,
        "progress": evidence.progress,
        "recorded_by": agencies[evidence.recorded_by],
        "recorded_at": evidence.recorded_at,
        "file": file,
    }
