"""A case closes when its notification is withdrawn: nobody searches, meets or reads on without a basis."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.review.cases import case_of
from services.review.information_requests import cancel_requests
from services.review.meeting_plans import call_off, planned_meetings
from services.review.models import Case, Incident, PracticeReview, ReviewerAccess
from services.review.review_cases import cases_of
from services.review.reviewer_access import end_accesses
from services.review.sharing import shared_of, stop_sharing
from services.review.states import CASE, may, move
from shared import audit
from shared.events.catalogue import NotYet
from shared.identity.viewer import SYSTEM

WHY_ACCESS_ENDED = "The notification of the case was withdrawn."


def withdraw_case(session: Session, withdrawn: dict[str, Any]) -> None:
    """Act on `incident.withdrawn`: close the case with its reasons, and end what was open for its sake.

    Raises `NotYet` before `incident.notified` was heard: only what was notified can be withdrawn.
    """
    incident = session.get(Incident, withdrawn["incident_id"], with_for_update=True)
    if incident is None:
        raise NotYet("The incident's notification has not been heard of yet.")
    withdrawn_at = datetime.fromisoformat(withdrawn["withdrawn_at"])
    incident.withdrawn_at = withdrawn_at
    case = case_of(session, withdrawn["incident_id"], lock=True)
    if case is None or not may(CASE, case.stage, "withdraw"):
        return
    case.stage = move(CASE, case.stage, "withdraw")
    case.closed_at, case.closing_reasons = withdrawn_at, withdrawn["reasons"]
    case.ended_with_it = _end_all(session, case)
    case.version += 1
    audit.append(session, audit.Entry("system", "closed", f"case:{case.id}", "incident.withdrawn"))


def _end_all(session: Session, case: Case) -> dict[str, Any]:
    """Cancel requests, call meetings off, end sharing and the reviewer's access; what was ended, for the office.

    The agencies and the invited are told. A reviewer whose review is still about another case goes on.
    """
    asked = cancel_requests(session, case)
    meetings, shared = planned_meetings(session, case.id), shared_of(session, case)
    for meeting in meetings:
        call_off(session, meeting, SYSTEM)
    for material in shared:
        stop_sharing(session, material, SYSTEM)
    return {
        "requests": [each.agency_id for each in asked],
        "meetings": [each.held_at.isoformat() for each in meetings],
        "shared": list(dict.fromkeys(each.agency_id for each in shared)),
        "reviewer_accesses": sum(_end_access(session, review) for review in _decided_on(session, case)),
    }


def _decided_on(session: Session, case: Case) -> list[PracticeReview]:
    return list(session.scalars(select(PracticeReview).where(PracticeReview.case_id == case.id)))


def _end_access(session: Session, review: PracticeReview) -> int:
    if any(each.closed_at is None for each in cases_of(session, review)):
        return 0
    ended = end_accesses(session, ReviewerAccess.practice_review_id == review.id, WHY_ACCESS_ENDED)
    if ended:
        on = f"practice-review:{review.id}"
        audit.append(session, audit.Entry("system", "ended-reviewer-access", on, "incident.withdrawn"))
    return ended
