"""What the routes of this service share: the blueprint, and finding the publication that a path names."""

from uuid import UUID

from flask import request

from services.publish.documents import lock_publication
from services.publish.models import Publication
from services.publish.publications import check_version
from services.publish.service import SERVICE
from shared.web.api import Api, Call
from shared.web.problems import not_found

api = Api(SERVICE)


def publication_to_read(call: Call, publication_id: UUID) -> Publication:
    """The publication, its reading noted in the audit trail. Raises 404."""
    publication = call.session.get(Publication, str(publication_id))
    if publication is None:
        raise not_found()
    call.note_read(f"publication:{publication.id}")
    return publication


def publication_to_change(call: Call, publication_id: UUID) -> Publication:
    """The publication, locked, and in the version that the caller read where If-Match says so. Raises 404, 412."""
    publication = lock_publication(call.session, str(publication_id))
    if publication is None:
        raise not_found()
    check_version(publication, request.headers.get("If-Match"))
    return publication


def etag(publication: Publication) -> dict[str, str]:
    return {"ETag": f'"{publication.version}"'}
