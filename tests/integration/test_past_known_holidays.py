"""Past the last year whose bank holidays are known: incidents are referred, notified and warned of, and nothing is late."""

from datetime import UTC, date, datetime, time
from typing import Any

import pytest

from services.notify.deadlines import watch_deadlines
from services.notify.digest import send_digest
from services.notify.service import SERVICE
from services.notify.what_waits import remind
from shared import clock
from shared.reminding import remind_in_turn
from tests.notifying import COUNCIL, Outside, change_rows, day_of, duty, fresh_referral, incident, refer, send
from tests.people import Someone

pytestmark = pytest.mark.usefixtures("sandbox")
OFFICER = "duty.officer@hscp.example"


def go_to(day: date, hour: int = 12) -> None:
    clock.advance(datetime.combine(day, time(hour), UTC) - clock.now())


def letters(sandbox: Outside, subject: str) -> list[str]:
    return [" ".join(message["text"].split()) for message in sandbox.mail(subject, OFFICER)]


def referred_at_the_end() -> dict[str, Any]:
    go_to(date(2028, 12, 27))
    taken: dict[str, Any] = refer(fresh_referral())["incident"]
    return taken


def test_an_incident_is_taken_and_what_the_panel_took_is_recorded_and_sent_once(sandbox: Outside) -> None:
    taken = referred_at_the_end()
    assert day_of(duty(taken["id"], "sin-panel")["due_at"]) == "2029-01-03"
    for _ in range(3):
        send()
    assert len(sandbox.received(taken["reference"])) == 1
    assert incident(taken["id"])["status"] == "notified"
    review = duty(taken["id"], "rapid-review")
    assert day_of(review["due_at"]) == "2029-01-17"
    officer = Someone(COUNCIL, ["duty-officer"])
    assert "the bank holidays of 2029 are not known yet" in officer.get(f"/notify/duties/{review['id']}").text


def test_warnings_and_the_morning_go_on_and_say_what_is_not_known(sandbox: Outside) -> None:
    change_rows("UPDATE duties SET status = 'cancelled' WHERE status NOT IN ('discharged', 'cancelled')")
    change_rows("UPDATE heartbeats SET last_at = '2000-01-01' WHERE job = 'digest'")
    taken = referred_at_the_end()
    change_rows("UPDATE deliveries SET status = 'cancelled' WHERE status = 'pending'")
    go_to(date(2029, 1, 2))
    assert watch_deadlines()
    assert send_digest()
    send()
    warned = letters(sandbox, taken["reference"])
    assert any("3 January 2029 (bank holidays of 2029 are not known yet), 1 working day from now" in w for w in warned)


def test_the_contacts_are_told_once_a_month_from_a_year_ahead_to_have_the_next_year_added(sandbox: Outside) -> None:
    heard = []
    for day in (date(2027, 12, 30), date(2028, 1, 4), date(2028, 1, 25), date(2028, 2, 1)):
        go_to(day)
        remind_in_turn(SERVICE, remind)
        remind()
        send()
        heard.append(len(letters(sandbox, "Bank holidays")))
    assert heard == [0, 1, 1, 2]
    assert "Bank holidays are known up to the end of 2028" in letters(sandbox, "Bank holidays")[0]
