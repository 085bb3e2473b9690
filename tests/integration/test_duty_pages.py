"""Duties as people take them with them: a calendar, a table; two incidents side by side; timeliness for the yearly report."""

import csv
import io
import re
from datetime import timedelta

import pytest

from services.notify.service import SERVICE
from services.notify.timeliness import timeliness
from shared import clock
from tests.notifying import COUNCIL, HOSPITAL, OFFICE, POLICE, change_rows, duty, got, refer, referral, rows
from tests.people import Someone

pytestmark = pytest.mark.usefixtures("sandbox")


def feed(someone: Someone) -> str:
    found = re.search(r"/notify/calendar/[^<]+[.]ics", someone.get("/notify/duties").text)
    assert found
    return found[0]


def test_a_calendar_program_gets_references_and_dates_and_nothing_of_a_case() -> None:
    officer = Someone(COUNCIL, ["duty-officer"])
    body = referral()
    sent = refer(body, HOSPITAL)
    answer = Someone().get(feed(officer))
    assert answer.mimetype == "text/calendar" and answer.text.startswith("BEGIN:VCALENDAR\r\n")
    assert f"SUMMARY:Decide whether to notify {sent['incident']['reference']}\r\n" in answer.text
    assert body["children"][0]["family_name"] not in answer.text


def test_a_calendar_ends_with_signing_out_everywhere_and_with_the_role() -> None:
    officer, mover = Someone(COUNCIL, ["duty-officer"]), Someone(COUNCIL, ["duty-officer"])
    first, second = feed(officer), feed(mover)
    officer.post("/notify/account/sign-out-everywhere")
    change_rows("UPDATE people SET roles = '{referrer}' WHERE id = :id", id=mover.id)
    assert [Someone().get(path).status_code for path in (first, second)] == [404, 404]
    assert Someone().get(first.replace("calendar/", "calendar/x")).status_code == 404


def test_the_table_of_duties_holds_what_the_page_shows_and_no_formula_or_name() -> None:
    officer = Someone(COUNCIL, ["duty-officer"])
    sent = refer()
    rows = list(csv.DictReader(io.StringIO(officer.get("/notify/duties.csv?status=all").text)))
    panel = [
        row for row in rows if row["incident"] == sent["incident"]["reference"] and row["duty"] == "Notify the Panel"
    ]
    assert len(panel) == 1 and panel[0]["due"].startswith(str(duty(sent["incident"]["id"], "sin-panel")["due_at"])[:10])


def test_two_incidents_alike_are_seen_side_by_side() -> None:
    body = referral()
    first = refer(body)["incident"]["id"]
    second = refer(body | {"agency_reference": "another"}, POLICE)["incident"]["id"]
    page = Someone(OFFICE, ["partnership-office"]).get(f"/notify/incidents/{second}/beside/{first}").text
    assert page.count(body["incident"]["narrative"]) == 2
    assert (
        f"/notify/incidents/{second}/beside/{first}"
        in Someone(COUNCIL, ["duty-officer"]).get(f"/notify/incidents/{second}").text
    )


def test_timeliness_counts_what_was_done_in_time_late_and_never() -> None:
    change_rows("UPDATE duties SET status = 'cancelled' WHERE rule = 'sin-panel'")
    in_time, late, never, open_ = (duty(refer()["incident"]["id"], "sin-panel")["id"] for _ in range(4))
    move = "UPDATE duties SET due_at = '2026-05-01T22:59:59Z', sent_at = :at WHERE id = :id"
    change_rows(move, id=in_time, at="2026-05-01T22:00:00Z")
    change_rows(move, id=late, at="2026-05-02T08:00:00Z")
    change_rows(move, id=never, at=None)
    change_rows("UPDATE duties SET due_at = :at WHERE id = :id", id=open_, at=clock.now() + timedelta(days=3))
    with SERVICE.transaction() as session:
        shares = [share for share in timeliness(session, clock.now()) if share.rule == "sin-panel"]
    assert [(s.year, s.quarter, s.all, s.in_time, s.percent) for s in shares] == [(2026, 2, 3, 1, 33)]
    page = Someone(COUNCIL, ["duty-officer"])
    assert "33%" in page.get("/notify/timeliness").text
    assert "2026,2,Notifications within 5 working days,3,1,33" in page.get("/notify/timeliness.csv").text


def test_who_decided_to_notify_is_named_on_the_incident_and_to_the_panel_as_the_notifier() -> None:
    officer = Someone(COUNCIL, ["duty-officer"])
    incident = refer(referral(), HOSPITAL)["incident"]
    at = f"/notify/incidents/{incident['id']}"
    assert f'href="{at}"' in officer.get("/notify/today").text
    page = officer.get(f"{at}/decision").text
    assert "What the facts say: Must be notified." in page and "section 16C(1)" in page
    assert officer.post(f"{at}/decision", outcome="notify", reasons="Suspected.").status_code == 303
    [(name, email)] = rows("SELECT name, email FROM people WHERE id = :id", id=officer.id)
    table = officer.get(at).text.partition("The picture as a table")[2].partition("</details>")[0]
    for words in (
        "The incident",
        "The authority became aware",
        "Incident report HSCP-",
        "Notify the Panel: Child",
        "Under way",
    ):
        assert words in table, words
    assert f"Decided by {name}, Herefordshire Council." in " ".join(officer.get(at).text.split())
    told = duty(incident["id"], "sin-panel")
    notifier = got(f"/duties/{told['id']}/pack", COUNCIL)["document"]["notifier"]
    assert (notifier["name"], notifier["email"], notifier["role"]) == (name, email, "Duty officer")
    assert notifier["phone"] is None and notifier["authorised_by"] is None


def test_an_incident_that_was_made_one_with_another_waits_for_no_decision_in_the_list() -> None:
    body = referral()
    first = refer(body)["incident"]["id"]
    second = refer(body | {"agency_reference": "once more"}, POLICE)["incident"]
    office = Someone(OFFICE, ["partnership-office"])
    listed = office.get("/notify/incidents").text
    row = re.search(rf"{second['reference']}.*?</tr>", listed, re.S)
    assert row and "Awaits a decision" in row[0]
    merged = office.post(f"/notify/incidents/{second['id']}/merge", into=first, reasons="The same evening.")
    assert merged.status_code == 303
    row = re.search(rf"{second['reference']}.*?</tr>", office.get("/notify/incidents").text, re.S)
    assert row and "Made one with another" in row[0] and "Awaits" not in row[0]
