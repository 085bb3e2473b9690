"""What the public site shows, read from the records: live pages, withdrawn ones, and the partnership's past list."""

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from services.publish.cleaning.file_kinds import PDF
from services.publish.documents import RECORD, current_documents
from services.publish.models import Deposit, Document, PageOrder, PastItem, Publication, SiteState
from services.publish.public_site.site import Snapshot
from services.publish.public_site.site_page import Correction, PageDocument, SitePage
from shared import clock
from shared.calendar import add_months, london_day
from shared.partnership import partnership
from shared.settings import settings

ON_SITE = or_(PastItem.listed, PastItem.withdrawn_at.is_not(None))  # with its page, or with the note that it is gone
SHOWN = ("live", "archived", "withdrawn")
KINDS_OF_FILES = ("full-report", "executive-summary", "learning-briefing", "slides")
PAGE_WORDS = ("title", "summary", "themes", "warnings", "agency_kinds", "age_bands")


@dataclass
class Kept:
    """What the pages of a snapshot are made of besides: documents' address -> key in the store, pages' slug -> words."""

    keys: dict[str, str] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)


def site_is_wanted_anew(session: Session) -> None:
    """Note that what the site shows has changed; the builder goes on until it has built the latest wish."""
    session.execute(update(SiteState).values(wanted=SiteState.wanted + 1))


def snapshot(session: Session, going_live: Sequence[Publication]) -> Snapshot:
    """All pages as they are to be, those of `going_live` included, the newest first."""
    now = clock.now()
    kept = Kept()
    statement = select(Publication).where(Publication.state.in_(SHOWN), Publication.slug.is_not(None))
    pages = [page_of(session, publication, kept) for publication in session.scalars(statement)]
    pages += [page_of(session, each, kept, going_live_at=now) for each in going_live if each.slug]
    pages += _gone_pages(session, {each.slug for each in going_live})
    items = select(PastItem).where(ON_SITE)
    pages += [past_page(item, kept) for item in session.scalars(items)]
    newest_first = sorted(pages, key=lambda page: (page.published_on, page.slug), reverse=True)
    return Snapshot(london_day(now), now, tuple(newest_first), settings().public_url, kept.keys, kept.texts)


def _gone_pages(session: Session, returning: Set[str | None]) -> Iterator[SitePage]:
    """The notes in the place of pages that the public knew, and whose publication is on its way anew, or has another address."""
    for publication in session.scalars(select(Publication).where(Publication.live_at.is_not(None))):
        present = () if publication.state in SHOWN or publication.slug in returning else (publication.slug,)
        at = publication.live_at or clock.now()
        for slug in filter(None, (*publication.former_slugs, *present)):
            documents = tuple(PageDocument(f"{slug}-{kind}", kind, "", 0, 0, at) for kind in KINDS_OF_FILES)
            yield SitePage(slug, publication.kind, None, "", london_day(at), at, "withdrawn", documents=documents)


def page_of(
    session: Session,
    publication: Publication,
    kept: Kept,
    going_live_at: datetime | None = None,
    *,
    corrected: bool = False,
) -> SitePage:
    """One publication's page; `kept` receives where its documents' bytes are, and their words.

    With `going_live_at`, as it goes live then; `corrected`, as a live page would be after a correction; else as it is.
    """
    anew = corrected or going_live_at is not None
    documents = documents_to_publish(session, publication) if anew else live_documents(session, publication)
    live_at = going_live_at or publication.live_at or clock.now()
    hidden = publication.route == "anonymous"  # the page about improvements says nothing of the review
    pdfs = [] if hidden else [document for document in documents if document.content_type == PDF]
    slug = publication.slug or ""
    kept.keys |= {address_of(slug, document): document.clean_key or "" for document in pdfs}
    kept.texts[slug] = "\n".join(document.body or "" for document in pdfs)
    orders = _orders_since(session, publication, live_at)
    page = SitePage(
        slug=slug,
        kind="improvements" if hidden or publication.route == "improvements" else publication.kind,
        pseudonym=None,
        title=f"Information about improvements, {london_day(live_at).year}",
        published_on=london_day(live_at),
        changed_at=max([live_at, *(order.ordered_at for order in orders)]),
        state="live" if going_live_at else publication.state,
        improvements=next((d.body for d in documents if d.kind == "improvements"), None),
        documents=tuple(_shown(slug, document) for document in pdfs),
        corrections=_corrections(orders, hidden=hidden),
    )
    if hidden:
        return page
    words = page_words(publication) if anew else publication.live_page or page_words(publication)
    return replace(page, **_said_of_the_review(session, publication, words))


