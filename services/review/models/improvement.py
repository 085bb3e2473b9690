"""Recommendations, the actions agreed on them, and the evidence that something changed."""

from datetime import date
from typing import Any

from sqlalchemy import Uuid
from sqlalchemy.orm import Mapped, mapped_column

from services.review.models.base import Key, Model, Moment, Reference
from shared.encryption import Encrypted


class Recommendation(Model):
    """What should improve, and the agency that owns it."""

    __tablename__ = "recommendations"
    id: Mapped[Key]
    case_id: Mapped[Reference]
    practice_review_id: Mapped[str | None] = mapped_column(Uuid(as_uuid=False))
    owner_agency: Mapped[str]
    theme: Mapped[str]
    content: Mapped[dict[str, Any]] = mapped_column(Encrypted("recommendations.content"))
    due_on: Mapped[date | None]
    made_at: Mapped[Moment]


class Action(Model):
    """What the owner will do. It belongs to the owner of its recommendation."""

    __tablename__ = "actions"
    id: Mapped[Key]
    recommendation_id: Mapped[Reference]
    owner_agency: Mapped[str]
    content: Mapped[dict[str, Any]] = mapped_column(Encrypted("actions.content"))
    due_on: Mapped[date | None]
    agreed_at: Mapped[Moment]


class Evidence(Model):
    """What has changed by an action, how far it is, and a file that shows it."""

    __tablename__ = "evidence"
    id: Mapped[Key]
    action_id: Mapped[Reference]
    owner_agency: Mapped[str]
    progress: Mapped[str]
    what_changed: Mapped[str] = mapped_column(Encrypted("evidence.what_changed"))
    recorded_by: Mapped[str]
    recorded_at: Mapped[Moment]
    file_key: Mapped[str | None]
    filename: Mapped[str | None] = mapped_column(Encrypted("evidence.filename"))
    file_sha256: Mapped[str | None]
