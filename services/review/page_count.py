"""How many pages a PDF has, counted by a process of its own that has limits and knows no key.

A file made to break the programs that read it then costs one refusal, and learns nothing of what the service knows.
"""

import contextlib
import os
import resource
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
MEMORY = 1_000_000_000  # bytes of address space
CPU_SECONDS = 10
PATIENCE = 20.0  # seconds; a report of a hundred pages takes a fifth of one
NO_PAGES = 0


def pages_of(content: bytes) -> int:
    """The pages of a PDF; 0 for what cannot be opened, is locked, or takes more time or memory than any report."""
    environment = {"PYTHONPATH": str(ROOT), "LANG": "C.UTF-8"}
    command = [sys.executable, "-m", __name__]
    try:
        said = subprocess.run(
            command,
            input=content,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # it may hold words of the document
            env=environment,
            timeout=PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return NO_PAGES
    return int(said.stdout) if said.returncode == 0 and said.stdout.isdigit() else NO_PAGES


def _count() -> int:
    """Count the pages of what comes on standard input, within limits that hold from here on."""
    import pypdfium2

    for limit, most in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, CPU_SECONDS), (resource.RLIMIT_FSIZE, 0)):
        with contextlib.suppress(ValueError):  # a lower limit is in force already
            resource.setrlimit(limit, (most, most))
    try:
        return len(pypdfium2.PdfDocument(sys.stdin.buffer.read()))
    except pypdfium2.PdfiumError:
        return NO_PAGES


if __name__ == "__main__":
    print(_count(), end="", flush=True)
    os._exit(0)  # what the file has left behind is not tidied up
