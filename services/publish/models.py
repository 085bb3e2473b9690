"""The tables of publication. What a person wrote, and whatever could name a child or a colleague, is sealed."""

from datetime import date, datetime
from typing import Annotated, Any

from sqlalchemy import DateTime, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, column_property, mapped_column

from shared.database import new_id
from shared.encryption import Encrypted

OwnId = Annotated[str, mapped_column(Uuid(as_uuid=False), primary_key=True, default=new_id)]
Id = Annotated[str, mapped_column(Uuid(as_uuid=False))]
Words = Annotated[list[str], mapped_column(JSONB, default=list)]
Moment = Annotated[datetime, mapped_column(DateTime(timezone=True))]


class Model(DeclarativeBase):
    """Mapped tables of this service."""


class Publication(Model):
    """What becomes of one practice review's report. `state` moves by the table in states.py."""

    __tablename__ = "publications"
    id: Mapped[OwnId]
    practice_review_id: Mapped[str | None] = mapped_column(
        Uuid(as_uuid=False)
    )  # None: it is no review's (own_items.py)
    case_id: Mapped[str | None] = mapped_column(Uuid(as_uuid=False))
    incident_id: Mapped[str | None] = mapped_column(Uuid(as_uuid=False))
    incidents: Mapped[list[str]] = mapped_column(
        ARRAY(Uuid(as_uuid=False)), default=list
    )  # all that its review is about
    reference: Mapped[str]
    pseudonym: Mapped[str]
    kind: Mapped[str]
    title: Mapped[str] = mapped_column(Encrypted("publications.title"))
    summary: Mapped[str | None] = mapped_column(Encrypted("publications.summary"))
    themes: Mapped[Words]
    warnings: Mapped[Words]  # what a reader may find hard to read, of wording.WARNINGS
    agency_kinds: Mapped[Words]
    age_bands: Mapped[Words]
    recommendations: Mapped[str | None] = mapped_column(
        Encrypted("publications.recommendations")
    )  # as the NSPCC has it
    keywords: Mapped[Words]
    identifiers: Mapped[list[dict[str, str]]] = mapped_column(Encrypted("publications.identifiers"))
    signed_at: Mapped[Moment]
    state: Mapped[str] = mapped_column(default="draft")
    route: Mapped[str | None]
    publish: Mapped[Words]  # the kinds of document that the partners chose to publish
    slug: Mapped[str | None]  # permanent from the first schedule on
    former_slugs: Mapped[Words]  # which the public knew, and which answer that the review was withdrawn
    publish_at: Mapped[Moment | None]
    live_at: Mapped[Moment | None]
    live_documents: Mapped[list[str]] = mapped_column(JSONB, default=list)  # ids of what the public page shows
    live_page: Mapped[dict[str, Any] | None] = mapped_column(JSONB)  # title, summary and themes as the public sees them
    display_until: Mapped[date | None]
    held_because: Mapped[Words]
    protocol: Mapped[list[dict[str, Any]] | None] = mapped_column(JSONB)  # its steps, as they were when it opened
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[Moment]


class RouteDecision(Model):
    """One decision of the three partners; a later one does not change an earlier one."""

    __tablename__ = "route_decisions"
    id: Mapped[OwnId]
    publication_id: Mapped[Id]
    route: Mapped[str]
    publish: Mapped[Words]
    reasons: Mapped[str] = mapped_column(Encrypted("route_decisions.reasons"))
    agreed_by: Mapped[list[dict[str, Any]]] = mapped_column(Encrypted("route_decisions.agreed_by"))
    nspcc_agreement: Mapped[dict[str, Any] | None] = mapped_column(Encrypted("route_decisions.nspcc_agreement"))
    decided_at: Mapped[Moment]
    recorded_by: Mapped[str]


