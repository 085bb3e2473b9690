"""Asking ClamAV's daemon whether a file holds malware, over its INSTREAM command (clamd(8)); nothing of the file is stored there.

Where no daemon is set (`CLAMD_ADDRESS`), nobody is asked. What comes of asking is one closed type.
"""

import re
import socket
import struct
from dataclasses import dataclass
from urllib.parse import urlsplit

from shared.settings import settings

CONNECT_SECONDS = 3.0
ANSWER_SECONDS = 60.0  # a large spreadsheet may be unpacked for long
CHUNK = 1 << 16
LONGEST_ANSWER = 4096
_FOUND = re.compile(r"^stream: (.+) FOUND$")


@dataclass(frozen=True, slots=True)
class Clean:
    """Nothing was found."""


@dataclass(frozen=True, slots=True)
class Infected:
    """It holds malware; `signature` is the scanner's name for it."""

    signature: str


@dataclass(frozen=True, slots=True)
class NotScanned:
    """The scanner could not scan it, or (`unreachable`) did not answer at all: ask again."""

    reason: str
    unreachable: bool = False


Verdict = Clean | Infected | NotScanned


def scanner_is_set() -> bool:
    """Whether this installation has a virus scanner."""
    return bool(settings().clamd_address)


def scan(content: bytes) -> Verdict:
    """Ask the daemon about these bytes. Never raises for what the daemon does or does not do."""
    try:
        with _connected() as connection:
            _send(connection, content)
            answer = _answer(connection)
    except OSError as error:
        return NotScanned(f"no answer ({type(error).__name__})", unreachable=True)
    if answer == "stream: OK":
        return Clean()
    found = _FOUND.match(answer)
    return Infected(found[1]) if found else NotScanned(answer[:200] or "an empty answer")


def _connected() -> socket.socket:
    address = urlsplit(settings().clamd_address)
    if address.scheme == "unix":
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(CONNECT_SECONDS)
        connection.connect(address.path)
    else:
        connection = socket.create_connection((address.hostname, address.port), CONNECT_SECONDS)
    connection.settimeout(ANSWER_SECONDS)
    return connection


def _send(connection: socket.socket, content: bytes) -> None:
    """The command and the bytes in chunks, each after its length in four bytes; a length of nothing ends them."""
    connection.sendall(b"zINSTREAM\0")
    for start in range(0, len(content), CHUNK):
        chunk = content[start : start + CHUNK]
        connection.sendall(struct.pack(">I", len(chunk)) + chunk)
    connection.sendall(struct.pack(">I", 0))


def _answer(connection: socket.socket) -> str:
    said = b""
    while not said.endswith(b"\0") and len(said) < LONGEST_ANSWER:
        part = connection.recv(LONGEST_ANSWER)
        if not part:
            break
        said += part
    return said.rstrip(b"\0\n").decode("utf-8", "replace")
