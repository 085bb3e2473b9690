"""Cases and their merged chronology."""

from uuid import UUID

from sqlalchemy import select

from services.review.agency_returns import submitted_returns
from services.review.api.routes import api
from services.review.chronology import page_of_chronology
from services.review.directory import Agencies
from services.review.information_requests import ask_more_agencies
from services.review.models import Case
from services.review.records import etag, expect_version, find
from services.review.schemas.cases import CaseList, CaseQuery, CaseView
from services.review.schemas.returns import AskedAgencies, Chronology, ChronologyQuery, FurtherAgencies
from services.review.views.cases import describe_case, describe_summary
from services.review.views.returns import describe_requests
from shared.identity import rights
from shared.web.api import Call, Reply
from shared.web.paging import page


@api.get("/cases", allows=rights.any_agency, query=CaseQuery, gives=CaseList)
def list_cases(call: Call) -> Reply:
    """Cases you may see, newest first."""
    statement = select(Case)
    if stage := call.query.get("stage"):
        statement = statement.where(Case.stage == stage)
    if incident := call.query.get("incident_id"):
        statement = statement.where(Case.incident_id == str(incident))
    order = (Case.opened_at, Case.id)
    return Reply(page(call.session, statement, order, call.query, describe_summary, newest_first=True))


@api.get("/cases/<uuid:case_id>", allows=rights.any_agency, gives=CaseView)
def get_case(call: Call, case_id: UUID) -> Reply:
    """One case whole: for the office, the authority and the three partners."""
    case = find(call.session, Case, case_id)
    call.note_read(f"case:{case.id}")
    return Reply(describe_case(call.session, case), headers=etag(case))


@api.get("/cases/<uuid:case_id>/chronology", allows=rights.any_agency, query=ChronologyQuery, gives=Chronology)
def get_chronology(call: Call, case_id: UUID) -> Reply:
    """All agencies' submitted chronologies as one, in order of time; all of it, or in pages of `limit`."""
    case = find(call.session, Case, case_id)
    call.note_read(f"case:{case.id}")
    returns = submitted_returns(call.session, case.id)
    agencies = Agencies(call.session, [each.agency_id for each in returns])
    return Reply(page_of_chronology(returns, agencies, call.query["cursor"], call.query["limit"]))


@api.post(
    "/cases/<uuid:case_id>/information-requests",
    allows=rights.office,
    takes=FurtherAgencies,
    gives=AskedAgencies,
    status=201,
)
def post_information_requests(call: Call, case_id: UUID) -> Reply:
    """Ask further agencies."""
    case = find(call.session, Case, case_id, lock=True)
    expect_version(case)
    asked = ask_more_agencies(call.session, case, call.body["agencies"], call.viewer)
    return Reply({"items": describe_requests(call.session, asked)})