class Document(Model):
    """One version of one kind of document. `status`: received, checked, refused (with a sentence in `refusal`)."""

    __tablename__ = "documents"
    id: Mapped[OwnId]
    publication_id: Mapped[Id]
    kind: Mapped[str]
    version: Mapped[int]
    content_type: Mapped[str]
    uploaded_by: Mapped[str] = mapped_column(Encrypted("documents.uploaded_by"))
    uploaded_by_actor: Mapped[str | None]  # who it was, whatever their name is now; None of those from before
    uploaded_agency: Mapped[str]
    uploaded_at: Mapped[Moment]
    original_key: Mapped[str]
    original_sha256: Mapped[str]
    original_name: Mapped[str] = mapped_column(Encrypted("documents.original_name"))
    status: Mapped[str] = mapped_column(default="received")
    refusal: Mapped[str | None]
    claimed_at: Mapped[Moment | None]
    attempts: Mapped[int] = mapped_column(default=0)
    checked_at: Mapped[Moment | None]
    checked_against: Mapped[bytes | None]  # digest of what was looked for
    refused_against: Mapped[bytes | None]  # digest of what it could not be checked again for, being out
    clean_key: Mapped[str | None]
    clean_sha256: Mapped[str | None]
    clean_size: Mapped[int | None]
    removed: Mapped[Words]  # what cleaning took out, in words
    pages: Mapped[int | None]
    body: Mapped[str | None] = mapped_column(Encrypted("documents.body"))
    came_as: Mapped[
        str | None
    ]  # content type of what was uploaded, since this is noted; `content_type` is of what is published
    accessibility: Mapped[Words]  # what it lacks for readers with a screen reader, in sentences
    listed: Mapped[list[dict[str, Any]] | None] = mapped_column(Encrypted("documents.listed"))  # place, page, text


class Finding(Model):
    """Something in a checked document that may identify somebody. `value` and `context` are the document's words."""

    __tablename__ = "findings"
    id: Mapped[OwnId]
    publication_id: Mapped[Id]
    document_id: Mapped[Id]
    kind: Mapped[str]
    place: Mapped[str]
    page: Mapped[int | None]
    times: Mapped[int]
    value: Mapped[str] = mapped_column(Encrypted("findings.value"))
    context: Mapped[str] = mapped_column(Encrypted("findings.context"))
    fingerprint: Mapped[bytes]
    rendering: Mapped[str | None] = mapped_column(
        Encrypted("findings.rendering"), deferred=True
    )  # of a picture or a page: a small JPEG in base64, which no list needs
    is_shown: Mapped[bool] = column_property(rendering.column.is_not(None))  # type: ignore[attr-defined]
    resolution: Mapped[str | None]
    reason: Mapped[str | None] = mapped_column(Encrypted("findings.reason"))
    resolved_by: Mapped[str | None] = mapped_column(Encrypted("findings.resolved_by"))
    resolved_by_actor: Mapped[str | None]  # as of a document
    resolved_at: Mapped[Moment | None]


class ProtocolStepDone(Model):
    """A step of the media and communications protocol that somebody did; after a withdrawal it is done anew."""

    __tablename__ = "protocol_steps_done"
    publication_id: Mapped[Id] = mapped_column(primary_key=True)
    step: Mapped[str] = mapped_column(primary_key=True)
    done_by: Mapped[str] = mapped_column(Encrypted("protocol_steps_done.done_by"))
    note: Mapped[str | None] = mapped_column(Encrypted("protocol_steps_done.note"))
    done_at: Mapped[Moment] = mapped_column(primary_key=True)
    recorded_by: Mapped[str]


class Schedule(Model):
    """A time set for going live with what the prior copies were. `digest` is over the copies' SHA-256."""

    __tablename__ = "schedules"
    id: Mapped[OwnId]
    publication_id: Mapped[Id]
    publish_at: Mapped[Moment]
    digest: Mapped[str]
    set_at: Mapped[Moment]
    set_by: Mapped[str]
    avoided_week_reasons: Mapped[str | None] = mapped_column(Encrypted("schedules.avoided_week_reasons"))


class EarlyReader(Model):
    """Somebody who has the report before the public, and since when the embargo stands agreed in writing."""

    __tablename__ = "early_readers"
    id: Mapped[OwnId]
    publication_id: Mapped[Id]
    name: Mapped[str] = mapped_column(Encrypted("early_readers.name"))
    role: Mapped[str] = mapped_column(Encrypted("early_readers.role"))
    embargo_agreed_on: Mapped[date | None]
    entered_at: Mapped[Moment]
    entered_by: Mapped[str]
    removed_at: Mapped[Moment | None]


