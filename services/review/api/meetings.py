"""The rapid review's meetings: the agenda, the invitation with papers, and what was said."""

from uuid import UUID

from sqlalchemy import select

from services.review.api.routes import api
from services.review.meeting_plans import call_off, current_agenda, plan_meeting
from services.review.meetings import meetings_of, record_meeting
from services.review.models import Case, PlannedMeeting
from services.review.records import etag, expect_version, find
from services.review.schemas.common import NoFields
from services.review.schemas.meetings import (
    AgendaView,
    MeetingBody,
    MeetingList,
    MeetingPlan,
    MeetingView,
    PlannedMeetingList,
    PlannedMeetingQuery,
    PlannedMeetingView,
)
from services.review.views.meetings import describe_meetings, describe_planned, describe_planned_whole
from shared.identity import rights
from shared.web.api import Call, Reply
from shared.web.paging import page


@api.get("/cases/<uuid:case_id>/agenda", allows=rights.office_or_partner, gives=AgendaView)
def get_agenda(call: Call, case_id: UUID) -> Reply:
    """The agenda of the rapid review's meeting as the record gives it now."""
    case = find(call.session, Case, case_id)
    call.note_read(f"case:{case.id}")
    items = [{"heading": each.heading, "points": each.points} for each in current_agenda(call.session, case)]
    return Reply({"case_id": case.id, "items": items})


@api.get("/planned-meetings", allows=rights.any_agency, query=PlannedMeetingQuery, gives=PlannedMeetingList)
def list_planned_meetings(call: Call) -> Reply:
    """The meetings that your agency is invited to; the office and the partners see all that are planned."""
    statement = select(PlannedMeeting).where(PlannedMeeting.ended_at.is_(None))
    if case := call.query.get("case_id"):
        statement = statement.where(PlannedMeeting.case_id == str(case))
    order = (PlannedMeeting.held_at, PlannedMeeting.id)
    found = page(call.session, statement, order, call.query, lambda row: row)
    return Reply(found | {"items": describe_planned(call.session, found["items"])})


@api.get("/planned-meetings/<uuid:meeting_id>", allows=rights.any_agency, gives=PlannedMeetingView)
def get_planned_meeting(call: Call, meeting_id: UUID) -> Reply:
    """One meeting with the agenda as the invited were sent it; its papers are shared material of the case."""
    meeting = find(call.session, PlannedMeeting, meeting_id)
    call.note_read(f"case:{meeting.case_id}")
    return Reply(describe_planned_whole(call.session, meeting))


@api.post(
    "/cases/<uuid:case_id>/planned-meetings",
    allows=rights.office,
    takes=MeetingPlan,
    gives=PlannedMeetingView,
    status=201,
)
def post_planned_meeting(call: Call, case_id: UUID) -> Reply:
    """Plan the meeting and invite to it; one that was planned before is replaced."""
    case = find(call.session, Case, case_id, lock=True)
    meeting = plan_meeting(call.session, case, **call.body, viewer=call.viewer)
    return Reply(describe_planned_whole(call.session, meeting))


@api.post(
    "/planned-meetings/<uuid:meeting_id>/end",
    allows=rights.office,
    takes=NoFields,
    gives=PlannedMeetingView,
    status=201,
)
def post_end_of_meeting(call: Call, meeting_id: UUID) -> Reply:
    """Call a planned meeting off. Those who were invited find it no more, and are told if it was still to come."""
    meeting = find(call.session, PlannedMeeting, meeting_id, lock=True)
    call_off(call.session, meeting, call.viewer)
    return Reply(describe_planned_whole(call.session, meeting))


@api.get("/cases/<uuid:case_id>/meetings", allows=rights.office_or_partner, gives=MeetingList)
def list_meetings(call: Call, case_id: UUID) -> Reply:
    """The meetings of a case that were held, the newest last."""
    case = find(call.session, Case, case_id)
    call.note_read(f"case:{case.id}")
    return Reply({"items": describe_meetings(call.session, meetings_of(call.session, case))})


@api.post(
    "/cases/<uuid:case_id>/meetings", allows=rights.office_or_partner, takes=MeetingBody, gives=MeetingView, status=201
)
def post_meeting(call: Call, case_id: UUID) -> Reply:
    """Record a meeting that was held: who came, what was said and agreed, the scrutineer's comment."""
    case = find(call.session, Case, case_id, lock=True)
    expect_version(case)
    said = {name: call.body.get(name) for name in ("apologies", "minutes", "scrutineer_comment")}
    held_at, attendance = call.body["held_at"], call.body["attendance"]
    meeting = record_meeting(call.session, case, held_at, attendance, said, call.viewer)
    return Reply(describe_meetings(call.session, [meeting])[0], headers=etag(case))
