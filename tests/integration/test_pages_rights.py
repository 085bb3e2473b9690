"""Every page × every role: what each may open, decided here; and the database behind it, where a page would forget."""

from functools import cache

import pytest
from sqlalchemy import text

from services.notify.service import SERVICE
from services.notify.sign_in import begin_sign_in
from shared.identity.people import viewer_of
from shared.identity.roles import ROLES
from tests.notifying import COUNCIL, HOSPITAL, OFFICE, POLICE, SCHOOL, refer, referral
from tests.people import Someone, declared, filled

pytestmark = pytest.mark.usefixtures("sandbox")

NOBODY = "nobody"
EVERY = frozenset(ROLES)
AT = {
    "duty-officer": COUNCIL,
    "partner-approver": POLICE,
    "partnership-office": OFFICE,
    "scrutineer": OFFICE,
    "administrator": OFFICE,
    "editor": OFFICE,
    "communications-lead": POLICE,
}
REPORTS = frozenset({"referrer", "agency-lead", "duty-officer", "partnership-office"})
READS_REPORTS = REPORTS | {"partner-approver", "scrutineer"}
OFFICE_OR_AUTHORITY = frozenset({"duty-officer", "partnership-office", "scrutineer"})
READS_INCIDENTS = OFFICE_OR_AUTHORITY | {"partner-approver"}
LEAD = frozenset({"agency-lead"})
OFFICER = frozenset({"duty-officer"})
OFFICE_ALONE = frozenset({"partnership-office"})
KEEPS_PEOPLE = frozenset({"agency-lead", "partnership-office", "administrator"})
KEEPS_SYSTEM = frozenset({"partnership-office", "administrator"})
ALL = EVERY | {NOBODY}

DRAFT = "/notify/report/<uuid:draft_id>"
MAY: dict[tuple[str, str], frozenset[str]] = {
    **{("GET", path): ALL for path in ("/notify", "/notify/about", "/notify/sign-in", "/notify/sign-in/code", "/notify/sign-in/with/<agency_id>", "/notify/sign-in/with/<agency_id>/back", "/notify/forgotten", "/notify/second-factor", "/notify/link/<token>", "/notify/calendar/<secret>.ics")},
    **{("POST", path): ALL for path in ("/notify/sign-in", "/notify/sign-in/code", "/notify/sign-out", "/notify/forgotten", "/notify/second-factor", "/notify/link/<token>")},
    ("GET", "/notify/stay"): EVERY,
    ("GET", "/notify/account"): EVERY,
    ("POST", "/notify/account/sign-out-everywhere"): EVERY,
    **{(method, "/notify/account/messages"): EVERY for method in ("GET", "POST")},
    ("GET", "/notify/reports"): READS_REPORTS,
    ("GET", "/notify/reports/<uuid:referral_id>"): READS_REPORTS,
    ("POST", "/notify/report"): REPORTS,
    ("POST", "/notify/reports/<uuid:referral_id>/correction"): REPORTS,
    **{("GET", f"{DRAFT}{rest}"): REPORTS for rest in ("", "/check", "/sent", "/delete", "/<any(incident,end):part>/<slug>", "/<any(child,person):part>/<int:place>/<slug>", "/<any(children,people):which>")},
    **{("POST", f"{DRAFT}{rest}"): REPORTS for rest in ("/check", "/delete", "/<any(incident,end):part>/<slug>", "/<any(child,person):part>/<int:place>/<slug>", "/<any(children,people):which>")},
    **{(method, f"{DRAFT}/<any(child,person):part>/<int:place>/remove"): REPORTS for method in ("GET", "POST")},
    **{(method, f"{DRAFT}/files"): REPORTS for method in ("GET", "POST")},
    ("GET", f"{DRAFT}/files/<uuid:document_id>"): REPORTS,
    ("GET", "/notify/reports/<uuid:referral_id>/files/<uuid:document_id>"): READS_REPORTS,
    **{("GET", f"/notify/documents/<uuid:delivery_id>{rest}"): READS_REPORTS for rest in ("", "/files/<sha256>")},
    **{(method, f"{DRAFT}/agreement"): REPORTS for method in ("GET", "POST")},
    **{(method, "/notify/agreements/<uuid:request_id>"): LEAD for method in ("GET", "POST")},
    ("GET", "/notify/agreements/<uuid:request_id>/files/<uuid:document_id>"): LEAD,
    ("GET", "/notify/today"): OFFICE_OR_AUTHORITY,
    ("GET", "/notify/incidents"): READS_INCIDENTS,
    ("GET", "/notify/incidents/<uuid:incident_id>"): READS_INCIDENTS,
    ("GET", "/notify/incidents/<uuid:incident_id>/beside/<uuid:other_id>"): OFFICE_OR_AUTHORITY,
    **{(method, f"/notify/incidents/<uuid:incident_id>/{act}"): OFFICER for act in ("decision", "withdrawal") for method in ("GET", "POST")},
    **{(method, "/notify/incidents/<uuid:incident_id>/merge"): OFFICE_ALONE for method in ("GET", "POST")},
    **{("GET", path): OFFICE_OR_AUTHORITY for path in ("/notify/duties", "/notify/duties.csv", "/notify/duties/<uuid:duty_id>", "/notify/duties/<uuid:duty_id>/form", "/notify/timeliness", "/notify/timeliness.csv")},
    **{(method, "/notify/duties/<uuid:duty_id>/receipt"): OFFICER for method in ("GET", "POST")},
    **{(method, "/notify/incidents/<uuid:incident_id>/access"): OFFICE_ALONE for method in ("GET", "POST")},
    **{(method, "/notify/emergencies/<uuid:access_id>"): OFFICE_ALONE for method in ("GET", "POST")},
    ("GET", "/notify/emergencies"): OFFICE_ALONE,
    **{(method, "/notify/emergency"): READS_REPORTS for method in ("GET", "POST")},
    ("GET", "/notify/emergency/<uuid:incident_id>"): READS_REPORTS,
    ("GET", "/notify/settings"): KEEPS_SYSTEM,
    **{(method, f"/notify/settings/{rest}"): KEEPS_SYSTEM for rest in ("contacts", "recipients/<recipient>", "recipients/<recipient>/code") for method in ("GET", "POST")},
    **{(method, f"/notify/agencies/{rest}"): KEEPS_SYSTEM for rest in ("new", "<agency_id>/change", "<agency_id>/end") for method in ("GET", "POST")},
    ("GET", "/notify/health-in-words"): KEEPS_SYSTEM,
    ("GET", "/notify/people"): KEEPS_PEOPLE,
    **{(method, f"/notify/people/{rest}"): KEEPS_PEOPLE for rest in ("new/<agency_id>", "<uuid:person_id>", "<uuid:person_id>/begin-anew") for method in ("GET", "POST")},
    ("POST", "/notify/people/<uuid:person_id>/access"): KEEPS_PEOPLE,
}  # fmt: skip


