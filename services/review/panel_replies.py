"""What the Panel answered to a rapid review, and notify's word that the review reached it."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.review.cases import case_of
from services.review.models import Case, PanelReply, RapidReviewDecision
from services.review.rapid_review import standing_decision
from services.review.states import CASE, may, move
from shared import audit, clock
from shared.calendar import london_day
from shared.database import new_id
from shared.events.catalogue import NotYet
from shared.exchange import write_with_commit
from shared.identity.viewer import Viewer
from shared.partnership import partnership
from shared.web.problems import conflict


def record_panel_reply(session: Session, case: Case, body: dict[str, Any], viewer: Viewer) -> PanelReply:
    """Record the Panel's answer; anything but agreement lets the partners decide again.

    `case` is locked by the caller. Raises a 409 problem before the rapid review is complete.
    """
    case.stage = move(CASE, case.stage, "hear-agreement" if body["reply"] == "agrees" else "hear-question")
    decision = standing_decision(session, case)
    if decision is None:
        raise conflict("No decision stands to which the Panel could have replied.")
    reply = PanelReply(
        id=new_id(),
        case_id=case.id,
        decision_id=decision.id,
        reply=body["reply"],
        received_at=body["received_at"],
        reference=body.get("reference"),
        text=body.get("text"),
        recorded_by=viewer.agency_id,
        recorded_at=clock.now(),
    )
    session.add(reply)
    decision.reply_due_on = None
    case.version += 1
    audit.append(session, audit.Entry(viewer.actor, "recorded-panel-reply", f"case:{case.id}", body["reply"]))
    return reply


def panel_replies(session: Session, case: Case) -> list[PanelReply]:
    """All replies in a case, the newest last."""
    statement = select(PanelReply).where(PanelReply.case_id == case.id)
    return list(session.scalars(statement.order_by(PanelReply.recorded_at)))


NOTE = """
    INSERT INTO duty_notes AS n (duty_id, incident_id, rule, recipient, concerns, due_at, overdue, discharged_at, reference)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
    ON CONFLICT (duty_id) DO UPDATE SET overdue = n.overdue OR excluded.overdue,
        discharged_at = coalesce(excluded.discharged_at, n.discharged_at),
        reference = CASE WHEN excluded.discharged_at IS NULL THEN n.reference ELSE excluded.reference END
"""


def note_duty(session: Session, duty: dict[str, Any], *, overdue: bool) -> None:
    """Keep what notify says of a duty beside the case: discharged, or overdue. The two may come in either order."""
    kept = [duty[name] for name in ("duty_id", "incident_id", "rule", "recipient", "concerns", "due_at")]
    write_with_commit(session, (NOTE, [*kept, overdue, duty.get("discharged_at"), duty.get("reference")]))
    what = "noted-overdue" if overdue else "noted-discharged"
    audit.append(session, audit.Entry("system", what, f"duty:{duty['duty_id']}", f"rule {duty['rule']}"))


def note_sent_to_panel(session: Session, duty: dict[str, Any]) -> None:
    """The duty to send the rapid review was discharged: the decision says when the Panel had it, and its receipt.

    Where a person discharged it before the review was complete here, the duty's note alone says so. Raises `NotYet`
    before the case was opened.
    """
    case = case_of(session, duty["incident_id"], lock=True) if duty["incident_id"] else None
    if case is None:
        raise NotYet("The case of the rapid review that was sent is not open yet.")
    decision = newest_completed_decision(session, case)
    if decision is None:
        return
    decision.sent_at = datetime.fromisoformat(duty["sent_at"] or duty["discharged_at"])
    decision.sent_reference = duty["reference"]
    if not any(reply.decision_id == decision.id for reply in panel_replies(session, case)):  # heard before this event
        decision.reply_due_on = _reply_due_on(decision.sent_at)
    if may(CASE, case.stage, "send"):
        case.stage = move(CASE, case.stage, "send")
    case.version += 1


def _reply_due_on(sent_at: datetime) -> date:
    """The day on which the Panel is asked for its reply, by the rule `panel-reply-wait`."""
    rule = partnership().rules_on(london_day(sent_at)).duty("panel-reply-wait")
    return london_day(partnership().due(rule, sent_at))


def newest_completed_decision(session: Session, case: Case) -> RapidReviewDecision | None:
    """The newest decision on which all three partners have taken their position."""
    return session.scalar(
        select(RapidReviewDecision)
        .where(RapidReviewDecision.case_id == case.id, RapidReviewDecision.completed_at.is_not(None))
        .order_by(RapidReviewDecision.number.desc())
        .limit(1)
    )
