"""Nobody sees what they should not: by the routes' rights, and by the database where a route would forget."""

import io
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from services.notify.app import create_app
from services.notify.service import SERVICE
from shared.identity.viewer import NOBODY, Viewer
from tests.notifying import (
    BASE,
    COUNCIL,
    HOSPITAL,
    OFFICE,
    POLICE,
    REASONS,
    SCHOOL,
    call,
    client,
    got,
    refer,
    referral,
    rows,
)

pytestmark = pytest.mark.usefixtures("sandbox")

CALLERS = (SCHOOL, HOSPITAL, POLICE, OFFICE, COUNCIL, None)
ABSENT = "7f0c66d2-8d1c-4ac7-9b52-1df1b7a4a111"
# Whoever may call finds that the record is absent (404) or the body faulty (422); who may not is 403, nobody is 401.
ROUTES: dict[tuple[str, str], tuple[int, ...]] = {
    # ............................................... school, hospital, police, office, authority, none
    ("POST", "/referrals"): (422, 422, 422, 422, 422, 401),
    ("GET", "/referrals"): (200, 200, 200, 200, 200, 401),
    ("GET", "/referrals/<uuid:referral_id>"): (404, 404, 404, 404, 404, 401),
    ("POST", "/referrals/<uuid:referral_id>/corrections"): (422, 422, 422, 422, 422, 401),
    ("POST", "/referrals/<uuid:referral_id>/documents"): (415, 415, 415, 415, 415, 401),
    ("GET", "/referrals/<uuid:referral_id>/documents/<uuid:document_id>"): (404, 404, 404, 404, 404, 401),
    ("GET", "/emergency-accesses"): (403, 403, 403, 200, 403, 401),
    ("GET", "/incidents"): (403, 403, 200, 200, 200, 401),
    ("GET", "/incidents/<uuid:incident_id>"): (403, 403, 404, 404, 404, 401),
    ("POST", "/incidents/<uuid:incident_id>/merge"): (403, 403, 403, 422, 403, 401),
    ("POST", "/incidents/<uuid:incident_id>/decisions"): (403, 403, 403, 403, 422, 401),
    ("POST", "/incidents/<uuid:incident_id>/withdrawal"): (403, 403, 403, 403, 422, 401),
    ("GET", "/duties"): (403, 403, 403, 200, 200, 401),
    ("GET", "/duties/<uuid:duty_id>"): (403, 403, 403, 404, 404, 401),
    ("GET", "/duties/<uuid:duty_id>/pack"): (403, 403, 403, 404, 404, 401),
    ("POST", "/duties/<uuid:duty_id>/receipt"): (403, 403, 403, 403, 422, 401),
    ("GET", "/documents/<uuid:delivery_id>"): (404, 404, 404, 404, 404, 401),
    ("GET", "/documents/<uuid:delivery_id>/files/<sha256>"): (404, 404, 404, 404, 404, 401),
    ("POST", "/callbacks/files"): (401, 401, 401, 401, 401, 401),
    ("POST", "/callbacks/receipts"): (401, 401, 401, 401, 401, 401),
}


def declared() -> Iterator[tuple[str, str]]:
    for rule in create_app().url_map.iter_rules():
        if rule.rule.startswith(BASE):
            for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
                yield method, rule.rule.removeprefix(BASE)


def test_every_route_stands_in_the_table_of_who_may_call_it() -> None:
    assert set(declared()) == set(ROUTES)


@pytest.mark.parametrize(("method", "rule"), ROUTES)
def test_each_kind_of_caller_is_answered_by_its_right(method: str, rule: str) -> None:
    path = "/".join(ABSENT if part.startswith("<") else part for part in rule.split("/"))
    answers = [call(method, path, caller, {} if method == "POST" else None) for caller in CALLERS]
    assert tuple(answer.status_code for answer in answers) == ROUTES[method, rule]
    for answer in answers:
        if answer.status_code >= 400:
            assert answer.content_type == "application/problem+json"
            assert answer.json["instance"] == BASE + path


def test_a_wrong_key_and_a_wrong_scheme_are_401_and_say_what_to_send() -> None:
    for header in ("Bearer sgr_zebedee", "Basic c2Nob29sOnNlY3JldA==", "Bearer"):
        answer = client().get(f"{BASE}/referrals", headers={"Authorization": header})
        assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
        assert "zebedee" not in answer.text


def test_a_list_holds_ones_own_referrals_and_the_offices_all() -> None:
    mine, theirs = refer(agency=SCHOOL), refer(agency=HOSPITAL)
    listed = {
        who: {item["id"] for item in got("/referrals", who)["items"]} for who in (SCHOOL, HOSPITAL, OFFICE, COUNCIL)
    }
    assert mine["id"] in listed[SCHOOL]
    assert theirs["id"] not in listed[SCHOOL]
    assert mine["id"] not in listed[HOSPITAL]
    assert {mine["id"], theirs["id"]} <= listed[OFFICE]
    assert {mine["id"], theirs["id"]} <= listed[COUNCIL]


