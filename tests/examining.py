"""What the tests of examinations share: the process that forks them, its children, and one that ends at once."""

import os
import signal
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from deploy.run.forking import children_of
from services.publish.cleaning import examination_process
from services.publish.cleaning.examination_process import SERVER, examine_apart
from services.publish.cleaning.passages import Examined
from tests.benchmarks.long_documents import report
from tests.publishing import pdf

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
        with suppress(FileNotFoundError, ProcessLookupError):  # of the one before, gone meanwhile
            for keeper in children_of(server_pid()):
                for child in children_of(keeper):
                    if forked == command_of(keeper) == command_of(child):
                        return child
        time.sleep(0.005)


def command_of(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()


def worked(pid: int) -> int:
    """Hundredths of a second of processor time."""
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11])


@contextmanager
def stopped() -> Iterator[tuple[int, "Future[Examined]"]]:
    """A child that stands still in the middle of a file, and what becomes of the file."""
    examine_apart(pdf("Before."), "Child T1: full report")
    with ThreadPoolExecutor(1) as caller:
        examined = caller.submit(examine_apart, report(60), "Child T1: full report")
        child = one_under_way()
        while worked(child) < 5:
            time.sleep(0.001)
        os.kill(child, signal.SIGSTOP)
        yield child, examined
