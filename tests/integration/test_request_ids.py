"""One id from the caller's request through the answer, the events, the messages and the audit trail."""

import pytest

from services.notify.dispatch import dispatch_due
from tests.notifying import COUNCIL, SCHOOL, Outside, call, client, refer, rows
from tests.people import Someone

pytestmark = pytest.mark.usefixtures("sandbox")


def test_the_callers_request_id_is_echoed_and_carried(sandbox: Outside) -> None:
    given = {"X-Request-Id": "school-system/2026-11-24:42"}
    taken = refer(agency=SCHOOL, headers=given)["incident"]
    assert call("GET", "/referrals", SCHOOL, headers=given).headers["X-Request-Id"] == given["X-Request-Id"]
    (event,) = rows("SELECT request_id FROM events WHERE subject = :on", on=f"incident:{taken['id']}")
    assert event.request_id == given["X-Request-Id"]
    told = rows("SELECT request_id FROM deliveries WHERE reference = :of", of=taken["reference"])
    assert {row.request_id for row in told} == {given["X-Request-Id"]}
    statement = "SELECT 1 FROM audit_entries WHERE entry LIKE :one"
    assert rows(statement, one=f'%incident:{taken["id"]}%"request":"{given["X-Request-Id"]}"%')
    dispatch_due()


@pytest.mark.parametrize("given", ["with spaces", "x" * 200, "<script>", ""])
def test_an_id_that_is_not_safe_is_replaced(given: str) -> None:
    answer = client().get("/notify/health/live", headers={"X-Request-Id": given})
    assert len(answer.headers["X-Request-Id"]) == 36


def test_a_problem_bears_the_request_id_too() -> None:
    answer = call("GET", "/referrals", None, headers={"X-Request-Id": "r-1"})
    assert (answer.status_code, answer.headers["X-Request-Id"]) == (401, "r-1")


def test_a_page_tells_the_number_only_where_the_office_can_do_something_with_it() -> None:
    officer = Someone(COUNCIL, ["duty-officer"])
    answers = [officer.get(f"/notify/{path}") for path in ("people/new/nowhere", "no-such-page", "sign-out")]
    assert [answer.status_code for answer in answers] == [403, 404, 405]
    assert [answer.headers["X-Request-Id"] in answer.text for answer in answers] == [False, False, True]
    assert "give the partnership office this number" in answers[-1].text
