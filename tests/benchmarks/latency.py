"""How long one thing takes on an idle system, beside what a Celery task that does nothing takes over the same broker."""

import itertools
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import orjson
import redis

from deploy.run.environment import PROJECT
from deploy.run.system import System
from services.notify.service import SERVICE
from shared import clock
from shared.database import new_id
from shared.outbox import emit
from tests.benchmarks.bodies import referrals
from tests.benchmarks.listening import Listener
from tests.benchmarks.machines import key_of, live_in, system
from tests.benchmarks.measuring import Finding, at_most, percentile
from tests.benchmarks.posting import Sender

ROUNDS = 5
TIMES = 40  # of each, in a round
BETWEEN = 0.15  # seconds: what one left to do is done before the next

Act = Callable[[], float]  # does one thing; the seconds it took
Round = dict[str, list[float]]


def measure(quick: bool) -> list[Finding]:
    times = TIMES // 4 if quick else TIMES
    with system() as running:
        live_in(running)
        with idle_celery(running) as nothing:
            acts = {"nothing": nothing, "receipt": posts_until_receipt(running), "event": events_until_effect(running)}
            for act in acts.values():
                _times(act, 10)
            rounds = [{name: _times(act, times) for name, act in acts.items()} for _ in range(ROUNDS)]
    receipt, event = "POST to the Panel's receipt recorded, idle", "event: commit here to committed effect there, idle"
    return [
        at_most(f"{receipt}: p50", _beside(rounds, "receipt", 50), 5, "ms"),
        at_most(f"{receipt}: p99", [_in_all(rounds, "receipt", 99)], 12, "ms"),
        at_most(f"{event}: p50", _beside(rounds, "event", 50), 4, "ms"),
        at_most(f"{event}: p99", [_in_all(rounds, "event", 99)], 12, "ms"),
    ]


def _times(act: Act, times: int) -> list[float]:
    taken = []
    for _ in range(times):
        taken.append(1000 * act())
        time.sleep(BETWEEN)
    return taken


def _beside(rounds: list[Round], name: str, hundredth: int) -> list[tuple[float, float]]:
    return [(percentile(one["nothing"], hundredth), percentile(one[name], hundredth)) for one in rounds]


def _in_all(rounds: list[Round], name: str, hundredth: int) -> tuple[float, float]:
    """Over all rounds together: one round has too few for its last hundredth."""
    nothing, ours = (list(itertools.chain(*(one[key] for one in rounds))) for key in ("nothing", name))
    return percentile(nothing, hundredth), percentile(ours, hundredth)


def posts_until_receipt(running: System) -> Act:
    """A referral of the authority's, from its sending to the commit that discharges the duty to tell the Panel."""
    listener = Listener(running, "notify", "duties", "UPDATE", "NEW.id || ' ' || NEW.status")
    sender = Sender(f"{running.url}/notify/api/v1/referrals", key_of(running, "herefordshire-council"))

    def act() -> float:
        (body,) = referrals(1)
        began = time.monotonic()
        duties = orjson.loads(sender.post(body))["duties"]
        panel = next(duty["id"] for duty in duties if duty["rule"] == "sin-panel")
        return listener.heard(f"{panel} discharged") - began

    return act


def events_until_effect(running: System) -> Act:
    """That an agency referred an incident: from its commit in notify to the one in review, which keeps who did."""
    here = Listener(running, "notify", "events", "INSERT", "NEW.subject")
    there = Listener(running, "review", "incident_referrals", "INSERT", "NEW.reference")

    def act() -> float:
        incident = new_id()
        data = {"incident_id": incident, "reference": incident, "agency_id": "example-school"}
        with SERVICE.transaction() as session:
            said = data | {"submitted_at": clock.now().isoformat()}
            emit(session, SERVICE, "incident.referred", f"incident:{incident}", said)
        return -here.heard(f"incident:{incident}") + there.heard(incident)

    return act


@contextmanager
def idle_celery(running: System) -> Iterator[Act]:
    """From `delay()` to the body of a task that does nothing, by a worker of one child on the same broker."""
    from tests.benchmarks.noop_worker import REACHED, nothing

    command = [sys.executable, "-m", "celery", "-A", "tests.benchmarks.noop_worker", "worker", "--concurrency", "1"]
    options = ["--pool", "prefork", "--without-mingle", "--without-gossip", "--loglevel", "ERROR"]
    worker = subprocess.Popen([*command, *options], cwd=PROJECT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    answers = redis.Redis.from_url(running.environment["REDIS_URL"], socket_timeout=20)

    def act() -> float:
        nothing.delay(time.monotonic())
        _, reached = answers.brpop([REACHED])  # type: ignore[misc]  # without a time limit it always answers
        return float(reached)

    try:
        yield act
    finally:
        worker.terminate()
        worker.wait(15)
