"""How long records are kept: legal holds, what people decided, and certificates of what was destroyed."""

from datetime import date
from typing import Any

from sqlalchemy import String, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.review.models.base import Key, Model, Moment, MomentOrNone, Reference
from shared.encryption import Encrypted


class LegalHold(Model):
    """Why nothing of a case may be destroyed: an inquiry, a claim, a court's order."""

    __tablename__ = "legal_holds"
    id: Mapped[Key]
    case_id: Mapped[Reference]
    reasons: Mapped[str] = mapped_column(Encrypted("legal_holds.reasons"))
    placed_by: Mapped[str]
    placed_at: Mapped[Moment]
    lifted_at: Mapped[MomentOrNone]
    lifting_reasons: Mapped[str | None] = mapped_column(Encrypted("legal_holds.lifting_reasons"))


class RetentionDecision(Model):
    """What somebody decided on a class of a case's records: to keep it until a day, or to destroy it.

    Destruction waits for a second person, who confirms it; the newest decision of a class counts.
    """

    __tablename__ = "retention_decisions"
    id: Mapped[Key]
    case_id: Mapped[Reference]
    record_class: Mapped[str]
    decision: Mapped[str]
    keep_until: Mapped[date | None]
    reasons: Mapped[str] = mapped_column(Encrypted("retention_decisions.reasons"))
    decided_by: Mapped[str]
    decided_by_name: Mapped[str]
    decided_at: Mapped[Moment]
    confirmed_at: Mapped[MomentOrNone]


class DestructionCertificate(Model):
    """What was destroyed, by the hash of each record as it was stored; never its content.

    `file_keys` are files of the store that are to go yet; they are emptied when the last is gone.
    """

    __tablename__ = "destruction_certificates"
    id: Mapped[Key]
    reference: Mapped[str]
    case_id: Mapped[Reference]
    decision_id: Mapped[str] = mapped_column(Uuid(as_uuid=False))
    record_class: Mapped[str]
    rule: Mapped[str]
    confirmed_by: Mapped[str]
    confirmed_by_name: Mapped[str]
    destroyed_at: Mapped[Moment]
    destroyed: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    file_keys: Mapped[list[str]] = mapped_column(ARRAY(String))
    files_gone_at: Mapped[MomentOrNone]
