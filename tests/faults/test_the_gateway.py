"""The outside world misbehaving: the Panel hears once by the delivery's id, and its receipt is recorded whenever it comes."""

import pytest

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
