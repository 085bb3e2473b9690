"""Processes killed in the middle of their work: nothing is lost, and the Panel hears once."""

import os
import signal
import threading
import time

from tests.running import Running, referral, until


def refer_some(running: Running, count: int) -> list[dict]:
    return [running.refer_surely(referral())["incident"] for _ in range(count)]


def test_a_worker_child_killed_while_the_gateway_is_slow(running: Running) -> None:
    running.control("panel", "hang", seconds=1.5, times=2)
    incidents = refer_some(running, 3)
    time.sleep(0.3)
    for child in running.system.children("worker-notify"):
        os.kill(child, signal.SIGKILL)
    running.assert_nothing_lost(incidents)


def test_a_whole_worker_killed_in_mid_dispatch(running: Running) -> None:
    running.control("panel", "hang", seconds=1.5, times=2)
    incidents = refer_some(running, 3)
    time.sleep(0.3)
    running.system.kill("worker-notify")
    running.assert_nothing_lost(incidents)


def test_the_workers_of_every_service_killed_again_and_again(running: Running) -> None:
    incidents = []
    for _ in range(4):
        incidents += refer_some(running, 3)
        for worker in ("worker-notify", "worker-review", "worker-publish"):
            until(lambda name=worker: running.system.runs(name), f"{worker} to run")
            running.system.kill(worker)
    running.assert_nothing_lost(incidents)


def test_the_api_killed_in_mid_request_and_the_caller_sends_again(running: Running) -> None:
    incidents: list[dict] = []
    callers = [
        threading.Thread(target=lambda: incidents.append(running.refer_surely(referral())["incident"]))
        for _ in range(8)
    ]
    for caller in callers:
        caller.start()
    for _ in range(3):
        time.sleep(0.15)
        for child in running.system.children("api"):
            os.kill(child, signal.SIGKILL)
        if running.system.runs("api"):
            running.system.kill("api")
        until(lambda: running.system.runs("api"), "the API to run")
    for caller in callers:
        caller.join(60)
    assert len(incidents) == 8
    running.assert_nothing_lost(incidents)


def test_the_scheduler_killed_and_the_sweep_goes_on(running: Running) -> None:
    running.system.kill("scheduler")
    running.control("panel", "error", times=1)
    running.assert_nothing_lost(refer_some(running, 2))
