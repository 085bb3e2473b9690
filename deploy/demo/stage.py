"""What a played case stands on: agencies that call the interface, the clock, and one progress line per step."""

import json
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import requests

from shared import clock
from shared.partnership import partnership

PATIENCE_SECONDS = 60.0


class PlayStopped(RuntimeError):
    """A step did not do what it should; the message says which and what came instead."""


@dataclass(frozen=True)
class Stage:
    """The system that a case is played on."""

    url: str
    credentials: dict[str, Any]
    time_stands: bool  # days that a case would take are left out

    def call(
        self, agency: str, method: str, path: str, body: Any = None, *, expect: int | None = None, **more: Any
    ) -> Any:
        """Call the interface as an agency and return its JSON. Raises `PlayStopped` for an answer other than expected."""
        headers = {"Authorization": f"Bearer {self._key(agency)}"}
        if method == "POST":
            headers["Idempotency-Key"] = str(uuid.uuid4())
        answer = requests.request(method, self.url + path, json=body, headers=headers, timeout=60, **more)
        if not (answer.status_code == expect if expect else answer.ok):
            raise PlayStopped(f"{method} {path} as {agency}: {answer.status_code} {answer.text[:1500]}")
        return answer.json() if answer.content else None

    def _key(self, agency: str) -> str:
        here = partnership()
        holder = (
            self.credentials["partnership_office"]
            if agency == here.partnership_office
            else self.credentials["agencies"][agency]
        )
        return str(holder["api_key"])

    def page(self, path: str) -> requests.Response:
        """A page of the public site."""
        return requests.get(self.url + path, timeout=60, allow_redirects=False)

    def until(self, what: str, found: Callable[[], Any]) -> Any:
        """Wait until the system, by itself, has come to something; return it. Raises `PlayStopped` after a minute."""
        end = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end:
            if result := found():
                return result
            time.sleep(0.1)
        raise PlayStopped(f"Waited {PATIENCE_SECONDS:g} seconds for {what}.")

    def wait(self, days: int) -> None:
        """Let days pass on the demonstration's clock, for every process, unless time stands here."""
        if self.time_stands:
            return
        now = clock.advance(timedelta(days=days))
        say(f"… {days} days pass: it is {now:%A %-d %B %Y}")


def stage_at(url: str, var: Path, *, time_stands: bool = False) -> Stage:
    """The running system at `url` with the credentials that it wrote. Raises `PlayStopped` where none runs."""
    try:
        credentials = json.loads((var / "demo" / "credentials.json").read_text())
        requests.get(f"{url}/notify/health/live", timeout=5).raise_for_status()
    except (OSError, requests.RequestException):
        raise PlayStopped(f"No system answers at {url}. Start it with make run, then play again.") from None
    return Stage(url, credentials, time_stands)


def say(line: str) -> None:
    print(line, flush=True)