def test_an_agency_sees_the_duties_of_its_own_referral() -> None:
    taken = refer(agency=SCHOOL)
    shown = got(f"/referrals/{taken['id']}", SCHOOL)
    assert {found["rule"] for found in shown["duties"]} == {"decide-whether-to-notify", "tell-authority"}
    assert shown["referral"]["agency_reference"]


def test_reading_a_case_file_is_in_the_audit_trail() -> None:
    taken = refer(agency=SCHOOL)
    got(f"/referrals/{taken['id']}", SCHOOL)
    got(f"/incidents/{taken['incident']['id']}", POLICE)
    for who, record in ((SCHOOL, f"referral:{taken['id']}"), (POLICE, f"incident:{taken['incident']['id']}")):
        statement = "SELECT 1 FROM audit_entries WHERE entry LIKE :read"
        assert rows(statement, read=f'%"on":"{record}"%"what":"read","who":"{who}"%'), record


TABLES = (
    "incidents",
    "referrals",
    "referral_versions",
    "child_hashes",
    "decisions",
    "separations",
    "duties",
    "duty_warnings",
    "attachments",
)


def seen(viewer: Viewer, table: str) -> list[str]:
    key = {"incidents": "id", "referrals": "id", "duties": "incident_id", "duty_warnings": "duty_id"}
    column = key.get(table, "referral_id" if table in ("referral_versions", "attachments") else "incident_id")
    with SERVICE.transaction(viewer) as session:
        return [str(found) for found in session.scalars(text(f"SELECT {column} FROM {table}"))]


def viewer(agency_id: str, scope: Any) -> Viewer:
    return Viewer(agency_id, agency_id, "school", is_partner=False, is_authority=False, scope=scope)


def with_rows_in_every_table() -> dict[str, Any]:
    """An incident of the hospital's with a correction, two decisions and a warning."""
    body = referral()
    other = refer(referral(), HOSPITAL)["incident"]
    taken = refer(body, HOSPITAL)
    correction = {"referral": body, "reasons": "Again."}
    call("POST", f"/referrals/{taken['id']}/corrections", HOSPITAL, correction)
    call("POST", f"/referrals/{taken['id']}/documents", HOSPITAL, data={"file": (io.BytesIO(b"Notes."), "a.txt")})
    decided = REASONS | {"outcome": "more-information", "separate_from": [other["id"]]}
    call("POST", f"/incidents/{taken['incident']['id']}/decisions", COUNCIL, decided)
    with SERVICE.transaction() as session:
        statement = "INSERT INTO duty_warnings SELECT id, 'a test', now() FROM duties WHERE incident_id = :id"
        session.execute(text(statement), {"id": taken["incident"]["id"]})
    return taken


@pytest.mark.parametrize("table", TABLES)
def test_without_any_check_in_our_code_an_agency_sees_nothing_of_others(table: str) -> None:
    taken = with_rows_in_every_table()
    theirs = {taken["id"], taken["incident"]["id"], *(d["id"] for d in taken["duties"])}
    everything = seen(viewer("office", "all"), table)
    assert theirs & set(everything), "the office sees the row, so there is one to hide"
    assert not theirs & set(seen(viewer(SCHOOL, "own"), table))
    assert seen(viewer(f"nobody-{uuid.uuid4()}", "own"), table) == []


@pytest.mark.parametrize("table", TABLES)
def test_where_no_agency_is_set_nothing_is_seen_not_even_after_a_transaction_that_saw(table: str) -> None:
    with_rows_in_every_table()
    assert seen(viewer("office", "all"), table)
    assert seen(NOBODY, table) == []


def test_an_agency_cannot_change_an_incident_or_a_duty_past_our_code() -> None:
    taken = refer(agency=SCHOOL)
    for statement in ("UPDATE incidents SET status = 'withdrawn'", "UPDATE duties SET status = 'cancelled'"):
        with SERVICE.transaction(viewer(SCHOOL, "own")) as session:
            assert session.execute(text(f"{statement} RETURNING id")).all() == []
    assert got(f"/incidents/{taken['incident']['id']}")["status"] == "awaiting-decision"


def test_nobody_deletes_what_was_recorded() -> None:
    for table in ("incidents", "referrals", "referral_versions", "decisions", "duties", "deliveries", "audit_entries"):
        with pytest.raises(ProgrammingError, match="permission denied"), SERVICE.transaction() as session:
            session.execute(text(f"DELETE FROM {table}"))


def test_a_file_that_was_sent_with_a_report_is_not_deleted_even_by_the_system() -> None:
    taken = with_rows_in_every_table()
    with SERVICE.transaction() as session:
        session.execute(text("DELETE FROM attachments"))
    assert rows("SELECT 1 FROM attachments WHERE referral_id = :id", id=taken["id"])


def test_what_an_agency_wrote_is_not_legible_in_the_database() -> None:
    body = referral(narrative="An account that must not be legible at rest.")
    taken = refer(body, SCHOOL)
    columns = {"referrals": "body", "deliveries": "body", "events": "data"}
    for table, column in columns.items():
        for (stored,) in rows(f"SELECT {column} FROM {table}"):
            assert b"legible at rest" not in bytes(stored)
    assert got(f"/referrals/{taken['id']}")["referral"]["incident"]["narrative"] == body["incident"]["narrative"]
