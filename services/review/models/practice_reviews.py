"""Local child safeguarding practice reviews: reviewers, milestones, written requests, reports, holds, delays."""

from datetime import date
from typing import Any

from sqlalchemy import String, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.review.models.base import Key, Model, Moment, MomentOrNone, Reference
from shared.encryption import Encrypted


class PracticeReview(Model):
    """An LCSPR from its commissioning to what publish says became of it."""

    __tablename__ = "practice_reviews"
    id: Mapped[Key]
    case_id: Mapped[Reference]
    reference: Mapped[str]
    pseudonym: Mapped[str]
    kind: Mapped[str]
    title: Mapped[str] = mapped_column(Encrypted("practice_reviews.title"))
    status: Mapped[str]
    decided_at: Mapped[Moment]
    due_at: Mapped[Moment]
    signed_off_at: Mapped[MomentOrNone]
    publication_id: Mapped[str | None] = mapped_column(Uuid(as_uuid=False))
    publication_route: Mapped[str | None]
    route_decided_at: Mapped[MomentOrNone]
    published_at: Mapped[MomentOrNone]
    publication_url: Mapped[str | None]
    deposited_at: Mapped[MomentOrNone]
    nspcc_reference: Mapped[str | None]
    withdrawn_at: Mapped[MomentOrNone]
    ended_at: Mapped[MomentOrNone]
    ending: Mapped[dict[str, Any] | None] = mapped_column(Encrypted("practice_reviews.ending"))  # reasons, agreed_by
    plan: Mapped[dict[str, Any] | None] = mapped_column(JSONB)  # the stages in force on the day of the decision
    version: Mapped[int] = mapped_column(default=1)


class ReviewCase(Model):
    """A case that a review is about, since when and why; one that was taken out stays on record."""

    __tablename__ = "review_cases"
    id: Mapped[Key]
    practice_review_id: Mapped[Reference]
    case_id: Mapped[Reference]
    reasons: Mapped[str | None] = mapped_column(Encrypted("review_cases.reasons"))
    added_by: Mapped[str]
    added_at: Mapped[Moment]
    removed_at: Mapped[MomentOrNone]
    removal_reasons: Mapped[str | None] = mapped_column(Encrypted("review_cases.removal_reasons"))


class Reviewer(Model):
    """Who leads the review, with independence and conflicts declared; one at a time."""

    __tablename__ = "reviewers"
    id: Mapped[Key]
    practice_review_id: Mapped[Reference]
    reviewer: Mapped[dict[str, Any]] = mapped_column(Encrypted("reviewers.reviewer"))
    appointed_on: Mapped[date]
    contract_from: Mapped[date | None]
    contract_until: Mapped[date | None]
    ended_at: Mapped[MomentOrNone]
    ending_reasons: Mapped[str | None] = mapped_column(Encrypted("reviewers.ending_reasons"))


class Milestone(Model):
    """What was planned or reached of a stage; the newest entry of a stage holds, the older ones are kept."""

    __tablename__ = "milestones"
    id: Mapped[Key]
    practice_review_id: Mapped[Reference]
    number: Mapped[int]
    stage: Mapped[str]
    due_on: Mapped[date | None]
    done_on: Mapped[date | None]
    note: Mapped[str | None] = mapped_column(Encrypted("milestones.note"))
    steps: Mapped[list[str] | None] = mapped_column(ARRAY(String))  # those that are done
    recorded_at: Mapped[Moment]


class ReviewerRequest(Model):
    """A written request to the reviewer (regulation 14) and the answer."""

    __tablename__ = "reviewer_requests"
    id: Mapped[Key]
    practice_review_id: Mapped[Reference]
    asks_for: Mapped[str]
    request: Mapped[dict[str, Any]] = mapped_column(Encrypted("reviewer_requests.request"))
    asked_at: Mapped[Moment]
    answer_by: Mapped[date | None]
    response: Mapped[str | None] = mapped_column(Encrypted("reviewer_requests.response"))
    responded_on: Mapped[date | None]


class ReviewRecord(Model):
    """One entry of a part of a review, as its kind's schema has it; entries are never changed."""

    __tablename__ = "review_records"
    id: Mapped[Key]
    practice_review_id: Mapped[Reference]
    kind: Mapped[str]
    content: Mapped[dict[str, Any]] = mapped_column(Encrypted("review_records.content"))
    due_on: Mapped[date | None]  # of a monitoring entry: when the partners look again
    recorded_by: Mapped[str]
    recorded_at: Mapped[Moment]


class DraftComment(Model):
    """A comment on one version of a report, or a point on its facts, and what was done about it."""

    __tablename__ = "draft_comments"
    id: Mapped[Key]
    practice_review_id: Mapped[Reference]
    report_id: Mapped[Reference]
    kind: Mapped[str]
    content: Mapped[dict[str, Any]] = mapped_column(Encrypted("draft_comments.content"))
    recorded_by: Mapped[str]
    recorded_at: Mapped[Moment]
    outcome: Mapped[str | None]
    done: Mapped[str | None] = mapped_column(Encrypted("draft_comments.done"))
    answered_at: Mapped[MomentOrNone]


class Report(Model):
    """One version of a report, its file in the sealed store."""

    __tablename__ = "reports"
    id: Mapped[Key]
    practice_review_id: Mapped[Reference]
    kind: Mapped[str]
    number: Mapped[int]
    file_key: Mapped[str]
    filename: Mapped[str] = mapped_column(Encrypted("reports.filename"))
    sha256: Mapped[str]
    pages: Mapped[int]
    uploaded_by: Mapped[str]
    uploaded_at: Mapped[Moment]


class ReportSignature(Model):
    """A partner's signature under the bytes of one report."""

    __tablename__ = "report_signatures"
    id: Mapped[Key]
    report_id: Mapped[Reference]
    agency_id: Mapped[str]
    sha256: Mapped[str]
    signatory: Mapped[dict[str, Any]] = mapped_column(Encrypted("report_signatures.signatory"))
    signed_at: Mapped[Moment]


class Hold(Model):
    """Why the report may not be published yet, and when somebody looks again."""

    __tablename__ = "holds"
    id: Mapped[Key]
    practice_review_id: Mapped[Reference]
    reason: Mapped[str]
    details: Mapped[dict[str, Any]] = mapped_column(Encrypted("holds.details"))
    status: Mapped[str]
    next_check_on: Mapped[date]
    panel_told_on: Mapped[date | None]
    placed_at: Mapped[Moment]
    lifted_at: Mapped[MomentOrNone]
    lifting_reasons: Mapped[str | None] = mapped_column(Encrypted("holds.lifting_reasons"))


class HoldCheck(Model):
    """Somebody looked again at a hold and set the next date."""

    __tablename__ = "hold_checks"
    id: Mapped[Key]
    hold_id: Mapped[Reference]
    checked_at: Mapped[Moment]
    next_check_on: Mapped[date]
    reasons: Mapped[str] = mapped_column(Encrypted("hold_checks.reasons"))


class Delay(Model):
    """The reasons for a delay, as the Panel and the Secretary of State are given them."""

    __tablename__ = "delays"
    id: Mapped[Key]
    practice_review_id: Mapped[Reference]
    reasons: Mapped[str] = mapped_column(Encrypted("delays.reasons"))
    expected_on: Mapped[date]
    recorded_at: Mapped[Moment]
