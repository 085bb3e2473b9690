"""What the partnership publishes of its own: yearly reports, and what was learnt from several rapid reviews.

They belong to no review. They go the same way to the public as a report: cleaned, checked, agreed by the three partners,
through the gate. Steps of the protocol that are for reviews only are not theirs, no prior copies are owed, and the NSPCC's
collection does not take them.
"""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.publish.models import Publication
from services.publish.protocol import steps_for_new
from services.publish.publications import write_page_text
from shared import audit, clock
from shared.calendar import london_day
from shared.database import new_id
from shared.identity.viewer import Viewer

NAMES = {"yearly-report": "Yearly report", "rapid-review-learning": "Learning from rapid reviews"}
PREFIXES = {"yearly-report": "YR", "rapid-review-learning": "RRL"}
PERIOD = r"(?:(?:spring|summer|autumn|winter) )?\d{4}(?: to \d{4})?"


@dataclass(frozen=True)
class OwnItem:
    """What is to be published: its kind, its title, and the period it is about, such as "2025 to 2026"."""

    kind: str
    title: str
    period: str


def open_own_item(session: Session, viewer: Viewer, item: OwnItem) -> Publication:
    """Open the publication of something that belongs to no review.

    Whoever is known from any review may not be named in it, so that all their identifiers are looked for.
    """
    day = london_day(clock.now())
    same_kind = select(func.count()).select_from(Publication).where(Publication.kind == item.kind)
    publication = Publication(
        id=new_id(),
        reference=f"{PREFIXES[item.kind]}-{day.year}-{(session.scalar(same_kind) or 0) + 1:04}",
        pseudonym=f"{NAMES[item.kind]} {item.period}",
        kind=item.kind,
        title=item.title,
        themes=[],
        warnings=[],
        agency_kinds=[],
        age_bands=[],
        keywords=[],
        identifiers=_everybody(session),
        signed_at=clock.now(),
        publish=[],
        held_because=[],
        protocol=steps_for_new(session, of_review=False),
        created_at=clock.now(),
    )
    session.add(publication)
    session.flush()
    write_page_text(session, viewer, publication)
    audit.append(session, audit.Entry(viewer.actor, "opened", f"publication:{publication.id}", item.kind))
    return publication


def _everybody(session: Session) -> list[dict[str, str]]:
    known = session.scalars(select(Publication.identifiers))
    everybody = {(one["kind"], one["value"]): one for identifiers in known for one in identifiers}
    return list(everybody.values())
