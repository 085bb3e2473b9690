"""nginx while services come, go and change their addresses: the site is served, and no log holds a secret address or a search."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests

from deploy.run.system import wait_for
from tests.nginx import installed, nginx

pytestmark = pytest.mark.skipif(not installed(), reason="nginx is not installed: python3 deploy/packages.py nginx")

PATIENCE = 20  # seconds; an address is remembered for five
SECRETS = ("tok3nOfALink", "s3cretOfACalendar", "NamedChild")


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A site of two pages, as a release lies in its folder."""
    release = tmp_path / "site" / "current"
    release.mkdir(parents=True)
    (release / "index.html").write_text("The site.")
    (release / "unavailable.html").write_text("Look at all reviews.")
    return tmp_path / "site"


class Names:
    """A resolver: one address for the names it knows, no such name for all others."""

    def __init__(self) -> None:
        self.known: dict[str, str] = {}
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self.socket.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            asked, whom = self.socket.recvfrom(512)
            end = asked.index(b"\0", 12) + 5
            name = asked[13 : asked.index(b"\0", 12)].decode(errors="replace")
            at = self.known.get(name)
            flags, count = (b"\x81\x80", b"\0\1") if at else (b"\x81\x83", b"\0\0")
            answer = asked[:2] + flags + b"\0\1" + count + b"\0\0\0\0" + asked[12:end]
            if at:
                answer += b"\xc0\x0c\0\1\0\1\0\0\0\1\0\4" + socket.inet_aton(at)
            self.socket.sendto(answer, whom)


@contextmanager
def answering(host: str, port: int = 0) -> Iterator[int]:
    """A service that answers with the address it stands at, and with what it was asked."""

    class Says(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(f"{host} {self.path}".encode())

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer((host, port), Says)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


def get(address: str) -> tuple[int, str]:
    answer = requests.get(address, timeout=20)
    return answer.status_code, answer.text


def test_it_starts_without_the_services_serves_the_site_and_finds_them_when_they_come_and_move(
    site: Path, tmp_path: Path
) -> None:
    names = Names()
    with (
        answering("127.0.0.1") as port,
        answering("127.0.0.2", port),
        nginx(tmp_path / "nginx", site, f"127.0.0.1:{port}", resolver=names.address) as front,
    ):
        assert get(f"{front}/") == (200, "The site.")
        assert get(f"{front}/notify/sign-in")[0] == 502
        assert get(f"{front}/search?q=child") == (503, "Look at all reviews.")
        for at in ("127.0.0.1", "127.0.0.2"):
            names.known = dict.fromkeys(("notify", "publish"), at)
            for path in (
                "/notify/sign-in?next=/notify",
                "/notify/link/x",
                "/notify/api/v1/duties",
                "/search?q=a+b",
            ):
                expected = (200, f"{at} {path}")
                wait_for(
                    lambda path=path, expected=expected: get(front + path) == expected, f"{path} at {at}", PATIENCE
                )
        assert get(f"{front}/") == (200, "The site.")


def test_no_log_holds_a_secret_address_or_what_was_searched_for_though_the_service_is_away(
    site: Path, tmp_path: Path
) -> None:
    with nginx(tmp_path / "nginx", site, "127.0.0.1:9") as front:
        link, calendar, name = SECRETS
        assert get(f"{front}/notify/link/{link}")[0] == 502
        assert get(f"{front}/notify/calendar/{calendar}.ics")[0] == 502
        assert get(f"{front}/search?q={name}")[0] == 503
        assert get(f"{front}/notify/incidents?of={name}")[0] == 502
        access = tmp_path / "nginx" / "access.log"
        wait_for(lambda: "/notify/incidents 502" in access.read_text(), "the log to be written", 10)
    logs = "".join(path.read_text() for path in (tmp_path / "nginx").glob("*.log"))
    assert [secret for secret in SECRETS if secret in logs] == []
