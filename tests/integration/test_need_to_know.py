"""Conflicts keep a person from a case, an emergency lets one in with reasons, and the office sees who read what."""

import os
from datetime import timedelta

import psycopg
import pytest
from sqlalchemy import text

from services.notify.need_to_know import say_unsaid_bars
from services.notify.referrals import submit_referral
from services.notify.schemas import ReferralSchema
from services.notify.service import SERVICE
from services.notify.sign_in import begin_sign_in
from shared import clock
from shared.identity.people import viewer_of
from tests.notifying import COUNCIL, HOSPITAL, OFFICE, SCHOOL, call, change_rows, got, refer, referral, rows, said
from tests.people import Someone
from tests.test_architecture import plain

pytestmark = pytest.mark.usefixtures("sandbox")

CASE_TABLES = {"incidents": "id", "referrals": "incident_id", "decisions": "incident_id", "duties": "incident_id"}


def seen_by(someone: Someone, incident: str) -> dict[str, int]:
    """How many rows of an incident the database gives a person, by table, no page being asked."""
    with SERVICE.transaction() as session:
        begun = begin_sign_in(session, someone.id, "a test")
    with SERVICE.database.sessions.begin() as session:
        assert viewer_of(session, "notify", begun)
        return {
            table: session.scalar(text(f"SELECT count(*) FROM {table} WHERE {column} = :id"), {"id": incident}) or 0
            for table, column in CASE_TABLES.items()
        }


def test_who_is_kept_from_an_incident_finds_nothing_of_it_anywhere() -> None:
    office, officer = Someone(OFFICE, ["partnership-office"]), Someone(COUNCIL, ["duty-officer"])
    other = refer()["incident"]["id"]
    sent = refer()
    incident, path = sent["incident"]["id"], f"/notify/incidents/{sent['incident']['id']}"
    assert officer.get(path).status_code == 200
    answer = office.post(f"{path}/access", person=officer.id, reasons="They know the family.")
    assert answer.status_code == 303, answer.text
    assert [officer.get(page).status_code for page in (path, f"{path}/decision", f"/notify/reports/{sent['id']}")] == [
        404
    ] * 3
    for page in ("/notify/incidents", "/notify/duties?status=all", "/notify/today", "/notify/duties.csv?status=all"):
        assert sent["incident"]["reference"] not in officer.get(page).text
    assert set(seen_by(officer, incident).values()) == {0}
    assert seen_by(officer, other)["duties"] > 0
    assert b"know the family" not in bytes(rows("SELECT reasons FROM bars WHERE incident_id = :id", id=incident)[0][0])


def test_an_incident_that_somebody_is_kept_from_is_not_named_as_a_possible_duplicate_of_another() -> None:
    body = referral()
    again = body | {"agency_reference": f"{body['agency_reference']}-again"}
    kept, open_ = refer(body)["incident"], refer(again, HOSPITAL)["incident"]
    officer, office = Someone(COUNCIL, ["duty-officer"]), Someone(OFFICE, ["partnership-office"])
    path = f"/notify/incidents/{open_['id']}"
    assert kept["reference"] in officer.get(path).text
    office.does(f"/notify/incidents/{kept['id']}/access", person=officer.id, reasons="They know the family.")
    for page in (path, f"{path}/decision"):
        assert kept["reference"] not in officer.get(page).text
    assert kept["reference"] in office.get(path).text
    office.does(f"{path}/merge", into=kept["id"], reasons="One incident.")
    assert kept["reference"] not in officer.get(path).text


def test_who_is_kept_from_an_incident_may_report_its_child_and_the_panel_is_not_told_twice() -> None:
    body = referral()
    kept = refer(body)["incident"]
    officer, office = Someone(COUNCIL, ["duty-officer"]), Someone(OFFICE, ["partnership-office"])
    office.does(f"/notify/incidents/{kept['id']}/access", person=officer.id, reasons="They know the family.")
    with SERVICE.transaction() as session:
        viewer = viewer_of(session, "notify", begin_sign_in(session, officer.id, "a test"))
        assert viewer
        again = ReferralSchema().load(body | {"agency_reference": f"{body['agency_reference']}-again"})
        answer = submit_referral(session, viewer, again, clock.now())
    assert answer["incident"]["status"] == "awaiting-decision"
    assert [duty["rule"] for duty in answer["duties"]] == ["decide-whether-to-notify"]
    assert answer["incident"]["possible_duplicates"] == []
    assert kept["reference"] in office.get(f"/notify/incidents/{answer['incident']['id']}").text


