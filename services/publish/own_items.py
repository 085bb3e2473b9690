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
from shared.database import new_id, see_as
from shared.identity.viewer import SYSTEM, Viewer

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
        identifiers=_as_the_system(session, viewer),
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


def know_everybody(session: Session) -> None:
    """Let all that belongs to no review know whom every review is about by now; for the system, which is kept from none.

    Run before documents are checked again and before anything goes live, so that what is learnt later counts.
    """
    own = select(Publication).where(Publication.practice_review_id.is_(None))
    items = session.scalars(own.where(Publication.state.notin_(("withdrawn", "withheld")))).all()
    everybody = everybody_known(session) if items else []
    for item in items:
        if item.identifiers != everybody:
            item.identifiers = everybody
    session.flush()


def everybody_known(session: Session) -> list[dict[str, str]]:
    """Whoever is known from any review that the session may see, and what else leads to them, in one order."""
    known = session.scalars(select(Publication.identifiers).where(Publication.practice_review_id.is_not(None)))
    everybody = {(one["kind"], one["value"]): one for identifiers in known for one in identifiers}
    return [everybody[each] for each in sorted(everybody)]


def _as_the_system(session: Session, viewer: Viewer) -> list[dict[str, str]]:
    see_as(session, SYSTEM)  # who opens it may be kept from a case, whose people may not be named either
    everybody = everybody_known(session)
    see_as(session, viewer)
    return everybody
