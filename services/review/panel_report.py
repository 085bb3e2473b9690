"""The rapid review as the Panel is to read it, made from the record alone and decided in this one place."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.review.agency_returns import submitted_returns
from services.review.directory import Agencies
from services.review.models import (
    AgencyReturn,
    Case,
    InformationRequest,
    RapidReviewDecision,
    RapidReviewSignature,
)
from shared.partnership import partnership
from shared.rulebook import Rulebook

OF_A_RETURN = (
    "period",
    "involvement_summary",
    "key_practice_episodes",
    "child_seen_and_heard",
    "inequalities_considered",
    "what_went_well",
    "what_should_have_been_different",
    "immediate_changes",
    "recommendations",
)


def panel_report(session: Session, case: Case, decision: RapidReviewDecision, rules: Rulebook) -> dict[str, Any]:
    """The report: headings of the Panel's guidance of June 2025, each agency's involvement, regulation 11, positions.

    The child goes by the pseudonym; the Panel knows the case by the notification's reference. JSON values only.
    """
    requests = list(session.scalars(select(InformationRequest).where(InformationRequest.case_id == case.id)))
    returns = {each.agency_id: each for each in submitted_returns(session, case.id)}
    signatures = list(
        session.scalars(
            select(RapidReviewSignature)
            .where(RapidReviewSignature.decision_id == decision.id)
            .order_by(RapidReviewSignature.signed_at)
        )
    )
    agencies = Agencies(session, [each.agency_id for each in requests] + [each.agency_id for each in signatures])
    content = decision.content
    return {
        "partnership": partnership().name,
        "reference": case.reference,
        "notification_reference": case.incident_reference,
        "pseudonym": case.pseudonym,
        "kinds": case.kinds,
        "children": case.children,
        "notified_at": case.notified_at.isoformat(),
        "due_at": case.due_at.isoformat(),
        "outcome": decision.outcome,
        "other_review": content.get("other_review"),
        "reasons": content["reasons"],
        "why_anew": content.get("why_anew"),
        "what_will_be_done": content.get("what_will_be_done"),
        "headings": [
            {"heading": rule.id, "asks": rule.text, "text": content["content"][heading_name(rule.id)]}
            for rule in rules.rapid_review_content.values()
        ],
        "immediate_actions": content["immediate_actions"],
        "considerations": considered(content["regulation_11"], rules),
        "agencies": [
            _involvement(agencies[each.agency_id]["name"], returns.get(each.agency_id), each.status)
            for each in sorted(requests, key=lambda each: each.agency_id)
        ],
        "positions": [
            {
                "agency": agencies[each.agency_id]["name"],
                "position": each.position,
                "signed_at": each.signed_at.isoformat(),
            }
            | each.signatory
            for each in signatures
        ],
    }


def heading_name(rule_id: str) -> str:
    """The field of a decision's `content` that holds the text under one of the Panel's headings."""
    return rule_id.replace("-", "_")


def considered(points: list[dict[str, Any]], rules: Rulebook) -> list[dict[str, Any]]:
    """Points with the text and authority of their rule."""
    named = [(point, rules.considerations[point["consideration"]]) for point in points]
    return [point | {"text": rule.text, "authority": rule.authority} for point, rule in named]


def _involvement(name: str, returned: AgencyReturn | None, status: str) -> dict[str, Any]:
    if returned is None:
        return {"agency": name, "returned": False, "status": status}
    told = {field: returned.content.get(field) for field in OF_A_RETURN} if returned.involved else {}
    return {"agency": name, "returned": True, "involved": returned.involved, "late": returned.late} | told
