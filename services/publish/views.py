"""The records of a publication as the JSON interface gives them to editors."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.publish.avoided_weeks import SHOWN_AHEAD, weeks_to_avoid
from services.publish.documents import current_documents
from services.publish.early_readers import early_readers
from services.publish.facts import facts_for
from services.publish.findings import open_findings
from services.publish.gate import failing_sentences
from services.publish.identifying.finding_words import finding_why
from services.publish.models import (
    Deposit,
    Document,
    EarlyReader,
    Finding,
    PageOrder,
    ProtocolStepDone,
    Publication,
    RetentionQuestion,
    RouteDecision,
    Telling,
)
from services.publish.protocol import due_on, steps_done, steps_of
from services.publish.public_site.site_content import PAGE_WORDS, kept_until
from services.publish.publication_route import decisions
from services.publish.publications import holds_in_force
from services.publish.what_is_out import to_look_at
from shared import clock
from shared.calendar import london_day
from shared.partnership import ProtocolStep
from shared.settings import settings

ORDER = ("what", "reasons", "ordered_by", "ordered_at", "replaced")


def reader_view(reader: EarlyReader) -> dict[str, Any]:
    return fields_of(reader, "id", "name", "role", "embargo_agreed_on")


def avoided_weeks_ahead(publication: Publication) -> list[date]:
    """The Mondays of the weeks in the time ahead in which it should not come out; nothing for what is out."""
    if publication.state in ("live", "archived", "withdrawn", "withheld") or publication.practice_review_id is None:
        return []
    today = london_day(clock.now())
    return weeks_to_avoid(publication.identifiers, today, today + SHOWN_AHEAD)


def plain(value: Any) -> Any:
    """A value as JSON has it."""
    return value.isoformat() if isinstance(value, datetime | date) else value


def fields_of(row: Any, *names: str, **renamed: str) -> dict[str, Any]:
    """Some columns of a row; `renamed` gives a column under another name."""
    own = {name: plain(getattr(row, name)) for name in names}
    return own | {shown: plain(getattr(row, column)) for shown, column in renamed.items()}


def address(publication: Publication) -> str | None:
    """Where the public page is, or will be; None where there is none to be."""
    return f"{settings().public_url}/reviews/{publication.slug}" if publication.slug else None


def summary_of(publication: Publication, waiting: bool, look_now: bool) -> dict[str, Any]:
    """One line of the list. `waiting`: whether a person is asked if the page stays; `look_now`: if what is live names somebody."""
    names = ("id", "practice_review_id", "reference", "pseudonym", "kind", "route", "publish_at", "live_at")
    shown = fields_of(publication, *names, status="state")
    return shown | {"url": address(publication), "needs_decision": waiting, "look_now": look_now}


def waiting_for_decision(session: Session) -> set[str]:
    """The publications about which a person is asked whether they stay."""
    statement = select(RetentionQuestion.publication_id).where(RetentionQuestion.decision.is_(None))
    return set(session.scalars(statement))


def publication_view(session: Session, publication: Publication) -> dict[str, Any]:
    """A publication with all that editors need to bring it out."""
    words = (*PAGE_WORDS, "recommendations", "keywords")
    names = (*words, "publish", "signed_at", "display_until", "held_because")
    waiting, look_now = publication.id in waiting_for_decision(session), publication.id in to_look_at(session)
    return (
        summary_of(publication, waiting, look_now)
        | fields_of(publication, *names)
        | {
            "missing": missing(session, publication),
            "decisions": [decision_view(each) for each in decisions(session, publication)],
            "documents": document_views(session, publication),
            "protocol": _steps(session, publication),
            "early_readers": [reader_view(each) for each in early_readers(session, publication)],
            "weeks_to_avoid": [plain(week) for week in avoided_weeks_ahead(publication)],
            "holds": [
                fields_of(each, "id", "reason", "next_check_on", "placed_at")
                for each in holds_in_force(session, publication)
            ],
            "told": [
                fields_of(each, "rule", "recipient", "sent_at", "discharged_at", "overdue_at")
                for each in _rows(session, Telling, publication, Telling.duty_id)
            ],
        }
        | _after_publication(session, publication)
    )


def _after_publication(session: Session, publication: Publication) -> dict[str, Any]:
    return {
        "nspcc": [deposit_view(each) for each in _rows(session, Deposit, publication, Deposit.number)],
        "orders": [fields_of(each, *ORDER) for each in _rows(session, PageOrder, publication, PageOrder.ordered_at)],
        "retention": [
            fields_of(each, "asked_at", "decision", "reasons", "until", "decided_at")
            for each in _rows(session, RetentionQuestion, publication, RetentionQuestion.asked_at)
        ],
    }


def deposit_view(deposit: Deposit) -> dict[str, Any]:
    names = ("number", "anonymous", "created_at", "sent_at", "fault", "reminded_at", "received_at")
    own = fields_of(deposit, *names, "taken_back_at", "chased", "our_reference", "proof", reference="nspcc_reference")
    return own | {"kept_until": plain(kept_until(deposit))}


def _rows(session: Session, model: Any, publication: Publication, order: Any) -> Sequence[Any]:
    return session.scalars(select(model).where(model.publication_id == publication.id).order_by(order)).all()


def missing(session: Session, publication: Publication) -> list[str]:
    """What the gate would say now; nothing for what is out, or is not to come out."""
    if publication.state not in ("draft", "route-decided", "scheduled", "held"):
        return []
    scheduled = publication.state == "scheduled"
    return failing_sentences(facts_for(session, publication, publication.publish_at, going_live=scheduled))


def decision_view(decision: RouteDecision) -> dict[str, Any]:
    names = ("id", "route", "publish", "reasons", "agreed_by", "nspcc_agreement", "decided_at", "recorded_by")
    return fields_of(decision, *names)


def document_views(session: Session, publication: Publication) -> list[dict[str, Any]]:
    """Every version of every document, the newest of a kind marked as current."""
    current = {document.id for document in current_documents(session, publication.id).values()}
    open_in = open_findings(session, publication)
    statement = select(Document).where(Document.publication_id == publication.id)
    found = session.scalars(statement.order_by(Document.kind, Document.version))
    return [document_view(each, each.id in current, open_in.get(each.id, 0)) for each in found]


def document_view(document: Document, current: bool, open_in_it: int) -> dict[str, Any]:
    names = (
        "id",
        "kind",
        "version",
        "content_type",
        "uploaded_by",
        "uploaded_at",
        "status",
        "refusal",
        "removed",
        "pages",
        "came_as",
        "accessibility",
    )
    shown = fields_of(document, *names, sha256="clean_sha256")
    return shown | {"current": current, "open_findings": open_in_it}


def finding_view(finding: Finding) -> dict[str, Any]:
    names = (
        "id",
        "document_id",
        "kind",
        "place",
        "page",
        "times",
        "value",
        "context",
        "resolution",
        "reason",
        "resolved_at",
    )
    shown = fields_of(finding, *names, by="resolved_by", has_picture="is_shown")
    return shown | {"why": finding_why(finding.kind)}


def _steps(session: Session, publication: Publication) -> list[dict[str, Any]]:
    done = steps_done(session, publication)
    at = publication.live_at if publication.state in ("live", "archived", "withdrawn") else publication.publish_at
    return [step_view(step, done.get(step.id), at) for step in steps_of(publication)]


def step_view(step: ProtocolStep, done: ProtocolStepDone | None, publish_at: datetime | None) -> dict[str, Any]:
    """A step of the protocol, by which day it is to be done, and by whom it was."""
    by = due_on(step, publish_at)
    overdue = done is None and by is not None and by < london_day(clock.now())
    shown = fields_of(step, "id", "sentence", "owner", "required", "when", "working_days") | {
        "due_on": plain(by),
        "overdue": overdue,
    }
    return shown | {name: plain(getattr(done, name, None)) for name in ("done_by", "done_at", "note")}