@cache
def holder(role: str) -> Someone:
    return Someone() if role == NOBODY else Someone(AT.get(role, SCHOOL), [role])


def test_every_page_has_its_roles_decided() -> None:
    assert set(declared()) == set(MAY)


@pytest.mark.parametrize("role", [*ROLES, NOBODY])
def test_a_role_opens_what_is_decided_and_nothing_else(ground: dict[str, str], role: str) -> None:
    wrong = []
    for (method, path), allowed in MAY.items():
        someone = holder(role)
        someone.begin_anew()
        answer = someone.get(filled(path)) if method == "GET" else someone.post(filled(path))
        asked_to_sign_in = answer.status_code == 303 and "/notify/sign-in?next=" in answer.location
        refused = answer.status_code == 403 and "Your account is not for this page" in answer.text
        opened = not (asked_to_sign_in or refused)
        if opened != (role in allowed) or answer.status_code >= 500:
            wrong.append(f"{method} {path}: {answer.status_code}")
    assert wrong == []


def test_a_referrer_sees_their_own_reports_their_lead_those_of_the_agency_and_nobody_others() -> None:
    mine, colleague, lead, stranger = (
        Someone(HOSPITAL, ["referrer"]),
        Someone(HOSPITAL, ["referrer"]),
        Someone(HOSPITAL, ["agency-lead"]),
        Someone(SCHOOL, ["agency-lead"]),
    )
    with SERVICE.transaction() as session:
        viewer = viewer_of(session, "notify", begin_sign_in(session, mine.id, "a test"))
        assert viewer
        from services.notify.referrals import submit_referral
        from services.notify.schemas import ReferralSchema
        from shared import clock

        sent = submit_referral(session, viewer, ReferralSchema().load(referral()), clock.now())["id"]
    path = f"/notify/reports/{sent}"
    assert [someone.get(path).status_code for someone in (mine, colleague, lead, stranger)] == [200, 404, 200, 404]
    assert [sent in someone.get("/notify/reports").text for someone in (mine, colleague, lead)] == [True, False, True]


CASE_CONTENT = (
    "incidents",
    "referrals",
    "referral_versions",
    "decisions",
    "duties",
    "child_hashes",
    "separations",
    "drafts",
    "attachments",
    "agreement_requests",
    "held_messages",
)


@pytest.mark.parametrize(
    ("agency", "role"), [(OFFICE, "administrator"), (SCHOOL, "referrer"), (SCHOOL, "reviewer"), (OFFICE, "editor")]
)
def test_the_database_gives_a_role_without_cases_nothing_even_where_no_page_asks(agency: str, role: str) -> None:
    refer()
    someone = Someone(agency, [role])
    with SERVICE.transaction() as session:
        begun = begin_sign_in(session, someone.id, "a test")
    with SERVICE.database.sessions.begin() as session:
        assert viewer_of(session, "notify", begun)
        for table in CASE_CONTENT:
            assert session.scalar(text(f"SELECT count(*) FROM {table}")) == 0, table


def test_an_agencys_lead_reaches_the_people_of_no_other_agency_and_gives_no_role_of_the_office() -> None:
    lead, other = Someone(HOSPITAL, ["agency-lead"]), Someone(SCHOOL, ["referrer"])
    assert lead.get(f"/notify/people/{other.id}").status_code == 404
    assert lead.post(f"/notify/people/{other.id}/access", act="end").status_code == 404
    assert lead.get(f"/notify/people/new/{SCHOOL}").status_code == 404
    answer = lead.post(f"/notify/people/new/{HOSPITAL}", name="A", email="a@people.example", roles="partnership-office")
    assert answer.status_code == 422
    assert other.get("/notify/reports").status_code == 200


def test_an_agencys_lead_is_offered_no_role_that_sees_beyond_the_agency() -> None:
    page = Someone(SCHOOL, ["agency-lead"]).get(f"/notify/people/new/{SCHOOL}").text
    assert {role for role in ROLES if f'value="{role}"' in page} == {
        "referrer",
        "agency-lead",
        "return-author",
        "reviewer",
    }


def test_nobody_raises_renames_or_ends_themselves() -> None:
    office = Someone(OFFICE, ["partnership-office"])
    renamed = office.post(f"/notify/people/{office.id}", name="Somebody Else", roles="partnership-office")
    assert renamed.status_code == 422 and "your own name" in renamed.text
    assert office.post(f"/notify/people/{office.id}", name="Somebody", roles="administrator").status_code == 422
    assert office.post(f"/notify/people/{office.id}/access", act="end").status_code == 409
    assert office.get("/notify/people").status_code == 200
