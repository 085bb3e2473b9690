"""The documents of a publication: versions of a report and its companions, and the words of the public page.

Every version is kept as it came, sealed. What may be published is the cleaned and checked copy beside it.
"""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from services.publish.cleaning.file_kinds import PDF, PLAIN, UnknownKind, kind_of_file
from services.publish.models import Document, Publication
from services.publish.wording import state_words
from shared import audit, clock, files
from shared.database import new_id
from shared.identity.viewer import Viewer
from shared.service import ring_after_commit
from shared.web.problems import conflict, refused

UPLOADED_KINDS = ("full-report", "executive-summary", "learning-briefing", "slides")
REPORTS = ("full-report", "executive-summary")
RECORD = "nspcc-record"  # what a correction replaced where no page shows it


@dataclass(frozen=True)
class Upload:
    """A file as somebody sent it."""

    kind: str
    filename: str
    content: bytes
    uploaded_by: str


def upload_document(session: Session, viewer: Viewer, publication: Publication, upload: Upload) -> Document:
    """Store a new version of one kind of document, to be cleaned and checked by the worker.

    Raises a 409 problem where nothing more is to be published, 422 for a file that is neither a PDF nor
    a Word document by its content.
    """
    if publication.state in ("withheld", "archived"):
        raise conflict(
            f"This publication stands at “{state_words(publication.state)}”; no document can be added to it."
        )
    try:
        content_type = kind_of_file(upload.content)
    except UnknownKind as error:
        raise refused("/file", str(error)) from None
    document = _add(
        session,
        publication,
        kind=upload.kind,
        content_type=content_type,
        content_key=files.put(upload.content),
        sha256=files.sha256_of(upload.content),
        filename=upload.filename,
        by=upload.uploaded_by,
        actor=viewer.actor,
        agency=viewer.agency_id,
    )
    why = f"{document.kind} version {document.version} sha256 {document.original_sha256}"
    audit.append(session, audit.Entry(viewer.actor, "uploaded", f"publication:{publication.id}", why))
    return document


def attach_signed_report(session: Session, publication: Publication, report: dict[str, str]) -> None:
    """The report that the partners signed, as the next version of the full report, unless it is there already."""
    known = select(Document.id).where(
        Document.publication_id == publication.id, Document.original_sha256 == report["sha256"]
    )
    if session.execute(known).first():
        return
    _add(
        session,
        publication,
        kind="full-report",
        content_type=PDF,
        content_key=report["key"],
        sha256=report["sha256"],
        filename=report["filename"],
        by="the practice review, on sign-off",
        actor="review",
        agency="review",
    )


def add_text(session: Session, viewer: Viewer, publication: Publication, kind: str, text: str) -> None:
    """Words that will stand on the public page: checked like any document. Unchanged words are no new version.

    They are the person's who wrote them, so that somebody else decides on what the check finds in them.
    """
    content = text.encode()
    current = current_documents(session, publication.id).get(kind)
    if current and current.original_sha256 == files.sha256_of(content):
        return
    _add(
        session,
        publication,
        kind=kind,
        content_type=PLAIN,
        content_key=files.put(content),
        sha256=files.sha256_of(content),
        filename=f"{kind}.txt",
        by=viewer.person_name or viewer.agency_name,
        actor=viewer.actor,
        agency=viewer.agency_id,
    )


def _add(
    session: Session,
    publication: Publication,
    *,
    kind: str,
    content_type: str,
    content_key: str,
    sha256: str,
    filename: str,
    by: str,
    actor: str,
    agency: str,
) -> Document:
    lock_publication(session, publication.id)  # two uploads at once become two versions, in turn
    last = select(func.max(Document.version)).where(Document.publication_id == publication.id, Document.kind == kind)
    document = Document(
        id=new_id(),
        publication_id=publication.id,
        kind=kind,
        version=(session.scalar(last) or 0) + 1,
        content_type=content_type,
        came_as=content_type,
        uploaded_by=by,
        uploaded_by_actor=actor,
        uploaded_agency=agency,
        uploaded_at=clock.now(),
        original_key=content_key,
        original_sha256=sha256,
        original_name=filename,
        status="received",
        removed=[],
        accessibility=[],
    )
    session.add(document)
    session.flush()
    ring_after_commit(session, "check_documents")
    return document


def lock_publication(session: Session, publication_id: str) -> Publication | None:
    """The publication, as it stands now, for the rest of the transaction."""
    return session.scalar(
        select(Publication)
        .where(Publication.id == publication_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def current_documents(session: Session, publication_id: str) -> dict[str, Document]:
    """The newest version of each kind, by kind."""
    newest = (
        select(Document)
        .where(Document.publication_id == publication_id)
        .ext(distinct_on(Document.kind))
        .order_by(Document.kind, Document.version.desc())
    )
    return {document.kind: document for document in session.scalars(newest)}


def needed_kinds(publication: Publication) -> tuple[str, ...]:
    """What must be there and checked: the chosen documents, and the words of the page or of the NSPCC's record."""
    return (*publication.publish, "page-text") if publication.route in ("local", "improvements", "anonymous") else ()
