"""What people decide on findings: removed, when a newer version is without it; accepted, by a second person."""

import base64
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, func, literal, or_, select
from sqlalchemy.orm import Session, aliased

from services.publish.documents import current_documents
from services.publish.identifying.finding_words import IDENTIFIES, group_of
from services.publish.models import Document, Finding, Publication
from shared import audit, clock
from shared.identity.viewer import Viewer
from shared.web.problems import conflict, not_found, refused

DECIDED_EACH_TIME = frozenset(
    (
        *(
            "name",
            "alias",
            "professional",
            "review-team",
            "nickname",
            "misspelt-name",
            "initials",
            "date-of-birth",
            "expected-date-of-delivery",
        ),
        *(
            "birthday",
            "address",
            "setting",
            "postcode",
            "nhs-number",
            "misread-number",
            "hidden-text",
            "page-without-text",
        ),
    )
)


WITHOUT_IT = {  # what is written on a form comes without it in another way than a file
    "page-text": "Change the words of the page first, so that they are without it.",
    "improvements": "Have the route decided again first, with the information about improvements written without it.",
}


@dataclass(frozen=True)
class Resolution:
    """A decision on one finding: removed or accepted, why, and the name of the person who decides, as it is shown."""

    resolution: str
    reason: str
    by: str


def counts_on_route(route: SQLColumnExpression[str | None]) -> ColumnElement[bool]:
    """Which findings count everywhere, and which on the anonymous route only: names of the area and of who reviewed,
    which lead to it, and the pseudonym beside improvements."""
    return or_(route == "anonymous", Finding.kind.notin_(("area", "review-team", "pseudonym")))


def counts_on(publication: Publication) -> ColumnElement[bool]:
    """Which findings count on this publication's route."""
    return counts_on_route(literal(publication.route))


def open_findings(session: Session, publication: Publication) -> dict[str, int]:
    """How many findings nobody has decided on, by the id of their document."""
    statement = (
        select(Finding.document_id, func.count())
        .where(Finding.publication_id == publication.id, Finding.resolution.is_(None), counts_on(publication))
        .group_by(Finding.document_id)
    )
    return {row[0]: row[1] for row in session.execute(statement)}


def resolve_finding(
    session: Session, viewer: Viewer, publication: Publication, finding: Finding, decision: Resolution
) -> None:
    """Record a decision on a finding.

    Raises a 409 problem where one was recorded before, or the newest version still has what is said to be removed;
    422 where the person who uploaded the document accepts a finding in it.
    """
    if finding.resolution:
        raise conflict(f"This finding was {finding.resolution} before.")
    document = session.get_one(Document, finding.document_id)
    if decision.resolution == "accepted" and _same_person((viewer.actor, decision.by), _uploader(document)):
        raise refused("/by", "Have a second person accept this: not the one who uploaded the document.")
    if decision.resolution == "removed":
        _check_removal(session, publication, finding, document)
    finding.resolution, finding.reason, finding.resolved_by = decision.resolution, decision.reason, decision.by
    finding.resolved_by_actor, finding.resolved_at = viewer.actor, clock.now()
    why = f"{decision.resolution} finding {finding.id}, {finding.kind} in {document.kind} version {document.version}"
    audit.append(session, audit.Entry(viewer.actor, "resolved", f"publication:{publication.id}", why))


def carry_decisions(session: Session, document: Document, fresh: list[Finding]) -> None:
    """Let what a second person accepted in an earlier version stay accepted in this one, where it is the same question.

    What is known of the case is decided on in every version, and so is what the uploader of this one had accepted.
    """
    asked = {finding.fingerprint: finding for finding in fresh if finding.kind not in DECIDED_EACH_TIME}
    statement = (
        select(Finding, Document)
        .join(Document, Document.id == Finding.document_id)
        .where(Document.publication_id == document.publication_id, Document.kind == document.kind)
        .where(Finding.resolution == "accepted", Finding.fingerprint.in_(asked))
        .order_by(Document.version)
    )
    for earlier, its in session.execute(statement):
        finding = asked[bytes(earlier.fingerprint)]
        same = group_of(finding.kind) != IDENTIFIES or finding.context == earlier.context
        accepted_by = (earlier.resolved_by_actor, earlier.resolved_by or "")
        if same and not _same_person(accepted_by, _uploader(document)):
            finding.resolution, finding.resolved_by = "accepted", earlier.resolved_by
            finding.resolved_by_actor, finding.resolved_at = earlier.resolved_by_actor, earlier.resolved_at
            reason = (earlier.reason or "").split(" (decided on version")[0]
            finding.reason = f"{reason} (decided on version {its.version})"


def _uploader(document: Document) -> tuple[str | None, str]:
    return document.uploaded_by_actor, document.uploaded_by


def _same_person(one: tuple[str | None, str], other: tuple[str | None, str]) -> bool:
    """Of two (actor, name): people with an account by who they are; whom an agency's system names, by their names."""
    if all(actor and actor.startswith("person:") for actor, _ in (one, other)):
        return one[0] == other[0]
    names = [" ".join(name.casefold().split()) for _, name in (one, other)]
    return names[0] == names[1]


def _check_removal(session: Session, publication: Publication, finding: Finding, document: Document) -> None:
    newest = current_documents(session, publication.id)[document.kind]
    if newest.version == document.version:
        raise conflict(WITHOUT_IT.get(document.kind, "Upload a new version of the document without it first."))
    if newest.status != "checked":
        raise conflict("The new version has not been checked yet, or was refused. Look at the documents.")
    if session.scalar(select(Finding.id).where(Finding.id == finding.id, _still_in(newest))):
        raise conflict("The new version still has it.")


def _still_in(newest: Document) -> ColumnElement[bool]:
    """Which findings the newest version has too; a page without text, on the same page."""
    again = aliased(Finding)
    alike = and_(again.kind == Finding.kind, again.fingerprint == Finding.fingerprint)
    same_page = or_(Finding.kind != "page-without-text", again.page == Finding.page)
    return select(again.id).where(again.document_id == newest.id, alike, same_page).exists()


def gone_from_newest(session: Session, publication: Publication) -> list[Finding]:
    """What nobody has decided on in older versions and may be said to be removed: the newest, checked, is without it."""
    gone: list[Finding] = []
    for newest in current_documents(session, publication.id).values():
        if newest.status == "checked":
            statement = select(Finding).join(Document, Document.id == Finding.document_id)
            older = and_(Document.kind == newest.kind, Document.version < newest.version)
            gone += session.scalars(statement.where(listed(publication, {"open": True}), older, ~_still_in(newest)))
    return gone


def find(session: Session, publication: Publication, finding_id: str) -> Finding | None:
    """A finding of this publication."""
    return session.scalar(select(Finding).where(Finding.publication_id == publication.id, Finding.id == finding_id))


def rendering_of(finding: Finding | None) -> bytes:
    """The picture that a finding is about, as a small JPEG. Raises 404 where there is none to show."""
    if finding is None or finding.rendering is None:
        raise not_found()
    return base64.b64decode(finding.rendering)


def listed(publication: Publication, query: dict[str, Any]) -> ColumnElement[bool]:
    """Which findings a list shows: those that count, and with `open` only those nobody has decided on."""
    shown = and_(Finding.publication_id == publication.id, or_(counts_on(publication), Finding.resolution.is_not(None)))
    return and_(shown, Finding.resolution.is_(None)) if query["open"] else shown
