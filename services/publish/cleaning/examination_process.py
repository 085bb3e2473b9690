"""A file examined in a process of its own, with limits of memory and time, that knows no key and no address.

A file made to break the programs that read it then costs one refusal: not the worker, and not what the worker knows.
"""

import base64
import contextlib
import json
import resource
import signal
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import structlog

from services.publish.cleaning.file_kinds import PDF, WORD
from services.publish.cleaning.passages import CannotClean, Concealed, Examined, Passage

log = structlog.get_logger()

MEMORY = 1_500_000_000  # bytes of address space; a report of 100 pages takes a seventh
CPU_SECONDS = 60
WALL_SECONDS = 100.0  # well within the lease of a claimed document
ROOT = Path(__file__).parents[3]
TOO_MUCH = "The file takes more time or memory to check than a report needs, or is damaged. Save it anew and upload it."


class ExaminationInterrupted(RuntimeError):
    """The process was ended from outside, by a restart or for want of memory on the machine: try again."""


def examine_apart(content: bytes, title: str, kind: str = PDF) -> Examined:
    """What `examine_pdf` or `examine_word` gives, from a process of its own.

    Raises `CannotClean`, also where that process does not finish; `ExaminationInterrupted` where it was ended from outside.
    """
    order = f"{json.dumps({'title': title, 'kind': kind})}\n".encode()
    command = [sys.executable, "-m", "services.publish.cleaning.examination_process"]
    try:
        done = subprocess.run(
            command,
            input=order + content,
            capture_output=True,
            timeout=WALL_SECONDS,
            env={"PYTHONPATH": str(ROOT), "LANG": "C.UTF-8"},
            check=False,
        )
    except subprocess.TimeoutExpired:
        log.warning("examination_timed_out")
        raise CannotClean(TOO_MUCH) from None
    if done.returncode in (-signal.SIGKILL, -signal.SIGTERM, -signal.SIGINT):
        raise ExaminationInterrupted
    if done.returncode:  # what it wrote to its log may hold words of the document: only the code is kept
        log.warning("examination_failed", returncode=done.returncode)
        raise CannotClean(TOO_MUCH)
    return _told(json.loads(done.stdout))


def _told(answer: dict[str, Any]) -> Examined:
    if "refused" in answer:
        raise CannotClean(answer["refused"])
    return Examined(
        content=base64.b64decode(answer["content"]),
        removed=tuple(answer["removed"]),
        passages=tuple(Passage(**each) for each in answer["passages"]),
        concealed=tuple(Concealed(**each) for each in answer["concealed"]),
        pages=answer["pages"],
        pictured=tuple(answer["pictured"]),
        gaps=tuple(answer["gaps"]),
    )


def confine() -> None:
    """Limit this process for good: memory, processor time, and no file may be written."""
    seconds = (CPU_SECONDS, CPU_SECONDS + 5)  # the first ends it by a signal of its own, unlike one from outside
    limits = ((resource.RLIMIT_AS, (MEMORY, MEMORY)), (resource.RLIMIT_CPU, seconds), (resource.RLIMIT_FSIZE, (0, 0)))
    for limit, most in (*limits, (resource.RLIMIT_CORE, (0, 0))):
        with contextlib.suppress(ValueError):  # a lower limit is in force already
            resource.setrlimit(limit, most)


def answer(order: bytes) -> dict[str, Any]:
    """What the process says of one file: the examined file's facts, or the sentence of a refusal."""
    from services.publish.cleaning.examination import examine_pdf, examine_word

    head, _, content = order.partition(b"\n")
    told = json.loads(head)
    try:
        examine = examine_word if told["kind"] == WORD else examine_pdf
        examined = examine(content, told["title"])
    except CannotClean as error:
        return {"refused": str(error)}
    except Exception:  # whatever a hostile file does to a reader, it is refused
        return {"refused": TOO_MUCH}
    return asdict(examined) | {"content": base64.b64encode(examined.content).decode()}


if __name__ == "__main__":
    confine()
    sys.stdout.write(json.dumps(answer(sys.stdin.buffer.read())))
