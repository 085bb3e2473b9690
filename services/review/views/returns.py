"""Information requests and returns as they are answered."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from services.review.directory import Agencies
from services.review.models import AgencyReturn, InformationRequest
from services.review.return_versions import sent_versions
from shared import clock


def describe_requests(session: Session, requests: Sequence[InformationRequest]) -> list[dict[str, Any]]:
    """Requests with the versions of their returns, but not their content."""
    agencies = Agencies(session, [request.agency_id for request in requests])
    versions: dict[str, list[AgencyReturn]] = {request.id: [] for request in requests}
    statement = (
        select(AgencyReturn)
        .where(AgencyReturn.request_id.in_(list(versions)))
        .order_by(AgencyReturn.number)
        .options(defer(AgencyReturn.content), defer(AgencyReturn.chronology))  # not opened where it is not shown
    )
    for version in session.scalars(statement):
        versions[version.request_id].append(version)
    return [_request(request, agencies, versions[request.id]) for request in requests]


def _request(request: InformationRequest, agencies: Agencies, versions: list[AgencyReturn]) -> dict[str, Any]:
    awaited = request.status in ("requested", "draft")
    return {
        "id": request.id,
        "case_id": request.case_id,
        "reference": request.case_reference,
        "agency": agencies[request.agency_id],
        "status": request.status,
        "requested_at": request.requested_at,
        "due_at": request.due_at,
        "overdue": awaited and request.due_at < clock.now(),
        "late": request.returned_at is not None and request.returned_at > request.due_at,
        "returned_at": request.returned_at,
        "chased": request.chased,
        "search_changed_at": request.search_changed_at,
        "versions": [_version(version) for version in versions],
    }


def _version(version: AgencyReturn) -> dict[str, Any]:
    return {
        "number": version.number,
        "status": "submitted" if version.submitted_at else "draft",
        "involved": version.involved,
        "saved_at": version.saved_at,
        "submitted_at": version.submitted_at,
        "late": version.late,
    }


def describe_request(session: Session, request: InformationRequest, *, drafts: bool) -> dict[str, Any]:
    """One request with the content of its newest return; a draft is shown to the agency that writes it only."""
    statement = select(AgencyReturn).where(AgencyReturn.request_id == request.id)
    if not drafts:
        statement = statement.where(AgencyReturn.submitted_at.is_not(None))
    newest = session.scalar(statement.order_by(AgencyReturn.number.desc()).limit(1))
    [described] = describe_requests(session, [request])
    searched = request.status != "cancelled"  # then nobody is searched for any more
    return described | {
        "concerns": (searched and request.concerns) or [],
        "people": (searched and request.people) or [],
        "return": _content(newest) if newest else None,
    }


def describe_versions(session: Session, request: InformationRequest) -> list[dict[str, Any]]:
    """Every version of a return that was sent, with its content."""
    return [_content(each) for each in sent_versions(session, request)]


def _content(version: AgencyReturn) -> dict[str, Any]:
    chronology = [{name: value for name, value in entry.items() if name != "place"} for entry in version.chronology]
    return _version(version) | {"content": version.content, "chronology": chronology}
