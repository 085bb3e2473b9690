"""Gathers from the records what the gate judges by."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.publish.avoided_weeks import week_of, weeks_to_avoid
from services.publish.documents import current_documents, needed_kinds
from services.publish.early_readers import readers_without_embargo
from services.publish.findings import open_findings
from services.publish.gate import CopyFact, DocumentFact, Facts
from services.publish.identifying.case_knowledge import knowledge_digest
from services.publish.models import Document, Publication, Schedule, Telling
from services.publish.protocol import steps_missing
from services.publish.publication_route import decisions, partner_names
from services.publish.publications import holds_in_force
from services.publish.what_is_out import not_checked_again
from services.publish.withdrawals import withdrawals
from shared import clock, files
from shared.calendar import CalendarUnknown, add_working_days, london_day
from shared.encryption import CannotDecrypt
from shared.partnership import partnership
from shared.rulebook import DutyRule

PRIOR_COPY = "prior-copy"


@dataclass(frozen=True)
class _Copies:
    """What the copies' duty comes to for one time of publication."""

    by: date | None
    notice: str
    earliest: date | None
    facts: tuple[CopyFact, ...]
    are_current: bool


def facts_for(
    session: Session,
    publication: Publication,
    publish_at: datetime | None,
    *,
    going_live: bool,
    avoided_week_reasons: str | None = None,
) -> Facts:
    """The facts of a publication that is to go live at `publish_at`; None while no time is proposed.

    `avoided_week_reasons` are those given for a time that is being set now.
    """
    names = partner_names(session)
    decision = next(iter(decisions(session, publication)), None)
    agreed = {each["agency_id"] for each in decision.agreed_by} if decision else set()
    copies = _copies(session, publication, publish_at)
    return Facts(
        going_live=going_live,
        route=publication.route,
        partners_missing=tuple(names.get(p, p) for p in partnership().safeguarding_partners if p not in agreed),
        nspcc_agreed=bool(decision and decision.nspcc_agreement),
        needed=needed_kinds(publication),
        documents=_documents(session, publication, going_live),
        steps_missing=tuple(step.sentence for step in steps_missing(session, publication)),
        hold_checks=tuple(hold.next_check_on for hold in holds_in_force(session, publication)),
        in_future=publish_at is None or publish_at > clock.now(),
        today=london_day(clock.now()),
        copies_by=copies.by,
        notice=copies.notice,
        earliest=copies.earliest,
        copies=copies.facts,
        copies_are_current=copies.are_current,
        week_to_avoid=None if avoided_week_reasons else _week_to_avoid(session, publication, publish_at),
        readers_without_embargo=readers_without_embargo(session, publication),
    )


def _week_to_avoid(session: Session, publication: Publication, publish_at: datetime | None) -> date | None:
    """The week of the time set, where it should be avoided and no reasons were given when it was set."""
    if publish_at is None or publication.practice_review_id is None:
        return None
    day = london_day(publish_at)
    week = next(iter(weeks_to_avoid(publication.identifiers, week_of(day), day)), None)
    excused = select(Schedule.id).where(
        Schedule.publication_id == publication.id,
        Schedule.publish_at == publish_at,
        Schedule.avoided_week_reasons.is_not(None),
    )
    return None if week is None or session.scalar(excused.limit(1)) else week


def _documents(session: Session, publication: Publication, going_live: bool) -> tuple[DocumentFact, ...]:
    open_in, digest = open_findings(session, publication), knowledge_digest(publication)
    public_already = not_checked_again(session, publication, digest)
    return tuple(
        DocumentFact(
            kind=each.kind,
            status=each.status,
            open_findings=open_in.get(each.id, 0),
            refusal=each.refusal,
            by_todays_knowledge=each.checked_against == digest or each.id in public_already,
            unchanged=not going_live or each.status != "checked" or _is_unchanged(each),
        )
        for each in current_documents(session, publication.id).values()
    )


def _is_unchanged(document: Document) -> bool:
    try:
        return files.sha256_of(files.get(document.clean_key or "")) == document.clean_sha256
    except (files.FileMissing, CannotDecrypt):
        return False


def _copies(session: Session, publication: Publication, publish_at: datetime | None) -> _Copies:
    rule = partnership().rules_on(london_day(clock.now())).duty(PRIOR_COPY)
    since = announced_since(session, publication)
    sent = _sent_since(session, publication, since) if since else {}
    told = rule.tell if publication.practice_review_id else ()  # nobody is owed a copy of what is no review's
    facts = tuple(
        CopyFact(partnership().recipient(recipient).name, london_day(sent[recipient]) if recipient in sent else None)
        for recipient in told
    )
    by = london_day(partnership().due(rule, publish_at)) if publish_at and told else None
    return _Copies(by, f"{rule.within.amount} working days", _earliest(rule), facts, since is not None)


def _earliest(rule: DutyRule) -> date | None:
    """None where that day lies past the last year of known bank holidays: what is due before still goes out."""
    holidays = partnership().bank_holidays
    try:
        today = add_working_days(london_day(clock.now()), 0, holidays)  # a copy sent on a Sunday counts as Monday's
        return add_working_days(today, rule.within.amount, holidays)
    except CalendarUnknown:
        return None


def _sent_since(session: Session, publication: Publication, since: datetime) -> dict[str, datetime]:
    """When each recipient was first sent the copies as they now are."""
    went = func.coalesce(Telling.sent_at, Telling.discharged_at)
    statement = (
        select(Telling.recipient, func.min(went))
        .where(Telling.publication_id == publication.id, Telling.rule == PRIOR_COPY)
        .where(Telling.discharged_at.is_not(None), went >= since)
        .group_by(Telling.recipient)
    )
    return {row[0]: row[1] for row in session.execute(statement)}


def announced_since(session: Session, publication: Publication) -> datetime | None:
    """Since when these very copies have been on their way; None where others, or none, were announced.

    Where the page was withdrawn since, or another route decided, they were taken back, and are owed anew.
    """
    digest = digest_of(copied_documents(session, publication))
    statement = select(func.min(Schedule.set_at)).where(
        Schedule.publication_id == publication.id, Schedule.digest == digest
    )
    if taken_back := _taken_back_at(session, publication):
        statement = statement.where(Schedule.set_at > taken_back)
    return session.scalar(statement)


def _taken_back_at(session: Session, publication: Publication) -> datetime | None:
    """When whoever had copies was last told not to use them."""
    made = decisions(session, publication)
    other_routes = [later.decided_at for later, before in pairwise(made) if later.route != before.route]
    return max([*withdrawals(session, publication.id), *other_routes], default=None)


def copied_documents(session: Session, publication: Publication) -> list[Document]:
    """What goes to the Panel and the others beforehand: what will be published, and the full report besides.

    Where only improvements are published, the information about them stands for the report (Working Together 2023).
    """
    current = current_documents(session, publication.id)
    kinds = list(publication.publish)
    if publication.route != "improvements" and "full-report" not in kinds:
        kinds.append("full-report")
    return [current[kind] for kind in kinds if kind in current and _is_clean(current[kind])]


def _is_clean(document: Document) -> bool:
    """Whether its bytes are made; while it is checked again they stay the same."""
    return document.clean_key is not None and document.status != "refused"


def digest_of(documents: list[Document]) -> str:
    """One value for a set of checked documents, over their SHA-256."""
    return hashlib.sha256("\n".join(sorted(d.clean_sha256 or "" for d in documents)).encode()).hexdigest()
