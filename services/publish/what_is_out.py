"""What the public can see already, where more is known of its case now: a person looks and decides; nothing goes by itself.

Something asks to be looked at as long as it is out and names somebody: until a second person accepts it, a correction
takes its place, or the page is taken down. What could not be checked again asks until it could, or until the latter two.
"""

import structlog
from sqlalchemy import Text, and_, cast, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from services.publish.documents import current_documents
from services.publish.findings import counts_on_route, open_findings
from services.publish.models import Document, Finding, PageOrder, Publication
from services.publish.notices import tell_office, tell_roles

log = structlog.get_logger()

OUT = ("live", "archived")
MAY_NAME = "What is live may name somebody, by what is known of its case now."
LOOK_NOW = "Look now: it comes down in one step."
WILL_NOT_GO = "It has a time set and cannot go live so. Look at its documents, and at what was found in them."
NOT_CHECKED = "What is live could not be checked again by what is known of its case now: read it yourself."

# The words of a page are out as they were when it was last made: later ones wait for a correction.
_Words = aliased(Document)
_MADE_AT = func.greatest(
    Publication.live_at,
    select(func.max(PageOrder.ordered_at))
    .where(PageOrder.publication_id == Publication.id, PageOrder.what == "correction")
    .scalar_subquery(),
)
_WORDS_OUT = (
    select(_Words.id)
    .where(_Words.publication_id == Publication.id, _Words.kind == "page-text", _Words.uploaded_at <= _MADE_AT)
    .order_by(_Words.version.desc())
    .limit(1)
    .scalar_subquery()
)
IS_OUT = and_(
    Publication.id == Document.publication_id,
    Publication.state.in_(OUT),
    or_(Publication.live_documents.op("?")(cast(Document.id, Text)), Document.id == _WORDS_OUT),
)
_NAMES_SOMEBODY = exists().where(
    Finding.document_id == Document.id,
    Finding.resolution.is_distinct_from("accepted"),
    counts_on_route(Publication.route),
)


def to_look_at(session: Session) -> dict[str, list[str]]:
    """Why somebody has to look at what is out, in sentences, by publication."""
    found: dict[str, list[str]] = {}
    for sentence, asks in ((MAY_NAME, _NAMES_SOMEBODY), (NOT_CHECKED, Document.refused_against.is_not(None))):
        for publication_id in session.scalars(select(Document.publication_id).where(IS_OUT, asks).distinct()):
            found.setdefault(publication_id, []).append(sentence)
    return found


def not_checked_again(session: Session, publication: Publication, digest: bytes) -> set[str]:
    """The documents of a publication that are out and could not be checked by the knowledge of this digest."""
    is_its = Document.publication_id == publication.id
    return set(session.scalars(select(Document.id).where(IS_OUT, is_its, Document.refused_against == digest)))


def kept_though_unchecked(session: Session, document: Document, digest: bytes, sentence: str) -> bool:
    """Keep a document that is out as it was checked, and have it read by a person; False where it is not out.

    It is tried again once the knowledge of the case is no longer that of `digest`.
    """
    if not session.scalar(select(Document.id).where(IS_OUT, Document.id == document.id)):
        return False
    document.status, document.refused_against = "checked", digest
    document.refusal = f"It could not be checked again by what is known now: read it yourself. {sentence}"
    _tell(session, document, "live-not-checked", f"{NOT_CHECKED} {LOOK_NOW}")
    log.error("publication.live_not_checked", publication=document.publication_id)
    return True


def tell_if_out(session: Session, document: Document) -> None:
    """Put a document that was just checked before those who can take it down, if the public sees it and it may name somebody."""
    session.flush()
    if session.scalar(select(Document.id).where(IS_OUT, Document.id == document.id, _NAMES_SOMEBODY)):
        _tell(session, document, "live-may-name", f"{MAY_NAME} {LOOK_NOW}")
        log.error("publication.live_may_name", publication=document.publication_id)


def tell_if_scheduled(session: Session, document: Document) -> None:
    """Say at once of what has its hour already that it will not go live so, rather than when the hour has come."""
    session.flush()
    publication = session.get_one(Publication, document.publication_id)
    newest = current_documents(session, publication.id)[document.kind].id == document.id
    shut = document.status == "refused" or open_findings(session, publication).get(document.id)
    if publication.state == "scheduled" and newest and shut:
        _tell(session, document, "scheduled-and-shut", WILL_NOT_GO)


def _tell(session: Session, document: Document, purpose: str, sentence: str) -> None:
    publication = session.get_one(Publication, document.publication_id)
    tell_office(session, publication, purpose, sentence)
    tell_roles(session, publication, ("editor", "communications-lead"), purpose, sentence)
