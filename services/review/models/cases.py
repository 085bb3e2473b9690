"""Cases, what agencies were asked and returned, and the rapid review's decisions and signatures."""

from datetime import date
from typing import Any

from sqlalchemy import String, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.review.models.base import Key, Model, Moment, MomentOrNone, Reference
from shared.encryption import Encrypted


class Incident(Model):
    """An incident of which notify said that the notification was sent."""

    __tablename__ = "incidents"
    incident_id: Mapped[str] = mapped_column(Uuid(as_uuid=False), primary_key=True)
    reference: Mapped[str]
    notified_at: Mapped[Moment]
    withdrawn_at: Mapped[MomentOrNone]


class IncidentReferral(Model):
    """One agency's referral of an incident; several may refer the same."""

    __tablename__ = "incident_referrals"
    incident_id: Mapped[str] = mapped_column(Uuid(as_uuid=False), primary_key=True)
    reference: Mapped[str] = mapped_column(primary_key=True)
    agency_id: Mapped[str] = mapped_column(primary_key=True)
    submitted_at: Mapped[Moment]


class DutyNote(Model):
    """What notify said of one of its duties that concerns an incident."""

    __tablename__ = "duty_notes"
    duty_id: Mapped[str] = mapped_column(Uuid(as_uuid=False), primary_key=True)
    incident_id: Mapped[str | None] = mapped_column(Uuid(as_uuid=False))
    rule: Mapped[str]
    recipient: Mapped[str]
    concerns: Mapped[str]
    due_at: Mapped[Moment]
    overdue: Mapped[bool]
    discharged_at: Mapped[MomentOrNone]
    reference: Mapped[str | None]


class Case(Model):
    """One incident under review. `identifiers` must not appear in what is published.

    `people` are those whom the identifiers are of, where notify told them apart.
    """

    __tablename__ = "cases"
    id: Mapped[Key]
    incident_id: Mapped[Reference]
    incident_reference: Mapped[str]
    reference: Mapped[str]
    pseudonym: Mapped[str]
    stage: Mapped[str]
    kinds: Mapped[list[str]] = mapped_column(ARRAY(String))
    children: Mapped[int]
    occurred_on: Mapped[str] = mapped_column(Encrypted("cases.occurred_on"))
    identifiers: Mapped[list[dict[str, str]]] = mapped_column(Encrypted("cases.identifiers"))
    people: Mapped[list[dict[str, Any]] | None] = mapped_column(Encrypted("cases.people"))
    notified_at: Mapped[Moment]
    due_at: Mapped[Moment]
    opened_at: Mapped[Moment]
    completed_at: Mapped[MomentOrNone]
    closed_at: Mapped[MomentOrNone]
    closing_reasons: Mapped[str | None] = mapped_column(Encrypted("cases.closing_reasons"))
    ended_with_it: Mapped[dict[str, Any] | None] = mapped_column(JSONB)  # what was open for it when it was withdrawn
    plan: Mapped[dict[str, Any] | None] = mapped_column(JSONB)  # the stages in force on the day it opened
    version: Mapped[int] = mapped_column(default=1)


class InformationRequest(Model):
    """One agency asked about one case. The reference is kept here too: the agency may not read the case.

    `concerns` is by what the agency finds in its records whom it is asked about, `people` the same person by person.
    """

    __tablename__ = "information_requests"
    id: Mapped[Key]
    case_id: Mapped[Reference]
    case_reference: Mapped[str]
    agency_id: Mapped[str]
    status: Mapped[str]
    requested_at: Mapped[Moment]
    due_at: Mapped[Moment]
    returned_at: Mapped[MomentOrNone]
    overdue_told_at: Mapped[MomentOrNone]
    chase_at: Mapped[MomentOrNone]
    reminded_at: Mapped[MomentOrNone]
    chased: Mapped[int] = mapped_column(default=0)
    search_changed_at: Mapped[MomentOrNone]  # when there was somebody new to search for since the agency was asked
    read_at: Mapped[MomentOrNone]  # when the office said what comes of what was sent after the decision
    read_reasons: Mapped[str | None] = mapped_column(Encrypted("information_requests.read_reasons"))
    concerns: Mapped[list[dict[str, str]] | None] = mapped_column(Encrypted("information_requests.concerns"))
    people: Mapped[list[dict[str, Any]] | None] = mapped_column(Encrypted("information_requests.people"))
    version: Mapped[int] = mapped_column(default=1)


