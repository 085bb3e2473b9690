"""Who is kept from a publication, and who read it."""

from uuid import UUID

from services.publish.pages.site import pages, publication_of
from shared.identity import rights
from shared.identity.need_to_know import kept_from, readers_shown
from shared.web.pages import Page, Visit


@pages.get("/publications/<uuid:publication_id>/access", allows=rights.office)
def show_publication_access(visit: Visit, publication_id: UUID) -> Page:
    """Who is kept from a publication with its incident, and everybody who read it."""
    publication = publication_of(visit, publication_id)
    values = {
        "publication": publication,
        "kept": kept_from(visit.session, publication.incidents),
        "readers": readers_shown(visit.session, [f"publication:{publication.id}"]),
        "back": f"/publish/publications/{publication.id}",
    }
    return Page("publication_access.html", "Who may see this publication, and who read it", values)
