"""A file examined in a process of its own, with limits of memory and time, that knows no key and no address.

A file made to break the programs that read it then costs one refusal: not the worker, and not what the worker knows.
"""

import base64
import json
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog

from services.publish.cleaning.examination_server import BREAKS, LATE, STATUS, TOO_MUCH, WALL_SECONDS
from services.publish.cleaning.file_kinds import PDF
from services.publish.cleaning.passages import CannotClean, Concealed, Examined, Passage, Picture

log = structlog.get_logger()

ROOT = Path(__file__).parents[3]
COMMAND = [sys.executable, "-m", "services.publish.cleaning.examination_server"]
PATIENCE = WALL_SECONDS + 15  # the server ends a child in time; this is for a server that does not
ONE_READING = 1 << 20
OUT_OF_TIME = (LATE, -signal.SIGXCPU)


class ExaminationInterrupted(RuntimeError):
    """The process was ended from outside, by a restart or for want of memory on the machine: try again."""


def examine_apart(content: bytes, title: str, kind: str = PDF) -> Examined:
    """What `examine_pdf` or `examine_word` gives, from a process of its own.

    Raises `CannotClean`, also where that process does not finish; `ExaminationInterrupted` where it was ended from outside.
    """
    order = f"{json.dumps({'title': title, 'kind': kind})}\n".encode()
    try:
        with SERVER.connection() as connection:
            said = _asked(connection, order + content)
    except TimeoutError:
        log.warning("examination_timed_out")
        SERVER.end()
        raise CannotClean(TOO_MUCH) from None
    except OSError:
        raise ExaminationInterrupted from None
    if len(said) < STATUS:
        raise ExaminationInterrupted
    ended = int.from_bytes(said[-STATUS:], signed=True)
    if ended in (-signal.SIGKILL, -signal.SIGTERM, -signal.SIGINT):
        raise ExaminationInterrupted
    if ended:  # what it wrote to its log may hold words of the document: only the code is kept
        log.warning("examination_failed", returncode=ended)
        SERVER.end()  # whoever breaks children to learn how their memory lies begins anew
        raise CannotClean(TOO_MUCH if ended in OUT_OF_TIME else BREAKS)
    return _told(json.loads(said[:-STATUS]))


def _asked(connection: socket.socket, order: bytes) -> bytes:
    """All that comes back. Raises `TimeoutError`, and `OSError` where the other side is gone."""
    last = time.monotonic() + PATIENCE
    connection.settimeout(PATIENCE)
    connection.sendall(order)
    connection.shutdown(socket.SHUT_WR)
    said = bytearray()
    while part := connection.recv(ONE_READING):
        said += part
        connection.settimeout(max(0.001, last - time.monotonic()))
    return bytes(said)


def _told(answer: dict[str, Any]) -> Examined:
    if "refused" in answer:
        raise CannotClean(answer["refused"])
    return Examined(
        content=base64.b64decode(answer["content"]),
        removed=tuple(answer["removed"]),
        passages=tuple(Passage(**each) for each in answer["passages"]),
        concealed=tuple(Concealed(**each) for each in answer["concealed"]),
        pages=answer["pages"],
        pictures=tuple(Picture(**each | {"pages": tuple(each["pages"])}) for each in answer["pictures"]),
        small_pictures=answer["small_pictures"],
        gaps=tuple(answer["gaps"]),
    )


@dataclass(frozen=True)
class _Running:
    process: subprocess.Popen[bytes]
    orders: socket.socket


class ExaminationServer:
    """The process that forks examinations (examination_server.py): started when it is needed, and again when it ended."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.running: _Running | None = None

    def connection(self) -> socket.socket:
        """A connection to a child that waits for its order. Raises `OSError` where none can be had."""
        with self.lock:
            ours, theirs = socket.socketpair()
            with theirs:
                try:
                    self._hand_over(theirs)
                except OSError:  # it ended since the last time
                    self._end()
                    self._hand_over(theirs)
            return ours

    def end(self) -> None:
        """Let the next examination begin with another process. Those under way come to their end."""
        with self.lock:
            self._end()

    def _hand_over(self, connection: socket.socket) -> None:
        self.running = self.running or _started()
        socket.send_fds(self.running.orders, [b"."], [connection.fileno()])

    def _end(self) -> None:
        if self.running:
            self.running.orders.close()
            self.running.process.kill()
            self.running.process.wait()
            self.running = None


def _started() -> _Running:
    ours, theirs = socket.socketpair()
    nowhere = subprocess.DEVNULL  # what is written there may hold words of a document
    environment = {"PYTHONPATH": str(ROOT), "LANG": "C.UTF-8"}
    with theirs:
        process = subprocess.Popen(COMMAND, stdin=theirs.fileno(), stdout=nowhere, stderr=nowhere, env=environment)
    return _Running(process, ours)


SERVER = ExaminationServer()