def test_a_bar_is_lifted_by_the_office_alone() -> None:
    office, officer = Someone(OFFICE, ["partnership-office"]), Someone(COUNCIL, ["duty-officer"])
    path = f"/notify/incidents/{refer()['incident']['id']}"
    office.post(f"{path}/access", person=officer.id, reasons="They know the family.")
    (bar,) = rows("SELECT id::text FROM bars WHERE person_id = :who", who=officer.id)[0]
    assert officer.post(f"{path}/access", lift=bar).status_code == 403
    assert office.post(f"{path}/access", lift="not an id").status_code == 404
    assert office.post(f"{path}/access", lift=bar).status_code == 303
    assert officer.get(path).status_code == 200


def test_nobody_decides_their_own_conflict() -> None:
    office = Someone(OFFICE, ["partnership-office"])
    path = f"/notify/incidents/{refer()['incident']['id']}"
    answer = office.post(f"{path}/access", person=office.id, reasons="Let me decide.")
    assert answer.status_code == 422 and "Ask a colleague" in answer.text


def test_an_emergency_opens_one_incident_for_a_day_and_tells_the_contacts_without_a_name() -> None:
    lead = Someone(SCHOOL, ["agency-lead"])
    sent = refer(agency=HOSPITAL)
    incident, reference = sent["incident"]["id"], sent["incident"]["reference"]
    assert lead.get(f"/notify/emergency/{incident}").status_code == 404
    assert lead.post("/notify/emergency", reference=sent["reference"], reasons="").status_code == 422
    opened = lead.post(
        "/notify/emergency", reference=sent["reference"].lower(), reasons="A sibling is at home tonight."
    )
    assert opened.location == f"/notify/emergency/{incident}"
    assert sent["reference"] in lead.get(opened.location).text
    assert seen_by(lead, incident)["referrals"] == 1
    told = rows(
        "SELECT body FROM deliveries WHERE concerns = :c AND recipient = 'deadline-contact'", c=f"incident:{incident}"
    )
    assert (
        told
        and rows("SELECT reference FROM deliveries WHERE concerns = :c", c=f"incident:{incident}")[0][0] == reference
    )
    change_rows("UPDATE emergency_accesses SET until = :then WHERE person_id = :who", then=_past(), who=lead.id)
    assert lead.get(opened.location).status_code == 404
    assert set(seen_by(lead, incident).values()) == {0}


def _past() -> object:
    from shared import clock

    return clock.machine_now() - timedelta(seconds=1)


def test_an_emergency_opens_nothing_that_is_not_there_or_that_one_is_kept_from() -> None:
    lead, office = Someone(SCHOOL, ["agency-lead"]), Someone(OFFICE, ["partnership-office"])
    sent = refer(agency=HOSPITAL)
    office.post(f"/notify/incidents/{sent['incident']['id']}/access", person=lead.id, reasons="They are party to it.")
    for reference in ("INC-1999-0001", sent["reference"]):
        answer = lead.post("/notify/emergency", reference=reference, reasons="Because.")
        assert answer.status_code == 422 and "nothing with this reference" in answer.text
    assert rows("SELECT 1 FROM emergency_accesses WHERE person_id = :who", who=lead.id) == []


def test_nobody_runs_through_the_references_in_an_emergency() -> None:
    lead, other = Someone(SCHOOL, ["agency-lead"]), Someone(SCHOOL, ["agency-lead"])
    sent = [refer(agency=HOSPITAL)["reference"] for _ in range(4)]
    opened = [lead.post("/notify/emergency", reference=each, reasons="Tonight.").status_code for each in sent[:3]]
    assert opened == [303] * 3
    refused = lead.post("/notify/emergency", reference=sent[3], reasons="Tonight.")
    assert refused.status_code == 429 and 0 < int(refused.headers["Retry-After"]) <= 1800
    assert "Call the partnership office" in refused.text and "999" in refused.text
    assert len(rows("SELECT 1 FROM emergency_accesses WHERE person_id = :who", who=lead.id)) == 3
    recorded = "SELECT 1 FROM audit_entries WHERE entry LIKE :one"
    assert rows(recorded, one=f'%"what":"emergency-refused","who":"person:{lead.id}"%')
    assert other.post("/notify/emergency", reference=sent[3], reasons="Tonight.").status_code == 303
    change_rows("UPDATE emergency_accesses SET opened_at = opened_at - interval '31 minutes' WHERE person_id = :who", who=lead.id)  # fmt: skip
    assert lead.post("/notify/emergency", reference=sent[3], reasons="Tonight.").status_code == 303


