"""Every page of review × every role: what each may open, decided here."""

from functools import cache

import pytest

from services.review.review_records import KINDS
from shared.identity.roles import ROLES
from tests.people import Someone, declared, filled
from tests.reviewing import COUNCIL, HOSPITAL, OFFICE, POLICE

pytestmark = pytest.mark.usefixtures("ground")

NOBODY = "nobody"
AT = {
    "duty-officer": COUNCIL,
    "partner-approver": POLICE,
    "partnership-office": OFFICE,
    "scrutineer": OFFICE,
    "administrator": OFFICE,
    "editor": OFFICE,
    "communications-lead": POLICE,
}
ALL = frozenset(ROLES) | {NOBODY}
OFFICE_ALONE = frozenset({"partnership-office"})
PARTNER = frozenset({"partner-approver"})
RUNS = OFFICE_ALONE | PARTNER
READS = RUNS | {"scrutineer"}
WRITES = frozenset({"return-author", "agency-lead", "duty-officer", "partner-approver"})
ANYBODY = READS | WRITES
REVIEWER = frozenset({"reviewer"})
KEEPS_SYSTEM = OFFICE_ALONE | {"administrator"}
SENDS = frozenset({"agency-lead", "partner-approver"})

CASE, REQUEST, REVIEW = (
    "/review/cases/<uuid:{}>",
    "/review/requests/<uuid:{}>",
    "/review/practice-reviews/<uuid:record_id>",
)
BOTH = ("GET", "POST")
MAY: dict[tuple[str, str], frozenset[str]] = {
    ("GET", "/review"): ALL,
    ("GET", "/review/settings/stages"): KEEPS_SYSTEM,
    ("GET", "/review/settings/returns"): KEEPS_SYSTEM,
    **{(method, "/review/settings/returns/change"): KEEPS_SYSTEM for method in BOTH},
    **{(method, f"/review/settings/stages/<kind>/{rest}"): KEEPS_SYSTEM for rest in ("words", "stages/new", "stages/<slug>", "stages/<slug>/removal") for method in BOTH},
    **{("GET", path): READS for path in ("/review/cases", "/review/waiting", CASE.format("case_id"), CASE.format("case_id") + "/chronology", CASE.format("case_id") + "/chronology.<kind>", CASE.format("case_id") + "/report.<kind>", "/review/practice-reviews/<uuid:review_id>", "/review/reports/<uuid:report_id>/file")},
    ("GET", CASE.format("case_id") + "/bundle.zip"): OFFICE_ALONE,
    **{("GET", path): READS for path in ("/review/figures", "/review/figures.csv", "/review/figures.xlsx", "/review/tracker.<kind>", "/review/themes", "/review/themes.csv")},
    **{("GET", path): READS for path in (CASE.format("case_id") + "/records", "/review/destruction-certificates/<uuid:certificate_id>", "/review/destruction-certificates/<uuid:certificate_id>.pdf")},
    **{(method, CASE.format("record_id") + "/records/decision"): OFFICE_ALONE for method in BOTH},
    **{(method, path): RUNS for path in (CASE.format("record_id") + "/legal-hold", "/review/legal-holds/<uuid:record_id>/lift", "/review/retention-decisions/<uuid:decision_id>/confirmation") for method in BOTH},
    **{(method, CASE.format("record_id") + "/ask"): OFFICE_ALONE for method in BOTH},
    **{(method, f"{CASE.format('record_id')}/{rest}"): RUNS for rest in ("meeting", "decision", "panel-reply", "practice-review") for method in BOTH},
    **{(method, CASE.format("case_id") + "/recommendation"): RUNS for method in BOTH},
    **{(method, CASE.format("record_id") + "/position"): PARTNER for method in BOTH},
    **{(method, CASE.format("record_id") + "/stages/<slug>"): RUNS for method in BOTH},
    **{("GET", path): READS for path in (CASE.format("record_id") + "/explained", REVIEW + "/explained", CASE.format("record_id") + "/explained.pdf", REVIEW + "/explained.pdf")},
    **{(method, f"{REVIEW}/{rest}"): RUNS for rest in ("reviewer", "stages/<slug>", "case", "comment", "reviewer-request", "hold", "delay", "end", "report", *(f"records/{kind}" for kind in KINDS)) for method in BOTH},
    **{(method, f"{REVIEW}/sign"): PARTNER for method in BOTH},
    **{(method, CASE.format("case_id") + rest): OFFICE_ALONE for rest in ("/access", "/bundle") for method in BOTH},
    **{(method, CASE.format("case_id") + "/chronology/entries/<key>"): RUNS for method in BOTH},
    **{("GET", CASE.format("case_id") + rest): READS for rest in ("/agenda", "/agenda.<kind>")},
    ("POST", CASE.format("case_id") + "/agenda"): OFFICE_ALONE,
    **{(method, "/review/meetings/<uuid:meeting_id>/calling-off"): OFFICE_ALONE for method in BOTH},
    **{("GET", path): ANYBODY for path in ("/review/meetings", "/review/meetings/<uuid:meeting_id>")},
    **{(method, CASE.format("case_id") + "/sharing"): OFFICE_ALONE for method in BOTH},
    **{("GET", f"/review/shared{rest}"): WRITES | REVIEWER for rest in ("", "/<uuid:material_id>", "/cases/<uuid:case_id>/chronology", "/cases/<uuid:case_id>/chronology.<kind>")},
    **{("GET", f"/review/reviewing{rest}"): REVIEWER for rest in ("", "/<uuid:review_id>", "/<uuid:review_id>/drafts/<uuid:report_id>")},
    **{(method, f"/review/reviewing/<uuid:review_id>/{rest}"): REVIEWER for rest in ("draft", "requests/<uuid:request_id>") for method in BOTH},
    **{(method, f"{REVIEW}/reviewer-access{rest}"): OFFICE_ALONE for rest in ("", "/end") for method in BOTH},
    **{(method, "/review/emergency"): ANYBODY for method in BOTH},
    ("GET", "/review/emergency/<uuid:case_id>"): ANYBODY,
    ("GET", "/review/emergencies"): OFFICE_ALONE,
    **{(method, "/review/emergencies/<uuid:access_id>"): OFFICE_ALONE for method in BOTH},
    **{(method, f"/review/{path}"): RUNS for path in ("reviewer-requests/<uuid:record_id>/answer", "review-cases/<uuid:record_id>/removal", "reviewers/<uuid:record_id>/removal", "draft-comments/<uuid:record_id>/answer", "holds/<uuid:record_id>/check", "holds/<uuid:record_id>/panel-told", "holds/<uuid:record_id>/lift") for method in BOTH},
    ("GET", "/review/requests"): WRITES,
    ("GET", REQUEST.format("request_id")): ANYBODY,
    ("GET", REQUEST.format("request_id") + "/versions"): ANYBODY,
    ("POST", REQUEST.format("request_id") + "/not-involved"): WRITES,
    **{(method, REQUEST.format("request_id") + "/chronology/entries/<key>"): WRITES for method in BOTH},
    **{(method, REQUEST.format("record_id") + rest): WRITES for rest in ("/ready", "/nil") for method in BOTH},
    **{(method, REQUEST.format("record_id") + "/sign-off"): SENDS for method in BOTH},
    **{(method, REQUEST.format("record_id") + rest): OFFICE_ALONE for rest in ("/extension", "/read-after-decision") for method in BOTH},
    **{(method, f"{REQUEST.format('request_id')}/{rest}"): WRITES for rest in ("<slug>", "chronology") for method in BOTH},
    **{("POST", f"{REQUEST.format('request_id')}/{rest}"): WRITES for rest in ("<slug>/<int:number>/remove", "chronology/import", "chronology/import/keep")},
    **{("GET", path): ANYBODY for path in ("/review/recommendations", "/review/recommendations/<uuid:recommendation_id>", "/review/evidence/<uuid:evidence_id>/file")},
    **{(method, f"/review/{path}"): ANYBODY for path in ("recommendations/<uuid:record_id>/action", "actions/<uuid:record_id>/evidence") for method in BOTH},
}  # fmt: skip


@cache
def holder(role: str) -> Someone:
    return Someone(service="review") if role == NOBODY else Someone(AT.get(role, HOSPITAL), [role], service="review")


def test_every_page_has_its_roles_decided() -> None:
    assert set(declared("review")) == set(MAY)


@pytest.mark.parametrize("role", [*ROLES, NOBODY])
def test_a_role_opens_what_is_decided_and_nothing_else(role: str) -> None:
    wrong = []
    someone = holder(role)
    for (method, path), allowed in MAY.items():
        answer = someone.get(filled(path)) if method == "GET" else someone.post(filled(path))
        asked_to_sign_in = answer.status_code == 303 and "/notify/sign-in?next=" in answer.location
        refused = answer.status_code == 403 and "Your account is not for this page" in answer.text
        no_token = answer.status_code == 400 and role == NOBODY
        opened = path == "/review" or not (asked_to_sign_in or refused or no_token)
        if opened != (role in allowed) or answer.status_code >= 500:
            wrong.append(f"{method} {path}: {answer.status_code}")
    assert wrong == []
