"""What people mark in the merged chronology of a case."""

from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from services.review.models.base import Key, Model, Moment, MomentOrNone, Reference
from shared.encryption import Encrypted


class ChronologyMark(Model):
    """One mark: `content` holds the keys of the entries it is on and its words; a mark taken back is kept, ended."""

    __tablename__ = "chronology_marks"
    id: Mapped[Key]
    case_id: Mapped[Reference]
    kind: Mapped[str]
    content: Mapped[dict[str, Any]] = mapped_column(Encrypted("chronology_marks.content"))
    made_by: Mapped[str]
    made_at: Mapped[Moment]
    ended_at: Mapped[MomentOrNone]
