"""The main job under another, invented partnership, by its file alone: nothing that comes out is Herefordshire's."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
import requests

from deploy.run.environment import PROJECT
from tests.browser.visiting import unused_code
from tests.running import Running, start_under, until

# As a partnership would fill in the file: names, places, codes and addresses of its own. The longest first.
OURS = {
    "Herefordshire and Worcestershire": "Northmoor and Dale",
    "herefordshire-and-worcestershire": "northmoor-and-dale",
    "Herefordshire": "Northmoor",
    "herefordshire": "northmoor",
    "Hereford": "Northmoor",
    "HSCP": "NSCP",
    "hscp": "nscp",
    "West Mercia": "Tane",
    "west-mercia": "tane",
    "Wye Valley": "Moorside",
    "wye-valley": "moorside",
    "Worcestershire": "Dale",
    "worcestershire": "dale",
    "E06000019": "E06000001",
    "01432 000000": "01632 960001",
}
THEIRS = re.compile(r"hereford|hscp|west.?mercia|wye.?valley|worcestershire|E06000019|01432", re.IGNORECASE)


@pytest.fixture(scope="module")
def northmoor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("northmoor")
    words = (PROJECT / "deploy" / "partnership.toml").read_text("utf-8")
    file = folder / "northmoor.toml"
    file.write_text(re.sub("|".join(OURS), lambda found: OURS[found[0]], words).replace("# Herefordshire", ""), "utf-8")
    started = start_under(folder / "var", PARTNERSHIP_FILE=str(file))
    yield Running(started)
    started.stop_and_forget()


@pytest.fixture(scope="module")
def played(northmoor: Running) -> str:
    """Two cases from referral to publication, on both routes; what the demonstration said."""
    done = subprocess.run(
        [sys.executable, "-m", "deploy.command_line", "--var", str(northmoor.system.var), "demo", "--port", str(urlsplit(northmoor.system.url).port)],
        cwd=PROJECT, env={"PYTHONPATH": str(PROJECT), "PATH": "/usr/bin:/bin"}, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]
    return done.stdout


class Browser:
    """One person (or nobody) who follows every link there is, a page of each kind."""

    def __init__(self, url: str, person: dict[str, Any] | None) -> None:
        self.url, self.session = url, requests.Session()
        self.cookies: dict[str, str] = {}
        if person:
            self._sign_in(person)

    def ask(self, method: str, path: str, **form: str) -> requests.Response:
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {"Accept": "text/html", "Cookie": cookie}
        answer = self.session.request(
            method, self.url + path, data=form or None, headers=headers, timeout=60, allow_redirects=False
        )
        for line in answer.raw.headers.getlist("Set-Cookie"):
            name, _, value = line.split(";")[0].partition("=")
            self.cookies[name] = value
        return answer

    def _sign_in(self, person: dict[str, Any]) -> None:
        for path, form in (
            ("/notify/sign-in", {"email": person["email"], "password": person["password"]}),
            ("/notify/sign-in/code", {"code": unused_code(person)}),
        ):
            token = self.ask("GET", path).text.split('name="csrf_token" value="')[1].split('"')[0]
            answer = self.ask("POST", path, csrf_token=token, **form)
            assert answer.status_code == 303, answer.text[:2000]

    def every_page(self, *starts: str) -> Iterator[tuple[str, str]]:
        """Address and text of every page that links lead to, at most a few of each shape."""
        waiting, seen, shapes = list(starts), set(starts), {}
        while waiting:
            path = waiting.pop(0)
            answer = self.ask("GET", path)
            kind = answer.headers.get("Content-Type", "")
            if answer.status_code == 303:
                waiting.append(urlsplit(answer.headers["Location"]).path)
            if not kind.startswith(("text/", "application/atom", "application/xml", "application/json")):
                continue
            yield path, answer.text
            for link in re.findall(r'href="([^"#]+)', answer.text):
                to = urlsplit(urljoin(self.url + path, link))
                target = to.path + (f"?{to.query}" if to.query else "")
                shape = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d+", "*", target)
                if (
                    f"{to.scheme}://{to.netloc}" == self.url
                    and target not in seen
                    and shapes.get(shape, 0) < 4
                    and "sign-out" not in target
                ):
                    seen.add(target)
                    shapes[shape] = shapes.get(shape, 0) + 1
                    waiting.append(target)


PUBLIC = (
    "/",
    "/reviews",
    "/learning",
    "/themes",
    "/yearly-reports",
    "/about",
    "/accessibility",
    "/search?q=child",
    "/feed.atom",
    "/sitemap.xml",
    "/robots.txt",
    "/no-such-page",
    "/notify/about",
    "/notify/openapi.json",
    "/review/openapi.json",
    "/publish/openapi.json",
)


def test_the_main_job_is_played_to_its_end_under_another_name(played: str) -> None:
    assert "Played to the end" in played
    assert THEIRS.findall(played) == []
    assert "NSCP" in played


@pytest.mark.timeout(300)
def test_no_page_of_anybody_names_herefordshire(northmoor: Running, played: str) -> None:
    found, looked = [], 0
    people = {None, *(person["email"].split("@")[0] for person in northmoor.credentials["people"])}
    for who in sorted(people, key=str):
        person = next((p for p in northmoor.credentials["people"] if p["email"].split("@")[0] == who), None)
        starts = ("/notify", "/review", "/publish") if person else PUBLIC
        for path, words in Browser(northmoor.system.url, person).every_page(*starts):
            looked += 1
            found += [f"{who} {path}: {hit}" for hit in THEIRS.findall(words)]
    assert looked > 150
    assert found == []


def test_nothing_that_was_sent_or_published_names_herefordshire(northmoor: Running, played: str) -> None:
    until(lambda: not northmoor.pending_events(), "all events to be confirmed")
    sent = [str(item) for item in northmoor.received()] + [str(item) for item in northmoor.received("ofsted")]
    mail = [str(item) for item in northmoor.mail()]
    assert sent and mail
    assert [THEIRS.findall(each) for each in (*sent, *mail) if THEIRS.search(each)] == []
    release = northmoor.system.var / "site" / "current"
    files = [path for path in release.rglob("*") if path.is_file() and path.suffix != ".gz"]
    assert len(files) > 15
    assert [path.name for path in files if named(path)] == []


def named(path: Path) -> bool:
    return bool(THEIRS.search(path.read_bytes().decode("latin-1")))
