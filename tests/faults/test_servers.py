"""The broker and the database taken away: latency changes, nothing else."""

import signal
import threading
import time

from tests.running import Running, referral


def refer_some(running: Running, count: int) -> list[dict]:
    return [running.refer_surely(referral())["incident"] for _ in range(count)]


def test_the_broker_flushed_under_load(running: Running) -> None:
    incidents = []
    for _ in range(5):
        incidents += refer_some(running, 2)
        running.system.flush_broker()
    running.assert_nothing_lost(incidents)


def test_the_broker_killed_and_started_again(running: Running) -> None:
    incidents = refer_some(running, 2)
    running.system.restart("broker", signal.SIGKILL)
    incidents += refer_some(running, 2)
    running.assert_nothing_lost(incidents)


def test_the_broker_gone_for_a_minute_and_referrals_are_still_taken_at_once(running: Running) -> None:
    running.system.stop_broker()
    gone, incidents = time.monotonic(), []
    while time.monotonic() - gone < 60:
        asked = time.monotonic()
        answer = running.refer(referral())
        assert answer.status_code == 201, answer.text
        assert time.monotonic() - asked < 5, "a referral waited for the broker"
        incidents.append(answer.json()["incident"])
        time.sleep(6)
    running.system.start_broker()
    running.assert_nothing_lost(incidents, patience=60)


def test_the_database_restarted_under_load(running: Running) -> None:
    incidents: list[dict] = []
    caller = threading.Thread(target=lambda: incidents.extend(refer_some(running, 10)))
    caller.start()
    time.sleep(0.1)
    running.system.restart_database()
    running.system.restart_database(signal.SIGKILL)
    caller.join(90)
    assert len(incidents) == 10
    running.assert_nothing_lost(incidents)
