"""Material of one agency that the office lets others see: as it was when it was shared, marked with whose it is."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.review.agency_returns import submitted_returns
from services.review.models import Case, InformationRequest, SharedMaterial
from shared import audit, clock
from shared.database import new_id
from shared.identity.viewer import Viewer
from shared.web.problems import conflict, refused

WHAT = {"return": "The return, without its chronology", "chronology": "The chronology"}


def share(
    session: Session,
    case: Case,
    owners: Sequence[str],
    what: Sequence[str],
    with_agencies: Sequence[str],
    with_reviewer: bool,
    viewer: Viewer,
) -> list[SharedMaterial]:
    """Let other agencies of a case, its reviewer, or both see the newest returns of `owners`, or their chronologies.

    Whoever saw the same kind of an agency before goes on seeing it, in the newest version. Raises a 422 problem for an
    agency that has sent no return with something to see, or one to share with that was not asked; 409 for a closed case.
    """
    if case.closed_at is not None:
        raise conflict("This case was closed when its notification was withdrawn; nothing is shared any more.")
    returns = {each.agency_id: each for each in submitted_returns(session, case.id) if each.involved}
    asked = set(session.scalars(select(InformationRequest.agency_id).where(InformationRequest.case_id == case.id)))
    if missing := [owner for owner in owners if owner not in returns]:
        raise refused("/owners", f"No return that could be shared has come from: {', '.join(missing)}.")
    if unknown := [agency for agency in with_agencies if agency not in asked]:
        raise refused(
            "/with_agencies", f"Only agencies that were asked about this case see of it: {', '.join(unknown)}."
        )
    if not with_agencies and not with_reviewer:
        raise refused("/with_agencies", "Choose with whom it is shared.")
    now, shared = clock.now(), []
    for owner in owners:
        for kind in what:
            before = _end_before(session, returns[owner].request_id, kind)
            whom = [*with_agencies, *(agency for each in before for agency in each.with_agencies)]
            shared.append(
                SharedMaterial(
                    id=new_id(),
                    case_id=case.id,
                    case_reference=case.reference,
                    request_id=returns[owner].request_id,
                    agency_id=owner,
                    number=returns[owner].number,
                    late=returns[owner].late,
                    what=kind,
                    with_agencies=[agency for agency in dict.fromkeys(whom) if agency != owner],
                    with_reviewer=with_reviewer or any(each.with_reviewer for each in before),
                    content=returns[owner].content if kind == "return" else {},
                    chronology=returns[owner].chronology if kind == "chronology" else [],
                    shared_by=viewer.actor,
                    shared_at=now,
                )
            )
    session.add_all(shared)
    readers = ", ".join([*with_agencies, *(["the reviewer"] if with_reviewer else [])])
    why = f"{' and '.join(what)} of {', '.join(owners)} with {readers}"
    audit.append(session, audit.Entry(viewer.actor, "shared", f"case:{case.id}", why))
    return shared


def _end_before(session: Session, request_id: str, what: str) -> list[SharedMaterial]:
    standing = select(SharedMaterial).where(
        SharedMaterial.request_id == request_id, SharedMaterial.what == what, SharedMaterial.ended_at.is_(None)
    )
    before = list(session.scalars(standing))
    for each in before:
        each.ended_at = clock.now()
    return before


def stop_sharing(session: Session, material: SharedMaterial, viewer: Viewer) -> None:
    """Let nobody see it any more whom it was shared with. Raises a 409 problem where that was so already."""
    if material.ended_at is not None:
        raise conflict("This is not shared any more.")
    material.ended_at = clock.now()
    why = f"{material.what} of {material.agency_id}"
    audit.append(session, audit.Entry(viewer.actor, "stopped-sharing", f"case:{material.case_id}", why))


def stop_sharing_with(session: Session, case: Case, agency: str, viewer: Viewer) -> None:
    """Let one agency see nothing more of what others returned in a case; whoever else saw it goes on seeing it.

    `case` is locked by the caller. Raises a 409 problem where nothing is shared with the agency.
    """
    found = [each for each in shared_of(session, case) if agency in each.with_agencies]
    if not found:
        raise conflict("Nothing is shared with this agency.")
    for each in found:
        stop_sharing(session, each, viewer)
        rest = [other for other in each.with_agencies if other != agency]
        if rest or each.with_reviewer:
            same = {column.key: getattr(each, column.key) for column in SharedMaterial.__table__.columns}
            session.add(SharedMaterial(**same | {"id": new_id(), "with_agencies": rest, "ended_at": None}))
    audit.append(session, audit.Entry(viewer.actor, "stopped-sharing-with", f"case:{case.id}", agency))


def shared_of(session: Session, case: Case) -> list[SharedMaterial]:
    """What is shared of a case now, by whose it is."""
    statement = select(SharedMaterial).where(SharedMaterial.case_id == case.id, SharedMaterial.ended_at.is_(None))
    return list(session.scalars(statement.order_by(SharedMaterial.agency_id, SharedMaterial.what)))


def shared_with(session: Session, viewer: Viewer, case_id: str = "") -> list[SharedMaterial]:
    """What of others a person may see because it was shared with their agency, or with them as the reviewer."""
    statement = select(SharedMaterial).where(SharedMaterial.ended_at.is_(None))
    if case_id:
        statement = statement.where(SharedMaterial.case_id == case_id)
    order = (SharedMaterial.case_reference.desc(), SharedMaterial.agency_id, SharedMaterial.what)
    found = session.scalars(statement.order_by(*order))
    return [each for each in found if viewer.agency_id in each.with_agencies or _as_reviewer(each, viewer)]


def _as_reviewer(material: SharedMaterial, viewer: Viewer) -> bool:
    return material.with_reviewer and viewer.acts_as("reviewer") and bool(viewer.person_id)


def newest_numbers(session: Session, case: Case) -> dict[str, int]:
    """By agency that was involved, the version of its return that was sent last."""
    return {each.agency_id: each.number for each in submitted_returns(session, case.id) if each.involved}
