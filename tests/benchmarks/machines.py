"""Systems to measure: started in folders of their own, with parts stopped where they would share the cores."""

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from deploy.run.system import System, start_system, wait_for
from shared.settings import SERVICES

Rows = psycopg.Connection[tuple[object, ...]]
WORKERS = tuple(f"worker-{service}" for service in SERVICES)


@contextmanager
def system(**wishes: str) -> Iterator[System]:
    """A whole system in a folder that is forgotten afterwards; `wishes` are added to its environment."""
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    running = start_system(folder, extra=wishes)
    try:
        yield running
    finally:
        running.stop_and_forget()
        shutil.rmtree(folder, ignore_errors=True)


def keep_quiet(running: System, *names: str) -> None:
    """Stop programs and keep them from being started again."""
    for name in names:
        running.hold(name)
        running.kill(name)  # a worker that has just begun may not hear a polite request
    for name in names:
        wait_for(lambda name=name: not running.runs(name), f"{name} to stop")  # type: ignore[misc]


def wake(running: System, *names: str) -> None:
    """Let programs be started again, and wait until each has a process."""
    for name in names:
        running.release(name)
    for name in names:
        wait_for(lambda name=name: running.runs(name), f"{name} to start")  # type: ignore[misc]


def key_of(running: System, agency: str) -> str:
    """An agency's API key, as the demonstration wrote it down."""
    known = json.loads((running.var / "demo" / "credentials.json").read_text())
    holders = [*known["agencies"].values(), known["partnership_office"]]
    return next(str(holder["api_key"]) for holder in holders if holder["id"] == agency)


def live_in(running: System) -> None:
    """Give this process the environment of the system's own processes, so that it can call the system's functions."""
    os.environ.update(running.environment)


def as_superuser(running: System, service: str) -> Rows:
    """A connection that row-level security does not bind, for filling tables and listening."""
    return psycopg.connect(database_url(running, f"safeguarding_{service}"), autocommit=True)


def database_url(running: System, database: str) -> str:
    """The superuser's address of one database of the system's PostgreSQL."""
    return f"{running.superuser_url.rpartition('/')[0]}/{database}"
