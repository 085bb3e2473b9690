"""The stages of a review: those in force on the day it began, what the record shows of them, and what comes next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, TypeAlias

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.review.meetings import absent_partners, meetings_of
from services.review.models import Case, CaseMilestone, InformationRequest, Milestone, PracticeReview, Reviewer
from services.review.panel_replies import panel_replies
from services.review.rapid_review import standing_decision
from services.review.review_records import days_shown
from services.review.states import PRACTICE_REVIEW, move
from shared import audit, clock
from shared.calendar import CalendarUnknown, add_working_days, london_day
from shared.database import new_id
from shared.identity.viewer import Viewer
from shared.partnership import partnership
from shared.review_plans import ReviewPlan, Stage, plan_from
from shared.web.problems import conflict, refused

Review: TypeAlias = Case | PracticeReview  # Python 3.11 has no type statement
CARRIED = ("due_on", "done_on", "note", "steps")


@dataclass(frozen=True)
class Standing:
    """One stage as it stands: planned or set to be done by `due_on`, done on `done_on`, its steps that are done."""

    stage: Stage
    due_on: date | None
    done_on: date | None = None
    note: str | None = None
    steps: frozenset[str] = field(default_factory=frozenset)
    is_passed: bool = False  # the review is complete without it

    @property
    def missing(self) -> list[str]:
        """The required steps that are not done, as sentences."""
        return [step.sentence for step in self.stage.steps if step.required and step.id not in self.steps]

    @property
    def is_done(self) -> bool:
        return self.done_on is not None and not self.missing

    def is_overdue(self, today: date) -> bool:
        return self.due_on is not None and self.due_on < today and not self.is_done and not self.is_passed


def plan_of(review: Review) -> ReviewPlan:
    """The stages that a review has kept. One from before they were kept has those in force on the day it began."""
    if review.plan:
        return plan_from(review.plan)
    return partnership().review_plan(_kind(review), london_day(_began_at(review)))


def _kind(review: Review) -> str:
    return "rapid-review" if isinstance(review, Case) else review.kind


def _began_at(review: Review) -> datetime:
    return review.notified_at if isinstance(review, Case) else review.decided_at


def standings(session: Session, review: Review) -> list[Standing]:
    """Every stage of a review in its order. What a person recorded counts before what the record shows by itself."""
    recorded = current_milestones(session, review)
    shown = shown_by_record(session, review)
    began = london_day(_began_at(review))
    found = [_standing(stage, recorded.get(stage.id), shown.get(stage.id), began) for stage in plan_of(review).stages]
    order, last = [each.stage.id for each in found], _complete_with(review)
    before = order.index(last) if last in order else 0
    return [replace(each, is_passed=place < before and not each.is_done) for place, each in enumerate(found)]


def _complete_with(review: Review) -> str | None:
    """The stage with which a review is complete, whatever of those before it was not recorded; None while it is not."""
    if isinstance(review, Case):
        return "signatures" if review.completed_at else None
    return "publish" if review.published_at else "sign-off" if review.signed_off_at else None


def _standing(stage: Stage, milestone: Milestone | CaseMilestone | None, shown: date | None, began: date) -> Standing:
    planned = planned_on(stage, began)
    if milestone is None:
        return Standing(stage, planned, shown)
    steps = frozenset(milestone.steps or ())
    return Standing(stage, milestone.due_on or planned, milestone.done_on or shown, milestone.note, steps)


def planned_on(stage: Stage, began: date) -> date | None:
    """The working day for which a stage is planned; None where none is, or past the last year of known bank holidays."""
    if stage.working_days is None:
        return None
    try:
        return add_working_days(began, stage.working_days, bank_holidays=partnership().bank_holidays)
    except CalendarUnknown:
        return None


def next_stage(found: list[Standing]) -> Standing | None:
    """The first stage that is not done, and still to come."""
    return next((each for each in found if not each.is_done and not each.is_passed), None)


def current_milestones(session: Session, review: Review) -> Mapping[str, Milestone | CaseMilestone]:
    """The newest entry that a person made of each stage."""
    return {milestone.stage: milestone for milestone in _milestones(session, review)}


def _milestones(session: Session, review: Review) -> Sequence[Milestone | CaseMilestone]:
    """All entries, the newest last."""
    if isinstance(review, Case):
        of_case = select(CaseMilestone).where(CaseMilestone.case_id == review.id)
        return session.scalars(of_case.order_by(CaseMilestone.number)).all()
    of_review = select(Milestone).where(Milestone.practice_review_id == review.id)
    return session.scalars(of_review.order_by(Milestone.number)).all()


def record_milestone(session: Session, review: Review, body: dict[str, Any], viewer: Viewer) -> Standing:
    """Record by when a stage is due, when it was done, and which of its steps; what was recorded before is carried on.

    `review` is locked by the caller. Raises a 422 problem for a stage or step that this review does not have, 409 for a
    stage said to be done while required steps are not.
    """
    stage = _expect_stage(review, body)
    before = current_milestones(session, review).get(stage.id)
    carried = {name: getattr(before, name, None) for name in CARRIED}
    newest = max((each.number for each in _milestones(session, review)), default=0)
    entry = carried | body | {"id": new_id(), "number": newest + 1, "recorded_at": clock.now()}
    milestone: Milestone | CaseMilestone
    if isinstance(review, Case):
        milestone = CaseMilestone(case_id=review.id, **entry)
    else:
        milestone = Milestone(practice_review_id=review.id, **entry)
    standing = _standing(stage, milestone, None, london_day(_began_at(review)))
    if standing.done_on and standing.missing:
        raise conflict("This stage is done once these are: " + " ".join(standing.missing))
    session.add(milestone)
    review.version += 1
    about = "case" if isinstance(review, Case) else "practice-review"
    audit.append(session, audit.Entry(viewer.actor, "recorded-milestone", f"{about}:{review.id}", stage.id))
    return standing


def _expect_stage(review: Review, body: dict[str, Any]) -> Stage:
    if isinstance(review, PracticeReview):
        review.status = move(PRACTICE_REVIEW, review.status, "reach-milestone")
    elif review.closed_at is not None:
        raise conflict("This review was closed when its notification was withdrawn.")
    plan = plan_of(review)
    stage = plan.stage(body["stage"])
    if stage is None:
        raise refused("/stage", f"Use one of this review's stages: {', '.join(each.id for each in plan.stages)}.")
    steps = {step.id for step in stage.steps}
    if not set(body.get("steps", ())) <= steps:
        raise refused("/steps", f"Use the steps of this stage: {', '.join(sorted(steps)) or 'it has none'}.")
    return stage


def shown_by_record(session: Session, review: Review) -> dict[str, date]:
    """The stages that the record itself shows to be done, and on which day: nobody has to record them again."""
    found = _facts_of_case(session, review) if isinstance(review, Case) else _facts_of_practice_review(session, review)
    return {stage: london_day(when) if isinstance(when, datetime) else when for stage, when in found.items() if when}


def _facts_of_case(session: Session, case: Case) -> dict[str, datetime | date | None]:
    decision = standing_decision(session, case)
    replies = [each for each in panel_replies(session, case) if decision and each.decision_id == decision.id]
    return {
        "asked": case.opened_at,
        "returns": _all_returned(session, case),
        "meeting": _quorate_meeting(session, case),
        "decision": decision.decided_at if decision else None,
        "signatures": case.completed_at,
        "sent-to-panel": decision.sent_at if decision else None,
        "panel-reply": replies[-1].received_at if replies else None,
    }


def _all_returned(session: Session, case: Case) -> datetime | None:
    asked = InformationRequest.case_id == case.id, InformationRequest.status != "cancelled"
    times = list(session.scalars(select(InformationRequest.returned_at).where(*asked)))
    return max((each for each in times if each), default=None) if None not in times else None


def _quorate_meeting(session: Session, case: Case) -> datetime | None:
    return next((each.held_at for each in meetings_of(session, case) if not absent_partners(each)), None)


def _facts_of_practice_review(session: Session, review: PracticeReview) -> dict[str, datetime | date | None]:
    in_office = select(Reviewer.appointed_on).where(
        Reviewer.practice_review_id == review.id, Reviewer.ended_at.is_(None)
    )
    return days_shown(session, review) | {
        "decision": review.decided_at,
        "reviewer-appointed": session.scalar(in_office),
        "sign-off": review.signed_off_at,
        "publish": review.published_at,
    }
