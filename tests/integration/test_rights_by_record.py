"""Every page of the three services that is of a record × every role × whose it is: one's own agency's, another's, or of a
case that one is kept from. Which roles open a page at all is decided beside each service's pages; here, how far they see.
"""

import io
import re
import uuid
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest
from sqlalchemy import text

from services.notify.referrals import submit_referral
from services.notify.schemas import ReferralSchema
from services.notify.service import SERVICE as NOTIFY
from services.notify.sign_in import begin_sign_in
from services.publish.document_check import check_documents
from shared import clock
from shared.identity.people import viewer_of
from shared.identity.roles import ROLES
from tests import notifying, publishing, reviewing
from tests.integration.test_pages_rights import AT
from tests.integration.test_pages_rights import MAY as OF_NOTIFY
from tests.integration.test_publish_pages import MAY as OF_PUBLISH
from tests.integration.test_review_pages_rights import MAY as OF_REVIEW
from tests.people import Someone, filled
from tests.pictures import report_with
from tests.publishing import pdf
from tests.reviewing import COUNCIL, FULL_RETURN, HOSPITAL, OFFICE, POLICE, SCHOOL, commissioned, post, put, request_of

pytestmark = pytest.mark.usefixtures("sandbox")

OWN, OTHERS, KEPT = "own", "others", "kept from"
WIDE = {"partnership-office", "scrutineer", "partner-approver"}
PUBLISHES = WIDE | {"editor", "communications-lead"}
OFFICER = WIDE - {"partner-approver"} | {"duty-officer"}
# How far each role sees the records of a kind, where it opens the page: its own agency's, others' as well. A role that is
# not named sees none of them. Nobody sees what they are kept from.
BOTH, ITS_OWN = {OWN, OTHERS}, {OWN}
OWN_DRAFT = {OWN, KEPT}  # it is of no incident yet
AGENCY = dict.fromkeys(("return-author", "agency-lead", "duty-officer"), ITS_OWN)
REACH: dict[str, dict[str, set[str]]] = {
    "case": dict.fromkeys(WIDE, BOTH),
    "request": AGENCY | dict.fromkeys(WIDE, BOTH),
    "request with versions": {},  # there is one version here, so there is nothing to compare: test_review_versions.py
    "own request": AGENCY | {"partner-approver": ITS_OWN},
    "request to extend": {"partnership-office": BOTH},
    "recommendation": AGENCY | dict.fromkeys(WIDE, BOTH),
    "recommendation to act on": AGENCY | dict.fromkeys(("partnership-office", "partner-approver"), BOTH),
    "shared": AGENCY | dict.fromkeys(("partner-approver", "reviewer"), ITS_OWN),
    "led review": {"reviewer": ITS_OWN},
    "publication": dict.fromkeys(PUBLISHES, BOTH),
    "draft": dict.fromkeys(("referrer", "agency-lead", "duty-officer", "partnership-office"), OWN_DRAFT),
    "report": dict.fromkeys(OFFICER, BOTH) | dict.fromkeys(("referrer", "agency-lead", "partner-approver"), ITS_OWN),
    "incident": dict.fromkeys(WIDE | OFFICER, BOTH),
    "incident of a report": dict.fromkeys(WIDE | OFFICER, BOTH) | dict.fromkeys(("referrer", "agency-lead"), ITS_OWN),
    "duty": dict.fromkeys(OFFICER, BOTH),
}
# Of which kind the record is that a page's address names; the longest beginning counts. None: of no case.
KINDS: dict[str, str | None] = {
    "/review/cases/": "case",
    "/review/cases/<uuid:case_id>/chronology/entries/": None,  # an entry by its key: test_review_chronology_marks.py
    "/review/meetings/": None,  # whom it invites: test_review_meetings.py
    "/review/emergency/": "case",
    "/review/emergencies/": None,
    "/review/practice-reviews/": "case",
    "/review/reports/": "case",
    "/review/holds/": "case",
    "/review/reviewer-requests/": "case",
    **dict.fromkeys(
        (f"/review/{what}/" for what in ("draft-comments", "reviewers", "review-cases", "legal-holds")), "case"
    ),
    # Only once a case's time has passed: test_review_records_kept.py
    **dict.fromkeys((f"/review/{what}/" for what in ("destruction-certificates", "retention-decisions")), None),
    "/review/requests/<uuid:request_id>": "request",
    "/review/requests/<uuid:request_id>/": "own request",
    "/review/requests/<uuid:request_id>/chronology/entries/": None,  # by its key: test_review_chronology_corrections.py
    "/review/requests/<uuid:request_id>/versions": "request with versions",
    "/review/requests/<uuid:record_id>/": "own request",
    "/review/requests/<uuid:record_id>/extension": "request to extend",
    "/review/requests/<uuid:record_id>/read-after-decision": "request to extend",
    "/review/recommendations/": "recommendation",
    "/review/recommendations/<uuid:record_id>/action": "recommendation to act on",
    "/review/actions/": "recommendation to act on",
    "/review/evidence/": "recommendation",
    "/review/shared/": "shared",
    "/review/shared/cases/": "shared",
    "/review/reviewing/": "led review",
    "/publish/publications/": "publication",
    "/notify/report/": "draft",
    # Only once it was sent; a question that this draft does not have; and another's is not deleted, without a word.
    **dict.fromkeys((f"/notify/report/<uuid:draft_id>/{rest}" for rest in ("sent", "<any", "delete")), None),
    "/notify/reports/": "report",
    "/notify/incidents/": "incident",
    "/notify/emergency/": "incident of a report",
    "/notify/emergencies/": None,
    "/notify/duties/": "duty",
    "/notify/agreements/": None,  # a draft, while its lead is asked: test_agreement.py
    "/notify/documents/": None,  # what a message to an agency leads to: test_documents.py
    "/notify/people/": None,  # whose people one keeps: test_pages_rights.py
}
PAGES = {"notify": OF_NOTIFY, "review": OF_REVIEW, "publish": OF_PUBLISH}
Ids = dict[str, str]  # of the records behind addresses, by an address's beginning or by the name of a part of it


