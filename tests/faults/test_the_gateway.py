"""The outside world misbehaving: the Panel hears once by the delivery's id, and its receipt is recorded whenever it comes."""

import os
import signal

import pytest

from tests.faults.observing import database, rows
from tests.running import Running, referral, until

MODES = {
    "refuse": {"times": 2},
    "error": {"times": 2},
    "busy": {"times": 1, "seconds": 1},
    "hang": {"times": 1, "seconds": 4},
    "answer-twice": {"times": 1},
    "lose-answer": {"times": 1},
    "receipt-by-callback": {"times": 1},
    "receipt-late": {"times": 1, "seconds": 2},
    "receipt-twice": {"times": 1},
    "receipt-before-answer": {"times": 1},
}


@pytest.mark.parametrize("mode", MODES)
def test_the_panel_hears_once_and_its_receipt_is_recorded(running: Running, mode: str) -> None:
    running.control("panel", mode, **MODES[mode])
    incident = running.refer_surely(referral())["incident"]
    running.assert_nothing_lost([incident])
    (duty,) = running.duties(incident["id"], "sin-panel")
    assert duty["evidence"] == running.notifications_of(incident["reference"])[0]["receipt"]


RECEIPT_AND_ATTEMPT = """
    SELECT c.received_at, a.finished_at FROM received_callbacks c JOIN deliveries m ON c.webhook_id = 'receipt-' || m.id
      LEFT JOIN delivery_attempts a ON a.delivery_id = m.id WHERE m.reference = %s AND m.recipient = 'panel'
"""


END_WHO_WAITS = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"


def test_a_receipt_that_comes_before_we_have_noted_the_sending(running: Running) -> None:
    running.control("panel", "receipt-before-answer", times=1)
    incident = running.refer_surely(referral())["incident"]
    running.assert_nothing_lost([incident])
    ((heard, noted),) = rows(running, RECEIPT_AND_ATTEMPT, incident["reference"])
    assert heard < noted


def test_a_receipt_that_comes_before_we_have_noted_the_sending_which_we_never_do(running: Running) -> None:
    """The receipt is in; the worker is killed while it writes down that it sent. Nothing is sent again."""
    running.control("panel", "receipt-before-answer", times=1)
    running.control("smtp", "hang", seconds=1.5)  # or what the partners got would be written down first, and hold us up
    with database(running) as connection:
        connection.execute("LOCK TABLE delivery_attempts IN EXCLUSIVE MODE")  # reading goes on, writing waits
        incident = running.refer_surely(referral())["incident"]
        running.wait_until_told([incident])
        for victim in (*running.system.children("worker-notify"), running.system.pid("worker-notify")):
            os.kill(victim, signal.SIGKILL)
        connection.execute(END_WHO_WAITS)  # or the database would still do what it had been told before the kill
    running.behave()
    running.assert_nothing_lost([incident])
    (sent,) = running.notifications_of(incident["reference"])
    assert (sent["attempts"], sent["callbacks_answered"]) == (1, 1)
    ((_, noted),) = rows(running, RECEIPT_AND_ATTEMPT, incident["reference"])
    assert noted is None


def test_receipts_that_come_out_of_order_reach_their_own_duties(running: Running) -> None:
    running.control("panel", "receipts-out-of-order", times=3, seconds=3)
    incidents = [running.refer_surely(referral())["incident"] for _ in range(3)]
    running.assert_nothing_lost(incidents)
    for incident in incidents:
        (duty,) = running.duties(incident["id"], "sin-panel")
        assert duty["evidence"] == running.notifications_of(incident["reference"])[0]["receipt"]


def test_a_refusal_calls_a_person_and_is_not_sent_again(running: Running) -> None:
    running.control("panel", "reject", times=1)
    incident = running.refer_surely(referral())["incident"]
    waiting = lambda: [d for d in running.duties(incident["id"], "sin-panel") if d["status"] == "waiting-for-person"]  # noqa: E731
    (duty,) = until(waiting, "a person to be called")
    until(
        lambda: [m for m in running.mail() if m["subject"] == incident["reference"] and "refused" in m["text"]],
        "the warning",
    )
    assert running.notifications_of(incident["reference"]) == []
    answer = running.call(
        "POST",
        f"/notify/api/v1/duties/{duty['id']}/receipt",
        json={"reference": "CSINS-1", "received_at": "2026-03-27T10:00:00+00:00"},
    )
    assert (answer.status_code, answer.json()["status"]) == (200, "discharged")
