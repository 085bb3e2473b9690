"""Documents of a publication, and what the identifier check found in them."""

from uuid import UUID

from flask import request
from sqlalchemy import select

from services.publish import schemas, views
from services.publish.api.routes import api, publication_to_change, publication_to_read
from services.publish.documents import Upload, upload_document
from services.publish.findings import Resolution, find, listed, rendering_of, resolve_finding
from services.publish.models import Document, Finding
from services.publish.schedule import public_name
from shared import files
from shared.identity import rights
from shared.web.api import Call, Reply
from shared.web.paging import page
from shared.web.problems import conflict, not_found, refused


@api.post(
    "/publications/<uuid:publication_id>/documents",
    allows=rights.office_or_partner,
    takes=schemas.UploadIn,
    gives=schemas.DocumentView,
    status=201,
    upload=True,
)
def post_document(call: Call, publication_id: UUID) -> Reply:
    """A new version of a document, as a PDF or as Word of which a PDF is made; it is cleaned and checked next."""
    publication = publication_to_change(call, publication_id)
    file = request.files.get("file")
    if file is None:
        raise refused("/file", "Send the PDF or Word document in a part named file.")
    uploaded_by = call.body["uploaded_by"] or call.viewer.agency_name
    upload = Upload(call.body["kind"], (file.filename or "")[:300], file.read(), uploaded_by)
    document = upload_document(call.session, call.viewer, publication, upload)
    return Reply(views.document_view(document, True, 0))


@api.get(
    "/publications/<uuid:publication_id>/documents",
    allows=rights.office_authority_or_partner,
    gives=schemas.DocumentList,
)
def get_documents(call: Call, publication_id: UUID) -> Reply:
    """Every version of every document."""
    publication = publication_to_read(call, publication_id)
    return Reply({"items": views.document_views(call.session, publication)})


@api.get(
    "/publications/<uuid:publication_id>/documents/<uuid:document_id>/file", allows=rights.office_authority_or_partner
)
def get_document_file(call: Call, publication_id: UUID, document_id: UUID) -> Reply:
    """The cleaned bytes of a checked document, which are what may go live."""
    publication = publication_to_read(call, publication_id)
    document = call.session.scalar(
        select(Document).where(Document.id == str(document_id), Document.publication_id == publication.id)
    )
    if document is None:
        raise not_found()
    if document.clean_key is None:
        raise conflict("This document has not been checked yet, or was refused.")
    name = public_name(publication.pseudonym, document)
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return Reply(files.get(document.clean_key), headers=headers, content_type=document.content_type)


@api.get(
    "/publications/<uuid:publication_id>/findings",
    allows=rights.office_authority_or_partner,
    query=schemas.FindingQuery,
    gives=schemas.FindingList,
)
def get_findings(call: Call, publication_id: UUID) -> Reply:
    """What may identify somebody, in every version; `open=true` for what nobody has decided on."""
    publication = publication_to_read(call, publication_id)
    statement = select(Finding).where(listed(publication, call.query))
    order = (Finding.document_id, Finding.id)
    return Reply(page(call.session, statement, order, call.query, views.finding_view))


@api.get(
    "/publications/<uuid:publication_id>/findings/<uuid:finding_id>/picture",
    allows=rights.office_authority_or_partner,
)
def get_finding_picture(call: Call, publication_id: UUID, finding_id: UUID) -> Reply:
    """The picture that a finding is about, or the page without text, as a small JPEG."""
    publication = publication_to_read(call, publication_id)
    picture = rendering_of(find(call.session, publication, str(finding_id)))
    return Reply(picture, headers={"X-Content-Type-Options": "nosniff"}, content_type="image/jpeg")


@api.post(
    "/publications/<uuid:publication_id>/findings/<uuid:finding_id>/resolution",
    allows=rights.office_or_partner,
    takes=schemas.ResolutionIn,
    gives=schemas.FindingView,
    status=201,
)
def post_resolution(call: Call, publication_id: UUID, finding_id: UUID) -> Reply:
    """A decision on a finding: removed in a newer version, or accepted by a second person with a reason."""
    publication = publication_to_change(call, publication_id)
    finding = find(call.session, publication, str(finding_id))
    if finding is None:
        raise not_found()
    resolve_finding(call.session, call.viewer, publication, finding, Resolution(**call.body))
    return Reply(views.finding_view(finding))
