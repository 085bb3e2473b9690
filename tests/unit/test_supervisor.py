"""The supervisor with real processes: small stand-ins for the programs, since it knows nothing of what it runs."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from deploy.run.supervisor import pause_before_start
from deploy.run.system import wait_for

# Runs as a process of its own: a supervisor takes the signals of the whole process it lives in.
BEGINNING = """
import os, signal, subprocess, sys, time
from pathlib import Path
from deploy.run.supervisor import Program, StopWasAsked, Supervisor

def note(word):
    with Path(sys.argv[1], "notes").open("a") as file: print(word, file=file)

def wait_for_the_end(name, deaf=False):
    def leave(*_):
        note(f"{name} leaves")
        sys.exit(0)
    signal.signal(signal.SIGTERM, signal.SIG_IGN if deaf else leave)
    note(f"{name} works")
    while True: time.sleep(60)

supervisor = Supervisor(Path(sys.argv[1]))
"""
END = """
try: supervisor.watch()
except StopWasAsked: supervisor.stop()
"""


class Supervised:
    """A supervisor in a process of its own, its programs given as lines of Python."""

    def __init__(self, folder: Path, programs: str) -> None:
        self.folder = folder
        self.process = subprocess.Popen([sys.executable, "-c", BEGINNING + programs + END, str(folder)])

    def pid(self, name: str) -> int:
        file = self.folder / "run" / f"{name}.pid"
        wait_for(file.exists, f"{name} to run", 10)
        return int(file.read_text())

    def notes(self) -> list[str]:
        file = self.folder / "notes"
        return file.read_text().splitlines() if file.exists() else []

    def await_note(self, note: str, times: int = 1) -> None:
        wait_for(lambda: self.notes().count(note) >= times, f"{note!r} {times} times", 10)

    def end(self, farewell: int = signal.SIGTERM) -> int:
        self.process.send_signal(farewell)
        return self.process.wait(20)


@pytest.fixture
def supervise(tmp_path: Path) -> Iterator[Callable[[str], Supervised]]:
    started: list[Supervised] = []

    def start(programs: str) -> Supervised:
        started.append(Supervised(tmp_path, programs))
        return started[-1]

    yield start
    for one in started:
        if one.process.poll() is None:
            one.end(signal.SIGKILL)


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


WORKER = 'supervisor.start([Program("worker", lambda: wait_for_the_end("worker"))])'


def test_a_killed_program_is_started_again(supervise: Callable[[str], Supervised]) -> None:
    system = supervise(WORKER)
    system.await_note("worker works")
    os.kill(system.pid("worker"), signal.SIGKILL)
    system.await_note("worker works", times=2)


def test_a_program_that_keeps_failing_is_started_with_growing_pauses(supervise: Callable[[str], Supervised]) -> None:
    system = supervise('supervisor.start([Program("broken", lambda: note(time.monotonic()))])')
    wait_for(lambda: len(system.notes()) >= 5, "five starts", 10)
    starts = [float(moment) for moment in system.notes()[:5]]
    pauses = [later - earlier for earlier, later in pairwise(starts)]
    assert pauses == sorted(pauses) and pauses[-1] > 0.7
    assert [pause_before_start(ended) for ended in (0, 1, 2, 20)] == [0, 0.1, 0.2, 5]


def test_a_held_program_stays_away_until_it_is_released(supervise: Callable[[str], Supervised]) -> None:
    system = supervise(WORKER)
    system.await_note("worker works")
    hold = system.folder / "run" / "worker.hold"
    hold.touch()
    os.kill(system.pid("worker"), signal.SIGTERM)
    system.await_note("worker leaves")
    time.sleep(0.8)
    assert system.notes() == ["worker works", "worker leaves"]
    hold.unlink()
    system.await_note("worker works", times=2)


def test_programs_are_stopped_stage_by_stage_so_that_the_database_leaves_last(
    supervise: Callable[[str], Supervised],
) -> None:
    system = supervise("""
supervisor.start([Program(name, lambda name=name: wait_for_the_end(name), stage=stage)
                  for name, stage in (("database", 2), ("sandbox", 1), ("worker", 0))])
""")
    for name in ("database", "sandbox", "worker"):
        system.await_note(f"{name} works")
    assert system.end() == 0
    assert system.notes()[-3:] == ["worker leaves", "sandbox leaves", "database leaves"]
    assert not list((system.folder / "run").glob("*.pid"))


def test_a_program_that_ignores_the_farewell_is_ended_after_its_grace(supervise: Callable[[str], Supervised]) -> None:
    system = supervise('supervisor.start([Program("deaf", lambda: wait_for_the_end("deaf", deaf=True), grace=0.3)])')
    system.await_note("deaf works")
    pid = system.pid("deaf")
    assert system.end() == 0
    assert not is_alive(pid)


def test_a_second_ctrl_c_ends_everything_at_once(supervise: Callable[[str], Supervised]) -> None:
    system = supervise('supervisor.start([Program("deaf", lambda: wait_for_the_end("deaf", deaf=True), grace=60)])')
    system.await_note("deaf works")
    system.process.send_signal(signal.SIGINT)
    time.sleep(0.3)
    assert system.end(signal.SIGINT) == 0


def test_nothing_outlives_a_killed_supervisor(supervise: Callable[[str], Supervised]) -> None:
    system = supervise(WORKER)
    system.await_note("worker works")
    pid = system.pid("worker")
    system.end(signal.SIGKILL)
    wait_for(lambda: not is_alive(pid), "the worker to end with its supervisor", 5)


def test_what_a_killed_program_had_started_does_not_work_on_beside_its_successor(
    supervise: Callable[[str], Supervised],
) -> None:
    system = supervise("""
def with_child():
    note(f"child {subprocess.Popen(['/bin/sleep', '60']).pid}")
    wait_for_the_end("worker")
supervisor.start([Program("worker", with_child)])
""")
    system.await_note("worker works")
    child = int(system.notes()[0].split()[1])
    os.kill(system.pid("worker"), signal.SIGKILL)
    system.await_note("worker works", times=2)
    wait_for(lambda: not is_alive(child), "the child to end", 5)


def test_a_step_of_the_start_reports_how_it_ended_and_why(supervise: Callable[[str], Supervised]) -> None:
    system = supervise("""
def migrate(): raise RuntimeError("the disk is full")
note(supervisor.finish(Program("well", lambda: None)))
note(supervisor.finish(Program("migrate", migrate)))
note(supervisor.finish(Program("announce", lambda: sys.exit("the sandbox does not answer"))))
note("all")
""")
    system.await_note("all")
    assert system.notes() == ["0", "1", "1", "all"]
    assert (system.folder / "logs" / "announce.log").read_text() == "the sandbox does not answer\n"
    assert "the disk is full" in (system.folder / "logs" / "migrate.log").read_text()
