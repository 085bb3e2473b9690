"""When the system is ready: every service says so, and every worker has done a round since the start.

One that serves and works is not given up for what else is wrong with it, an event that nobody takes, say: it is mended
while it runs.
"""

import sys
import time
import urllib.error
import urllib.request
from datetime import datetime
from importlib import import_module

from sqlalchemy import text

from deploy.run.environment import Place
from shared import clock
from shared.service import Service
from shared.settings import SERVICES

PATIENCE = 60  # seconds until a system that is not ready is given up
PATIENCE_WITH_REST = 15  # seconds until one that serves is taken as it is
SERVES = 2  # the exit code of a start after which something is still wrong
SWEPT = text("SELECT 1 FROM heartbeats WHERE job = 'sweep' AND last_at >= :began")


def wait_until_ready(place: Place) -> None:
    """In a child: return when everything is ready; exit saying what is missing, with `SERVES` where it serves.

    What fell due while the system stood still is looked at now, not at the scheduler's next round.
    """
    began, until = clock.machine_now(), time.monotonic() + PATIENCE
    for name in SERVICES:
        service_of(name).celery.send_task(f"{name}.sweep", queue=name)
    while missing := what_is_missing(place, began):
        left = until - time.monotonic()
        if left < PATIENCE - PATIENCE_WITH_REST and _serves(place, began):
            print("\n".join(missing), file=sys.stderr)
            sys.exit(SERVES)
        if left < 0:
            sys.exit("\n".join(missing))
        time.sleep(0.05)


def service_of(name: str) -> Service:
    service: Service = import_module(f"services.{name}.service").SERVICE
    return service


def what_is_missing(place: Place, began: datetime) -> list[str]:
    asked = [f"{place.sandbox_url}/health", *(f"{place.url}/{service}/health/ready" for service in SERVICES)]
    missing = [f"{url} {fault}" for url in asked if (fault := fault_at(url))]
    return missing or [f"worker-{name} has not worked yet" for name in SERVICES if not has_worked(name, began)]


def fault_at(url: str) -> str:
    """Why the address does not say that it is well, in its own words; empty where it does."""
    try:
        with urllib.request.urlopen(url, timeout=2):  # noqa: S310  # our own address
            return ""
    except urllib.error.HTTPError as answer:
        return f"answers {answer.code}: {answer.read(400).decode(errors='replace')}"
    except OSError as error:
        return f"does not answer ({type(error).__name__})"


def _serves(place: Place, began: datetime) -> bool:
    alive = [f"{place.url}/{service}/health/live" for service in SERVICES]
    return not any(map(fault_at, alive)) and all(has_worked(name, began) for name in SERVICES)


def has_worked(name: str, began: datetime) -> bool:
    with service_of(name).transaction() as session:
        return session.execute(SWEPT, {"began": began}).first() is not None
