"""Every route of review's and publish's interface × every kind of caller; notify's stands in test_rights.py."""

from types import ModuleType
from typing import Any

import pytest

from services.publish.app import create_app as publish_app
from services.review.app import create_app as review_app
from services.review.review_records import KINDS
from tests import publishing, reviewing
from tests.reviewing import (
    COUNCIL,
    FULL_RETURN,
    HOSPITAL,
    OFFICE,
    POLICE,
    SCHOOL,
    call,
    commissioned,
    open_case,
    post,
    put,
    request_of,
)

pytestmark = pytest.mark.usefixtures("ground")

CALLERS = (SCHOOL, HOSPITAL, POLICE, OFFICE, COUNCIL, None)
ABSENT = "7f0c66d2-8d1c-4ac7-9b52-1df1b7a4a111"
# Whoever may call finds that the record is absent (404) or the body faulty (415, 422); who may not is 403, nobody 401.
# ...................... school, hospital, police, office, authority, nobody
ANY_LIST = (200, 200, 200, 200, 200, 401)
ANY_ONE = (404, 404, 404, 404, 404, 401)
ANY_SENDS = (422, 422, 422, 422, 422, 401)
RUNS = (403, 403, 422, 422, 422, 401)
PARTNERS = (403, 403, 422, 403, 422, 401)
OFFICE_SENDS = (403, 403, 403, 422, 403, 401)
OFFICE_ONE = (403, 403, 403, 404, 403, 401)
READS_LIST = (403, 403, 200, 200, 200, 401)
READS_ONE = (403, 403, 404, 404, 404, 401)
UPLOADS = (403, 403, 415, 415, 415, 401)
REVIEW: dict[tuple[str, str], tuple[int, ...]] = {
    ("POST", "/actions/<uuid:action_id>/evidence"): ANY_SENDS,
    ("GET", "/cases"): ANY_LIST,
    ("GET", "/cases/<uuid:case_id>"): ANY_ONE,
    ("GET", "/cases/<uuid:case_id>/chronology"): ANY_ONE,
    ("GET", "/cases/<uuid:case_id>/chronology/marks"): ANY_ONE,
    ("POST", "/cases/<uuid:case_id>/chronology/marks"): RUNS,
    ("POST", "/chronology-marks/<uuid:mark_id>/end"): (403, 403, 404, 404, 404, 401),
    ("POST", "/cases/<uuid:case_id>/information-requests"): OFFICE_SENDS,
    ("POST", "/cases/<uuid:case_id>/panel-reply"): RUNS,
    ("POST", "/cases/<uuid:case_id>/practice-reviews"): RUNS,
    ("POST", "/cases/<uuid:case_id>/rapid-review/decision"): RUNS,
    ("POST", "/cases/<uuid:case_id>/rapid-review/sign-off"): PARTNERS,
    ("POST", "/cases/<uuid:case_id>/shared-material"): OFFICE_SENDS,
    ("POST", "/evidence/<uuid:evidence_id>/file"): (415, 415, 415, 415, 415, 401),
    ("GET", "/evidence/<uuid:evidence_id>/file"): ANY_ONE,
    ("POST", "/holds/<uuid:hold_id>/checks"): RUNS,
    ("POST", "/holds/<uuid:hold_id>/lift"): RUNS,
    ("GET", "/information-requests"): ANY_LIST,
    ("GET", "/information-requests/<uuid:request_id>"): ANY_ONE,
    ("PUT", "/information-requests/<uuid:request_id>/return"): ANY_SENDS,
    ("GET", "/practice-reviews/<uuid:review_id>"): ANY_ONE,
    ("POST", "/practice-reviews/<uuid:review_id>/delays"): RUNS,
    ("POST", "/practice-reviews/<uuid:review_id>/end"): RUNS,
    ("POST", "/practice-reviews/<uuid:review_id>/holds"): RUNS,
    ("POST", "/practice-reviews/<uuid:review_id>/milestones"): RUNS,
    ("POST", "/practice-reviews/<uuid:review_id>/reports"): UPLOADS,
    ("POST", "/practice-reviews/<uuid:review_id>/reviewer-requests"): RUNS,
    ("POST", "/practice-reviews/<uuid:review_id>/reviewers"): RUNS,
    ("POST", "/practice-reviews/<uuid:review_id>/sign-off"): PARTNERS,
    ("GET", "/recommendations"): ANY_LIST,
    ("POST", "/recommendations"): RUNS,
    ("POST", "/recommendations/<uuid:recommendation_id>/actions"): ANY_SENDS,
    ("GET", "/reports/<uuid:report_id>/file"): ANY_ONE,
    ("POST", "/reviewer-requests/<uuid:request_id>/response"): RUNS,
    ("GET", "/shared-material"): ANY_LIST,
    ("GET", "/shared-material/<uuid:material_id>"): ANY_ONE,
    ("POST", "/shared-material/<uuid:material_id>/end"): OFFICE_ONE,
}
REVIEW |= {
    ("GET", "/waiting"): READS_LIST,
    **{("GET", f"/{path}"): READS_LIST for path in ("figures", "themes", "tracker")},
    ("GET", "/cases/<uuid:case_id>/bundle"): OFFICE_ONE,
    ("POST", "/cases/<uuid:case_id>/bundle"): OFFICE_SENDS,
    ("GET", "/cases/<uuid:case_id>/rapid-review/report"): READS_ONE,
    ("GET", "/information-requests/<uuid:request_id>/versions"): ANY_ONE,
    ("POST", "/information-requests/<uuid:request_id>/extension"): OFFICE_SENDS,
    ("POST", "/information-requests/<uuid:request_id>/read-after-decision"): OFFICE_SENDS,
    ("GET", "/practice-reviews/<uuid:review_id>/reviewer-access"): OFFICE_ONE,
    ("POST", "/practice-reviews/<uuid:review_id>/reviewer-access"): OFFICE_SENDS,
    ("POST", "/practice-reviews/<uuid:review_id>/reviewer-access/end"): OFFICE_SENDS,
    ("GET", "/recommendations/<uuid:recommendation_id>"): ANY_ONE,
    ("GET", "/return-times"): READS_LIST,
    ("PUT", "/return-times"): OFFICE_SENDS,
    ("GET", "/stages"): READS_LIST,
    ("PUT", "/stages/<kind>"): OFFICE_SENDS,
    ("GET", "/emergency-accesses"): (403, 403, 403, 200, 403, 401),
    ("GET", "/cases/<uuid:case_id>/access"): OFFICE_ONE,
    ("POST", "/cases/<uuid:case_id>/team"): OFFICE_SENDS,
    ("POST", "/cases/<uuid:case_id>/team/<uuid:member_id>/end"): OFFICE_ONE,
    ("GET", "/cases/<uuid:case_id>/agenda"): READS_ONE,
    ("GET", "/cases/<uuid:case_id>/meetings"): READS_ONE,
    ("POST", "/cases/<uuid:case_id>/meetings"): RUNS,
    ("POST", "/cases/<uuid:case_id>/planned-meetings"): OFFICE_SENDS,
    ("GET", "/planned-meetings"): ANY_LIST,
    ("GET", "/planned-meetings/<uuid:meeting_id>"): ANY_ONE,
    ("POST", "/planned-meetings/<uuid:meeting_id>/end"): OFFICE_ONE,
    ("GET", "/cases/<uuid:case_id>/records"): READS_ONE,
    ("GET", "/destruction-certificates/<uuid:certificate_id>"): READS_ONE,
    ("POST", "/cases/<uuid:case_id>/retention-decisions"): OFFICE_SENDS,
    ("POST", "/retention-decisions/<uuid:decision_id>/confirmation"): READS_ONE,
    **{
        ("POST", f"/{path}"): RUNS
        for path in (
            "cases/<uuid:case_id>/legal-holds",
            "cases/<uuid:case_id>/milestones",
            "draft-comments/<uuid:comment_id>/answer",
            "holds/<uuid:hold_id>/panel-told",
            "legal-holds/<uuid:hold_id>/lift",
            "practice-reviews/<uuid:review_id>/cases",
            *(f"practice-reviews/<uuid:review_id>/records/{kind}" for kind in KINDS),
            "reports/<uuid:report_id>/comments",
            "review-cases/<uuid:link_id>/removal",
            "reviewers/<uuid:reviewer_id>/removal",
        )
    },
}
ONE = "/publications/<uuid:publication_id>"
PUBLISH: dict[tuple[str, str], tuple[int, ...]] = {
    ("GET", "/publications"): READS_LIST,
    ("GET", ONE): READS_ONE,
    ("GET", f"{ONE}/documents"): READS_ONE,
    ("GET", f"{ONE}/documents/<uuid:document_id>/file"): READS_ONE,
    ("GET", f"{ONE}/findings"): READS_ONE,
    ("GET", f"{ONE}/findings/<uuid:finding_id>/picture"): READS_ONE,
    ("POST", f"{ONE}/documents"): UPLOADS,
    ("POST", f"{ONE}/page"): READS_ONE,
    ("POST", "/past-reviews/<slug>/withdrawal"): RUNS,
    ("POST", "/publications"): OFFICE_SENDS,
    **{
        ("POST", f"{ONE}/{rest}"): RUNS
        for rest in (
            "correction",
            "early-readers",
            "early-readers/<uuid:reader_id>",
            "findings/<uuid:finding_id>/resolution",
            "nspcc-receipt",
            "protocol/<step>",
            "retention",
            "route",
            "schedule",
            "withdrawal",
        )
    },
}
TABLES: list[tuple[Any, ModuleType, dict[tuple[str, str], tuple[int, ...]]]] = [
    (review_app, reviewing, REVIEW),
    (publish_app, publishing, PUBLISH),
]
NAMED = [pytest.param(*table, id=table[1].BASE.split("/")[1]) for table in TABLES]


