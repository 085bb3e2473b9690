"""An LCSPR from its commissioning: its six months, its stages, its delays, and what publish says became of it."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.review.models import Case, Delay, PracticeReview
from services.review.panel_replies import newest_completed_decision, panel_replies
from services.review.plans import plan_for
from services.review.references import OF_REVIEWS, next_reference
from services.review.review_cases import link_case
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

STATUTORY = ("lcspr", "thematic")


def rule_of(kind: str, decided_at: datetime) -> DutyRule:
    """The clock of a review: an LCSPR is completed and published within six months (Working Together 2023).

    A single agency's review, or one of another kind, runs by the partnership's own rule.
    """
    return partnership().rules_on(london_day(decided_at)).duty("lcspr" if kind in STATUTORY else "local-review")


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
        reference=next_reference(session, OF_REVIEWS[body["kind"]]),
        pseudonym=case.pseudonym,
        kind=body["kind"],
        title=body["title"],
        status="under-way",
        decided_at=decided_at,
        due_at=partnership().due(rule_of(body["kind"], decided_at), decided_at),
        plan=plan_for(session, body["kind"], decided_at),
    )
    session.add(review)
    session.flush()
    link_case(session, review, case, None, viewer)
    case.version += 1
    rule = rule_of(review.kind, decided_at).id
    values = {"pseudonym": review.pseudonym, "decided_at": decided_at.isoformat(), "rule": rule}
    emit_of(session, "practice-review.commissioned", review, case.incident_id, values)
    why = f"case {case.id}; rule {rule}"
    audit.append(session, audit.Entry(viewer.actor, "commissioned", f"practice-review:{review.id}", why))
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
    """Note what publish says: how the report is published or that it is not, live, deposited, or withdrawn from publication.

    Raises `NotYet` before the practice review is known here.
    """
    review = session.get(PracticeReview, published["practice_review_id"], with_for_update=True)
    if review is None:
        raise NotYet("The practice review that was published is not known here yet.")
    review.publication_id = published["publication_id"]
    if event == "publication.route-decided":
        _note_route(review, published["route"], datetime.fromisoformat(published["decided_at"]))
    elif event == "publication.live":
        _note_live(review, published)
    elif event == "publication.deposited":
        review.deposited_at = datetime.fromisoformat(published["deposited_at"])
        review.nspcc_reference = published["nspcc_reference"]
    else:
        _note_withdrawn(review, published)
    review.version += 1
    audit.append(session, audit.Entry("system", f"noted-{event}", f"practice-review:{review.id}"))


def _note_route(review: PracticeReview, route: str, at: datetime) -> None:
    """The latest decision holds, in whichever order they are heard."""
    if review.route_decided_at is None or review.route_decided_at < at:
        review.publication_route, review.route_decided_at = route, at


def is_withheld(review: PracticeReview) -> bool:
    """Whether the partners decided that the report is not published: nothing of it is due any more."""
    return review.publication_route == "withheld"


def _note_live(review: PracticeReview, published: dict[str, Any]) -> None:
    review.publication_url = published["url"]
    review.published_at = datetime.fromisoformat(published["live_at"])
    _note_route(review, published["route"], review.published_at)
    # An older "live" may arrive after the withdrawal that followed it.
    if review.withdrawn_at is None or review.withdrawn_at < review.published_at:
        review.status = move(PRACTICE_REVIEW, review.status, "publish")


def _note_withdrawn(review: PracticeReview, published: dict[str, Any]) -> None:
    review.withdrawn_at = datetime.fromisoformat(published["withdrawn_at"])
    if review.published_at is None or review.published_at <= review.withdrawn_at:
        review.status = move(PRACTICE_REVIEW, review.status, "withdraw-publication")
