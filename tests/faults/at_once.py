"""Several people acting on one record in the same moment, and what must hold when the dust has settled."""

import json
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import requests

from tests.running import Running, until

Shown = dict[str, Any]
Ask = Callable[[], requests.Response]
PARTNERS = ("herefordshire-council", "herefordshire-and-worcestershire-icb", "west-mercia-police")


def at_once(*asks: Ask) -> list[requests.Response]:
    """Ask everything in the same moment; the answers in the order of the questions."""
    start = threading.Barrier(len(asks))

    def ask(one: Ask) -> requests.Response:
        start.wait(10)
        return one()

    with ThreadPoolExecutor(len(asks)) as people:
        return list(people.map(ask, asks))


def statuses(answers: Sequence[requests.Response]) -> list[int]:
    return [answer.status_code for answer in answers]


def measure(running: Running, name: str) -> float:
    """One of notify's measures, as a monitor reads it."""
    lines = requests.get(f"{running.system.url}/notify/metrics", timeout=10).text.splitlines()
    (value,) = (line.split()[-1] for line in lines if line.startswith(f"safeguarding_{name}{{"))
    return float(value)


def settle(running: Running) -> None:
    """Wait until every message is sent and every event confirmed; then the audit chains hold."""
    until(lambda: measure(running, "deliveries_due") == 0, "every message to be sent")
    until(lambda: not running.pending_events(), "every event to be confirmed")
    until(lambda: measure(running, "deliveries_due") == 0, "what the events brought to be sent")
    verified = running.command("audit", "verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr


def heard(running: Running, incident: Shown) -> list[str]:
    """What the Panel was told of an incident, in order: `notification`, `follow-up`, `withdrawal`."""
    found = []
    for item in running.received():
        body = json.loads(item["body"])
        if body.get("withdrawn") == incident["reference"]:
            found.append("withdrawal")
        elif body.get("reference") == incident["reference"]:
            found.append(body["notice"])
    return found
