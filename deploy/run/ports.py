"""Ports on the loopback that nobody listens on."""

import random
import socket

# Below the range from which the kernel takes ports for outgoing calls: a server that is restarted finds its port again.
FIRST, LAST = 20000, 32000


class PortTaken(RuntimeError):
    """Somebody else listens on the port; the message says what to do."""


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port(preferred: int = 0, *promised: int) -> int:
    """A free port of 127.0.0.1: the preferred one where it is free, else any; none that is promised to another server."""
    if preferred and preferred not in promised and is_free(preferred):
        return preferred
    chosen = random.SystemRandom().randrange(FIRST, LAST)
    return chosen if chosen not in promised and is_free(chosen) else free_port(0, *promised)


def claimed(port: int) -> int:
    """The port asked for, or any free one for 0. Raises `PortTaken` where another program has it."""
    if port and not is_free(port):
        raise PortTaken(f"Port {port} is in use. Choose another: make run PORT={port + 1}")
    return port or free_port()
