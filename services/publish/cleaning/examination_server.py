"""A process that has loaded what reads strangers' files, and forks a child for each: it reads no file itself.

It is started anew with an environment of its own (examination_process.py), so its children inherit no key, no connection
and nothing of another document. Each child is confined before it reads, and kept by a process that counts its time.
"""

import base64
import contextlib
import gc
import importlib
import json
import os
import resource
import select
import signal
import socket
from dataclasses import asdict
from typing import Any, NoReturn

from services.publish.cleaning.file_kinds import WORD
from services.publish.cleaning.passages import CannotClean, wants_memory

MEMORY = 1_500_000_000  # bytes of address space; a report of 100 pages takes a seventh
CPU_SECONDS = 60
WALL_SECONDS = 100.0  # well within the lease of a claimed document
TOO_MUCH = (
    "The file takes more time or memory to check than any report, as files do that are made to stop programs. "
    "Ask where it comes from, save it anew and upload it."
)
BREAKS = "The file breaks the programs that read it: it is damaged, or made to break them. Save it anew and upload it."
FAILED, LATE = 1, 2
LOADED_FIRST = ("services.publish.cleaning.examination", "page")
LOADED_WHILE_NOTHING_WAITS = ("weasyprint",)  # large, and only for Word
STATUS = 4  # bytes, at the end of every answer: how the child ended, from the process that kept it


def serve(orders: socket.socket) -> None:
    """Fork for each connection that is handed over, until whoever hands them over is gone."""
    _load(*LOADED_FIRST)
    all_loaded = False
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    while True:
        if not all_loaded and not select.select([orders], [], [], 0)[0]:
            _load(*LOADED_WHILE_NOTHING_WAITS)
            all_loaded = True
        _, handed_over, _, _ = socket.recv_fds(orders, 1, 1)
        if not handed_over:
            return
        with contextlib.suppress(ChildProcessError):  # the keepers that have ended
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        with socket.socket(fileno=handed_over[0]) as connection:
            if os.fork() == 0:
                _be(lambda: _keep(orders, connection))


def _load(*names: str) -> None:
    for name in names:
        importlib.import_module(name)
    gc.freeze()  # a child that tidies up would copy what it shares


def _be(work: Any) -> NoReturn:
    """Do this and end, whatever comes: never go on as the process that this was forked from."""
    try:
        work()
    finally:
        os._exit(FAILED)


def _keep(orders: socket.socket, connection: socket.socket) -> None:
    """Have a child answer on a connection, end it when its time is up, and say at the end how it ended."""
    orders.close()  # a child that a file has taken over can ask for nothing
    child = os.fork()
    if child == 0:
        _be(lambda: _examine(connection))
    late = False

    def end_it(*_: object) -> None:
        nonlocal late
        late = True
        os.kill(child, signal.SIGKILL)

    signal.signal(signal.SIGALRM, end_it)
    signal.setitimer(signal.ITIMER_REAL, WALL_SECONDS)
    _, status = os.waitpid(child, 0)
    signal.setitimer(signal.ITIMER_REAL, 0)
    ended = LATE if late else os.waitstatus_to_exitcode(status)
    connection.sendall(ended.to_bytes(STATUS, signed=True))
    os._exit(0)


def _examine(connection: socket.socket) -> None:
    confine()
    with connection.makefile("rb") as order:
        said = answer(order.read())
    connection.sendall(json.dumps(said).encode())
    os._exit(0)


def confine() -> None:
    """Limit this process for good: memory, processor time, and no file may be written."""
    seconds = (CPU_SECONDS, CPU_SECONDS + 5)  # the first ends it by a signal of its own, unlike one from outside
    limits = ((resource.RLIMIT_AS, (MEMORY, MEMORY)), (resource.RLIMIT_CPU, seconds), (resource.RLIMIT_FSIZE, (0, 0)))
    for limit, most in (*limits, (resource.RLIMIT_CORE, (0, 0))):
        with contextlib.suppress(ValueError):  # a lower limit is in force already
            resource.setrlimit(limit, most)


def answer(order: bytes) -> dict[str, Any]:
    """What is said of one file: the examined file's facts, or the sentence of a refusal."""
    from services.publish.cleaning.examination import examine_pdf, examine_word

    head, _, content = order.partition(b"\n")
    told = json.loads(head)
    try:
        examine = examine_word if told["kind"] == WORD else examine_pdf
        examined = examine(content, told["title"])
    except CannotClean as error:
        return {"refused": str(error)}
    except Exception as error:  # whatever a hostile file does to a reader, it is refused
        return {"refused": TOO_MUCH if wants_memory(error) else BREAKS}
    return asdict(examined) | {"content": base64.b64encode(examined.content).decode()}


if __name__ == "__main__":
    serve(socket.socket(fileno=0))
