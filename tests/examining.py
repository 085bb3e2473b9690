"""What the tests of examinations share: the process that forks them, its children, and one that ends at once."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from deploy.run.forking import children_of
from services.publish.cleaning import examination_process
from services.publish.cleaning.examination_process import SERVER

KILLED = [sys.executable, "-c", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"]


@contextmanager
def served_by(command: list[str]) -> Iterator[None]:
    """Examinations are forked by another process than usual."""
    SERVER.end()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(examination_process, "COMMAND", command)
        yield
        SERVER.end()


@contextmanager
def interrupted() -> Iterator[None]:
    """Every examination is ended from outside."""
    with served_by(KILLED):
        yield


def server_pid() -> int:
    assert SERVER.running
    return SERVER.running.process.pid


def one_under_way() -> int:
    """The process that examines a file just now, once there is one."""
    forked = command_of(server_pid())  # while it loads its libraries, it has other children besides
    while True:
        with suppress(FileNotFoundError):  # of the one before, gone meanwhile
            for keeper in children_of(server_pid()):
                for child in children_of(keeper):
                    if forked == command_of(keeper) == command_of(child):
                        return child
        time.sleep(0.005)


def command_of(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()
