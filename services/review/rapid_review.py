"""The rapid review's decision and the three partners' positions on it; the third completes it."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.review.cases import void_decisions
from services.review.models import Case, RapidReviewDecision, RapidReviewSignature
from services.review.panel_report import heading_name, panel_report
from services.review.service import SERVICE
from services.review.states import CASE, move
from shared import audit, clock
from shared.calendar import london_day
from shared.database import new_id
from shared.identity.viewer import Viewer
from shared.outbox import emit
from shared.partnership import partnership
from shared.rulebook import Rulebook
from shared.web.fields import SEND_IT
from shared.web.problems import conflict, refused, refused_fields

REGULATION_11 = "reg-11-2-"
DECIDED = ("rapid-review-completed", "with-panel", "panel-agreed")


def rules_of(case: Case) -> Rulebook:
    """The rules in force when the incident was notified: a case is judged by those of its day."""
    return partnership().rules_on(london_day(case.notified_at))


def record_decision(session: Session, case: Case, body: dict[str, Any], viewer: Viewer) -> RapidReviewDecision:
    """Record what the partners decided, with every point of regulation 11 considered (SI 2018/789).

    A new decision takes the place of the one before: signatures under the former no longer count and are kept. Where
    all had signed that, and the Panel did not question it, `why_anew` says why. `case` is locked by the caller. Raises
    a 422 problem for points not considered, headings of the Panel's guidance not written, or no `why_anew`; 409 in
    another stage.
    """
    if case.stage in DECIDED and not body.get("why_anew"):
        raise refused(
            "/why_anew", "All three partners have signed the decision that stands. Say why it is decided anew."
        )
    considerations = _considered(body["regulation_11"], rules_of(case))
    _expect_headings(body["content"], rules_of(case))
    case.stage = move(CASE, case.stage, "decide")
    case.completed_at = None
    void_decisions(session, case)
    decision = RapidReviewDecision(
        id=new_id(),
        case_id=case.id,
        number=_count(session, case) + 1,
        outcome=body["outcome"],
        content={name: value for name, value in body.items() if name != "outcome"} | {"regulation_11": considerations},
        recorded_by=viewer.agency_id,
        decided_at=clock.now(),
    )
    session.add(decision)
    case.version += 1
    why = f"decision {decision.number}: {decision.outcome}"
    audit.append(session, audit.Entry(viewer.actor, "recorded-decision", f"case:{case.id}", why))
    return decision


def _considered(given: list[dict[str, Any]], rules: Rulebook) -> list[dict[str, Any]]:
    points = [each | {"consideration": _rule_id(each["consideration"])} for each in given]
    names = [each["consideration"] for each in points]
    faults: dict[Any, Any] = {
        number: {"consideration": ["Use a to d for regulation 11, or another consideration's id, each once."]}
        for number, name in enumerate(names)
        if name not in rules.considerations or name in names[:number]
    }
    required = [rule for rule in rules.considerations if rule.startswith(REGULATION_11)]
    missing = [rule.removeprefix(REGULATION_11) for rule in required if rule not in names]
    if missing and not faults:
        faults["_schema"] = [f"Say of each point of regulation 11 whether it is met, and why: {', '.join(missing)}."]
    if faults:
        raise refused_fields({"regulation_11": faults})
    return points


def _rule_id(name: str) -> str:
    return f"{REGULATION_11}{name}" if len(name) == 1 else name


def _expect_headings(content: dict[str, str], rules: Rulebook) -> None:
    wanted = [heading_name(rule) for rule in rules.rapid_review_content]
    faults = {name: [SEND_IT] for name in wanted if name not in content}
    faults |= {name: [f"Use one of: {', '.join(wanted)}."] for name in content if name not in wanted}
    if faults:
        raise refused_fields({"content": faults})


def _count(session: Session, case: Case) -> int:
    statement = select(RapidReviewDecision.number).where(RapidReviewDecision.case_id == case.id)
    return max(session.scalars(statement), default=0)


def standing_decision(session: Session, case: Case) -> RapidReviewDecision | None:
    """The decision that has not been superseded."""
    return session.scalar(
        select(RapidReviewDecision).where(
            RapidReviewDecision.case_id == case.id, RapidReviewDecision.superseded_at.is_(None)
        )
    )


def take_position(session: Session, case: Case, body: dict[str, Any], viewer: Viewer) -> RapidReviewDecision:
    """Record one partner's agreement or dissent; when all three have a position, the rapid review is complete.

    A dissent is a position: it stands in the report and does not hold it up. `case` is locked by the caller, so the
    third position is one only. Emits `rapid-review.completed`. Raises a 409 problem where no decision waits, or the
    partner's position was recorded before.
    """
    case.stage = move(CASE, case.stage, "sign")
    decision = standing_decision(session, case)
    if decision is None:
        raise conflict("Record the decision first; positions are taken on it.")
    if viewer.agency_id in signers(session, decision):
        raise conflict("Your agency's position on this decision is recorded, and a recorded position is not changed.")
    session.add(
        RapidReviewSignature(
            id=new_id(),
            decision_id=decision.id,
            agency_id=viewer.agency_id,
            position=body["position"],
            signatory={"name": body["name"], "role": body["role"], "reasons": body.get("reasons")},
            signed_at=clock.now(),
        )
    )
    session.flush()
    case.version += 1
    entries = [
        audit.Entry(viewer.actor, f"signed-{body['position']}", f"case:{case.id}", f"decision {decision.number}")
    ]
    if not awaited_partners(session, decision):
        _complete(session, case, decision, clock.now())
        entries.append(
            audit.Entry(viewer.actor, "completed-rapid-review", f"case:{case.id}", "all three partners' positions")
        )
    audit.append(session, *entries)
    return decision


def signers(session: Session, decision: RapidReviewDecision) -> set[str]:
    statement = select(RapidReviewSignature.agency_id).where(RapidReviewSignature.decision_id == decision.id)
    return set(session.scalars(statement))


def awaited_partners(session: Session, decision: RapidReviewDecision) -> list[str]:
    """The partners who have not taken a position on a decision."""
    signed = signers(session, decision)
    return [agency for agency in partnership().safeguarding_partners if agency not in signed]


def _complete(session: Session, case: Case, decision: RapidReviewDecision, now: datetime) -> None:
    case.stage = move(CASE, case.stage, "complete")
    case.completed_at = decision.completed_at = now
    values = {
        "case_id": case.id,
        "incident_id": case.incident_id,
        "reference": case.reference,
        "outcome": decision.outcome,
        "completed_at": now.isoformat(),
        "report": panel_report(session, case, decision, rules_of(case)),
    }
    emit(session, SERVICE, "rapid-review.completed", f"case:{case.id}", values)
