"""What is recorded of a practice review as it goes: terms of reference, panel, event, family, monitoring, legal read.

Entries are never changed: a further one of the same kind says what holds now, and the older ones stay.
"""

from datetime import date
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from services.review.models import PracticeReview, ReviewRecord
from services.review.names_told import NAMING
from services.review.review_cases import tell_names_of_the_review
from shared import audit, clock
from shared.database import new_id
from shared.identity.viewer import Viewer

KINDS = {
    "terms-of-reference": "Terms of reference",
    "panel": "Review panel",
    "practitioner-event": "Practitioner event",
    "family-contribution": "Family contribution",
    "monitoring": "Monitoring of time and quality",
    "legal-read": "Legal read",
}
DRAFTS_TAKEN = "drafts-taken"  # in one case's bundle, and why: kept by itself when it is taken
# What the database shows the reviewer (migration 0011); what the family said comes to them with care, not by a page.
OPEN_TO_THE_REVIEWER = ("terms-of-reference", "panel")


def keep_record(
    session: Session, review: PracticeReview, kind: str, content: dict[str, Any], viewer: Viewer
) -> ReviewRecord:
    """Keep an entry of one kind, as its schema gives it. `review` is locked by the caller.

    A monitoring entry says when the partners look again; when that day passes without another, they are reminded.
    """
    record = ReviewRecord(
        id=new_id(),
        practice_review_id=review.id,
        kind=kind,
        content=orjson.loads(orjson.dumps(content)),
        due_on=content.get("next_on"),
        recorded_by=viewer.person_name or viewer.agency_name,
        recorded_at=clock.now(),
    )
    session.add(record)
    review.version += 1
    session.flush()
    if kind in NAMING:
        tell_names_of_the_review(session, review)
    audit.append(session, audit.Entry(viewer.actor, f"recorded-{kind}", f"practice-review:{review.id}", record.id))
    return record


def records_of(session: Session, review: PracticeReview) -> list[ReviewRecord]:
    """All entries of a review, the newest first."""
    statement = select(ReviewRecord).where(ReviewRecord.practice_review_id == review.id)
    return list(session.scalars(statement.order_by(ReviewRecord.recorded_at.desc(), ReviewRecord.id)))


def days_shown(session: Session, review: PracticeReview) -> dict[str, date | None]:
    """The stages that the entries show to be done: terms agreed, a panel formed, an event held, a legal read cleared."""
    found: dict[str, date | None] = {}
    for record in reversed(records_of(session, review)):
        said = record.content
        if record.kind == "terms-of-reference":
            found["terms-of-reference"] = _day(said.get("agreed_on"))
        elif record.kind == "panel":
            found.setdefault("panel", record.recorded_at.date())
        elif record.kind == "practitioner-event":
            found["practitioner-event"] = _day(said["held_on"])
        elif record.kind == "legal-read":
            found["legal-read"] = _day(said["read_on"]) if said.get("outcome") == "cleared" else None
    return found


def _day(said: str | None) -> date | None:
    return date.fromisoformat(said) if said else None
