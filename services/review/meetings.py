"""The rapid review's meeting: who came, what was said, the scrutineer's comment. Without all three partners no decision."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.review.directory import Agencies
from services.review.models import Case, InformationRequest, Meeting
from services.review.names_told import names_at_meeting
from services.review.review_cases import tell_names
from shared import audit, clock
from shared.database import new_id
from shared.identity.viewer import Viewer
from shared.partnership import partnership
from shared.web.problems import conflict, refused


def record_meeting(
    session: Session, case: Case, held_at: datetime, attendance: dict[str, str], content: dict[str, Any], viewer: Viewer
) -> Meeting:
    """Record a meeting. `attendance` gives who came for each agency; `content` has minutes, apologies, the comment.

    Raises a 422 problem for a meeting that has not been held yet, or an agency that the case does not concern; 409 for
    a case that was closed.
    """
    if case.closed_at is not None:
        raise conflict("This case was closed when its notification was withdrawn; no meeting is recorded any more.")
    if held_at > clock.now():
        raise refused("/held_at", "This lies in the future; record the meeting when it has been held.")
    asked = session.scalars(select(InformationRequest.agency_id).where(InformationRequest.case_id == case.id))
    if set(attendance) - {*partnership().safeguarding_partners, *asked}:
        raise refused(
            "/attendance", "Name the three partners and agencies that were asked about this case, by their ids."
        )
    meeting = Meeting(
        id=new_id(),
        case_id=case.id,
        held_at=held_at,
        content=content | {"attendance": attendance},
        recorded_by=viewer.agency_id,
        recorded_at=clock.now(),
    )
    session.add(meeting)
    case.version += 1
    session.flush()
    tell_names(session, case.id, names_at_meeting(meeting), viewer)
    audit.append(session, audit.Entry(viewer.actor, "recorded-meeting", f"case:{case.id}", f"meeting {meeting.id}"))
    return meeting


def meetings_of(session: Session, case: Case) -> list[Meeting]:
    """The meetings of a case, the newest last."""
    return list(session.scalars(select(Meeting).where(Meeting.case_id == case.id).order_by(Meeting.held_at)))


def absent_partners(meeting: Meeting) -> list[str]:
    """The safeguarding partners for whom nobody came."""
    return [agency for agency in partnership().safeguarding_partners if agency not in meeting.content["attendance"]]


def expect_quorum(session: Session, case: Case) -> None:
    """Raises a 409 problem unless a meeting with all three partners is recorded (Working Together 2023, chapter 5)."""
    meetings = meetings_of(session, case)
    if not meetings:
        raise conflict("Record the meeting first. All three safeguarding partners must have been there to decide.")
    if all(absent_partners(meeting) for meeting in meetings):
        absent = absent_partners(meetings[-1])
        names = ", ".join(Agencies(session, absent)[each]["name"] for each in absent)
        raise conflict(
            f"All three safeguarding partners must have been there to decide. The last meeting was without {names}."
        )