class Hold(Model):
    """A hold that the review's side placed, for court, police or coroner."""

    __tablename__ = "holds"
    id: Mapped[OwnId]
    practice_review_id: Mapped[Id]
    reason: Mapped[str] = mapped_column(Encrypted("holds.reason"))
    next_check_on: Mapped[date]
    placed_at: Mapped[Moment]
    lifted_at: Mapped[Moment | None]


class Telling(Model):
    """A duty to tell somebody of this publication, as notify reports it: sent and discharged, or overdue."""

    __tablename__ = "tellings"
    duty_id: Mapped[OwnId]
    publication_id: Mapped[Id]
    rule: Mapped[str]
    recipient: Mapped[str]
    sent_at: Mapped[Moment | None]
    discharged_at: Mapped[Moment | None]
    overdue_at: Mapped[Moment | None]


class Deposit(Model):
    """A record and file given to the NSPCC; a correction is given again, with the next number."""

    __tablename__ = "deposits"
    id: Mapped[OwnId]
    publication_id: Mapped[Id]
    number: Mapped[int]
    anonymous: Mapped[bool]
    delivery_id: Mapped[Id]
    created_at: Mapped[Moment]
    sent_at: Mapped[Moment | None]
    fault: Mapped[str | None]
    remind_at: Mapped[Moment]
    reminded_at: Mapped[Moment | None]
    chased: Mapped[int] = mapped_column(default=0)  # how often the NSPCC was asked whether it came
    our_reference: Mapped[str | None]  # stands in its subject, and names nobody
    proof: Mapped[dict[str, Any] | None] = mapped_column(Encrypted("deposits.proof"))
    nspcc_reference: Mapped[str | None]
    received_at: Mapped[Moment | None]
    taken_back_at: Mapped[Moment | None]  # when the NSPCC was asked to hold it back: no acknowledgement is awaited


class RetentionQuestion(Model):
    """The question to a person whether a page stays; until it is decided, the page stays."""

    __tablename__ = "retention_questions"
    id: Mapped[OwnId]
    publication_id: Mapped[Id]
    asked_at: Mapped[Moment]
    decision: Mapped[str | None]
    reasons: Mapped[str | None] = mapped_column(Encrypted("retention_questions.reasons"))
    until: Mapped[date | None]
    decided_at: Mapped[Moment | None]
    decided_by: Mapped[str | None]


class PageOrder(Model):
    """A withdrawal or a correction of a live page: who ordered it and why."""

    __tablename__ = "page_orders"
    id: Mapped[OwnId]
    publication_id: Mapped[Id]
    what: Mapped[str]
    reasons: Mapped[str] = mapped_column(Encrypted("page_orders.reasons"))
    ordered_by: Mapped[str] = mapped_column(Encrypted("page_orders.ordered_by"))
    ordered_at: Mapped[Moment]
    recorded_by: Mapped[str]
    replaced: Mapped[Words]  # kinds of document that a correction put in another's place
    before: Mapped[dict[str, Any] | None] = mapped_column(
        Encrypted("page_orders.before")
    )  # documents and page until then


class PastItem(Model):
    """A review that the partnership published before it had this system: from its file, or imported with its files."""

    __tablename__ = "past_items"
    slug: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    pseudonym: Mapped[str]
    published_on: Mapped[date]
    documents: Mapped[Words]
    listed: Mapped[bool]
    title: Mapped[str | None]
    summary: Mapped[str | None]
    themes: Mapped[Words]
    files: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)  # kind, key, sha256, size, pages
    old_addresses: Mapped[Words]
    imported_at: Mapped[Moment | None]
    withdrawn_at: Mapped[Moment | None]
    withdrawn_by: Mapped[str | None] = mapped_column(Encrypted("past_items.withdrawn_by"))
    withdrawn_because: Mapped[str | None] = mapped_column(Encrypted("past_items.withdrawn_because"))


class SiteState(Model):
    """One row: `wanted` grows with every change of the site, `built` is what the current release holds.

    `held_since`: after a restore nothing is built until somebody lets it go on.
    """

    __tablename__ = "site_state"
    id: Mapped[int] = mapped_column(primary_key=True)
    wanted: Mapped[int]
    built: Mapped[int]
    built_on: Mapped[date | None]
    release: Mapped[str | None]
    past_items_sha256: Mapped[str | None]
    held_since: Mapped[datetime | None]
