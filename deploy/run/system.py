"""A running system as seen from outside: where it answers, which process is which, and how to trouble it.

The fault tests use this to kill, hold and restart real processes. Nothing here talks to the supervisor except through
pids and files under `var/run`, so a test process needs no thread.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from deploy.run.embedded import answers
from deploy.run.environment import PROJECT
from deploy.run.forking import children_of, die_with_parent
from deploy.run.server_home import forget

NO_WISHES: Mapping[str, str] = {}
NOT_INHERITED = ("POSTGRES_URL", "REDIS_URL", "PARTNERSHIP_FILE")


class SystemDidNotStart(RuntimeError):
    """The system is not ready; the message ends with the last lines that it wrote."""


class SystemNotRunning(RuntimeError):
    """There is no running system under that folder."""


@dataclass(frozen=True)
class System:
    """A running system. `databases` holds, by service, `application` and `owner` URLs; secrets are not shown."""

    var: Path
    url: str
    sandbox_url: str
    smtp_port: int
    superuser_url: str = field(repr=False)
    environment: dict[str, str] = field(repr=False)
    databases: dict[str, dict[str, str]] = field(repr=False)

    def pid(self, name: str) -> int:
        """The process of `api`, `worker-notify`, `scheduler`, `sandbox`, `postgres`, `broker`, `supervisor` …

        Raises `SystemNotRunning` where it does not run now.
        """
        known = self._known(name)
        if known is None:
            raise SystemNotRunning(f"{name} does not run under {self.var}")
        return known

    def children(self, name: str) -> list[int]:
        """The processes that a program started: a worker's children, the API's serving processes."""
        return children_of(self.pid(name))

    def kill(self, name: str, farewell: int = signal.SIGKILL) -> int:
        """Send a signal to a program, by default kill -9; the pid that it had. It is started again by itself."""
        pid = self.pid(name)
        os.kill(pid, farewell)
        return pid

    def hold(self, name: str) -> None:
        """Keep a program from being started again."""
        (self.var / "run" / f"{name}.hold").touch()

    def release(self, name: str) -> None:
        (self.var / "run" / f"{name}.hold").unlink(missing_ok=True)

    def restart(self, name: str, farewell: int = signal.SIGKILL) -> int:
        """End a program and wait until its successor has a pid, which is returned."""
        before = self.kill(name, farewell)
        wait_for(lambda: self._known(name) not in (None, before), f"{name} to start again")
        return self.pid(name)

    def runs(self, name: str) -> bool:
        return self._known(name) is not None

    def _known(self, name: str) -> int | None:
        try:
            return int((self.var / "run" / f"{name}.pid").read_text())
        except FileNotFoundError:
            return None

    def restart_database(self, farewell: int = signal.SIGINT) -> None:
        """Stop the embedded database (fast; kill -9 on request) and wait until it answers again."""
        self.restart("postgres", farewell)
        wait_for(lambda: answers(self.superuser_url), "the database to answer")

    def stop_broker(self, farewell: int = signal.SIGTERM) -> None:
        """Take the broker away until `start_broker`."""
        self.hold("broker")
        self.kill("broker", farewell)
        wait_for(lambda: not self.runs("broker"), "the broker to stop")

    def start_broker(self) -> None:
        self.release("broker")
        wait_for(lambda: answers(self.environment["REDIS_URL"]), "the broker to answer")

    def flush_broker(self) -> None:
        import redis

        with redis.Redis.from_url(self.environment["REDIS_URL"]) as client:
            client.flushall()

    def stop(self, patience: float = 60) -> None:
        """Stop everything as Ctrl-C does and wait for it. Raises `TimeoutError` after `patience` seconds."""
        supervisor = self.pid("supervisor")
        os.kill(supervisor, signal.SIGTERM)
        wait_for(lambda: not self.runs("supervisor"), "the system to stop", patience)

    def stop_and_forget(self) -> None:
        """Stop everything and remove what its servers stored, even where that lies outside of `var`."""
        self.stop()
        forget(self.var)


def wait_for(condition: Callable[[], bool], what: str, patience: float = 30) -> None:
    """Return as soon as the condition holds. Raises `TimeoutError` saying what was waited for."""
    until = time.monotonic() + patience
    while not condition():
        if time.monotonic() > until:
            raise TimeoutError(f"Waited {patience:g} seconds for {what}.")
        time.sleep(0.02)


def running(var: Path) -> System:
    """The system that runs under `var`. Raises `SystemNotRunning`."""
    try:
        known = json.loads((var / "run" / "system.json").read_text())
    except FileNotFoundError as absent:
        raise SystemNotRunning(f"No system runs under {var}: start it with make run.") from absent
    return System(var=var, **known)


def start_system(
    var: Path, port: int = 0, environment: str = "demonstration", extra: Mapping[str, str] = NO_WISHES
) -> System:
    """Start a system in processes of its own and return it when it is ready; it ends with the caller.

    `port` 0 takes any free one; `extra` adds to the environment of its processes. Settings of
    the caller's own are not inherited: its database and broker are not this system's. Raises `SystemDidNotStart`.
    """
    var.mkdir(parents=True, exist_ok=True)
    output = var / "start.log"
    wish = ["--var", str(var.resolve()), "--port", str(port), "--environment", environment]
    inherited = {name: value for name, value in os.environ.items() if name not in NOT_INHERITED}
    with output.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "deploy.run", *wish],
            cwd=PROJECT,
            env={**inherited, **extra},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            preexec_fn=lambda: die_with_parent(signal.SIGTERM),  # noqa: PLW1509  # one prctl, of a library already loaded
        )
    # The supervisor clears away what an earlier one left before it writes its own pid.
    pid, known = var / "run" / "supervisor.pid", var / "run" / "system.json"
    while not (pid.exists() and pid.read_text() == str(process.pid) and known.exists()):
        if process.poll() is not None:
            raise SystemDidNotStart(f"exit code {process.returncode}\n{output.read_text()[-3000:]}")
        time.sleep(0.02)
    return running(var.resolve())
