"""The public site after a restore: it stays as it is until somebody has said again what was said since the backup.

The restored records show what has been taken down since. Nothing goes live or is drawn from them before somebody says so.
"""

from datetime import datetime

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from services.publish.models import SiteState
from services.publish.public_site.site import MANIFEST, current_folder
from services.publish.public_site.site_content import site_is_wanted_anew, snapshot
from shared import audit, clock
from shared.service import ring_after_commit
from shared.settings import settings

WHO, ON = "office", "public-site"


def held_since(session: Session) -> datetime | None:
    """Since when the site is held; None where it goes on."""
    return session.scalar(select(SiteState.held_since))


def hold_site(session: Session) -> bool:
    """Have nothing go live and nothing drawn from now on; true if that is new."""
    state = session.scalars(select(SiteState).with_for_update()).one()
    if state.held_since:
        return False
    state.held_since = clock.machine_now()
    audit.append(session, audit.Entry(WHO, "site-held", ON))
    return True


def let_site_go_on(session: Session) -> bool:
    """Draw the site from the records again; true if it was held."""
    state = session.scalars(select(SiteState).with_for_update()).one()
    if not state.held_since:
        return False
    state.held_since = None
    session.flush()
    site_is_wanted_anew(session)
    ring_after_commit(session, "publish_due")
    audit.append(session, audit.Entry(WHO, "site-goes-on", ON))
    return True


def differences(session: Session) -> tuple[list[str], list[str]]:
    """What the site as it stands knows better than the records do, by address.

    First what it says is gone and the records would show again; then what it shows and the records know nothing of.
    Both are empty where no site was kept.
    """
    release = current_folder(settings().site_folder)
    if release is None:
        return [], []
    manifest = orjson.loads((release / MANIFEST).read_bytes())
    gone = {address for address, (*_, status, _) in manifest.items() if status == 410}
    pages = snapshot(session, ()).pages
    would_show = {f"/reviews/{page.slug}" for page in pages if page.state != "withdrawn"}
    known = {f"/reviews/{page.slug}" for page in pages}
    shown = {address for address in manifest if address.startswith("/reviews/")} - gone
    return sorted(gone & would_show), sorted(shown - known)
