"""A meeting of the rapid review to come: its agenda from the record, who is invited, and their papers inside the system."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.review.agency_returns import submitted_returns
from services.review.agenda import Item, agenda_of
from services.review.chronology_marks import entries_by_key, standing_marks
from services.review.directory import Agencies
from services.review.models import Case, InformationRequest, PlannedMeeting, SharedMaterial
from services.review.rapid_review import rules_of
from services.review.service import SERVICE
from services.review.sharing import share, shared_of
from services.review.wording import entry_when
from shared import audit, clock
from shared.database import new_id
from shared.identity.viewer import Viewer
from shared.outbox import emit
from shared.partnership import partnership
from shared.web.problems import conflict, refused


def current_agenda(session: Session, case: Case) -> list[Item]:
    """The agenda as the record gives it now."""
    returns = submitted_returns(session, case.id)
    asked = select(InformationRequest).where(InformationRequest.case_id == case.id)
    requests = list(session.scalars(asked.order_by(InformationRequest.agency_id)))
    agencies = Agencies(session, [each.agency_id for each in requests])
    names = {each.agency_id: agencies[each.agency_id]["name"] for each in requests}
    awaited = [names[each.agency_id] for each in requests if each.status in ("requested", "draft")]
    return agenda_of(returns, names, awaited, _contradictions(session, case, names), rules_of(case))


def _contradictions(session: Session, case: Case, names: dict[str, str]) -> list[str]:
    marks = [each for each in standing_marks(session, case.id) if each.kind == "contradiction"]
    entries = entries_by_key(session, case) if marks else {}
    told = []
    for each in marks:
        of = [entries[key] for key in each.content["entries"] if key in entries]
        who = "; ".join(f"{names[entry['agency']]}, {entry_when(entry)}" for entry in of)
        told.append(f"{who}: {each.content['words']}" if each.content["words"] else who)
    return told


def plan_meeting(
    session: Session,
    case: Case,
    held_at: datetime,
    place: str,
    agencies: Sequence[str],
    papers: Sequence[str],
    viewer: Viewer,
) -> PlannedMeeting:
    """Invite agencies to a meeting; they see its agenda, and as papers what of every return is shared with them.

    The safeguarding partners are always invited. A meeting planned before is replaced. Emits `meeting.planned` for each
    agency, and `meeting.called-off` for each that was invited to the one before and is not any more. Raises a 422 problem for a time that has passed or an agency that was not asked, 409 for a case that was closed.
    """
    if case.closed_at is not None:
        raise conflict("This case was closed when its notification was withdrawn; nobody is invited any more.")
    if held_at <= clock.now():
        raise refused("/held_at", "This has passed; a meeting that was held is recorded under “Record a meeting”.")
    asked = set(session.scalars(select(InformationRequest.agency_id).where(InformationRequest.case_id == case.id)))
    if set(agencies) - asked:
        raise refused("/agencies", "Only agencies that were asked about this case are invited. Ask them first.")
    invited = list(dict.fromkeys([*partnership().safeguarding_partners, *agencies]))
    for before in planned_meetings(session, case.id):
        before.ended_at = clock.now()
        for agency in before.agencies if before.held_at > clock.now() else ():
            if agency not in invited:
                _say(session, "meeting.called-off", case, before, agency)
    meeting = PlannedMeeting(
        id=new_id(),
        case_id=case.id,
        case_reference=case.reference,
        held_at=held_at,
        agencies=invited,
        content={
            "place": place,
            "agenda": [[each.heading, each.points] for each in _open_items(session, case, papers)],
        },
        planned_by=viewer.actor,
        planned_at=clock.now(),
    )
    session.add(meeting)
    owners = [each.agency_id for each in submitted_returns(session, case.id) if each.involved]
    if papers and owners:
        share(session, case, owners, papers, [each for each in invited if each in asked], False, viewer)
    for agency in invited:
        _say(session, "meeting.planned", case, meeting, agency)
    audit.append(session, audit.Entry(viewer.actor, "planned-meeting", f"case:{case.id}", ", ".join(invited)))
    return meeting


def _open_items(session: Session, case: Case, papers: Sequence[str]) -> list[Item]:
    """The agenda as everybody invited may read it: without agencies' words, unless their returns are among the papers."""
    items = current_agenda(session, case)
    return items if "return" in papers else [Item(each.heading, [] if each.told else each.points) for each in items]


def _say(session: Session, event: str, case: Case, meeting: PlannedMeeting, agency: str) -> None:
    values = {
        "meeting_id": meeting.id,
        "case_id": case.id,
        "incident_id": case.incident_id,
        "agency_id": agency,
        "reference": case.reference,
        "held_at": meeting.held_at.isoformat(),
    }
    emit(session, SERVICE, event, f"case:{case.id}", values)


def call_off(session: Session, meeting: PlannedMeeting, viewer: Viewer) -> None:
    """Call a planned meeting off. Emits `meeting.called-off` for each agency that was invited, if it is still to come.

    Raises a 409 problem for one that was called off or replaced.
    """
    if meeting.ended_at is not None:
        raise conflict("This meeting was called off or replaced before.")
    meeting.ended_at = clock.now()
    case = session.get_one(Case, meeting.case_id)
    for agency in meeting.agencies if meeting.held_at > clock.now() else ():
        _say(session, "meeting.called-off", case, meeting, agency)
    audit.append(session, audit.Entry(viewer.actor, "called-meeting-off", f"case:{meeting.case_id}", meeting.id))


def shown_though_uninvited(session: Session, case: Case) -> dict[str, list[SharedMaterial]]:
    """What is still shared with agencies that were invited once and are not to the meeting that is planned, by agency."""
    planned = {agency for each in planned_meetings(session, case.id) for agency in each.agencies}
    of_case = select(PlannedMeeting.agencies).where(PlannedMeeting.case_id == case.id)
    once = {agency for agencies in session.scalars(of_case) for agency in agencies}
    shared = shared_of(session, case)
    seen = {agency: [each for each in shared if agency in each.with_agencies] for agency in sorted(once - planned)}
    return {agency: found for agency, found in seen.items() if found} if planned else {}


def planned_meetings(session: Session, case_id: str = "") -> list[PlannedMeeting]:
    """The meetings that are planned, of one case or of all that the viewer is shown."""
    statement = select(PlannedMeeting).where(PlannedMeeting.ended_at.is_(None)).order_by(PlannedMeeting.held_at)
    return list(session.scalars(statement.where(PlannedMeeting.case_id == case_id) if case_id else statement))
