"""The tests' ground: a real PostgreSQL and a real broker on free ports, real migrations, and the environment they need.

Set `POSTGRES_URL` (a superuser's) and `REDIS_URL` to use servers that already run.
"""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import requests
from werkzeug.serving import make_server

from deploy.run import databases, kept_secrets
from deploy.run.embedded import servers_for_tests
from deploy.run.ports import free_port
from shared.partnership import partnership
from shared.settings import SERVICES, settings

if TYPE_CHECKING:
    from tests.notifying import Outside

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Servers started, databases migrated, and the environment set as a process of the system would find it."""
    folder = tmp_path_factory.mktemp("ground")
    secrets = kept_secrets.kept(folder)
    with servers_for_tests(folder, secrets["POSTGRES_PASSWORD"]) as servers:
        urls = databases.create(servers.postgres_url, secrets)
        environment = test_environment(folder, secrets) | {"REDIS_URL": servers.redis_url}
        environment |= {f"{name.upper()}_DATABASE_URL": url.application for name, url in urls.items()}
        environment |= {f"{name.upper()}_OWNER_DATABASE_URL": url.owner for name, url in urls.items()}
        before = dict(os.environ)
        os.environ.update(environment)
        settings.cache_clear()
        migrate_all(urls)
        yield environment | {"SUPERUSER_URL": servers.postgres_url}  # not in the environment: no process has it
        os.environ.clear()
        os.environ.update(before)


@pytest.fixture
def own_clock(ground: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A clock that a test may move without moving it for the others."""
    monkeypatch.setenv("CLOCK_FILE", str(tmp_path / "clock"))
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest.fixture(scope="session")
def outside_world(ground: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> "Iterator[Outside]":
    """The sandbox in a process of its own, and notify served over HTTP for its callbacks."""
    from tests.notifying import Outside, create_app, until

    server = make_server("127.0.0.1", 0, create_app(), threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    outside = Outside(f"http://127.0.0.1:{(port := free_port())}", free_port())
    callback = f"http://127.0.0.1:{server.server_port}/notify/api/v1/callbacks/receipts"
    arguments = ["--http-port", str(port), "--smtp-port", str(outside.smtp_port), "--callback-url", callback]
    arguments += ["--folder", str(tmp_path_factory.mktemp("sandbox"))]
    environment = os.environ | {"WEBHOOK_SECRET": ground["SANDBOX_WEBHOOK_SECRET"]}
    del environment["CLOCK_FILE"]
    process = subprocess.Popen([sys.executable, "-m", "deploy.sandbox", *arguments], env=environment, cwd=ROOT)
    until(lambda: _answers(outside.url))
    yield outside
    process.terminate()
    process.wait(10)
    server.shutdown()
    server.server_close()


def _answers(url: str) -> bool:
    try:
        return requests.get(f"{url}/health", timeout=5).ok
    except requests.ConnectionError:
        return False


@pytest.fixture
def sandbox(outside_world: "Outside", own_clock: None, monkeypatch: pytest.MonkeyPatch) -> "Iterator[Outside]":
    """The outside world, well-behaved and empty, with nothing of other tests still on its way to it."""
    from tests.notifying import change_rows

    outside_world.forget()
    monkeypatch.setenv("SANDBOX_URL", outside_world.url)
    monkeypatch.setenv("SMTP_URL", f"smtp://127.0.0.1:{outside_world.smtp_port}")
    settings.cache_clear()
    partnership.cache_clear()
    change_rows("UPDATE deliveries SET status = 'cancelled' WHERE status = 'pending'")
    change_rows("DELETE FROM delivery_pauses")
    yield outside_world
    monkeypatch.undo()
    settings.cache_clear()
    partnership.cache_clear()


@pytest.fixture
def another_partnership(sandbox: "Outside", tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Runs the test under the demonstration's partnership file with some of its words changed."""

    def take(*changes: tuple[str, str]) -> None:
        words = (ROOT / "deploy" / "partnership.toml").read_text("utf-8")
        for before, after in changes:
            assert before in words
            words = words.replace(before, after, 1)
        (tmp_path / "partnership.toml").write_text(words, "utf-8")
        monkeypatch.setenv("PARTNERSHIP_FILE", str(tmp_path / "partnership.toml"))
        settings.cache_clear()
        partnership.cache_clear()

    return take


def test_environment(folder: Path, secrets: dict[str, str]) -> dict[str, str]:
    return {
        "ENVIRONMENT": "test",
        "PARTNERSHIP_FILE": str(ROOT / "deploy" / "partnership.toml"),
        "FILES_FOLDER": str(folder / "files"),
        "SITE_FOLDER": str(folder / "site"),
        "CLOCK_FILE": str(folder / "clock"),
        "PUBLIC_URL": "http://127.0.0.1:8000",
        "INSIDE_URL": "http://127.0.0.1:1",
        "SMTP_URL": "smtp://127.0.0.1:1",
        "SANDBOX_URL": "http://127.0.0.1:1",
        "MAIL_FROM": "reviews@safeguarding.example",
        **{
            name: secrets[name]
            for name in ("ENCRYPTION_KEYS", "SEARCH_KEY", "AUDIT_SIGNING_KEY", "COOKIE_KEY", "SANDBOX_WEBHOOK_SECRET")
        },
    }


test_environment.__test__ = False  # type: ignore[attr-defined]  # its name is about tests, it is none


def migrate_all(urls: dict[str, databases.DatabaseUrls]) -> None:
    from shared.migrations import migrate

    for service in SERVICES:
        migrate(service, urls[service].owner, databases.application_role(service))
