"""What an e-mail's link leads a recipient's people to: the document, and the files that it names."""

from uuid import UUID

from services.notify.documents import fetch_document, fetch_file
from services.notify.pages.site import pages
from services.notify.panel_form import as_sections
from shared.identity import rights
from shared.web.pages import Download, Page, Visit

SHOWN_APART = ("assessment", "documents", "request_id", "case_id")


@pages.get("/documents/<uuid:delivery_id>", allows=rights.any_agency)
def show_document(visit: Visit, delivery_id: UUID) -> Page:
    """The document of a message; read by the recipient's own people, that is its receipt."""
    found = fetch_document(visit.session, visit.viewer, str(delivery_id))
    document = found["document"]
    notification = "notifier" in document
    values = {
        "found": found,
        "document": document,
        "sections": as_sections(document) if notification else [],
        "facts": {} if notification else {name: value for name, value in document.items() if name not in SHOWN_APART},
        "files": document.get("documents") or [],
    }
    return Page("document.html", "What you were sent", values)


@pages.get("/documents/<uuid:delivery_id>/files/<sha256>", allows=rights.any_agency)
def open_named_file(visit: Visit, delivery_id: UUID, sha256: str) -> Download:
    """A file that a document names, for whoever may read the document."""
    entry, attachment, content = fetch_file(visit.session, visit.viewer, str(delivery_id), sha256)
    return Download(content, attachment.content_type, entry["filename"])