@pytest.mark.parametrize(("make_app", "service", "table"), NAMED)
def test_every_route_stands_in_the_table_of_who_may_call_it(make_app: Any, service: Any, table: Any) -> None:
    declared = {
        (method, rule.rule.removeprefix(service.BASE))
        for rule in make_app().url_map.iter_rules()
        if rule.rule.startswith(service.BASE)
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert declared == set(table)


@pytest.mark.parametrize(("make_app", "service", "table"), NAMED)
def test_each_kind_of_caller_is_answered_by_its_right(make_app: Any, service: Any, table: Any) -> None:
    wrong = []
    for (method, rule), decided in table.items():
        path = "/".join(ABSENT if part.startswith("<") else part for part in rule.split("/"))
        body = None if method == "GET" else {}
        answers = [service.call(method, path, caller, body) for caller in CALLERS if caller]
        answers.append(service.client().open(service.BASE + path, method=method, json=body))
        if (found := tuple(answer.status_code for answer in answers)) != decided:
            wrong.append(f"{method} {rule}: {found}")
    assert wrong == []


def test_each_record_answers_its_own_agency_and_whoever_may_see_it_and_is_not_there_for_another() -> None:
    case = open_case(agencies=[SCHOOL, HOSPITAL])
    for agency in (SCHOOL, HOSPITAL):
        put(f"/information-requests/{request_of(case, agency)}/return", agency, FULL_RETURN)
    review = commissioned(case)
    body = {"case_id": case["id"], "owner_agency": HOSPITAL, "text": "Teach escalation.", "theme": "escalation"}
    recommendation = post("/recommendations", POLICE, body)
    shared = {"owners": [SCHOOL], "what": ["return"], "with_agencies": [HOSPITAL]}
    [material] = post(f"/cases/{case['id']}/shared-material", OFFICE, shared)["items"]
    # ................... hospital, school, police, office, authority
    sees = {
        f"/cases/{case['id']}": (404, 404, 200, 200, 200),
        f"/cases/{case['id']}/chronology": (404, 404, 200, 200, 200),
        f"/practice-reviews/{review['id']}": (404, 404, 200, 200, 200),
        f"/information-requests/{request_of(case, HOSPITAL)}": (200, 404, 200, 200, 200),
        f"/shared-material/{material['id']}": (200, 200, 200, 200, 200),
    }
    callers = (HOSPITAL, SCHOOL, POLICE, OFFICE, COUNCIL)
    found = {path: tuple(call("GET", path, caller).status_code for caller in callers) for path in sees}
    assert found == sees
    action = {"text": "Train."}
    path = f"/recommendations/{recommendation['id']}/actions"
    assert [call("POST", path, caller, action).status_code for caller in (SCHOOL, HOSPITAL)] == [404, 201]
    returned = f"/information-requests/{request_of(case, HOSPITAL)}/return"
    assert [call("PUT", returned, caller, {"involved": False}).status_code for caller in (SCHOOL, POLICE)] == [404, 404]
