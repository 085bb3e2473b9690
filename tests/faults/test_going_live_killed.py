"""A worker killed inside each step of going live, by kill -9: readers have the old site or the new one, never a mixture."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
import requests

from services.publish.going_live import publish_due
from shared.settings import settings
from tests.integration.test_publish_going_live import deposits_of, sweep_until_deposited
from tests.nginx import installed, nginx
from tests.publishing import browse, get, live_publication, pass_days, path_of, post, said, scheduled_publication

pytestmark = pytest.mark.usefixtures("ground", "own_clock")

# Dies at the n-th call of a function that the builder calls, before or after it has done its work.
KILLED = """
import os, pathlib, signal, sys
from services.publish import going_live
from services.publish.public_site import search_index, site
where, name, count, when = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
owner = {"site": site, "going_live": going_live, "path": pathlib.Path, "os": os}[where]
real, calls = getattr(owner, name), [0]
def dying(*given, **named):
    calls[0] += 1
    if calls[0] == count and when == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    done = real(*given, **named)
    if calls[0] == count:
        os.kill(os.getpid(), signal.SIGKILL)
    return done
setattr(owner, name, dying)
going_live.publish_due()
"""
STEPS = [
    ("site", "_write", 1, "before"),
    ("site", "_write", 9, "after"),
    ("site", "write_index", 1, "after"),
    ("site", "_sync_folder", 1, "before"),
    ("path", "rename", 1, "before"),
    ("path", "rename", 1, "after"),
    ("path", "symlink_to", 1, "after"),
    ("path", "replace", 1, "before"),
    ("path", "replace", 1, "after"),
    ("going_live", "record_release", 1, "before"),
    ("going_live", "go_live", 1, "after"),
    ("going_live", "deposit", 1, "after"),
    ("going_live", "record_release", 1, "after"),
    ("going_live", "forget_old_releases", 1, "before"),
]


def site_as_served() -> dict[str, str]:
    """Every address of the site with the digest of what readers get there; each must be what the release says."""
    root = settings().site_folder / "current"
    manifest = json.loads((root / "manifest.json").read_bytes())
    for address, (path, _, digest, *_) in manifest.items():
        assert hashlib.sha256((root / path).read_bytes()).hexdigest()[:32] == digest, address
        assert browse(quote(address))[0] in ("200", "410")
    assert browse("/search?q=review")[0] == "200"
    return {address: entry[2] for address, entry in manifest.items()}


@pytest.mark.parametrize(("where", "name", "count", "when"), STEPS)
def test_killed_inside_a_step_the_site_is_whole_and_the_next_sweep_finishes(
    where: str, name: str, count: int, when: str
) -> None:
    publication = scheduled_publication()
    publish_due()
    pass_days()
    publish_due_of_the_day = site_as_served()
    process = subprocess.run(
        [sys.executable, "-c", KILLED, where, name, str(count), when], env=dict(os.environ), check=False
    )
    assert process.returncode == -signal.SIGKILL, "the worker came past the step alive"
    after_the_kill = site_as_served()
    appeared = path_of(publication) in after_the_kill
    assert appeared or set(after_the_kill) == set(publish_due_of_the_day)
    slug = path_of(publication).rsplit("/", 1)[1]
    assert (f"/documents/{slug}-full-report" in after_the_kill) is appeared
    for listed in ("/reviews", "/feed.atom", "/sitemap.xml", f"/search?q={quote(publication['pseudonym'])}"):
        assert (path_of(publication).encode() in browse(listed)[2]) is appeared, listed
    sweep_until_deposited(publication)
    assert path_of(publication) in site_as_served()
    assert len(said(publication["id"], "publication.live")) == 1
    publish_due()
    assert deposits_of(publication) == 1
    assert not list((settings().site_folder / "releases").glob("*.part"))


@pytest.mark.skipif(not installed(), reason="nginx is not installed: python3 deploy/packages.py nginx")
def test_behind_nginx_a_withdrawal_is_everywhere_at_once_and_in_no_cache_after_a_minute(tmp_path: Path) -> None:
    publication = live_publication(pseudonym="Child Soon Withdrawn")
    document = f"/documents/{path_of(publication).rsplit('/', 1)[1]}-full-report"
    with nginx(tmp_path / "nginx", settings().site_folder, "127.0.0.1:9") as front:

        def ask(path: str) -> requests.Response:
            return requests.get(front + path, timeout=20, headers={"Accept-Encoding": "identity"})

        shown, file = ask(path_of(publication)), ask(document)
        assert (shown.status_code, file.status_code, file.headers["Content-Type"]) == (200, 200, "application/pdf")
        assert {shown.headers["Cache-Control"], file.headers["Cache-Control"]} == {"max-age=60"}
        body = {"reasons": "A name was overlooked.", "ordered_by": "The three partners"}
        post(f"/publications/{publication['id']}/withdrawal", body)
        publish_due()
        for path in (path_of(publication), document):
            wait_out_the_second_that_nginx_remembers(lambda path=path: ask(path).status_code == 410)
            gone = ask(path)
            assert gone.headers["Cache-Control"] == "no-cache"
            assert "Child Soon Withdrawn" not in gone.text
            again = requests.get(front + path, timeout=20, headers={"If-None-Match": shown.headers["ETag"]})
            assert again.status_code == 410
        for path in ("/", "/reviews", "/feed.atom", "/sitemap.xml", "/learning"):
            assert path_of(publication) not in ask(path).text, path
    assert path_of(publication).encode() not in browse("/search?q=withdrawn")[2]
    (order,) = get(f"/publications/{publication['id']}")["orders"]
    assert (order["what"], order["ordered_by"]) == ("withdrawal", "The three partners")


def wait_out_the_second_that_nginx_remembers(condition: Callable[[], bool]) -> None:
    from deploy.run.system import wait_for

    wait_for(condition, "nginx to look at the file again", 10)
    time.sleep(1.1)  # one of its processes did: each remembers for itself, a second at most (open_file_cache_valid)
