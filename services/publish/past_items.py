"""The reviews that the partnership published before it had this system, kept as its file lists them."""

import hashlib

import orjson
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.publish.models import PastItem, SiteState
from services.publish.public_site.site_content import ON_SITE, site_is_wanted_anew
from shared import audit, clock
from shared.identity.viewer import Viewer
from shared.partnership import PastPublication, partnership
from shared.service import ring_after_commit
from shared.web.problems import conflict, not_found


def load_past_items(session: Session) -> bool:
    """Bring the past list up to the partnership's file; true if it had changed. Safe to run again."""
    items = partnership().past_publications
    digest = hashlib.sha256(orjson.dumps([_values(item) for item in items])).hexdigest()
    state = session.scalars(select(SiteState).with_for_update()).one()
    if state.past_items_sha256 == digest:
        return False
    gone = set(session.scalars(select(PastItem.slug).where(PastItem.listed, PastItem.imported_at.is_(None)))) - {
        item.slug for item in items
    }
    session.execute(update(PastItem).where(PastItem.slug.in_(gone)).values(listed=False))
    for item in items:
        _keep(session, item)
    state.past_items_sha256 = digest
    session.flush()
    site_is_wanted_anew(session)
    return True


def past_item(session: Session, slug: str) -> PastItem:
    """An item that is or was on the site. Raises a 404 problem."""
    found = session.scalar(select(PastItem).where(PastItem.slug == slug, ON_SITE))
    if found is None:
        raise not_found()
    return found


def withdraw_past_item(session: Session, viewer: Viewer, slug: str, reasons: str, ordered_by: str) -> PastItem:
    """Take down the page and the documents of what was published before: their addresses answer 410 within a minute.

    No later import and no list of the file brings it back. Raises a 404 problem, or 409 where it is down already.
    """
    item = past_item(session, slug)
    session.refresh(item, with_for_update=True)
    if item.withdrawn_at:
        raise conflict("It was taken down already.")
    item.withdrawn_at, item.withdrawn_by, item.withdrawn_because = clock.now(), ordered_by, reasons
    session.flush()
    site_is_wanted_anew(session)
    ring_after_commit(session, "publish_due")
    audit.append(session, audit.Entry(viewer.actor, "withdrew", f"past-item:{slug}"))
    return item


def _keep(session: Session, item: PastPublication) -> None:
    values = _values(item)
    statement = insert(PastItem).values(values | {"themes": [], "files": [], "old_addresses": []})
    not_imported = PastItem.imported_at.is_(None)  # what was brought over with its files says more
    session.execute(statement.on_conflict_do_update(index_elements=["slug"], set_=values, where=not_imported))


def _values(item: PastPublication) -> dict[str, object]:
    return {
        "slug": item.slug,
        "kind": item.kind,
        "pseudonym": item.pseudonym,
        "published_on": item.published_on,
        "documents": list(item.documents),
        "listed": True,
    }