class AgencyReturn(Model):
    """One version of an agency's return: a draft until `submitted_at`, never changed after it."""

    __tablename__ = "agency_returns"
    id: Mapped[Key]
    request_id: Mapped[Reference]
    case_id: Mapped[Reference]
    agency_id: Mapped[str]
    number: Mapped[int]
    involved: Mapped[bool]
    content: Mapped[dict[str, Any]] = mapped_column(Encrypted("agency_returns.content"))
    chronology: Mapped[list[dict[str, Any]]] = mapped_column(Encrypted("agency_returns.chronology"))
    saved_at: Mapped[Moment]
    submitted_at: Mapped[MomentOrNone]
    late: Mapped[bool] = mapped_column(default=False)
    prepared_by_actor: Mapped[str | None]  # who said that a draft is whole: somebody else signs it off


class Extension(Model):
    """More time given to an agency for its return, and why."""

    __tablename__ = "extensions"
    id: Mapped[Key]
    request_id: Mapped[Reference]
    agency_id: Mapped[str]
    due_before: Mapped[Moment]
    due_at: Mapped[Moment]
    reasons: Mapped[str] = mapped_column(Encrypted("extensions.reasons"))
    given_by: Mapped[str]
    given_at: Mapped[Moment]


class CaseMilestone(Model):
    """What was planned or reached of a rapid review's stage; the newest entry of a stage holds."""

    __tablename__ = "case_milestones"
    id: Mapped[Key]
    case_id: Mapped[Reference]
    number: Mapped[int]
    stage: Mapped[str]
    due_on: Mapped[date | None]
    done_on: Mapped[date | None]
    note: Mapped[str | None] = mapped_column(Encrypted("case_milestones.note"))
    steps: Mapped[list[str] | None] = mapped_column(ARRAY(String))  # those that are done
    recorded_at: Mapped[Moment]


class Meeting(Model):
    """One meeting of the rapid review: attendance by agency, minutes, apologies, the scrutineer's comment."""

    __tablename__ = "meetings"
    id: Mapped[Key]
    case_id: Mapped[Reference]
    held_at: Mapped[Moment]
    content: Mapped[dict[str, Any]] = mapped_column(Encrypted("meetings.content"))
    recorded_by: Mapped[str]
    recorded_at: Mapped[Moment]


class RapidReviewDecision(Model):
    """One decision of the rapid review; a changed one is a new row, and the former is superseded."""

    __tablename__ = "rapid_review_decisions"
    id: Mapped[Key]
    case_id: Mapped[Reference]
    number: Mapped[int]
    outcome: Mapped[str]
    content: Mapped[dict[str, Any]] = mapped_column(Encrypted("rapid_review_decisions.content"))
    recorded_by: Mapped[str]
    decided_at: Mapped[Moment]
    superseded_at: Mapped[MomentOrNone]
    completed_at: Mapped[MomentOrNone]
    sent_at: Mapped[MomentOrNone]
    sent_reference: Mapped[str | None]
    reply_due_on: Mapped[date | None]  # when the Panel is asked for its reply; none once it has come


class RapidReviewSignature(Model):
    """A partner's position on a decision: agreement or dissent."""

    __tablename__ = "rapid_review_signatures"
    id: Mapped[Key]
    decision_id: Mapped[Reference]
    agency_id: Mapped[str]
    position: Mapped[str]
    signatory: Mapped[dict[str, Any]] = mapped_column(Encrypted("rapid_review_signatures.signatory"))
    signed_at: Mapped[Moment]
    voided_at: Mapped[MomentOrNone]


class PanelReply(Model):
    """What the Panel answered to a decision."""

    __tablename__ = "panel_replies"
    id: Mapped[Key]
    case_id: Mapped[Reference]
    decision_id: Mapped[Reference]
    reply: Mapped[str]
    received_at: Mapped[Moment]
    reference: Mapped[str | None]
    text: Mapped[str | None] = mapped_column(Encrypted("panel_replies.text"))
    recorded_by: Mapped[str]
    recorded_at: Mapped[Moment]
