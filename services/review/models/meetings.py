"""Meetings of a rapid review that are to be held; those that were held stand in `cases.Meeting`."""

from typing import Any

from sqlalchemy import String
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from services.review.models.base import Key, Model, Moment, MomentOrNone, Reference
from shared.encryption import Encrypted


class PlannedMeeting(Model):
    """A meeting to come. `content` has the place and the agenda as it was when it was sent: (heading, lines) in order."""

    __tablename__ = "planned_meetings"
    id: Mapped[Key]
    case_id: Mapped[Reference]
    case_reference: Mapped[str]
    held_at: Mapped[Moment]
    agencies: Mapped[list[str]] = mapped_column(ARRAY(String))
    content: Mapped[dict[str, Any]] = mapped_column(Encrypted("planned_meetings.content"))
    planned_by: Mapped[str]
    planned_at: Mapped[Moment]
    ended_at: Mapped[MomentOrNone]
