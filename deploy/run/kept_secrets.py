"""Keys and passwords of this machine: made once, kept in `var/secrets.env`, readable by the owner alone."""

import base64
import os
import secrets
from collections.abc import Callable
from pathlib import Path

from shared.settings import SERVICES


def encoded_key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def password() -> str:
    return secrets.token_urlsafe(24)


def makers() -> dict[str, Callable[[], str]]:
    return {
        "ENCRYPTION_KEYS": lambda: f"k1:{encoded_key()}",
        "SEARCH_KEY": encoded_key,
        "AUDIT_SIGNING_KEY": encoded_key,
        "COOKIE_KEY": encoded_key,
        "SANDBOX_WEBHOOK_SECRET": lambda: f"whsec_{encoded_key()}",
        "POSTGRES_PASSWORD": password,
        "BROKER_PASSWORD": password,
        **{f"{service.upper()}_{role}_PASSWORD": password for service in SERVICES for role in ("OWNER", "APP")},
    }


def read(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    return dict(line.split("=", 1) for line in path.read_text().splitlines() if line)


def kept(var: Path) -> dict[str, str]:
    """The secrets of the system under `var` by name; those that are missing are made and kept first.

    A name that a later version adds is added to the file; nothing that stands there is ever changed, since what is
    stored was encrypted with it.
    """
    path = var / "secrets.env"
    present = read(path)
    missing = {name: make() for name, make in makers().items() if name not in present}
    if missing:
        write(path, present | missing)
    return present | missing


def write(path: Path, values: dict[str, str]) -> None:
    """Replace the file in one step: a crash leaves the old keys or the new, never half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.writelines(f"{name}={value}\n" for name, value in values.items())
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
