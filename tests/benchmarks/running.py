"""What it costs to have everything running: starting, memory, and a web process's first answer."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from deploy.run.environment import PROJECT
from deploy.run.forking import children_of
from deploy.run.system import System, start_system
from tests.benchmarks.measuring import Finding, at_most, limited, noted, seconds_of

ROUNDS = 5
IDLE_SECONDS = 15
IMPORT = "import flask"
FIRST_ANSWER = """
from services.{service}.app import create_app
answer = create_app().test_client().get("/{service}/health/live")
assert answer.status_code == 200
"""


def measure(quick: bool) -> list[Finding]:
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    starts = []
    try:
        for _ in range(2 if quick else ROUNDS + 1):
            began = time.perf_counter()
            running = start_system(folder)
            starts.append(time.perf_counter() - began)
            if len(starts) == 2:
                memory, first = _memory(running), _first_answers(running)
            running.stop()
        running = start_system(folder)
        running.stop_and_forget()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return [
        limited("start of everything, second time and later, until ready", starts[1:], 5, "s"),
        noted("start of everything, first time, packages installed", f"{starts[0]:.1f} s"),
        *memory,
        *first,
    ]


def _memory(running: System) -> list[Finding]:
    """Proportional set sizes, so that a page that processes share counts once in all."""
    time.sleep(IDLE_SECONDS)
    sizes: Counter[str] = Counter()
    for child in children_of(running.pid("supervisor")):
        sizes[_name_of(running, child)] += _proportional(child)
    sizes["supervisor"] = _own(running.pid("supervisor"))
    parts = ", ".join(f"{name} {size / 1024:.0f}" for name, size in sizes.most_common())
    total = limited("memory of everything, idle after start (PSS)", [sum(sizes.values()) / 1024], 450, "MB")
    return [total, noted("of which, in MB", parts)]


def _name_of(running: System, pid: int) -> str:
    files = {int(file.read_text()): file.stem for file in (running.var / "run").glob("*.pid")}
    return files[pid]


def _proportional(pid: int) -> int:
    """KiB of a process and all that it started."""
    return _own(pid) + sum(_proportional(child) for child in children_of(pid))


def _own(pid: int) -> int:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def _first_answers(running: System) -> list[Finding]:
    """A web process from its start to its first answer, beside a process that imports Flask and ends."""
    environment = os.environ | running.environment
    pairs = [
        (_process(IMPORT, environment), _process(FIRST_ANSWER.format(service="notify"), environment))
        for _ in range(ROUNDS)
    ]
    return [at_most("a web process's first answer, beside `import flask`", pairs, 2.5, "s")]


def _process(program: str, environment: dict[str, str]) -> float:
    command = [sys.executable, "-c", program]
    return seconds_of(lambda: subprocess.run(command, cwd=PROJECT, env=environment, check=True))
