"""What agencies return: drafts in place, submitted versions kept for good, those of an agency that answered late marked."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from services.review.chronology import in_order
from services.review.models import AgencyReturn, InformationRequest
from services.review.names_told import names_in_return
from services.review.return_versions import sent_versions
from services.review.review_cases import tell_names
from services.review.states import INFORMATION_REQUEST, move
from shared import audit, clock
from shared.database import new_id
from shared.identity.viewer import Viewer
from shared.web.problems import conflict

NOT_CONTENT = ("submitted", "involved", "chronology")


def save_return(session: Session, request: InformationRequest, body: dict[str, Any], viewer: Viewer) -> AgencyReturn:
    """Save an agency's return: its draft is replaced, a submitted version never; the next version follows it.

    `request` is locked by the caller. Raises a 409 problem where no return is awaited any more.
    """
    submitted = body["submitted"]
    request.status = move(INFORMATION_REQUEST, request.status, "submit" if submitted else "save")
    version = _version_to_write(session, request)
    now = clock.now()
    version.involved = body["involved"]
    version.content = {name: value for name, value in body.items() if name not in NOT_CONTENT}
    version.chronology = in_order(body.get("chronology", []))
    version.saved_at = now
    if submitted:
        request.returned_at = request.returned_at or now
        version.submitted_at, version.late = now, request.returned_at > request.due_at
        session.flush()
        tell_names(session, request.case_id, names_in_return(version), viewer)
    request.version += 1
    why = f"version {version.number}; {'involved' if version.involved else 'nil return'}{'; late' * version.late}"
    what = "submitted-return" if submitted else "saved-draft"
    audit.append(session, audit.Entry(viewer.actor, what, f"information-request:{request.id}", why))
    return version


def _version_to_write(session: Session, request: InformationRequest) -> AgencyReturn:
    newest = session.scalar(
        select(AgencyReturn).where(AgencyReturn.request_id == request.id).order_by(AgencyReturn.number.desc()).limit(1)
    )
    if newest is not None and newest.submitted_at is None:
        return newest
    version = AgencyReturn(
        id=new_id(),
        request_id=request.id,
        case_id=request.case_id,
        agency_id=request.agency_id,
        number=newest.number + 1 if newest else 1,
        late=False,
    )
    session.add(version)
    return version


def submitted_returns(session: Session, case_id: str) -> list[AgencyReturn]:
    """The newest submitted version of each agency's return in a case, by agency."""
    statement = (
        select(AgencyReturn)
        .ext(distinct_on(AgencyReturn.agency_id))
        .where(AgencyReturn.case_id == case_id, AgencyReturn.submitted_at.is_not(None))
        .order_by(AgencyReturn.agency_id, AgencyReturn.number.desc())
    )
    return list(session.scalars(statement))


def note_read(session: Session, request: InformationRequest, reasons: str, viewer: Viewer) -> None:
    """Note that the office read what an agency sent after the decision, and what comes of it: it then waits no more.

    `request` is locked by the caller. Raises a 409 problem where nothing was sent.
    """
    if not sent_versions(session, request):
        raise conflict("This agency has sent no return yet.")
    request.read_at, request.read_reasons = clock.now(), reasons
    request.version += 1
    audit.append(session, audit.Entry(viewer.actor, "read-after-decision", f"information-request:{request.id}"))
