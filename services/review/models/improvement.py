"""Recommendations, the actions agreed on them, and the evidence that something changed."""

from datetime import date
from typing import Any

from sqlalchemy import String, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from services.review.models.base import Key, Model, Moment, Reference
from shared.encryption import Encrypted


class Recommendation(Model):
    """What should improve, the agency that owns it, and all that act on it (the owner among them, first)."""

    __tablename__ = "recommendations"
    id: Mapped[Key]
    case_id: Mapped[Reference]
    practice_review_id: Mapped[str | None] = mapped_column(Uuid(as_uuid=False))
    owner_agency: Mapped[str]
    agencies: Mapped[list[str]] = mapped_column(ARRAY(String))
    theme: Mapped[str]
    content: Mapped[dict[str, Any]] = mapped_column(Encrypted("recommendations.content"))
    due_on: Mapped[date | None]
    made_at: Mapped[Moment]


class Action(Model):
    """What one of a recommendation's agencies will do.

    `progress` and `heard_at` follow from the newest evidence; `impact_check_on` is when somebody looks whether what was
    done has changed something for children.
    """

    __tablename__ = "actions"
    id: Mapped[Key]
    recommendation_id: Mapped[Reference]
    owner_agency: Mapped[str]
    content: Mapped[dict[str, Any]] = mapped_column(Encrypted("actions.content"))
    due_on: Mapped[date | None]
    agreed_at: Mapped[Moment]
    progress: Mapped[str | None]
    heard_at: Mapped[Moment]
    impact_check_on: Mapped[date | None]


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