def of_a_record(service: str) -> Iterator[tuple[str, str, str, frozenset[str]]]:
    """Each page that names a record of a case, as (method, rule, kind of the record, roles that open it)."""
    for (method, rule), roles in PAGES[service].items():
        if "<uuid:" not in rule:
            continue
        fitting = [start for start in KINDS if rule.startswith(start)]
        assert fitting, f"Decide in KINDS whose record {rule} shows."
        if kind := KINDS[max(fitting, key=len)]:
            yield method, rule, kind, roles


def address(rule: str, ids: Ids) -> str | None:
    """The rule's path with the ids of records in it; None where there is no such record."""
    start = max((each for each in ids if rule.startswith(each)), key=len, default="")
    path = re.sub("<uuid:[^>]+>", ids.get(start, ""), rule, count=1)
    for name in re.findall("<uuid:([^>]+)>", path):
        path = path.replace(f"<uuid:{name}>", ids.get(name, ""))
    named = filled(
        path.replace("<kind>", "docx" if "/report." in rule or "/agenda." in rule else "csv").replace(
            "<slug>", "returns" if "/cases/" in rule else "panel" if "/stages/" in rule else "period"
        )
    )
    return named if start and "//" not in named and not named.endswith("/") else None


def wrongly_answered(service: str, role: str, standing: str, someone: Someone, ids: Ids) -> list[str]:
    """Pages that answer this person otherwise than decided. What they may not see is asked for in every way."""
    wrong = []
    for method, rule, kind, roles in of_a_record(service):
        path = address(rule, ids)
        if role not in roles or path is None:
            continue
        hidden = standing not in REACH[kind].get(role, set())
        if method == "POST" and not hidden:
            continue  # it would do it: what each does is tested beside it
        someone.begin_anew()
        status = (someone.get(path) if method == "GET" else someone.post(path)).status_code
        if (status == 404) != hidden or status in (403, 500):
            wrong.append(f"{role}, {standing}: {method} {rule}: {status}")
    return wrong


def walk(
    service: str, role: str, records: Callable[[Someone, str, str, str], Ids], bar: Callable[[str, Ids], None]
) -> None:
    """Walk a service's pages as one role, in each standing. `records` gives those of an agency, for a person."""
    agency, wrong = AT.get(role, HOSPITAL), []
    for standing in (OWN, OTHERS, KEPT):
        someone = Someone(agency, [role], service=service)
        ids = records(someone, role, SCHOOL if standing == OTHERS else agency, standing)
        if standing == KEPT:
            bar(someone.id, ids)
        wrong += wrongly_answered(service, role, standing, someone, ids)
    assert not wrong, "\n".join(wrong)


