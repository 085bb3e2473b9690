"""Who has a report before the public, by name, and whether they have the embargo in writing."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.publish.models import EarlyReader, Publication
from services.publish.notices import tell_office
from shared import audit, clock
from shared.calendar import london_day
from shared.identity.viewer import Viewer
from shared.web.problems import conflict, refused


@dataclass(frozen=True)
class Reader:
    """Somebody who is given the report early, and the day on which they agreed to the embargo, if they have."""

    name: str
    role: str
    embargo_agreed_on: date | None = None


def name_reader(session: Session, viewer: Viewer, publication: Publication, reader: Reader) -> EarlyReader:
    """Enter somebody who is given the report early. Raises a 409 problem once the public has it."""
    if publication.state in ("live", "archived"):
        raise conflict("The public has it already: nobody reads it early.")
    _check_day(reader.embargo_agreed_on)
    made = EarlyReader(
        publication_id=publication.id,
        name=reader.name,
        role=reader.role,
        embargo_agreed_on=reader.embargo_agreed_on,
        entered_at=clock.now(),
        entered_by=viewer.agency_id,
    )
    session.add(made)
    session.flush()
    audit.append(session, audit.Entry(viewer.actor, "named early reader", f"publication:{publication.id}", made.id))
    return made


def agree_embargo(session: Session, viewer: Viewer, reader: EarlyReader, day: date) -> None:
    """Record that a reader agreed to the embargo in writing on `day`. Raises a 422 problem for a day to come."""
    _check_day(day)
    reader.embargo_agreed_on = day
    audit.append(
        session, audit.Entry(viewer.actor, "agreed embargo", f"publication:{reader.publication_id}", reader.id)
    )


def remove_reader(session: Session, viewer: Viewer, reader: EarlyReader) -> None:
    """Record that somebody no longer has the report early; the entry stays."""
    reader.removed_at = clock.now()
    entry = audit.Entry(viewer.actor, "removed early reader", f"publication:{reader.publication_id}", reader.id)
    audit.append(session, entry)


def _check_day(day: date | None) -> None:
    if day and day > london_day(clock.now()):
        raise refused("/embargo_agreed_on", "Give the day on which they agreed; it cannot lie ahead.")


def early_readers(session: Session, publication: Publication) -> list[EarlyReader]:
    """Who has it early now, in the order in which they were named."""
    statement = select(EarlyReader).where(
        EarlyReader.publication_id == publication.id, EarlyReader.removed_at.is_(None)
    )
    return list(session.scalars(statement.order_by(EarlyReader.entered_at)))


def readers_without_embargo(session: Session, publication: Publication) -> int:
    statement = select(func.count()).where(
        EarlyReader.publication_id == publication.id,
        EarlyReader.removed_at.is_(None),
        EarlyReader.embargo_agreed_on.is_(None),
    )
    return session.scalar(statement) or 0


def tell_of_readers(session: Session, publication: Publication, what: str) -> None:
    """Have the office tell everybody who ever had it early that their copy is not to be used: `what` was done to it."""
    had = select(func.count()).where(EarlyReader.publication_id == publication.id)
    if count := session.scalar(had):
        which = "1 person who was" if count == 1 else f"{count} people who were"
        sentence = f"{what}. Tell the {which} given it early not to use the copy, nor to pass it on."
        tell_office(session, publication, "early-readers-to-tell", sentence)
