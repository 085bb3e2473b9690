"""What is recorded of a practice review as it goes: terms of reference, panel, event, family, monitoring, comments, legal read.

Entries are never changed: a further one of the same kind says what holds now, and the older ones stay.
"""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.review.models import PracticeReview, ReviewRecord
from shared import audit, clock
from shared.database import new_id
from shared.identity.viewer import Viewer

KINDS = {
    "terms-of-reference": "Terms of reference",
    "panel": "Review panel",
    "practitioner-event": "Practitioner event",
    "family-contribution": "Family contribution",
    "monitoring": "Monitoring of time and quality",
    "draft-comment": "Comments on drafts",
    "legal-read": "Legal read",
}
# What the database shows the reviewer (migration 0011); what the family said comes to them with care, not by a page.
OPEN_TO_THE_REVIEWER = ("terms-of-reference", "panel", "draft-comment")


def keep_record(
    session: Session, review: PracticeReview, kind: str, content: dict[str, Any], viewer: Viewer
) -> ReviewRecord:
    """Keep an entry of one kind; `content` is JSON values by name. `review` is locked by the caller."""
    record = ReviewRecord(
        id=new_id(),
        practice_review_id=review.id,
        kind=kind,
        content=content,
        recorded_by=viewer.person_name or viewer.agency_name,
        recorded_at=clock.now(),
    )
    session.add(record)
    review.version += 1
    audit.append(session, audit.Entry(viewer.actor, f"recorded-{kind}", f"practice-review:{review.id}", record.id))
    return record


def records_of(session: Session, review: PracticeReview) -> list[ReviewRecord]:
    """All entries of a review, the newest first."""
    statement = select(ReviewRecord).where(ReviewRecord.practice_review_id == review.id)
    return list(session.scalars(statement.order_by(ReviewRecord.recorded_at.desc(), ReviewRecord.id)))
