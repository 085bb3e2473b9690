"""The public site by the embedded server and by nginx, each beside the least that one of its kind does."""

import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit
from urllib.request import urlopen

from deploy.run.system import System, wait_for
from tests.benchmarks.machines import WORKERS, keep_quiet, system
from tests.benchmarks.measuring import Finding, at_least, noted, seconds_of
from tests.benchmarks.serving import PROCESSES, THREADS, served
from tests.nginx import installed, nginx

ROUNDS = 5
REQUESTS = 4000  # over each connection
CONNECTIONS = 4
ON_A_CONNECTION = 800  # nginx closes one after a thousand
IN_ONE_GO = 20  # requests sent before their answers are read: so the client costs little of the cores it shares


def measure(quick: bool) -> list[Finding]:
    requests = REQUESTS // 5 if quick else REQUESTS
    with system(API_PROCESSES=str(PROCESSES), API_THREADS=str(THREADS)) as running:
        page = running.var / "site" / "current" / "reviews.html"
        wait_for(page.exists, "the public site to be built")
        keep_quiet(running, *WORKERS, "scheduler")
        with served("tests.benchmarks.bare_page", {"BARE_PAGE": str(page)}) as address:
            bare, ours = f"{address}/reviews", f"{running.url}/reviews"
            for url in (bare, ours):
                _rate(url, requests // 4)
            rounds = [(_rate(bare, requests), _rate(ours, requests)) for _ in range(ROUNDS)]
            size = page.stat().st_size / 1024
        behind = _behind_nginx(running, 5 * requests)
    return [at_least(f"public page of {size:.1f} KB by the embedded server", rounds, 0.5, "/s"), behind]


def _behind_nginx(running: System, requests: int) -> Finding:
    """The project's own configuration of nginx, beside the least that nginx does with the same file."""
    what = "public page as deployed, beside nginx on the same bytes"
    if not installed():
        return noted(what, "not measured: nginx is not installed on this machine")
    site, service = running.var / "site", urlsplit(running.url).netloc
    bare_configuration = (Path(__file__).parent / "bare_nginx.conf",)
    with (
        TemporaryDirectory() as folder,
        nginx(Path(folder) / "deployed", site, service) as deployed,
        nginx(Path(folder) / "bare", site, service, bare_configuration) as bare,
    ):
        for url in (bare, deployed):
            _rate(f"{url}/reviews", requests // 4)
        rounds = [(_rate(f"{bare}/reviews", requests), _rate(f"{deployed}/reviews", requests)) for _ in range(ROUNDS)]
    return at_least(what, rounds, 0.95, "/s")


def _rate(url: str, requests: int) -> float:
    """Pages a second over some kept-alive connections, several requests in one go."""
    with urlopen(url) as answer:
        assert answer.status == 200
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        seconds = seconds_of(lambda: list(pool.map(lambda _: _ask(url, requests), range(CONNECTIONS))))
    return CONNECTIONS * requests / seconds


def _ask(url: str, requests: int) -> None:
    address = urlsplit(url)
    asked = f"GET {address.path} HTTP/1.1\r\nHost: {address.netloc}\r\n\r\n".encode()
    for _ in range(requests // ON_A_CONNECTION):
        with socket.create_connection((address.hostname, address.port)) as connection:
            connection.sendall(asked)
            one = _length_of_answer(connection)
            for _ in range(ON_A_CONNECTION // IN_ONE_GO):
                connection.sendall(asked * IN_ONE_GO)
                _read(connection, one * IN_ONE_GO)


def _length_of_answer(connection: socket.socket) -> int:
    """Bytes of an answer, head and all; the same for each, since nothing in it varies but the time of day."""
    received = b""
    while b"\r\n\r\n" not in received:
        received += connection.recv(65536)
    head, _, body = received.partition(b"\r\n\r\n")
    length = next(int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
    _read(connection, length - len(body))
    return len(head) + 4 + length


def _read(connection: socket.socket, wanted: int) -> None:
    while wanted > 0:
        got = len(connection.recv(min(wanted, 1 << 20)))
        assert got, "the server closed the connection"
        wanted -= got
