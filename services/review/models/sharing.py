"""What the office lets others see of a case: material of agencies, and a reviewer's access for a time."""

from typing import Any

from sqlalchemy import String
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from services.review.models.base import Key, Model, Moment, MomentOrNone, Reference
from shared.encryption import Encrypted


class SharedMaterial(Model):
    """A return or a chronology (`what`) as it was when it was shared; `agency_id` is whose it is, `number` its version."""

    __tablename__ = "shared_material"
    id: Mapped[Key]
    case_id: Mapped[Reference]
    case_reference: Mapped[str]
    request_id: Mapped[Reference]
    agency_id: Mapped[str]
    number: Mapped[int]
    late: Mapped[bool]
    what: Mapped[str]
    with_agencies: Mapped[list[str]] = mapped_column(ARRAY(String))
    with_reviewer: Mapped[bool]
    content: Mapped[dict[str, Any]] = mapped_column(Encrypted("shared_material.content"))
    chronology: Mapped[list[dict[str, Any]]] = mapped_column(Encrypted("shared_material.chronology"))
    shared_by: Mapped[str]
    shared_at: Mapped[Moment]
    ended_at: Mapped[MomentOrNone]


class ReviewerAccess(Model):
    """A person's access as the reviewer of one review; `sees` are the kinds of shared material that it opens."""

    __tablename__ = "reviewer_accesses"
    id: Mapped[Key]
    practice_review_id: Mapped[Reference]
    case_id: Mapped[Reference]
    reviewer_id: Mapped[Reference]
    person_id: Mapped[Reference]
    sees: Mapped[list[str]] = mapped_column(ARRAY(String))
    until: Mapped[Moment]
    given_by: Mapped[str]
    given_at: Mapped[Moment]
    ended_at: Mapped[MomentOrNone]
    ending_reasons: Mapped[str | None] = mapped_column(Encrypted("reviewer_accesses.ending_reasons"))
