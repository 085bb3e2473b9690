"""Serve a WSGI application of the benchmarks as our own API is served: granian, so many processes and threads."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from granian.constants import HTTPModes, Interfaces, Loops
from granian.server import Server

from deploy.run.environment import PROJECT
from deploy.run.ports import free_port, is_free
from deploy.run.system import wait_for

PROCESSES = 2
THREADS = 4


def serve(target: str, port: int) -> None:
    """Serve `module:application` on 127.0.0.1 until told to stop. Raises nothing of its own."""
    Server(
        target,
        address="127.0.0.1",
        port=port,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        loop=Loops.asyncio,
        workers=PROCESSES,
        blocking_threads=THREADS,
        workers_kill_timeout=10,
    ).serve()


@contextmanager
def served(module: str, environment: Mapping[str, str]) -> Iterator[str]:
    """The address of a module of the benchmarks that serves on the port it is given, in a process of its own."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", module, str(port)],
        cwd=PROJECT,
        env=os.environ | environment,
        stdout=subprocess.DEVNULL,
    )
    try:
        wait_for(lambda: not is_free(port), f"{module} to answer")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(15)
