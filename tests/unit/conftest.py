"""A process that knows its partnership and stands on 27 March 2026 at noon, with no server behind it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from shared import clock
from shared.partnership import partnership
from shared.settings import settings

ROOT = Path(__file__).parents[2]
NOON = datetime(2026, 3, 27, 12, tzinfo=UTC)


@pytest.fixture
def herefordshire(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The environment of a demonstration's process, the clock of cases at `NOON`."""
    moved = tmp_path / "clock"
    moved.write_text(str((NOON - clock.machine_now()).total_seconds()), "utf-8")
    environment = {
        "ENVIRONMENT": "test",
        "CLOCK_FILE": str(moved),
        "PARTNERSHIP_FILE": str(ROOT / "deploy" / "partnership.toml"),
        "SANDBOX_URL": "http://127.0.0.1:1",
        **dict.fromkeys(("REDIS_URL", "SMTP_URL", "PUBLIC_URL", "INSIDE_URL"), "http://127.0.0.1:1"),
        **dict.fromkeys(
            ("ENCRYPTION_KEYS", "SEARCH_KEY", "AUDIT_SIGNING_KEY", "COOKIE_KEY"), "never-used-here-and-32-characters"
        ),
        **dict.fromkeys(("FILES_FOLDER", "SITE_FOLDER"), str(tmp_path)),
        "MAIL_FROM": "reviews@safeguarding.example",
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    settings.cache_clear()
    partnership.cache_clear()
    yield
    settings.cache_clear()
    partnership.cache_clear()
