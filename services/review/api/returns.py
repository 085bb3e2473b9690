"""An agency's own requests and its return."""

from uuid import UUID

from sqlalchemy import select

from services.review.agency_returns import note_read, save_return
from services.review.api.routes import api
from services.review.information_requests import extend_request
from services.review.models import InformationRequest
from services.review.records import etag, expect_version, find
from services.review.schemas.common import Reasons
from services.review.schemas.returns import (
    AgencyReturnBody,
    ExtensionBody,
    InformationRequestList,
    InformationRequestQuery,
    InformationRequestView,
    VersionList,
)
from services.review.views.returns import describe_request, describe_requests, describe_versions
from shared.identity import rights
from shared.web.api import Call, Reply
from shared.web.paging import page
from shared.web.problems import not_found


@api.get("/information-requests", allows=rights.any_agency, query=InformationRequestQuery, gives=InformationRequestList)
def list_information_requests(call: Call) -> Reply:
    """What your agency was asked; the office sees what everybody was asked."""
    statement = select(InformationRequest)
    if not call.viewer.is_office:
        statement = statement.where(InformationRequest.agency_id == call.viewer.agency_id)
    if case := call.query.get("case_id"):
        statement = statement.where(InformationRequest.case_id == str(case))
    if status := call.query.get("status"):
        statement = statement.where(InformationRequest.status == status)
    order = (InformationRequest.requested_at, InformationRequest.id)
    found = page(call.session, statement, order, call.query, lambda row: row, newest_first=True)
    return Reply(found | {"items": describe_requests(call.session, found["items"])})


@api.get("/information-requests/<uuid:request_id>", allows=rights.any_agency, gives=InformationRequestView)
def get_information_request(call: Call, request_id: UUID) -> Reply:
    """One request with the newest return; drafts are shown to the agency that writes them only."""
    request = find(call.session, InformationRequest, request_id)
    own = request.agency_id == call.viewer.agency_id
    call.note_read(f"case:{request.case_id}")
    return Reply(describe_request(call.session, request, drafts=own), headers=etag(request))


@api.put(
    "/information-requests/<uuid:request_id>/return",
    allows=rights.any_agency,
    takes=AgencyReturnBody,
    gives=InformationRequestView,
)
def put_return(call: Call, request_id: UUID) -> Reply:
    """Save your agency's return as a draft, or submit it; submitted versions are kept, and a later one follows."""
    request = find(call.session, InformationRequest, request_id, lock=True)
    if request.agency_id != call.viewer.agency_id:
        raise not_found()
    expect_version(request)
    save_return(call.session, request, call.body, call.viewer)
    return Reply(describe_request(call.session, request, drafts=True), headers=etag(request))


@api.get("/information-requests/<uuid:request_id>/versions", allows=rights.any_agency, gives=VersionList)
def list_versions(call: Call, request_id: UUID) -> Reply:
    """Every version of a return that was sent, the newest last, with its content: what an agency changed is to be seen."""
    request = find(call.session, InformationRequest, request_id)
    call.note_read(f"case:{request.case_id}")
    return Reply({"items": describe_versions(call.session, request)})


@api.post(
    "/information-requests/<uuid:request_id>/extension",
    allows=rights.office,
    takes=ExtensionBody,
    gives=InformationRequestView,
    status=201,
)
def post_extension(call: Call, request_id: UUID) -> Reply:
    """Give an agency more time for its return, with reasons."""
    request = find(call.session, InformationRequest, request_id, lock=True)
    expect_version(request)
    extend_request(call.session, request, call.body["due_on"], call.body["reasons"], call.viewer)
    return Reply(describe_request(call.session, request, drafts=False), headers=etag(request))


@api.post(
    "/information-requests/<uuid:request_id>/read-after-decision",
    allows=rights.office,
    takes=Reasons,
    gives=InformationRequestView,
    status=201,
)
def post_read(call: Call, request_id: UUID) -> Reply:
    """Say what comes of what an agency sent after the decision; it then waits no more."""
    request = find(call.session, InformationRequest, request_id, lock=True)
    expect_version(request)
    note_read(call.session, request, call.body["reasons"], call.viewer)
    return Reply(describe_request(call.session, request, drafts=False), headers=etag(request))
