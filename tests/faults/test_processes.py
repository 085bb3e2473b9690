"""Processes killed in the middle of their work: nothing is lost, and the Panel hears once."""

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress

import redis
import requests

from deploy.run.environment import PROJECT
from deploy.run.system import SystemNotRunning
from shared.celery_app import SCHEDULER_LOCK_SECONDS
from tests.faults.observing import measure
from tests.running import QUICK, Running, referral, until

LOCK = "safeguarding::lock"
SCHEDULE = "safeguarding::schedule"
SECONDS_WITHOUT_SCHEDULER = SCHEDULER_LOCK_SECONDS + 5


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


def test_the_scheduler_killed_and_the_sweep_goes_on_within_seconds(running: Running) -> None:
    killed = time.monotonic()
    running.system.kill("scheduler")
    running.control("panel", "error", times=1)
    incidents = refer_some(running, 2)
    # What the killed one had sent is worked off or dropped in two seconds: a sweep after that is the successor's.
    until(
        lambda: 2 + measure(running, "last_sweep_seconds") < time.monotonic() - killed,
        "a sweep that the new scheduler sent",
        SECONDS_WITHOUT_SCHEDULER,
    )
    running.assert_nothing_lost(incidents)


def test_a_second_scheduler_takes_over_from_one_that_stands_still_and_that_one_ends_when_it_wakes(
    running: Running,
) -> None:
    first = running.system.pid("scheduler")
    second = start_another_scheduler(running)
    try:
        with redis.Redis.from_url(running.system.environment["REDIS_URL"]) as broker:
            held = until(lambda: broker.get(LOCK), "the lock")
            time.sleep(3)
            assert (broker.get(LOCK), second.poll()) == (held, None)  # it waits: one schedules, never two
            os.kill(first, signal.SIGSTOP)
            until(lambda: broker.get(LOCK) not in (None, held), "another to take over", SECONDS_WITHOUT_SCHEDULER)
            held = broker.get(LOCK)
            until(lambda: measure(running, "last_sweep_seconds") < 1, "a sweep")
            os.kill(first, signal.SIGCONT)
            until(lambda: running.system.runs("scheduler") and running.system.pid("scheduler") != first, "it to end")
            assert broker.get(LOCK) == held
    finally:
        second.kill()
        second.wait()


def test_a_schedule_that_the_broker_has_lost_is_put_back_by_the_scheduler_that_holds_the_lock(running: Running) -> None:
    with redis.Redis.from_url(running.system.environment["REDIS_URL"]) as broker:
        until(lambda: measure(running, "last_sweep_seconds") < 1, "the scheduler to be at work")
        scheduler, began = running.system.pid("scheduler"), time.monotonic()
        assert (
            broker.delete(SCHEDULE, *broker.keys("safeguarding:*.sweep")) > 1
        )  # as a broker emptied just before the lock was taken
        until(
            lambda: 2 + measure(running, "last_sweep_seconds") < time.monotonic() - began,
            "a sweep after that",
            SECONDS_WITHOUT_SCHEDULER,
        )
        assert running.system.pid("scheduler") == scheduler  # another would have written it at its start


def start_another_scheduler(running: Running) -> subprocess.Popen[bytes]:
    program = "from deploy.run.programs import run_scheduler; run_scheduler()"
    environment = os.environ | running.system.environment | QUICK
    return subprocess.Popen([sys.executable, "-c", program], cwd=PROJECT, env=environment)
