"""An LCSPR from its commissioning: its six months, its stages, its delays, and what publish says became of it."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.review.models import Case, Delay, Milestone, PracticeReview
from services.review.panel_replies import newest_completed_decision, panel_replies
from services.review.references import next_reference
from services.review.service import SERVICE
from services.review.states import CASE, PRACTICE_REVIEW, move
from shared import audit, clock
from shared.calendar import london_day
from shared.database import new_id
from shared.events.catalogue import NotYet
from shared.identity.viewer import Viewer
from shared.outbox import emit
from shared.partnership import partnership
from shared.rulebook import DutyRule
from shared.web.problems import conflict, refused


def lcspr_rule(decided_at: datetime) -> DutyRule:
    """Complete and publish within six months of the decision (Working Together 2023)."""
    return partnership().rules_on(london_day(decided_at)).duty("lcspr")


def commission(session: Session, case: Case, body: dict[str, Any], viewer: Viewer) -> PracticeReview:
    """Commission a practice review and start its clock; emits `practice-review.commissioned`.

    `case` is locked by the caller. Raises a 409 problem unless the completed rapid review decided on an LCSPR, or the
    Panel disagreed with a decision not to have one; 422 for a decision dated before the notification.
    """
    case.stage = move(CASE, case.stage, "commission")
    _expect_decision_for_it(session, case)
    decided_at = body["decided_at"]
    if decided_at < case.notified_at:
        raise refused("/decided_at", "Give a time after the notification: a review follows from it.")
    review = PracticeReview(
        id=new_id(),
        case_id=case.id,
        reference=next_reference(session, "LCSPR"),
        pseudonym=case.pseudonym,
        kind=body["kind"],
        title=body["title"],
        status="under-way",
        decided_at=decided_at,
        due_at=partnership().due(lcspr_rule(decided_at), decided_at),
    )
    session.add(review)
    case.version += 1
    values = {"pseudonym": review.pseudonym, "decided_at": decided_at.isoformat()}
    emit_of(session, "practice-review.commissioned", review, case.incident_id, values)
    audit.append(
        session,
        audit.Entry(viewer.actor, "commissioned", f"practice-review:{review.id}", f"case {case.id}; rule lcspr"),
    )
    return review


def _expect_decision_for_it(session: Session, case: Case) -> None:
    decision = newest_completed_decision(session, case)
    replies = panel_replies(session, case)
    asked_by_panel = bool(replies) and replies[-1].reply == "disagrees"
    if decision is None or (decision.outcome != "lcspr" and not asked_by_panel):
        raise conflict(
            "The rapid review did not decide on a practice review. Record a further decision once the Panel has "
            "questioned this one, or the Panel's disagreement with it."
        )


def emit_of(session: Session, event: str, review: PracticeReview, incident_id: str, values: dict[str, Any]) -> None:
    """Emit an event of a practice review with what all of them carry."""
    common = {
        "practice_review_id": review.id,
        "case_id": review.case_id,
        "incident_id": incident_id,
        "reference": review.reference,
    }
    emit(session, SERVICE, event, f"practice-review:{review.id}", common | values)


def incident_of(session: Session, review: PracticeReview) -> str:
    return session.scalars(select(Case.incident_id).where(Case.id == review.case_id)).one()


def record_milestone(session: Session, review: PracticeReview, body: dict[str, Any], viewer: Viewer) -> Milestone:
    """Record by when a stage is due, or when it was done; what was recorded before is kept and carried on.

    `review` is locked by the caller. Raises a 422 problem for a stage that this partnership does not have.
    """
    review.status = move(PRACTICE_REVIEW, review.status, "reach-milestone")
    stages = [stage.id for stage in partnership().practice_review_stages]
    if body["stage"] not in stages:
        raise refused("/stage", f"Use one of this partnership's stages: {', '.join(stages)}.")
    before = current_milestones(session, review).get(body["stage"])
    carried = {name: getattr(before, name, None) for name in ("due_on", "done_on", "note")}
    newest = session.scalar(select(func.max(Milestone.number)).where(Milestone.practice_review_id == review.id))
    milestone = Milestone(
        id=new_id(),
        practice_review_id=review.id,
        number=(newest or 0) + 1,
        recorded_at=clock.now(),
        **(carried | body),
    )
    session.add(milestone)
    review.version += 1
    audit.append(
        session, audit.Entry(viewer.actor, "recorded-milestone", f"practice-review:{review.id}", body["stage"])
    )
    return milestone


def current_milestones(session: Session, review: PracticeReview) -> dict[str, Milestone]:
    """The newest entry of each stage."""
    statement = select(Milestone).where(Milestone.practice_review_id == review.id).order_by(Milestone.number)
    return {milestone.stage: milestone for milestone in session.scalars(statement)}


def record_delay(session: Session, review: PracticeReview, body: dict[str, Any], viewer: Viewer) -> Delay:
    """Record why the review is late and when it is expected; emits `practice-review.delayed`.

    The reasons are due to the Panel and the Secretary of State without delay (Working Together 2023).
    """
    review.status = move(PRACTICE_REVIEW, review.status, "delay")
    delay = Delay(id=new_id(), practice_review_id=review.id, recorded_at=clock.now(), **body)
    session.add(delay)
    review.version += 1
    values = {
        "reasons": delay.reasons,
        "expected_on": delay.expected_on.isoformat(),
        "delayed_at": delay.recorded_at.isoformat(),
    }
    emit_of(session, "practice-review.delayed", review, incident_of(session, review), values)
    audit.append(
        session, audit.Entry(viewer.actor, "recorded-delay", f"practice-review:{review.id}", "rule delay-reasons")
    )
    return delay


def note_publication(session: Session, event: str, published: dict[str, Any]) -> None:
    """Note what publish says: the report is live, deposited with the NSPCC, or withdrawn from publication.

    Raises `NotYet` before the practice review is known here.
    """
    review = session.get(PracticeReview, published["practice_review_id"], with_for_update=True)
    if review is None:
        raise NotYet("The practice review that was published is not known here yet.")
    review.publication_id = published["publication_id"]
    if event == "publication.live":
        _note_live(review, published)
    elif event == "publication.deposited":
        review.deposited_at = datetime.fromisoformat(published["deposited_at"])
        review.nspcc_reference = published["nspcc_reference"]
    else:
        _note_withdrawn(review, published)
    review.version += 1
    audit.append(session, audit.Entry("system", f"noted-{event}", f"practice-review:{review.id}"))


def _note_live(review: PracticeReview, published: dict[str, Any]) -> None:
    review.publication_route, review.publication_url = published["route"], published["url"]
    review.published_at = datetime.fromisoformat(published["live_at"])
    # An older "live" may arrive after the withdrawal that followed it.
    if review.withdrawn_at is None or review.withdrawn_at < review.published_at:
        review.status = move(PRACTICE_REVIEW, review.status, "publish")


def _note_withdrawn(review: PracticeReview, published: dict[str, Any]) -> None:
    review.withdrawn_at = datetime.fromisoformat(published["withdrawn_at"])
    if review.published_at is None or review.published_at <= review.withdrawn_at:
        review.status = move(PRACTICE_REVIEW, review.status, "withdraw-publication")