def test_an_emergency_access_is_looked_at_once_and_by_somebody_else() -> None:
    user, other = Someone(OFFICE, ["partnership-office"]), Someone(OFFICE, ["partnership-office"])
    sent = refer(agency=HOSPITAL)
    user.post("/notify/emergency", reference=sent["reference"], reasons="Because.")
    (access,) = rows("SELECT id::text FROM emergency_accesses WHERE person_id = :who", who=user.id)[0]
    assert user.post(f"/notify/emergencies/{access}", review="Fine by me.").status_code == 422
    assert other.post(f"/notify/emergencies/{access}", review="It was right.").status_code == 303
    assert other.post(f"/notify/emergencies/{access}", review="Again.").status_code == 422
    assert "It was right." in user.get("/notify/emergencies").text
    [listed] = [each for each in got("/emergency-accesses?limit=200")["items"] if each["id"] == access]
    assert (listed["reasons"], listed["review"]) == ("Because.", "It was right.")
    assert (listed["incident_id"], listed["reference"]) == (sent["incident"]["id"], sent["incident"]["reference"])


def test_the_office_sees_who_read_a_case_file() -> None:
    officer, office = Someone(COUNCIL, ["duty-officer"]), Someone(OFFICE, ["partnership-office"])
    change_rows("UPDATE people SET name = 'Reader Invented' WHERE id = :id", id=officer.id)
    path = f"/notify/incidents/{refer()['incident']['id']}"
    assert "Reader Invented" not in office.get(f"{path}/access").text.partition("Who read it")[2]
    officer.get(path)
    assert "Reader Invented" in office.get(f"{path}/access").text.partition("Who read it")[2]


def test_the_other_services_are_told_of_a_bar_and_of_its_end_without_its_reasons() -> None:
    office, officer = Someone(OFFICE, ["partnership-office"]), Someone(COUNCIL, ["duty-officer"])
    incident = refer()["incident"]["id"]
    office.post(f"/notify/incidents/{incident}/access", person=officer.id, reasons="They know the family.")
    (bar,) = rows("SELECT id::text FROM bars WHERE incident_id = :id", id=incident)[0]
    office.post(f"/notify/incidents/{incident}/access", lift=bar)
    placed, lifted = said("need-to-know.changed", incident_id=incident)
    assert {name: placed[name] for name in ("bar_id", "person_id", "lifted_at")} == {
        "bar_id": bar,
        "person_id": officer.id,
        "lifted_at": None,
    }
    assert lifted["lifted_at"]
    assert "family" not in str(placed) + str(lifted)


def test_who_is_kept_from_one_of_two_incidents_is_kept_from_what_they_become() -> None:
    office, officer = Someone(OFFICE, ["partnership-office"]), Someone(COUNCIL, ["duty-officer"])
    source, into = refer()["incident"]["id"], refer()["incident"]["id"]
    office.post(f"/notify/incidents/{source}/access", person=officer.id, reasons="They know the family.")
    merged = call("POST", f"/incidents/{source}/merge", OFFICE, {"into": into, "reasons": "The same child."})
    assert merged.status_code == 200
    assert officer.get(f"/notify/incidents/{into}").status_code == 404
    assert [each["person_id"] for each in said("need-to-know.changed", incident_id=into)] == [officer.id]


def test_a_conflict_from_before_the_others_were_told_is_said_to_them_once() -> None:
    say_unsaid_bars()
    office, officer = Someone(OFFICE, ["partnership-office"]), Someone(COUNCIL, ["duty-officer"])
    said_already, unsaid, lifted, half_said = (refer()["incident"]["id"] for _ in range(4))
    for incident in (said_already, half_said):
        office.does(f"/notify/incidents/{incident}/access", person=officer.id, reasons="They know the family.")
    before = """INSERT INTO bars (id, person_id, incident_id, reasons, barred_by, barred_at, lifted_at)
        VALUES (gen_random_uuid(), :person, :incident, '', 'office', now(), CAST(:lifted AS timestamptz))"""
    change_rows(before, person=officer.id, incident=unsaid, lifted=None)
    change_rows(before, person=officer.id, incident=lifted, lifted="2026-01-01T00:00:00Z")
    with psycopg.connect(
        plain(os.environ["NOTIFY_OWNER_DATABASE_URL"]), autocommit=True
    ) as owner:  # as if only one of the two had been there to hear it
        owner.execute("SELECT set_config('app.scope', 'system', false)")
        owner.execute(
            "DELETE FROM event_deliveries WHERE consumer = 'publish' AND event_id IN (SELECT e.id FROM events e"
            " JOIN bars b ON e.subject = 'bar:' || b.id WHERE b.incident_id = %s)",
            [half_said],
        )
    assert (say_unsaid_bars(), say_unsaid_bars()) == (2, 0)
    counts = [len(said("need-to-know.changed", incident_id=each)) for each in (said_already, unsaid, lifted, half_said)]
    assert counts == [1, 1, 0, 2]
    (event,) = said("need-to-know.changed", incident_id=unsaid)
    assert (event["person_id"], event["lifted_at"]) == (officer.id, None)