def bar_as_notify_says(service: Any, person_id: str, incident_id: str) -> None:
    bar = {"bar_id": str(uuid.uuid4()), "incident_id": incident_id, "person_id": person_id, "lifted_at": None}
    change = bar | {"barred_at": clock.machine_now().isoformat()}
    service.hear("need-to-know.changed", change, "notify")


@cache
def review_of_a_case() -> dict[str, Any]:
    """A case with returns, a decision, and a practice review with everything in it."""
    case = reviewing.open_case(agencies=[SCHOOL, HOSPITAL])
    for agency in (SCHOOL, HOSPITAL):
        put(f"/information-requests/{request_of(case, agency)}/return", agency, FULL_RETURN)
    at = f"/practice-reviews/{(review := commissioned(case)['id'])}"
    today = clock.now().date().isoformat()
    post(f"{at}/reviewers", OFFICE, {"name": "Ida", "independence": "So.", "conflicts": [], "appointed_on": today})
    person = {"name": "Ola", "role": "Lawyer"}
    asked = post(f"{at}/reviewer-requests", OFFICE, {"asks_for": "draft", "text": "Send it.", "asked_by": person})
    held = {"reason": "inquest", "owner": person, "next_check_on": reviewing.days_from_now(5)}
    how = {
        "data": {"file": (io.BytesIO(pdf("A draft.")), "r.pdf")},
        "headers": {"Authorization": f"Bearer {reviewing.key_of(OFFICE)}"},
    }
    report = reviewing.client().post(f"{reviewing.BASE}{at}/reports", **how).json["id"]
    hold = post(f"{at}/holds", OFFICE, held)["id"]
    comment = {"kind": "comment", "who": "The school", "text": "Well put."}
    post(f"/reports/{report}/comments", OFFICE, comment)
    post(f"{at}/cases", OFFICE, {"reasons": "Alike.", "case_id": reviewing.open_case()["id"]})
    shown = reviewing.get(at, OFFICE)
    return case | {
        "review": review,
        "asked": asked["id"],
        "hold": hold,
        "report": report,
        "comment": shown["comments"][0]["id"],
        "reviewer": shown["reviewers"][0]["id"],
        "link": shown["cases"][-1]["id"],
        "legal hold": post(f"/cases/{case['id']}/legal-holds", OFFICE, {"reasons": "A civil claim."})["id"],
    }


@cache
def owned_by(agency: str) -> Ids:
    """A recommendation of the case that an agency owns, its action and evidence with a file; what the agency was asked."""
    case = review_of_a_case()
    body = {"case_id": case["id"], "owner_agency": agency, "text": "Teach.", "theme": "escalation"}
    recommendation = post("/recommendations", POLICE, body)["id"]
    action = post(f"/recommendations/{recommendation}/actions", OFFICE, {"text": "Train."})["id"]
    evidence = post(f"/actions/{action}/evidence", OFFICE, {"what_changed": "Trained.", "progress": "done"})["id"]
    how = {
        "data": {"file": (io.BytesIO(pdf("A register.")), "r.pdf")},
        "headers": {"Authorization": f"Bearer {reviewing.key_of(OFFICE)}"},
    }
    assert reviewing.client().post(f"{reviewing.BASE}/evidence/{evidence}/file", **how).status_code == 201
    asked = [each["id"] for each in case["information_requests"] if each["agency"]["id"] == agency]
    return {
        "/review/recommendations/": recommendation,
        "/review/actions/": action,
        "/review/evidence/": evidence,
        "/review/requests/": next(iter(asked), ""),
    }


@cache
def shared_with_the_school() -> Ids:
    """A case of which the office shared something with the school alone."""
    case = reviewing.open_case(agencies=[SCHOOL, HOSPITAL])
    put(f"/information-requests/{request_of(case, HOSPITAL)}/return", HOSPITAL, FULL_RETURN)
    return shared(case["id"], HOSPITAL, {"with_agencies": [SCHOOL]})


def shared(case_id: str, owner: str, whom: dict[str, Any]) -> Ids:
    body = {"owners": [owner], "what": ["return", "chronology"]} | whom
    items = post(f"/cases/{case_id}/shared-material", OFFICE, body)["items"]
    material = next(each["id"] for each in items if each["what"] == "return")
    return {"/review/shared/": material, "/review/shared/cases/": case_id}


