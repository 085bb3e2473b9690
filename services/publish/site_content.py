"""What the public site shows, read from the records: live pages, withdrawn ones, and the partnership's past list."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from services.publish.documents import current_documents
from services.publish.file_kinds import PDF
from services.publish.models import Deposit, Document, PageOrder, PastItem, Publication, SiteState
from services.publish.site import Snapshot
from services.publish.site_pages import PageDocument, SitePage
from shared import clock
from shared.calendar import add_months, london_day
from shared.partnership import partnership
from shared.settings import settings

SHOWN = ("live", "archived", "withdrawn")


def site_is_wanted_anew(session: Session) -> None:
    """Note that what the site shows has changed; the builder goes on until it has built the latest wish."""
    session.execute(update(SiteState).values(wanted=SiteState.wanted + 1))


def snapshot(session: Session, going_live: Sequence[Publication]) -> Snapshot:
    """All pages as they are to be, those of `going_live` included, the newest first."""
    now = clock.now()
    keys: dict[str, str] = {}
    statement = select(Publication).where(Publication.state.in_(SHOWN), Publication.slug.is_not(None))
    pages = [page_of(session, publication, keys) for publication in session.scalars(statement)]
    pages += [page_of(session, each, keys, going_live_at=now) for each in going_live if each.slug]
    items = select(PastItem).where(PastItem.listed)
    pages += [past_page(item) for item in session.scalars(items)]
    newest_first = sorted(pages, key=lambda page: (page.published_on, page.slug), reverse=True)
    return Snapshot(london_day(now), now, tuple(newest_first), settings().public_url, keys)


def page_of(
    session: Session, publication: Publication, keys: dict[str, str], going_live_at: datetime | None = None
) -> SitePage:
    """One publication's page; `keys` receives where its documents' bytes are."""
    documents = documents_to_publish(session, publication) if going_live_at else live_documents(session, publication)
    live_at = going_live_at or publication.live_at or clock.now()
    hidden = publication.route == "anonymous"  # the page about improvements says nothing of the review
    pdfs = [] if hidden else [document for document in documents if document.content_type == PDF]
    slug = publication.slug or ""
    keys |= {address_of(slug, document): document.clean_key or "" for document in pdfs}
    words = page_words(publication) if going_live_at else publication.live_page or page_words(publication)
    title = f"Information about improvements, {london_day(live_at).year}" if hidden else words["title"]
    return SitePage(
        slug=slug,
        kind="improvements" if hidden or publication.route == "improvements" else publication.kind,
        pseudonym=None if hidden else publication.pseudonym,
        title=title,
        published_on=london_day(live_at),
        changed_at=_changed_at(session, publication, live_at),
        state="live" if going_live_at else publication.state,
        summary=None if hidden else words["summary"],
        themes=() if hidden else tuple(words["themes"]),
        improvements=next((d.body for d in documents if d.kind == "improvements"), None),
        documents=tuple(_shown(slug, document) for document in pdfs),
        nspcc_reference=None if hidden else _nspcc_reference(session, publication),
    )


def page_words(publication: Publication) -> dict[str, Any]:
    """The words of the page as editors have them now; those of a live page are kept apart until a correction."""
    return {"title": publication.title, "summary": publication.summary, "themes": publication.themes}


def documents_to_publish(session: Session, publication: Publication) -> list[Document]:
    """The checked current versions of what the partners chose to publish, in their order."""
    current = current_documents(session, publication.id)
    chosen = [current[kind] for kind in publication.publish if kind in current]
    return [document for document in chosen if document.status == "checked"]


def live_documents(session: Session, publication: Publication) -> list[Document]:
    """What the public page shows now, whatever newer versions wait."""
    found = session.scalars(select(Document).where(Document.id.in_(publication.live_documents)))
    by_id = {document.id: document for document in found}
    return [by_id[document_id] for document_id in publication.live_documents]


def address_of(slug: str, document: Document) -> str:
    """What stands after /documents/ in a document's permanent address."""
    return f"{slug}-{document.kind}"


def _shown(slug: str, document: Document) -> PageDocument:
    return PageDocument(
        address=address_of(slug, document),
        kind=document.kind,
        sha256=document.clean_sha256 or "",
        size=document.clean_size or 0,
        pages=document.pages or 0,
        checked_at=document.checked_at or document.uploaded_at,
    )


def _changed_at(session: Session, publication: Publication, live_at: datetime) -> datetime:
    orders = select(PageOrder.ordered_at).where(PageOrder.publication_id == publication.id)
    return max([live_at, *session.scalars(orders).all()])


def _nspcc_reference(session: Session, publication: Publication) -> str | None:
    statement = select(Deposit.nspcc_reference).where(
        Deposit.publication_id == publication.id, Deposit.nspcc_reference.is_not(None)
    )
    return session.scalar(statement.order_by(Deposit.number.desc()).limit(1))


def past_page(item: PastItem) -> SitePage:
    """An item of the past list, shown with its documents' kinds and where they can be had."""
    rule = partnership().rules_on(item.published_on).duty("display-on-site")
    return SitePage(
        slug=item.slug,
        kind=item.kind,
        pseudonym=item.pseudonym,
        title=item.pseudonym,
        published_on=item.published_on,
        changed_at=datetime.combine(item.published_on, datetime.min.time(), clock.now().tzinfo),
        state="live",
        display_until=add_months(item.published_on, 12 * rule.within.amount),
        past_documents=tuple(item.documents),
    )
