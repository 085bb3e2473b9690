"""Processes killed in the middle of their work: nothing is lost, and the Panel hears once."""

import os
import signal
import threading
import time
from contextlib import suppress

import requests

from deploy.run.system import SystemNotRunning
from tests.running import Running, referral, until


def api_answers(running: Running) -> bool:
    try:
        return requests.get(f"{running.system.url}/notify/health/live", timeout=2).ok
    except requests.RequestException:
        return False


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
    for victims in (running.system.children, lambda name: [running.system.pid(name)], running.system.children):
        time.sleep(0.15)
        # One that ended with its parent, or is just being started again, is as dead as we want it.
        with suppress(ProcessLookupError, SystemNotRunning):
            for victim in victims("api"):
                os.kill(victim, signal.SIGKILL)
        until(lambda: running.system.runs("api") and api_answers(running), "the API to answer")
    for caller in callers:
        caller.join(60)
    assert len(incidents) == 8
    running.assert_nothing_lost(incidents)


def test_the_scheduler_killed_and_the_sweep_goes_on(running: Running) -> None:
    running.system.kill("scheduler")
    running.control("panel", "error", times=1)
    running.assert_nothing_lost(refer_some(running, 2))
