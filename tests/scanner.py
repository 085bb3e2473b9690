"""A virus scanner that speaks clamd's INSTREAM protocol on a socket of its own, and knows the EICAR test file.

The protocol as clamd(8) has it: a command that begins with z ends with a NUL; chunks come after their length in four
bytes, and a length of nothing ends them; the answer ends with a NUL.
"""

import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# The harmless string that every scanner takes for malware (eicar.org), in two halves so that this file is none.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}" + b"$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class Clamd(socketserver.StreamRequestHandler):
    """One connection: one command and its answer."""

    def handle(self) -> None:
        command = b""
        while not command.endswith(b"\0"):
            command += self.rfile.read(1)
        if command != b"zINSTREAM\0":
            self.wfile.write(b"UNKNOWN COMMAND\0")
            return
        content = b""
        while size := struct.unpack(">I", self.rfile.read(4))[0]:
            content += self.rfile.read(size)
        if b"too long for this scanner" in content:
            self.wfile.write(b"INSTREAM size limit exceeded. ERROR\0")
            return
        self.wfile.write(b"stream: Eicar-Test-Signature FOUND\0" if EICAR in content else b"stream: OK\0")


class TcpScanner(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


class UnixScanner(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True


@contextmanager
def scanner_at(address: str) -> Iterator[str]:
    """Run a scanner at `tcp://127.0.0.1:port` (0 for any) or `unix:///path`; its address."""
    server: socketserver.BaseServer
    if address.startswith("unix://"):
        server = UnixScanner(str(Path(address.removeprefix("unix://"))), Clamd)
        at = address
    else:
        server = TcpScanner(("127.0.0.1", int(address.rpartition(":")[2])), Clamd)
        at = f"tcp://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield at
    finally:
        server.shutdown()
        server.server_close()
