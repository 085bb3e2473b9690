"""What the public can see already, where more is known of its case now: a person looks and decides; nothing goes by itself.

Something asks to be looked at as long as it is out and names somebody: until a second person accepts it, a correction
takes its place, or the page is taken down.
"""

import structlog
from sqlalchemy import Text, and_, cast, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from services.publish.findings import counts_on_route
from services.publish.models import Document, Finding, PageOrder, Publication
from services.publish.notices import tell_office, tell_roles

log = structlog.get_logger()

OUT = ("live", "archived")

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


def to_look_at(session: Session) -> dict[str, set[str]]:
    """The documents that are out and may name somebody, or could not be checked again: their ids by publication."""
    statement = select(Document.publication_id, Document.id).where(
        IS_OUT, or_(_NAMES_SOMEBODY, Document.status == "refused")
    )
    found: dict[str, set[str]] = {}
    for publication_id, document_id in session.execute(statement):
        found.setdefault(publication_id, set()).add(document_id)
    return found


def tell_if_out(session: Session, document: Document) -> None:
    """Put a document that was just checked before those who can take it down, if the public sees it and it may name somebody."""
    session.flush()
    if document.id not in to_look_at(session).get(document.publication_id, ()):
        return
    publication = session.get_one(Publication, document.publication_id)
    sentence = "What is live may name somebody, by what is known of its case now. Look now: it comes down in one step."
    tell_office(session, publication, "live-may-name", sentence)
    tell_roles(session, publication, ("editor", "communications-lead"), "live-may-name", sentence)
    log.error("publication.live_may_name", publication=publication.id, reference=publication.reference)
