"""Decisions, positions and the Panel's replies as they are answered."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.review.directory import Agencies
from services.review.models import Case, PanelReply, RapidReviewDecision, RapidReviewSignature
from services.review.panel_report import considered
from services.review.rapid_review import awaited_partners, rules_of

OPTIONAL = ("why_anew", "what_will_be_done", "other_review")


def describe_decisions(session: Session, case: Case, decisions: Sequence[RapidReviewDecision]) -> list[dict[str, Any]]:
    """Decisions with every position taken on them, the voided ones too."""
    statement = select(RapidReviewSignature).where(
        RapidReviewSignature.decision_id.in_([each.id for each in decisions])
    )
    signatures = list(session.scalars(statement.order_by(RapidReviewSignature.signed_at)))
    agencies = Agencies(session, [each.recorded_by for each in decisions] + [each.agency_id for each in signatures])
    return [
        _decision(case, decision, agencies, [each for each in signatures if each.decision_id == decision.id])
        for decision in decisions
    ]


def _decision(
    case: Case, decision: RapidReviewDecision, agencies: Agencies, signatures: list[RapidReviewSignature]
) -> dict[str, Any]:
    content = decision.content
    return {
        "id": decision.id,
        "number": decision.number,
        "outcome": decision.outcome,
        "reasons": content["reasons"],
        **{name: content.get(name) for name in OPTIONAL},
        "regulation_11": considered(content["regulation_11"], rules_of(case)),
        "content": content["content"],
        "immediate_actions": content["immediate_actions"],
        "recorded_by": agencies[decision.recorded_by],
        "decided_at": decision.decided_at,
        "superseded_at": decision.superseded_at,
        "completed_at": decision.completed_at,
        "sent_to_panel_at": decision.sent_at,
        "panel_receipt": decision.sent_reference,
        "positions": [_position(each, agencies) for each in signatures],
    }


def _position(signature: RapidReviewSignature, agencies: Agencies) -> dict[str, Any]:
    return {
        "agency": agencies[signature.agency_id],
        "position": signature.position,
        "signed_at": signature.signed_at,
        "voided_at": signature.voided_at,
    } | signature.signatory


def describe_standing(session: Session, case: Case, decision: RapidReviewDecision) -> dict[str, Any]:
    """Where the rapid review stands, and whose position is awaited."""
    session.flush()
    awaited = awaited_partners(session, decision)
    agencies = Agencies(session, awaited)
    [described] = describe_decisions(session, case, [decision])
    return {
        "case_id": case.id,
        "stage": case.stage,
        "completed": decision.completed_at is not None,
        "awaited": [agencies[agency] for agency in awaited],
        "decision": described,
    }


def describe_replies(session: Session, replies: Sequence[PanelReply]) -> list[dict[str, Any]]:
    agencies = Agencies(session, [each.recorded_by for each in replies])
    return [
        {
            "id": each.id,
            "reply": each.reply,
            "received_at": each.received_at,
            "reference": each.reference,
            "text": each.text,
            "on_decision": each.decision_id,
            "recorded_by": agencies[each.recorded_by],
            "recorded_at": each.recorded_at,
        }
        for each in replies
    ]
