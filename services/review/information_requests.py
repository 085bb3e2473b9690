"""Asking agencies what they know: one request per agency and case, due in working days, with more time where it is given."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from services.review.models import Case, Extension, InformationRequest
from services.review.return_times import return_times
from services.review.service import SERVICE
from services.review.states import INFORMATION_REQUEST, move
from services.review.whom_to_search import say_whom_to_search
from shared import audit, clock
from shared.calendar import add_working_days, end_of_day, london_day
from shared.database import new_id
from shared.identity.viewer import Viewer
from shared.outbox import emit
from shared.partnership import partnership
from shared.web.problems import conflict, refused


def ask_agencies(session: Session, case: Case, agencies: Iterable[str]) -> list[InformationRequest]:
    """Ask each agency that was not asked before (or whose request was cancelled); the requests made now.

    Those that were asked and have somebody new to search for are told, and asked anew where they had answered: what
    they sent is kept. The partnership office is not asked: it is who asks. Emits `information.requested` for each.
    """
    wanted = [agency for agency in dict.fromkeys(agencies) if agency != partnership().partnership_office]
    statement = select(InformationRequest).where(InformationRequest.case_id == case.id).with_for_update()
    known = {request.agency_id: request for request in session.scalars(statement)}
    now = clock.now()
    due_at = return_due(session, now)
    anew = [request for request in known.values() if _search_anew(case, request, now, due_at)]
    asked = [
        _ask(session, case, known.get(agency), agency, now, due_at)
        for agency in wanted
        if agency not in known or known[agency].status == "cancelled"
    ]
    session.flush()
    for request in (*asked, *anew):
        say(session, "information.requested", request, case.incident_id)
    why = "whom to search for has changed"
    entries = [audit.Entry("system", "asked-anew", f"information-request:{each.id}", why) for each in anew]
    if entries:
        audit.append(session, *entries)
    return asked


def _search_anew(case: Case, request: InformationRequest, now: datetime, due_at: datetime) -> bool:
    """Give a request what is known now; whether its agency, which searches or has answered, has to search again."""
    if not say_whom_to_search(case, request) or request.status == "cancelled":
        return False
    request.search_changed_at = now
    if request.status == "returned":
        _begin_again(request, now, due_at)
    request.version += 1
    return True


def _begin_again(request: InformationRequest, now: datetime, due_at: datetime) -> None:
    request.status = move(INFORMATION_REQUEST, request.status, "ask-again")
    request.requested_at, request.due_at = now, due_at
    request.returned_at = request.overdue_told_at = request.chase_at = request.reminded_at = None


def return_due(session: Session, asked_at: datetime) -> datetime:
    """The end of the working day by which a return is asked for; the partnership sets how many days it has."""
    days = return_times(session).information_request_days
    return end_of_day(add_working_days(london_day(asked_at), days, partnership().bank_holidays.and_beyond()))


def _ask(
    session: Session,
    case: Case,
    cancelled: InformationRequest | None,
    agency: str,
    now: datetime,
    due_at: datetime,
) -> InformationRequest:
    if cancelled is not None:
        _begin_again(cancelled, now, due_at)
        cancelled.search_changed_at = None
        cancelled.version += 1
        return cancelled
    request = InformationRequest(
        id=new_id(),
        case_id=case.id,
        case_reference=case.reference,
        agency_id=agency,
        status="requested",
        requested_at=now,
        due_at=due_at,
    )
    say_whom_to_search(case, request)
    session.add(request)
    return request


def ask_more_agencies(session: Session, case: Case, agencies: list[str], viewer: Viewer) -> list[InformationRequest]:
    """What the office does when further agencies turn out to know the child.

    Raises a 422 problem for an agency that is not in the directory, 409 for a case that was closed.
    """
    if case.closed_at is not None:
        raise conflict("This case was closed when its notification was withdrawn; nobody is asked any more.")
    known = set(session.execute(text("SELECT id FROM agencies WHERE ended_at IS NULL")).scalars())
    for number, agency in enumerate(agencies):
        if agency not in known:
            raise refused(f"/agencies/{number}", "Name an agency by its id in the directory of this partnership.")
    asked = ask_agencies(session, case, agencies)
    audit.append(session, audit.Entry(viewer.actor, "asked-agencies", f"case:{case.id}", ", ".join(agencies)))
    return asked


def extend_request(session: Session, request: InformationRequest, due_on: date, reasons: str, viewer: Viewer) -> None:
    """Give an agency until the end of a later day, with reasons. `request` is locked by the caller.

    Raises a 409 problem where no return is awaited, 422 for a day that is no later than the one it has.
    """
    if request.status not in ("requested", "draft"):
        raise conflict("No return is awaited from this agency, so there is no time to extend.")
    due_at = end_of_day(due_on)
    if due_at <= request.due_at or due_at < clock.now():
        raise refused("/due_on", "Give a day that is later than the one the agency has now.")
    session.add(
        Extension(
            id=new_id(),
            request_id=request.id,
            agency_id=request.agency_id,
            due_before=request.due_at,
            due_at=due_at,
            reasons=reasons,
            given_by=viewer.agency_id,
            given_at=clock.now(),
        )
    )
    request.due_at, request.overdue_told_at, request.chase_at, request.reminded_at = due_at, None, None, None
    request.version += 1
    audit.append(
        session, audit.Entry(viewer.actor, "extended", f"information-request:{request.id}", due_on.isoformat())
    )


def answers_of_cases(session: Session) -> dict[str, tuple[int, int, int]]:
    """By case: how many agencies have answered, how many were asked, and how many are late with it now."""
    late = InformationRequest.status.in_(("requested", "draft")) & (InformationRequest.due_at < clock.now())
    counted = select(
        InformationRequest.case_id,
        func.count().filter(InformationRequest.status == "returned"),
        func.count(),
        func.count().filter(late),
    ).where(InformationRequest.status != "cancelled")
    found = session.execute(counted.group_by(InformationRequest.case_id))
    return {row[0]: (row[1], row[2], row[3]) for row in found}


def cancel_requests(session: Session, case: Case) -> list[InformationRequest]:
    """Await no more returns of a case; the requests that stood. Emits `information.cancelled` for each."""
    standing = select(InformationRequest).where(
        InformationRequest.case_id == case.id, InformationRequest.status != "cancelled"
    )
    requests = list(session.scalars(standing.order_by(InformationRequest.agency_id).with_for_update()))
    for request in requests:
        request.status = move(INFORMATION_REQUEST, request.status, "cancel")
        request.version += 1
        say(session, "information.cancelled", request, case.incident_id)
    return requests


def say(session: Session, event: str, request: InformationRequest, incident_id: str) -> None:
    """Emit an event of a request with what all of them carry."""
    values: dict[str, Any] = {
        "request_id": request.id,
        "case_id": request.case_id,
        "incident_id": incident_id,
        "agency_id": request.agency_id,
        "reference": request.case_reference,
        "due_at": request.due_at.isoformat(),
    }
    if event == "information.requested":
        values["anew"] = request.search_changed_at is not None
    if event == "information.overdue":
        values["times"] = request.chased
        values["escalated"] = request.chased >= return_times(session).information_escalate_at
    emit(session, SERVICE, event, f"case:{request.case_id}", values)
