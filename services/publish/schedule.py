"""Setting the time of publication, with the gate before it and the prior copies after it."""

import re
import unicodedata
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.publish.cleaning.file_kinds import ENDINGS
from services.publish.facts import copied_documents, digest_of, facts_for
from services.publish.gate import failing_sentences
from services.publish.models import Document, PastItem, Publication, Schedule
from services.publish.publication_route import NAMELESS, tell_services
from services.publish.states import moved
from shared import audit, clock
from shared.calendar import london_day
from shared.identity.viewer import Viewer
from shared.web.problems import conflict


def schedule_publication(
    session: Session,
    viewer: Viewer,
    publication: Publication,
    publish_at: datetime,
    avoided_week_reasons: str | None = None,
) -> Schedule:
    """Set the time of going live and have the prior copies sent.

    `avoided_week_reasons` says why it must be in a week that should be avoided.
    Raises a 409 problem whose `missing` lists every failing sentence of the gate, or for a state that cannot be
    scheduled; `shared.calendar.CalendarUnknown` for a time past the known bank holidays.
    """
    facts = facts_for(session, publication, publish_at, going_live=False, avoided_week_reasons=avoided_week_reasons)
    missing = failing_sentences(facts)
    if missing:
        raise conflict("It cannot be scheduled yet. See missing for what to do.", missing=missing)
    publication.state = moved(publication.state, "schedule")
    copies = copied_documents(session, publication)
    publication.publish_at, publication.held_because = publish_at, []
    publication.slug = publication.slug or free_slug(session, publication)
    publication.version += 1
    schedule = Schedule(
        publication_id=publication.id,
        publish_at=publish_at,
        digest=digest_of(copies),
        set_at=clock.now(),
        set_by=viewer.agency_id,
        avoided_week_reasons=avoided_week_reasons,
    )
    session.add(schedule)
    session.flush()
    tell_services(session, publication, "publication.scheduled", _event(publication, copies))
    why = f"prior-copy, for {publish_at.isoformat()}"
    audit.append(session, audit.Entry(viewer.actor, "scheduled", f"publication:{publication.id}", why))
    return schedule


def _event(publication: Publication, copies: list[Document]) -> dict[str, Any]:
    return {
        "title": publication.title,
        "publish_at": (publication.publish_at or clock.now()).isoformat(),
        "copies": [
            {
                "key": copy.clean_key,
                "filename": public_name(publication.pseudonym, copy),
                "sha256": copy.clean_sha256,
            }
            for copy in copies
        ],
    }


def public_name(stem: str, document: Document) -> str:
    """The file name that a published document bears: never the one it came with."""
    return f"{slug_of(stem)}-{document.kind}.{ENDINGS[document.content_type]}"


def slug_of(words: str) -> str:
    """Words as a part of an address: small letters, digits and hyphens."""
    ascii_only = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", ascii_only.lower()).strip("-") or "review"


def free_slug(session: Session, publication: Publication) -> str | None:
    """A permanent address that no other page has. On the anonymous route it says nothing of the review."""
    if publication.route == "anonymous":
        if "improvements" not in publication.publish:
            return None
        base = f"{NAMELESS}{london_day(clock.now()).year}"
    else:
        base = slug_of(publication.pseudonym)
    taken = set(session.scalars(select(Publication.slug).where(Publication.slug.like(f"{base}%"))))
    taken |= set(session.scalars(select(PastItem.slug).where(PastItem.slug.like(f"{base}%"))))
    taken |= former_slugs(session)
    return next(slug for number in range(1, 1000) if (slug := base if number == 1 else f"{base}-{number}") not in taken)


def former_slugs(session: Session) -> set[str]:
    """The addresses that publications had in public and have no more."""
    kept = session.scalars(select(Publication.former_slugs).where(Publication.live_at.is_not(None)))
    return {slug for slugs in kept for slug in slugs}
