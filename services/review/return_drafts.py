"""An agency's return as people write it: part by part into a draft, made ready by one, signed off and sent by another."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.review.agency_returns import save_return
from services.review.models import AgencyReturn, InformationRequest
from services.review.schemas.returns import OF_INVOLVEMENT, AgencyReturnBody
from shared.identity.viewer import Viewer
from shared.web.asking import checked
from shared.web.problems import conflict

WORKED_OUT = ("place", "precision")
SIGNATURES = ("prepared_by", "signed_off_by")


def newest_version(session: Session, request: InformationRequest) -> AgencyReturn | None:
    """What the agency saved or sent last."""
    statement = select(AgencyReturn).where(AgencyReturn.request_id == request.id)
    return session.scalar(statement.order_by(AgencyReturn.number.desc()).limit(1))


def waiting_for_sign_off(session: Session, requests: Sequence[InformationRequest]) -> set[str]:
    """The ids of the requests whose draft somebody said is whole."""
    statement = select(AgencyReturn.request_id).where(
        AgencyReturn.request_id.in_([each.id for each in requests]),
        AgencyReturn.submitted_at.is_(None),
        AgencyReturn.prepared_by_actor.is_not(None),
    )
    return set(session.scalars(statement))


def draft_body(session: Session, request: InformationRequest) -> dict[str, Any]:
    """What the next version begins with: the draft, or what was sent last; without who signed it."""
    newest = newest_version(session, request)
    if newest is None or not newest.involved:
        return {}
    body = {name: value for name, value in newest.content.items() if name not in SIGNATURES or not newest.submitted_at}
    chronology = [{name: value for name, value in each.items() if name not in WORKED_OUT} for each in newest.chronology]
    return body | ({"chronology": chronology} if chronology else {})


def save_part(session: Session, request: InformationRequest, part: str, value: Any, viewer: Viewer) -> None:
    """Put one part of the return into the draft; None or an empty list takes it out. It has to be made ready again.

    `request` is locked by the caller. Raises a 422 problem in the interface's own sentences.
    """
    body = {name: each for name, each in draft_body(session, request).items() if name not in (part, *SIGNATURES)}
    if value not in (None, [], ""):
        body[part] = value
    version = save_return(
        session, request, checked(AgencyReturnBody(), body | {"involved": True, "submitted": False}), viewer
    )
    version.prepared_by_actor = None


def missing_parts(body: dict[str, Any]) -> list[str]:
    """The parts without which a return cannot be sent."""
    return [name for name in OF_INVOLVEMENT if not body.get(name)]


def make_ready(session: Session, request: InformationRequest, role: str, viewer: Viewer) -> None:
    """Say that the draft is whole, and whose work it is. Raises a 409 problem while parts are missing."""
    body = draft_body(session, request)
    if missing := missing_parts(body):
        raise conflict(f"{len(missing)} part{'s are' if len(missing) > 1 else ' is'} still missing.")
    prepared = {"prepared_by": {"name": viewer.person_name, "role": role}}
    version = save_return(
        session, request, checked(AgencyReturnBody(), body | prepared | {"involved": True, "submitted": False}), viewer
    )
    version.prepared_by_actor = viewer.actor


def sign_off_and_send(session: Session, request: InformationRequest, role: str, viewer: Viewer) -> None:
    """Submit the draft that another person made ready. Raises a 409 problem for one's own, or one not ready."""
    newest = newest_version(session, request)
    if newest is None or newest.submitted_at or not newest.prepared_by_actor:
        raise conflict("The return is not ready to be signed off. Whoever wrote it says first that it is whole.")
    if newest.prepared_by_actor == viewer.actor:
        raise conflict("You made this return ready, so somebody else must sign it off.")
    signed = {"signed_off_by": {"name": viewer.person_name, "role": role}, "involved": True, "submitted": True}
    save_return(session, request, checked(AgencyReturnBody(), draft_body(session, request) | signed), viewer)


def send_nil_return(session: Session, request: InformationRequest, searched: str, viewer: Viewer) -> None:
    """Say that the agency was not involved: a return like any other.

    Raises a 409 problem after a return that says what the agency did: one person does not undo what two signed.
    """
    sent = select(AgencyReturn.involved).where(
        AgencyReturn.request_id == request.id, AgencyReturn.submitted_at.is_not(None)
    )
    if session.scalar(sent.order_by(AgencyReturn.number.desc()).limit(1)):
        raise conflict("Your agency sent a return. Correct it by a further version, which somebody else signs off.")
    body = {"involved": False} | ({"records_searched": searched} if searched else {})
    save_return(session, request, checked(AgencyReturnBody(), body), viewer)