def _said_of_the_review(session: Session, publication: Publication, words: dict[str, Any]) -> dict[str, Any]:
    reference, keeps_until = _at_the_nspcc(session, publication)
    lists = {name: tuple(words.get(name) or ()) for name in ("themes", "warnings", "agency_kinds", "age_bands")}
    return lists | {
        "pseudonym": publication.pseudonym,
        "title": words["title"],
        "summary": words["summary"],
        "nspcc_reference": reference,
        "nspcc_keeps_until": keeps_until,
    }


def preview_of(session: Session, publication: Publication) -> SitePage:
    """The page exactly as the public will see it: at the time set, after a correction, or if it went live now."""
    if publication.state in ("live", "archived"):
        return page_of(session, publication, Kept(), corrected=True)
    return page_of(session, publication, Kept(), going_live_at=publication.publish_at or clock.now())


def page_words(publication: Publication) -> dict[str, Any]:
    """The words of the page as editors have them now; those of a live page are kept apart until a correction."""
    return {name: getattr(publication, name) for name in PAGE_WORDS}


def words_have_changed(publication: Publication) -> bool:
    """Whether a correction would change the words of a live page. One that went live long ago kept fewer of them."""
    shown = publication.live_page or {}
    return any(value != shown.get(name, []) for name, value in page_words(publication).items())


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


def _orders_since(session: Session, publication: Publication, live_at: datetime) -> Sequence[PageOrder]:
    of_it = (PageOrder.publication_id == publication.id, PageOrder.ordered_at >= live_at)
    return session.scalars(select(PageOrder).where(*of_it).order_by(PageOrder.ordered_at.desc())).all()


def _corrections(orders: Sequence[PageOrder], *, hidden: bool) -> tuple[Correction, ...]:
    """What the page says of its corrections; one that hides its review says nothing of the review's documents."""
    made = [order for order in orders if order.what == "correction" and order.replaced != [RECORD]]
    if hidden:
        made = [order for order in made if "improvements" in order.replaced]
    return tuple(
        Correction(london_day(each.ordered_at), ("improvements",) if hidden else tuple(each.replaced)) for each in made
    )


def _at_the_nspcc(session: Session, publication: Publication) -> tuple[str | None, date | None]:
    """The NSPCC's reference of the latest acknowledged deposit that stands, and until when it keeps the file."""
    stands = (Deposit.received_at.is_not(None), Deposit.taken_back_at.is_(None))
    statement = select(Deposit).where(Deposit.publication_id == publication.id, *stands)
    deposit = session.scalar(statement.order_by(Deposit.number.desc()).limit(1))
    return (deposit.nspcc_reference, kept_until(deposit)) if deposit else (None, None)


def kept_until(deposit: Deposit) -> date | None:
    """The last day on which the NSPCC has the file itself (rule nspcc-keeps); None until it acknowledged it."""
    if deposit.received_at is None:
        return None
    received = london_day(deposit.received_at)
    return add_months(received, 12 * partnership().rules_on(received).duty("nspcc-keeps").within.amount)


def past_page(item: PastItem, kept: Kept) -> SitePage:
    """An item of the past list: with its documents where they were imported, else with their kinds and where they can be had."""
    rule = partnership().rules_on(item.published_on).duty("display-on-site")
    kept.keys |= {f"{item.slug}-{file['kind']}": file["key"] for file in item.files}
    kept.texts[item.slug] = "\n".join(file["text"] for file in item.files)
    published = datetime.combine(item.published_on, datetime.min.time(), clock.now().tzinfo)
    return SitePage(
        slug=item.slug,
        kind=item.kind,
        pseudonym=item.pseudonym,
        title=item.title or item.pseudonym,
        published_on=item.published_on,
        changed_at=item.withdrawn_at or item.imported_at or published,
        state="withdrawn" if item.withdrawn_at else "live",
        display_until=add_months(item.published_on, 12 * rule.within.amount),
        summary=item.summary,
        themes=tuple(item.themes),
        documents=tuple(_past_document(item, file) for file in item.files),
        past_documents=tuple(item.documents),
        old_addresses=tuple(item.old_addresses),
    )


def _past_document(item: PastItem, file: dict[str, Any]) -> PageDocument:
    known = {name: file[name] for name in ("kind", "sha256", "size", "pages")}
    return PageDocument(f"{item.slug}-{file['kind']}", checked_at=item.imported_at or clock.now(), **known)