def records_in_review(someone: Someone, role: str, agency: str, standing: str) -> Ids:
    case = review_of_a_case()
    leads = role == "reviewer" and standing != OTHERS
    if leads:
        office = Someone(OFFICE, ["partnership-office"], service="review")
        day = zip(("year", "month", "day"), reviewing.days_from_now(9).split("-"), strict=True)
        form = {f"until-{part}": value for part, value in day} | {"sees": ["return", "chronology"]}
        office.does(f"/review/practice-reviews/{case['review']}/reviewer-access", person=someone.id, **form)
    whom = {"with_reviewer": True} if leads else {"with_agencies": [COUNCIL if agency == OFFICE else agency]}
    material = shared_with_the_school() if standing == OTHERS else shared(case["id"], SCHOOL, whom)
    return (
        owned_by(agency)
        | material
        | {
            "/review/cases/": case["id"],
            "/review/emergency/": case["id"],
            "/review/practice-reviews/": case["review"],
            "/review/reports/": case["report"],
            "/review/holds/": case["hold"],
            "/review/reviewer-requests/": case["asked"],
            "/review/draft-comments/": case["comment"],
            "/review/reviewers/": case["reviewer"],
            "/review/review-cases/": case["link"],
            "/review/legal-holds/": case["legal hold"],
            "/review/reviewing/": case["review"],
            "report_id": case["report"],
            "request_id": case["asked"],
        }
    )


@pytest.mark.parametrize("role", ROLES)
def test_in_review_a_role_sees_as_far_as_is_decided(role: str) -> None:
    walk("review", role, records_in_review, lambda who, _: bar_in_review(who))


def bar_in_review(person_id: str) -> None:
    bar_as_notify_says(reviewing, person_id, review_of_a_case()["incident_id"])


@cache
def publication() -> Ids:
    opened = publishing.open_publication(report_with())
    check_documents()
    shown = publishing.get(f"/publications/{opened['id']}")
    findings = publishing.get(f"/publications/{opened['id']}/findings")["items"]
    finding = next(each for each in findings if each["has_picture"])
    checked = next(each["id"] for each in shown["documents"] if each["kind"] == "full-report")
    return {"/publish/publications/": opened["id"], "finding_id": finding["id"], "document_id": checked}


@pytest.mark.parametrize("role", ROLES)
def test_in_publish_a_role_sees_as_far_as_is_decided(role: str) -> None:
    def bar(person_id: str, ids: Ids) -> None:
        with publishing.SERVICE.transaction() as session:
            found = text("SELECT incident_id::text FROM publications WHERE id = :id")
            incident = session.scalar(found, {"id": ids["/publish/publications/"]})
        bar_as_notify_says(publishing, person_id, str(incident))

    walk("publish", role, lambda *_: publication(), bar)


def records_in_notify(someone: Someone, role: str, agency: str, standing: str) -> Ids:
    """A report of the person's own, as a draft that was sent; for another's, the school's."""
    author = Someone(agency, ["referrer"]) if standing == OTHERS or role not in DRAFTS else someone
    if role == "partner-approver" and standing != OTHERS:
        author = Someone(agency, ["agency-lead"])
    with NOTIFY.transaction() as session:
        viewer = viewer_of(session, "notify", begin_sign_in(session, author.id, "a test"))
        assert viewer
        body = ReferralSchema().load(notifying.referral())
        sent = submit_referral(session, viewer, body, clock.now())
    draft = author.post("/notify/report").location.partition("/notify/report/")[2].partition("/")[0]
    other, notified = notifying.refer(agency=HOSPITAL)["incident"]["id"], notifying.refer()
    return {
        "/notify/report/": draft,
        "/notify/reports/": sent["id"],
        "/notify/incidents/": sent["incident"]["id"],
        "/notify/emergency/": sent["incident"]["id"],
        "/notify/duties/": next(each["id"] for each in notified["duties"] if each["rule"] == "sin-panel"),
        "incident of the duty": notified["incident"]["id"],
        "other_id": other,
    }


DRAFTS = REACH["draft"]


@pytest.mark.parametrize("role", ROLES)
def test_in_notify_a_role_sees_as_far_as_is_decided(role: str) -> None:
    def bar(person_id: str, ids: Ids) -> None:
        office = Someone(OFFICE, ["partnership-office"])
        for incident in (ids["/notify/incidents/"], ids["incident of the duty"]):
            path = f"/notify/incidents/{incident}/access"
            assert office.post(path, person=person_id, reasons="They know the family.").status_code == 303

    walk("notify", role, records_in_notify, bar)
