"""The time of a sign-in runs out over a page: what was typed is kept, nothing is done with it, and the way back is a page."""

import re
import time

import pytest

from shared.identity.people import IDLE, LONGEST
from tests.integration.test_review_pages import person
from tests.notifying import COUNCIL, HOSPITAL, OFFICE, change_rows, incident, refer, rows
from tests.people import HTTPS, Someone
from tests.reviewing import SCHOOL, open_case, request_of

pytestmark = pytest.mark.usefixtures("sandbox", "ground")

LONG_AGO = IDLE.total_seconds() + 60
TOLD_TO_PRESS_AGAIN = "Nothing was sent. Sign in, then press the button again."


def withdrawing() -> tuple[Someone, str, str]:
    """An officer, an incident that must be notified, and the page where its notification is withdrawn."""
    found = refer()["incident"]["id"]
    return Someone(COUNCIL, ["duty-officer"]), found, f"/notify/incidents/{found}/withdrawal"


def test_what_a_page_sends_by_itself_is_kept_and_never_done_while_the_sign_in_holds() -> None:
    officer, found, path = withdrawing()
    before = incident(found)["status"]
    answer = officer.post(path, reasons="A sentence half wri", keep_only="yes")
    assert (answer.status_code, answer.location) == (303, path)
    assert incident(found)["status"] == before != "withdrawn"
    shown = officer.get(path).text
    assert "A sentence half wri" in shown and "What you had typed was kept." in shown
    assert officer.post(path, reasons="A sentence half written, and finished.").status_code == 303
    assert incident(found)["status"] == "withdrawn", "the same form is done once somebody presses its button"


def test_what_a_page_sends_by_itself_is_kept_when_the_time_is_up() -> None:
    officer, found, path = withdrawing()
    officer.left_idle(LONG_AGO)
    assert officer.post(path, reasons="A sentence half wri", keep_only="yes").location == f"/notify/sign-in?next={path}"
    officer.let_in()
    assert "A sentence half wri" in officer.get(path).text
    assert incident(found)["status"] != "withdrawn"


def test_nobody_is_kept_anything_of() -> None:
    assert Someone().post("/notify/sign-in", email="x@people.example", keep_only="yes").status_code == 303


def test_whoever_signs_in_again_comes_back_to_the_page_with_its_query() -> None:
    officer = Someone(COUNCIL, ["duty-officer"])
    officer.left_idle(LONG_AGO)
    asked = officer.get("/notify/duties?status=all&recipient=panel")
    assert asked.location == "/notify/sign-in?next=/notify/duties%3Fstatus%3Dall%26recipient%3Dpanel"
    assert "Sign in again to go on." in officer.get(asked.location).text
    with officer.client.session_transaction(base_url=HTTPS) as cookie:
        assert cookie["next"] == "/notify/duties?status=all&recipient=panel"


def test_a_form_is_kept_for_the_page_that_is_shown_at_its_address_with_its_query() -> None:
    referrer = Someone(HOSPITAL, ["referrer"])
    path = referrer.post("/notify/report").location.replace("what-happened", "account")
    referrer.left_idle(LONG_AGO)
    answer = referrer.post(f"{path}?from=check", narrative="Typed.")
    assert answer.location == f"/notify/sign-in?next={path}%3Ffrom%3Dcheck"
    assert "What you had typed is kept" in referrer.get(answer.location).text
    referrer.let_in()
    assert "Typed." in referrer.get(f"{path}?from=check").text


def test_after_a_button_whose_address_is_no_page_one_comes_back_to_the_page_with_the_button() -> None:
    office = Someone(OFFICE, ["partnership-office"])
    someone = Someone(COUNCIL, ["duty-officer"])
    office.left_idle(LONG_AGO)
    at = f"/notify/people/{someone.id}"
    answer = office.post(f"{at}/access", act="end", came_from=f"{at}?page=2")
    assert answer.location == f"/notify/sign-in?next={at}%3Fpage%3D2"
    told = office.get(answer.location).text
    assert TOLD_TO_PRESS_AGAIN in told and "kept" not in told
    assert rows("SELECT 1 FROM kept_forms WHERE person_id = :who", who=office.id) == []
    assert rows("SELECT ended_at FROM people WHERE id = :who", who=someone.id) == [(None,)]


def test_in_review_as_well() -> None:
    author = person(SCHOOL, "return-author")
    at = f"/review/requests/{request_of(open_case(), SCHOOL)}"
    author.left_idle(LONG_AGO)
    assert author.post(f"{at}/not-involved", came_from=at).location == f"/notify/sign-in?next={at}"


@pytest.mark.parametrize("came_from", ["/notify/report", "/elsewhere", ""])
def test_where_no_page_is_known_one_begins_at_home(came_from: str) -> None:
    referrer = Someone(HOSPITAL, ["referrer"])
    referrer.left_idle(LONG_AGO)
    answer = referrer.post("/notify/report", came_from=came_from)
    assert answer.location == "/notify/sign-in?next="
    assert TOLD_TO_PRESS_AGAIN in referrer.get(answer.location).text


def test_a_page_warns_of_the_end_that_comes_however_busy_somebody_is() -> None:
    officer = Someone(COUNCIL, ["duty-officer"])
    change_rows("UPDATE people SET signed_out_before = '2026-01-01' WHERE id = :who", who=officer.id)
    with officer.client.session_transaction(base_url=HTTPS) as cookie:
        cookie["who"] = cookie["who"] | {"since": time.time() - LONGEST.total_seconds() + 600}
    shown = officer.get("/notify/account").text
    seconds = re.search(r'data-seconds="(\d+)"', shown)
    assert seconds and 580 < int(seconds[1]) <= 600
    assert 580 < int(officer.get("/notify/stay").text) <= 600, "staying does not move it"
    assert re.search(r"You can stay until \d+ \w+ \d{4} at \d+:\d\d[ap]m", shown)


def test_a_page_counts_from_the_last_one_as_the_server_does() -> None:
    officer = Someone(COUNCIL, ["duty-officer"])
    officer.left_idle(50)  # too short for the cookie to be written anew
    seconds = re.search(r'data-seconds="(\d+)"', officer.get("/notify/account").text)
    assert seconds and int(seconds[1]) <= IDLE.total_seconds() - 50
    officer.left_idle(600)
    assert int(officer.get("/notify/stay").text) > IDLE.total_seconds() - 10
