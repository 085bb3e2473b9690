"""Serve a WSGI application of the benchmarks as our own API is served: granian, so many processes and threads."""

from granian.constants import HTTPModes, Interfaces, Loops
from granian.server import Server

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
