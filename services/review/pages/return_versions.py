"""The versions of a return that an agency sent, and what it changed from one to another."""

from uuid import UUID

from flask import request as request_of_browser

from services.review.models import InformationRequest
from services.review.pages.site import pages
from services.review.records import find
from services.review.return_versions import compare, sent_versions
from services.review.views.returns import describe_request
from shared.identity import rights
from shared.web.pages import Page, Visit
from shared.web.problems import not_found


@pages.get("/requests/<uuid:request_id>/versions", allows=rights.any_agency)
def compare_versions(visit: Visit, request_id: UUID) -> Page:
    """Two versions beside each other: those asked for, or the newest and the one before it."""
    request = find(visit.session, InformationRequest, request_id)
    visit.note_read(f"case:{request.case_id}")
    versions = {each.number: each for each in sent_versions(visit.session, request)}
    if len(versions) < 2:
        raise not_found()
    *_, before, after = versions
    chosen = [
        request_of_browser.args.get(name, default, int) for name, default in (("before", before), ("after", after))
    ]
    if not set(chosen) <= set(versions):
        raise not_found()
    values = {
        "request": describe_request(visit.session, request, drafts=False),
        "versions": list(versions.values()),
        "before": versions[chosen[0]],
        "after": versions[chosen[1]],
        "found": compare(versions[chosen[0]], versions[chosen[1]], own=request.agency_id == visit.viewer.agency_id),
        "back": f"/review/requests/{request.id}",
    }
    return Page("return_versions.html", "What was changed", values)
