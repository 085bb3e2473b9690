"""Meetings of the rapid review as they are answered."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from services.review.directory import Agencies
from services.review.meetings import absent_partners
from services.review.models import Meeting, PlannedMeeting


def describe_planned(session: Session, meetings: Sequence[PlannedMeeting]) -> list[dict[str, Any]]:
    """Planned meetings with who is invited, without their agenda."""
    agencies = Agencies(session, [agency for each in meetings for agency in each.agencies])
    return [
        {
            "id": each.id,
            "case_id": each.case_id,
            "reference": each.case_reference,
            "held_at": each.held_at,
            "place": each.content["place"],
            "agencies": [agencies[agency] for agency in each.agencies],
            "planned_at": each.planned_at,
            "ended_at": each.ended_at,
        }
        for each in meetings
    ]


def describe_planned_whole(session: Session, meeting: PlannedMeeting) -> dict[str, Any]:
    """One planned meeting with the agenda as the invited were sent it."""
    [described] = describe_planned(session, [meeting])
    agenda = [{"heading": heading, "points": points} for heading, points in meeting.content["agenda"]]
    return described | {"agenda": agenda}


def describe_meetings(session: Session, meetings: Sequence[Meeting]) -> list[dict[str, Any]]:
    """Meetings that were held: who came for whom, and what was said."""
    absent = {each.id: absent_partners(each) for each in meetings}
    named = [
        agency for each in meetings for agency in (each.recorded_by, *absent[each.id], *each.content["attendance"])
    ]
    agencies = Agencies(session, named)
    return [
        {
            "id": each.id,
            "held_at": each.held_at,
            "attendance": [{"agency": agencies[id], "who": who} for id, who in each.content["attendance"].items()],
            "absent_partners": [agencies[agency] for agency in absent[each.id]],
            "minutes": each.content["minutes"],
            "apologies": each.content.get("apologies"),
            "scrutineer_comment": each.content.get("scrutineer_comment"),
            "recorded_by": agencies[each.recorded_by],
            "recorded_at": each.recorded_at,
        }
        for each in meetings
    ]
