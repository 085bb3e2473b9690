"""Each file is examined in a child of its own, which holds nothing of the worker's and is ended when its time is up."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from deploy.run.forking import children_of
from services.publish.cleaning.examination_process import SERVER, ExaminationInterrupted, examine_apart
from services.publish.cleaning.examination_server import CPU_SECONDS, MEMORY
from services.publish.cleaning.passages import CannotClean
from tests.examining import served_by, server_pid, stopped
from tests.publishing import pdf

TITLE = "Child T1: full report"
SHORT_OF_TIME = (
    "import socket; from services.publish.cleaning import examination_server as it; it.WALL_SECONDS = 2; "
    "it.serve(socket.socket(fileno=0))"
)


def limit(pid: int, name: str) -> str:
    line = next(each for each in Path(f"/proc/{pid}/limits").read_text().splitlines() if each.startswith(name))
    return line.removeprefix(name).split()[0]


def test_one_process_forks_all_examinations() -> None:
    assert examine_apart(pdf("One."), TITLE).passages[0].text.strip() == "One."
    first = server_pid()
    assert examine_apart(pdf("Two."), TITLE).passages[0].text.strip() == "Two."
    assert server_pid() == first
    assert len(list(Path(f"/proc/{first}/task").iterdir())) == 1  # a fork copies one thread only


def test_a_child_is_confined_and_holds_no_secret_no_connection_and_no_way_to_ask_for_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ENCRYPTION_KEYS", "a-secret-of-the-worker")
    SERVER.end()  # so that it is started with the secret and the connection beside it
    with socket.create_server(("127.0.0.1", 0)) as of_the_worker:
        of_the_worker.set_inheritable(True)
        with stopped() as (child, examined):
            environment = Path(f"/proc/{child}/environ").read_bytes()
            held = {str(each.readlink()) for each in Path(f"/proc/{child}/fd").iterdir()}
            most = [
                limit(child, f"Max {what}") for what in ("cpu time", "address space", "file size", "core file size")
            ]
            os.kill(child, signal.SIGCONT)
            assert examined.result().pages == 60
    assert b"a-secret-of-the-worker" not in environment
    assert most == [str(CPU_SECONDS), str(MEMORY), "0", "0"]
    assert len([each for each in held if each.startswith("socket:")]) == 1
    assert {each for each in held if not each.startswith("socket:")} == {"/dev/null"}


def test_a_child_that_takes_too_long_is_ended_and_the_file_refused() -> None:
    with served_by([sys.executable, "-c", SHORT_OF_TIME]), stopped() as (child, examined):
        with pytest.raises(CannotClean, match="more time or memory"):
            examined.result(timeout=20)
        assert not Path(f"/proc/{child}").exists()


def test_a_child_that_breaks_is_refused_and_the_next_is_forked_by_another_process() -> None:
    with stopped() as (child, examined):
        first = server_pid()
        os.kill(child, signal.SIGSEGV)
        os.kill(child, signal.SIGCONT)
        with pytest.raises(CannotClean):
            examined.result()
    examine_apart(pdf("After."), TITLE)
    assert server_pid() != first


@pytest.mark.parametrize("ended", [signal.SIGKILL, signal.SIGTERM])
def test_a_child_that_was_ended_from_outside_is_no_refusal(ended: signal.Signals) -> None:
    with stopped() as (child, examined):
        os.kill(child, ended)
        os.kill(child, signal.SIGCONT)
        with pytest.raises(ExaminationInterrupted):
            examined.result()


def test_a_process_that_ended_meanwhile_is_started_again() -> None:
    examine_apart(pdf("Before."), TITLE)
    first = server_pid()
    os.kill(first, signal.SIGKILL)
    while Path(f"/proc/{first}/stat").read_text().split()[2] != "Z":
        time.sleep(0.005)
    assert examine_apart(pdf("After."), TITLE).pages == 1
    assert server_pid() != first


def test_it_ends_with_the_worker() -> None:
    work = (
        "import sys, time; from services.publish.cleaning.examination_process import examine_apart; "
        f"examine_apart({pdf('One.')!r}, 'Title'); print('done', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", work], stdout=subprocess.PIPE) as worker:
        assert worker.stdout and worker.stdout.readline() == b"done\n"
        (server,) = children_of(worker.pid)
        worker.kill()
    last = time.monotonic() + 10
    while Path(f"/proc/{server}/cmdline").exists() and Path(f"/proc/{server}/cmdline").read_bytes():
        assert time.monotonic() < last
        time.sleep(0.01)
