"""Tables of notify. Case content is sealed in its columns; what is searched by is a keyed hash."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from shared.encryption import Encrypted

Id = Uuid(as_uuid=False)


class Model(DeclarativeBase):
    """Mapped tables of notify."""


class Incident(Model):
    """What happened, once, however many agencies refer it. `authority_aware_at` starts the statutory clock."""

    __tablename__ = "incidents"
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    reference: Mapped[str]
    status: Mapped[str]
    assessment: Mapped[dict[str, Any]] = mapped_column(JSONB)
    occurred_on: Mapped[date]
    authority_aware_at: Mapped[datetime]
    merged_into: Mapped[str | None] = mapped_column(Id, ForeignKey("incidents.id"))
    notified_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class Referral(Model):
    """What one agency submitted, as it now stands. `body` is the referral as the agency sent it, in JSON values."""

    __tablename__ = "referrals"
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    reference: Mapped[str]
    incident_id: Mapped[str] = mapped_column(Id, ForeignKey("incidents.id"))
    agency_id: Mapped[str]
    agency_reference: Mapped[str]
    submitted_at: Mapped[datetime]
    submitted_by: Mapped[str | None] = mapped_column(Id)
    body: Mapped[dict[str, Any]] = mapped_column(Encrypted("referrals.body"))
    version: Mapped[int]


class ReferralVersion(Model):
    """A referral as it stood before a correction, with the reasons for the correction."""

    __tablename__ = "referral_versions"
    referral_id: Mapped[str] = mapped_column(Id, ForeignKey("referrals.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    agency_id: Mapped[str]
    body: Mapped[dict[str, Any]] = mapped_column(Encrypted("referrals.body"))
    reasons: Mapped[str] = mapped_column(Encrypted("referral_versions.reasons"))
    replaced_at: Mapped[datetime]


class Attachment(Model):
    """A file that goes with a report. What it is called stands sealed in the draft, and in the referral's body.

    `scan`: `waiting` (not given out yet), `clean`, `infected` (never given out), `not-scanned` (there is no scanner).
    """

    __tablename__ = "attachments"
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    draft_id: Mapped[str | None] = mapped_column(Id)
    referral_id: Mapped[str | None] = mapped_column(Id, ForeignKey("referrals.id"))
    agency_id: Mapped[str]
    added_by: Mapped[str]
    added_at: Mapped[datetime]
    file_key: Mapped[str]
    content_type: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[str]
    scan: Mapped[str]
    scanned_at: Mapped[datetime | None]
    removed_at: Mapped[datetime | None]


class ChildHash(Model):
    """A keyed hash by which another referral of the same child and day is found."""

    __tablename__ = "child_hashes"
    incident_id: Mapped[str] = mapped_column(Id, ForeignKey("incidents.id"), primary_key=True)
    kind: Mapped[str]
    hash: Mapped[bytes] = mapped_column(primary_key=True)
    occurred_on: Mapped[date]


class Decision(Model):
    """What the authority decided, with reasons and who agreed. Never overwritten: a reversal is another row."""

    __tablename__ = "decisions"
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    incident_id: Mapped[str] = mapped_column(Id, ForeignKey("incidents.id"))
    outcome: Mapped[str]
    reasons: Mapped[str] = mapped_column(Encrypted("decisions.reasons"))
    agreed_by: Mapped[list[Any]] = mapped_column(Encrypted("decisions.agreed_by"))
    decided_by: Mapped[str]
    person_id: Mapped[str | None] = mapped_column(Id)  # none where an agency's system decided with its key
    decided_at: Mapped[datetime]


class Separation(Model):
    """Two incidents that look alike and that the authority decided are not one."""

    __tablename__ = "separations"
    incident_id: Mapped[str] = mapped_column(Id, ForeignKey("incidents.id"), primary_key=True)
    other_id: Mapped[str] = mapped_column(Id, ForeignKey("incidents.id"), primary_key=True)
    decision_id: Mapped[str] = mapped_column(Id, ForeignKey("decisions.id"))


class Duty(Model):
    """The unit of record: somebody must be told, or something done, by a date, on a stated authority.

    `concerns` names the record it arose from (`incident:<id>`, `publication:<id>:copies:<version>`); among duties not
    cancelled there is one per record, rule and recipient, which is what makes a race end in one notification.
    """

    __tablename__ = "duties"
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    incident_id: Mapped[str | None] = mapped_column(Id, ForeignKey("incidents.id"))
    concerns: Mapped[str]
    rule: Mapped[str]
    recipient: Mapped[str]
    status: Mapped[str]
    authority: Mapped[str]
    text: Mapped[str]
    runs_from: Mapped[datetime]
    due_at: Mapped[datetime]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    discharged_at: Mapped[datetime | None]
    evidence: Mapped[str | None]
    overdue_said: Mapped[bool]
