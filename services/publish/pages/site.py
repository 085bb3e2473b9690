"""What all pages of publish hang from: their address, the sections that a person is shown, forms on a publication."""

from typing import Any
from uuid import UUID

from services.publish.documents import lock_publication
from services.publish.models import Publication
from services.publish.service import SERVICE
from shared.identity import rights
from shared.identity.viewer import Viewer
from shared.web.asking import declare_act
from shared.web.pages import Pages, Visit
from shared.web.problems import not_found


def sections(viewer: Viewer) -> list[tuple[str, str]]:
    """The sections that a person may enter, as (path, words)."""
    if not viewer.person_id:
        return []
    found = [
        ("/publish/publications", "Publications", rights.reads_publications),
        ("/review", "Reviews", rights.in_reviews),
        ("/notify", "Incidents and duties", rights.signed_in),
        ("/notify/account", "Your account", rights.signed_in),
    ]
    return [(path, words) for path, words, allows in found if allows(viewer)]


pages = Pages(SERVICE, sections)


def publication_of(visit: Visit, publication_id: UUID, lock: bool = False) -> Publication:
    """The publication that a page is about, locked where it is to be changed. Raises a 404 problem."""
    found = (
        lock_publication(visit.session, str(publication_id))
        if lock
        else visit.session.get(Publication, str(publication_id))
    )
    if found is None:
        raise not_found()
    if not lock:
        visit.note_read(f"publication:{found.id}")
    return found


def at_publication(_: Visit, publication: Publication) -> str:
    """The page of a publication."""
    return f"/publish/publications/{publication.id}"


def act(rest: str, **declared: Any) -> None:
    """Declare a form on a publication, at `rest` under its page; see `declare_act` for the rest."""
    path = f"/publications/<uuid:record_id>/{rest}"
    declare_act(pages, path, finds=publication_of, about=lambda each: each.reference, back=at_publication, **declared)
