"""What a process is told by its environment, read once and frozen.

Nothing here has a default that would be unsafe in production: a missing secret stops the process with a sentence.
"""

import os
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

Environment = Literal["production", "demonstration", "test"]
MailBy = Literal["smtp", "govuk-notify"]
SERVICES = ("notify", "review", "publish")
KEY_CHARACTERS = 32


class SettingMissing(RuntimeError):
    """A setting that the process cannot do without is absent or wrong; the message names it."""


@dataclass(frozen=True)
class Settings:
    """Everything the environment decides. Durations are in seconds."""

    environment: Environment
    redis_url: str = field(repr=False)
    database_urls: dict[str, str] = field(repr=False)  # by service, as the application role
    encryption_keys: str = field(repr=False)  # "name:base64,name:base64": the first encrypts, all decrypt
    search_key: bytes = field(repr=False)  # for keyed hashes of names and numbers
    partnership_file: Path
    files_folder: Path
    site_folder: Path
    clock_file: Path | None  # only outside production: the moved clock
    public_url: str
    inside_url: str  # where the services reach each other, with {service} for the name
    claim_lease: float  # how long a claimed row belongs to its claimer
    call_timeout: float  # how long an outside server may take to answer
    sweep_every: float
    audit_signing_key: bytes = field(repr=False)
    cookie_key: bytes = field(repr=False)  # signs the cookie of people who are signed in
    trusted_proxies: int  # how many proxies before us say truly who asks
    smtp_url: str = field(repr=False)  # smtp://host:port, or smtps://user:password@host:port
    mail_from: str
    mail_by: MailBy
    govuk_notify_key: str = field(repr=False)
    govuk_notify_template: str  # the id of the one e-mail template, with ((subject)) and ((text))
    govuk_notify_url: str
    clamd_address: str  # tcp://host:port or unix:///path of ClamAV's daemon; "" where there is none

    @property
    def is_production(self) -> bool:
        return self.environment == "production"


def required(name: str) -> str:
    value = os.environ.get(name, "")
    if not value:
        raise SettingMissing(f"Set {name}: see docs/settings.md for what it means.")
    return value


def key(name: str) -> bytes:
    """A key of at least `KEY_CHARACTERS`, so that nobody finds it by trying."""
    value = required(name)
    if len(value) < KEY_CHARACTERS:
        raise SettingMissing(
            f"Set {name} to {KEY_CHARACTERS} characters or more: docs/settings.md says how to make it."
        )
    return value.encode()


def number(name: str, otherwise: float) -> float:
    return float(os.environ.get(name, otherwise))


def _mail_by() -> dict[str, Any]:
    """How e-mail goes out, and what GOV.UK Notify needs where it goes by that."""
    mail_by = os.environ.get("MAIL_BY", "smtp")
    if mail_by not in ("smtp", "govuk-notify"):
        raise SettingMissing("Set MAIL_BY to smtp or govuk-notify.")
    needed = required if mail_by == "govuk-notify" else lambda name: os.environ.get(name, "")
    return {
        "mail_by": mail_by,
        "govuk_notify_key": needed("GOVUK_NOTIFY_KEY"),
        "govuk_notify_template": needed("GOVUK_NOTIFY_TEMPLATE"),
        "govuk_notify_url": os.environ.get("GOVUK_NOTIFY_URL") or "https://api.notifications.service.gov.uk",
    }


def _clamd_address() -> str:
    given = os.environ.get("CLAMD_ADDRESS", "")
    parts = urlsplit(given)
    usable = bool(parts.hostname and parts.port) if parts.scheme == "tcp" else parts.scheme == "unix" and parts.path
    if given and not usable:
        raise SettingMissing(
            "Set CLAMD_ADDRESS to tcp://host:port or unix:///path of ClamAV's daemon, or leave it out."
        )
    return given


@cache
def settings() -> Settings:
    """The settings of this process. Raises `SettingMissing` naming the first that is absent."""
    environment = os.environ.get("ENVIRONMENT", "production")
    if environment not in ("production", "demonstration", "test"):
        raise SettingMissing("Set ENVIRONMENT to production, demonstration or test.")
    clock_file = os.environ.get("CLOCK_FILE")
    if clock_file and environment == "production":
        raise SettingMissing("Unset CLOCK_FILE: the clock cannot be moved in production.")
    return Settings(
        environment=environment,  # type: ignore[arg-type]  # narrowed above; mypy does not follow "not in"
        redis_url=required("REDIS_URL"),
        database_urls={
            name: required(f"{name.upper()}_DATABASE_URL")
            for name in SERVICES
            if f"{name.upper()}_DATABASE_URL" in os.environ
        },
        encryption_keys=required("ENCRYPTION_KEYS"),
        search_key=key("SEARCH_KEY"),
        partnership_file=Path(required("PARTNERSHIP_FILE")),
        files_folder=Path(required("FILES_FOLDER")),
        site_folder=Path(required("SITE_FOLDER")),
        clock_file=Path(clock_file) if clock_file else None,
        public_url=required("PUBLIC_URL").rstrip("/"),
        inside_url=required("INSIDE_URL"),
        claim_lease=number("CLAIM_LEASE_SECONDS", 30),
        call_timeout=number("CALL_TIMEOUT_SECONDS", 10),
        sweep_every=number("SWEEP_EVERY_SECONDS", 5),
        audit_signing_key=key("AUDIT_SIGNING_KEY"),
        cookie_key=key("COOKIE_KEY"),
        trusted_proxies=int(number("TRUSTED_PROXIES", 0)),
        smtp_url=required("SMTP_URL"),
        mail_from=required("MAIL_FROM"),
        **_mail_by(),
        clamd_address=_clamd_address(),
    )
