"""What the processes of one machine are told by their environment: addresses, folders and secrets."""

import os
from dataclasses import dataclass, field
from pathlib import Path

from deploy.run.databases import DatabaseUrls, urls
from deploy.run.kept_secrets import kept
from deploy.run.ports import claimed, free_port

PROJECT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Place:
    """One system on one machine: its folder, its ports and the servers it stands on. The URLs hold passwords."""

    var: Path
    environment: str
    port: int
    sandbox_port: int
    smtp_port: int
    superuser_url: str = field(repr=False)
    redis_url: str = field(repr=False)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def sandbox_url(self) -> str:
        return f"http://127.0.0.1:{self.sandbox_port}"

    @property
    def databases(self) -> dict[str, DatabaseUrls]:
        return urls(self.superuser_url, kept(self.var))


def ports_for(port: int) -> tuple[int, int, int]:
    """The ports of the API, the sandbox's HTTP and its SMTP: neighbours where they are free. Raises `PortTaken`."""
    chosen = claimed(port)
    sandbox = free_port(chosen + 1 if port else 0, chosen)
    return chosen, sandbox, free_port(chosen + 2 if port else 0, chosen, sandbox)


def environment_of(place: Place) -> dict[str, str]:
    """The settings of every process of the system, as `docs/settings.md` describes them, secrets included.

    A partnership other than the built-in one is named by PARTNERSHIP_FILE, a virus scanner by CLAMD_ADDRESS; everything
    else is decided here.
    """
    secrets = {name: value for name, value in kept(place.var).items() if not name.endswith("_PASSWORD")}
    databases = {f"{name.upper()}_DATABASE_URL": both.application for name, both in place.databases.items()}
    return {
        "ENVIRONMENT": place.environment,
        "PUBLIC_URL": place.url,
        "INSIDE_URL": place.url,
        "REDIS_URL": place.redis_url,
        "PARTNERSHIP_FILE": os.environ.get("PARTNERSHIP_FILE", str(PROJECT / "deploy" / "partnership.toml")),
        "CLOCK_FILE": str(place.var / "clock"),
        "FILES_FOLDER": str(made(place.var / "files")),
        "SITE_FOLDER": str(made(place.var / "site")),
        "SANDBOX_URL": place.sandbox_url,
        "SMTP_URL": f"smtp://127.0.0.1:{place.smtp_port}",
        "MAIL_FROM": "safeguarding-reviews@partnership.example",
        "CLAMD_ADDRESS": os.environ.get("CLAMD_ADDRESS", ""),
        **databases,
        **secrets,
    }


def made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder
