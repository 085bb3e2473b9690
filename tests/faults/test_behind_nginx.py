"""The site as it is deployed: nginx with the project's own configuration in front of a running system."""

import json
import signal
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
import requests

from services.publish.public_site.site_pages import STANDING
from shared.settings import SERVICES
from tests.nginx import installed, nginx
from tests.running import Running, start_under, until

pytestmark = pytest.mark.skipif(not installed(), reason="nginx is not installed: python3 deploy/packages.py nginx")

PAGE = "/reviews/child-hn"


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    started = start_under(tmp_path_factory.mktemp("nginx"), TRUSTED_PROXIES="2")
    yield Running(started)
    started.stop_and_forget()


@pytest.fixture(scope="module")
def front(system: Running, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    site = system.system.var / "site"
    until((site / "current" / "reviews.html").exists, "the site to be built")
    with nginx(tmp_path_factory.mktemp("front"), site, urlsplit(system.system.url).netloc) as address:
        yield address


def get(address: str, **headers: str) -> requests.Response:
    return requests.get(address, headers=headers, timeout=20, allow_redirects=False)


def test_it_answers_as_the_embedded_server_does(system: Running, front: str) -> None:
    manifest = json.loads((system.system.var / "site" / "current" / "manifest.json").read_text())
    assert {*STANDING, PAGE} <= set(manifest)
    for path in [*manifest, "/no-such-page", "/reviews/no-such-review", "/search?q=child"]:
        ours, theirs = get(system.system.url + path), get(front + path)
        assert (theirs.status_code, theirs.text) == (ours.status_code, ours.text), path
        for name in (
            "Content-Security-Policy",
            "X-Content-Type-Options",
            "Referrer-Policy",
            "Cache-Control",
            "Content-Type",
        ):
            assert theirs.headers.get(name) == ours.headers.get(name), (path, name)


def test_nothing_of_a_release_is_served_but_its_addresses(front: str) -> None:
    for path in (
        "/manifest.json",
        "/index.html",
        "/404.html",
        "/reviews.html",
        "/reviews/child-hn.html",
        "/gone/",
        "/reviews/..%2f..%2fmanifest.json",
        "/moved.map",
        "/documents/",
    ):
        assert get(front + path).status_code in (400, 404, 308), path
    assert requests.post(front + PAGE, timeout=20).status_code == 405


def test_pages_come_packed_where_the_reader_takes_it_and_are_not_sent_twice(front: str) -> None:
    packed = get(front + "/reviews", **{"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    plain = get(front + "/reviews", **{"Accept-Encoding": "identity"})
    assert packed.text == plain.text
    assert (
        get(front + "/reviews", **{"Accept-Encoding": "identity", "If-None-Match": plain.headers["ETag"]}).status_code
        == 304
    )


def test_pages_for_people_keep_their_own_headers(system: Running, front: str) -> None:
    ours, theirs = (get(f"{at}/notify/sign-in", Accept="text/html") for at in (system.system.url, front))
    for name in ("Content-Security-Policy", "Cache-Control", "X-Frame-Options"):
        assert theirs.headers[name] == ours.headers[name]
    for service in SERVICES:
        assert get(f"{front}/{service}/health/live").status_code == 200
        for inside in ("metrics", "events"):
            assert get(f"{front}/{service}/{inside}").status_code == 404
    assert get(f"{front}/publish", Accept="text/html").status_code == get(f"{system.system.url}/publish").status_code


def test_wrong_passwords_are_counted_by_the_address_that_the_proxies_name(front: str) -> None:
    def tries(forwarded: str, count: int) -> int:
        status = 0
        for number in range(count):
            page = requests.Session()
            page.headers.update({"X-Forwarded-For": forwarded, "X-Forwarded-Proto": "https"})
            shown = page.get(f"{front}/notify/sign-in", timeout=20)
            token = shown.text.split('name="csrf_token" value="')[1].split('"')[0]
            cookie = shown.headers["Set-Cookie"].split(";")[0]
            form = {
                "csrf_token": token,
                "email": f"nobody.{forwarded[-3:]}.{number}@people.example",
                "password": "wrong words of mine",
            }
            headers = {"Cookie": cookie, "Referer": f"{front.replace('http:', 'https:')}/notify/sign-in"}
            status = page.post(f"{front}/notify/sign-in", data=form, headers=headers, timeout=20).status_code
        return status

    # The first of the three is what the caller wrote himself; the second is what ended TLS; nginx adds the third.
    assert tries("203.0.113.1, 198.51.100.7", 1) == 422
    waiting = [tries(f"203.0.113.{n}, 198.51.100.7", 1) for n in range(2, 40)]
    assert 429 in waiting, "an address that goes on guessing is slowed down, whatever it writes itself"
    assert tries("203.0.113.1, 198.51.100.8", 1) == 422


def test_a_file_that_is_too_large_is_refused_in_words(system: Running, front: str) -> None:
    address = f"{front}/publish/api/v1/publications/00000000-0000-4000-8000-000000000000/documents"
    headers = {"Authorization": f"Bearer {system.key('office')}"}
    for megabytes in (26.5, 40):
        file = {"file": ("report.pdf", b"%PDF" + b"0" * int(megabytes * 1_000_000), "application/pdf")}
        answer = requests.post(address, files=file, headers=headers, timeout=60)
        assert (answer.status_code, answer.json()["status"]) == (413, 413)
        assert answer.headers["Content-Type"].startswith("application/problem+json")
    file = {"file": ("report.pdf", b"%PDF" + b"0" * 24_000_000, "application/pdf")}
    assert requests.post(address, files=file, headers=headers, timeout=60).status_code == 404


def test_the_site_is_served_when_every_service_is_down(system: Running, front: str) -> None:
    system.system.hold("api")
    system.system.kill("api", signal.SIGKILL)
    try:
        until(lambda: not _answers(system.system.url), "the services to be down")
        for path in (*STANDING, PAGE, "/feed.atom", "/sitemap.xml", "/style.css"):
            assert get(front + path).status_code == 200, path
        search = get(f"{front}/search?q=child")
        assert search.status_code == 503
        assert "all reviews" in search.text
        assert search.headers["Cache-Control"] == "no-store"
        assert get(f"{front}/notify/sign-in").status_code == 502
    finally:
        system.system.release("api")
    until(lambda: _answers(system.system.url), "the services to be up")


def _answers(url: str) -> bool:
    address = urlsplit(url)
    with socket.socket() as connection:
        return connection.connect_ex((address.hostname, address.port)) == 0
