"""The tests' ground: a real PostgreSQL and a real broker on free ports, real migrations, and the environment they need.

Set `POSTGRES_URL` (a superuser's) and `REDIS_URL` to use servers that already run.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.run import databases, kept_secrets
from deploy.run.embedded import servers_for_tests
from shared.settings import SERVICES, settings

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
        yield environment
        os.environ.clear()
        os.environ.update(before)


@pytest.fixture
def own_clock(ground: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A clock that a test may move without moving it for the others."""
    monkeypatch.setenv("CLOCK_FILE", str(tmp_path / "clock"))
    settings.cache_clear()
    yield
    settings.cache_clear()


def test_environment(folder: Path, secrets: dict[str, str]) -> dict[str, str]:
    return {
        "ENVIRONMENT": "test",
        "PARTNERSHIP_FILE": str(ROOT / "deploy" / "partnership.toml"),
        "FILES_FOLDER": str(folder / "files"),
        "SITE_FOLDER": str(folder / "site"),
        "CLOCK_FILE": str(folder / "clock"),
        "PUBLIC_URL": "http://127.0.0.1:8000",
        "SMTP_URL": "smtp://127.0.0.1:1",
        "SMTP_HOST": "127.0.0.1",
        "SANDBOX_URL": "http://127.0.0.1:1",
        "MAIL_FROM": "reviews@safeguarding.example",
        **{
            name: secrets[name]
            for name in ("ENCRYPTION_KEYS", "SEARCH_KEY", "AUDIT_SIGNING_KEY", "SANDBOX_WEBHOOK_SECRET")
        },
    }


test_environment.__test__ = False  # type: ignore[attr-defined]  # its name is about tests, it is none


def migrate_all(urls: dict[str, databases.DatabaseUrls]) -> None:
    from shared.migrations import migrate

    for service in SERVICES:
        migrate(service, urls[service].owner, databases.application_role(service))
