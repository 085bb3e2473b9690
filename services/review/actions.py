"""Recommendations, what is done about them, and the evidence that it changed something."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.review.directory import expect_agency
from services.review.models import Action, Case, Evidence, PracticeReview, Recommendation
from services.review.records import find
from services.review.review_cases import expect_case_of
from shared import audit, clock, files
from shared.calendar import london_day
from shared.database import new_id
from shared.identity.viewer import Viewer
from shared.partnership import partnership
from shared.web.problems import Problem, conflict, refused

OFFERED = ("text", "how_measured", "resources")
FINISHED = ("done", "impact-shown")
# What files of evidence may be, by how they begin.
FILE_BEGINNINGS = {b"%PDF-": "application/pdf", b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}


def make_recommendation(session: Session, body: dict[str, Any], viewer: Viewer) -> Recommendation:
    """Record a recommendation of a case, or of one of its practice reviews, for its owner and who acts with it.

    Raises a 404 problem for a case the caller cannot see, 422 for an unknown agency or another case's review.
    """
    case = find(session, Case, body["case_id"])
    expect_agency(session, body["owner_agency"], "/owner_agency")
    for number, agency in enumerate(body.get("with_agencies", ())):
        expect_agency(session, agency, f"/with_agencies/{number}")
    agencies = list(dict.fromkeys([body["owner_agency"], *body.get("with_agencies", ())]))
    review_id = body.get("practice_review_id")
    if review_id is not None:
        expect_case_of(session, find(session, PracticeReview, review_id), case)
    recommendation = Recommendation(
        id=new_id(),
        case_id=case.id,
        practice_review_id=str(review_id) if review_id else None,
        owner_agency=body["owner_agency"],
        agencies=agencies,
        theme=body["theme"],
        content={name: body.get(name) for name in OFFERED},
        due_on=body.get("due_on"),
        made_at=clock.now(),
    )
    session.add(recommendation)
    audit.append(
        session, audit.Entry(viewer.actor, "recommended", f"case:{case.id}", f"recommendation {recommendation.id}")
    )
    return recommendation


def agree_action(session: Session, recommendation: Recommendation, body: dict[str, Any], viewer: Viewer) -> Action:
    """Record what one of the recommendation's agencies will do about it: the one named, the caller's, or the owner.

    Raises a 422 problem for an agency that the recommendation was not made to, 403 for an action in another's name.
    """
    agencies = recommendation.agencies
    own = viewer.agency_id if viewer.agency_id in agencies else recommendation.owner_agency
    agency = body.get("agency", own)
    if agency not in agencies:
        raise refused("/agency", f"Name an agency that the recommendation was made to: {', '.join(agencies)}.")
    expect_own(agency, viewer)
    now = clock.now()
    action = Action(
        id=new_id(),
        recommendation_id=recommendation.id,
        owner_agency=agency,
        content={"text": body["text"], "lead": body.get("lead")},
        due_on=body.get("due_on"),
        agreed_at=now,
        heard_at=now,
    )
    session.add(action)
    on = f"recommendation:{recommendation.id}"
    audit.append(session, audit.Entry(viewer.actor, "agreed-action", on, f"action {action.id}"))
    return action


def add_evidence(session: Session, action: Action, body: dict[str, Any], viewer: Viewer) -> Evidence:
    """Record what an action has changed. The newest entry says how far the action is; older ones are kept.

    What is done is looked at again on `check_on`, or after the partnership's time, until it is shown to have changed
    something for children. `action` is locked by the caller. Raises a 403 problem for another agency's action.
    """
    expect_own(action.owner_agency, viewer)
    now, check_on = clock.now(), body.pop("check_on", None)
    evidence = Evidence(
        id=new_id(),
        action_id=action.id,
        owner_agency=action.owner_agency,
        recorded_by=viewer.agency_id,
        recorded_at=now,
        **body,
    )
    action.progress, action.heard_at = body["progress"], now
    later = london_day(now) + timedelta(days=partnership().impact_check_days)
    action.impact_check_on = (check_on or later) if action.progress == "done" else None
    session.add(evidence)
    why = f"{body['progress']} {evidence.id}"
    audit.append(session, audit.Entry(viewer.actor, "added-evidence", f"action:{action.id}", why))
    return evidence


def expect_own(agency: str, viewer: Viewer) -> None:
    """Raises a 403 problem for an agency that acts in another's name: what it sees of others it does not write."""
    if viewer.scope == "own" and agency != viewer.agency_id:
        raise Problem(403, "This action is another agency's. Agree an action of your own instead.")


def attach_file(session: Session, evidence: Evidence, filename: str, content: bytes, viewer: Viewer) -> None:
    """Keep a file that shows the change, once. Raises a 409 problem for a second, 422 for another kind of file."""
    expect_own(evidence.owner_agency, viewer)
    if evidence.file_key is not None:
        raise conflict("This evidence has its file. Add further evidence for another.")
    if kind_of_file(content) is None:
        raise refused("/file", "Send a PDF, PNG or JPEG file; this one is of another kind, whatever its name says.")
    evidence.file_key, evidence.filename = files.put(content), filename
    evidence.file_sha256 = files.sha256_of(content)
    why = f"sha256 {evidence.file_sha256}"
    audit.append(session, audit.Entry(viewer.actor, "attached-file", f"action:{evidence.action_id}", why))


def kind_of_file(content: bytes) -> str | None:
    """The content type of a file by its first bytes, or None for a kind that is not taken."""
    return next((kind for start, kind in FILE_BEGINNINGS.items() if content.startswith(start)), None)


def actions_of(session: Session, recommendations: Iterable[Recommendation]) -> dict[str, list[Action]]:
    """The actions of some recommendations, by recommendation, oldest first."""
    ids = [each.id for each in recommendations]
    found: dict[str, list[Action]] = {each: [] for each in ids}
    for action in session.scalars(
        select(Action).where(Action.recommendation_id.in_(ids)).order_by(Action.agreed_at, Action.id)
    ):
        found[action.recommendation_id].append(action)
    return found


def evidence_of(session: Session, actions: Iterable[Action]) -> dict[str, list[Evidence]]:
    """The evidence of some actions, by action, oldest first."""
    ids = [each.id for each in actions]
    found: dict[str, list[Evidence]] = {each: [] for each in ids}
    for evidence in session.scalars(
        select(Evidence).where(Evidence.action_id.in_(ids)).order_by(Evidence.recorded_at, Evidence.id)
    ):
        found[evidence.action_id].append(evidence)
    return found


def status_of_action(progress: Sequence[str]) -> str:
    """From the progress of its evidence, oldest first: the newest entry says how far it is."""
    return {"started": "in-progress"}.get(progress[-1], progress[-1]) if progress else "open"


def status_of_recommendation(actions: Sequence[str]) -> str:
    """From the statuses of its actions: it is as far as the one that is least far, once work has begun."""
    if not actions or set(actions) == {"open"}:
        return "open"
    if set(actions) == {"impact-shown"}:
        return "impact-shown"
    return "done" if set(actions) <= set(FINISHED) else "in-progress"


def is_overdue(due_on: date | None, status: str, today: date) -> bool:
    return due_on is not None and due_on < today and status not in FINISHED
