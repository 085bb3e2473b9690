"""A running system as the tests use it: agencies that call it, the outside world it tells, and what must hold at the end."""

import copy
import json
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import requests

from deploy.run.environment import PROJECT
from deploy.run.system import System
from shared.settings import SERVICES
from tests.referrals import USUAL

QUICK = {"CLAIM_LEASE_SECONDS": "3", "CALL_TIMEOUT_SECONDS": "2", "SWEEP_EVERY_SECONDS": "1"}


def until(condition: Callable[[], Any], what: str, patience: float = 60) -> Any:
    """Wait for a condition and return what it gave. Raises AssertionError saying what was waited for."""
    end = time.monotonic() + patience
    while True:
        if found := condition():
            return found
        assert time.monotonic() < end, f"waited {patience:g} s for {what}"
        time.sleep(0.05)


def referral(**incident: Any) -> dict[str, Any]:
    """The usual referral, of a child that no other test knows."""
    body: dict[str, Any] = copy.deepcopy(USUAL)
    body["agency_reference"] = f"REF-{uuid.uuid4()}"
    body["children"][0] |= {"nhs_number": None, "given_name": uuid.uuid4().hex, "family_name": uuid.uuid4().hex}
    body["incident"] |= incident
    return body


@dataclass(frozen=True)
class Running:
    """One running system with its sandbox."""

    system: System

    @cached_property
    def credentials(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.system.var / "demo" / "credentials.json").read_text())
        return found

    def key(self, agency: str) -> str:
        if agency == "office":
            return str(self.credentials["partnership_office"]["api_key"])
        return str(self.credentials["agencies"][agency]["api_key"])

    def call(self, method: str, path: str, agency: str = "herefordshire-council", **how: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.key(agency)}"} | how.pop("headers", {})
        if method == "POST":
            headers.setdefault("Idempotency-Key", str(uuid.uuid4()))
        return requests.request(method, self.system.url + path, headers=headers, timeout=how.pop("timeout", 30), **how)

    def refer(
        self, body: dict[str, Any] | None = None, agency: str = "herefordshire-council", **how: Any
    ) -> requests.Response:
        return self.call("POST", "/notify/api/v1/referrals", agency, json=body or referral(), **how)

    def refer_surely(
        self, body: dict[str, Any], agency: str = "herefordshire-council", patience: float = 60
    ) -> dict[str, Any]:
        """Send one referral under one key, again and again, until it is taken, as a careful caller does."""
        key = str(uuid.uuid4())

        def sent() -> dict[str, Any] | None:
            try:
                answer = self.refer(body, agency, headers={"Idempotency-Key": key}, timeout=5)
            except requests.RequestException:
                return None
            return answer.json() if answer.status_code == 201 else None

        return until(sent, "the referral to be taken", patience)  # type: ignore[no-any-return]

    def incident(self, incident_id: str) -> dict[str, Any]:
        found: dict[str, Any] = self.call("GET", f"/notify/api/v1/incidents/{incident_id}").json()
        return found

    def duties(self, incident_id: str, rule: str) -> list[dict[str, Any]]:
        return [duty for duty in self.incident(incident_id)["duties"] if duty["rule"] == rule]

    def control(self, recipient: str, mode: str, **how: Any) -> None:
        answer = requests.put(f"{self.system.sandbox_url}/control/{recipient}", json={"mode": mode, **how}, timeout=10)
        assert answer.ok, answer.text

    def behave(self) -> None:
        """Let every server of the outside world behave again."""
        requests.delete(f"{self.system.sandbox_url}/control", timeout=10)
        for recipient in ("*", "panel"):
            requests.delete(f"{self.system.sandbox_url}/control/{recipient}", timeout=10)
        requests.put(f"{self.system.sandbox_url}/control/smtp", json={"mode": "ok"}, timeout=10)

    def received(self, recipient: str = "panel") -> list[dict[str, Any]]:
        answer = requests.get(f"{self.system.sandbox_url}/received", params={"recipient": recipient}, timeout=10)
        return list(answer.json()["items"])

    def mail(self) -> list[dict[str, Any]]:
        found = requests.get(f"{self.system.sandbox_url}/mail", timeout=10).json()
        return list(found["items"] if isinstance(found, dict) else found)

    def notifications_of(self, reference: str, recipient: str = "panel") -> list[dict[str, Any]]:
        """What a recipient holds of one incident, unique by delivery id."""
        return [item for item in self.received(recipient) if json.loads(item["body"]).get("reference") == reference]

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """The office's command line against this system."""
        arguments = [sys.executable, "-m", "deploy.command_line", "--var", str(self.system.var), *words]
        environment = {"PYTHONPATH": str(PROJECT), "PATH": "/usr/bin:/bin"}
        return subprocess.run(
            arguments, cwd=PROJECT, env=environment, capture_output=True, text=True, timeout=60, check=False
        )

    @contextmanager
    def workers_standing_still(self) -> Iterator[None]:
        """Every worker and its children stopped by SIGSTOP: what is promised here must not need them."""
        names = [f"worker-{service}" for service in SERVICES]
        stopped = [pid for name in names for pid in (self.system.pid(name), *self.system.children(name))]
        for pid in stopped:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in stopped:
                os.kill(pid, signal.SIGCONT)

    def pending_events(self) -> str:
        return self.command("events", "pending").stdout

    def wait_until_told(self, incidents: Sequence[dict[str, Any]], patience: float = 90) -> None:
        for incident in incidents:
            until(partial(self._is_told, incident["id"]), f"{incident['reference']} at the Panel", patience)

    def _is_told(self, incident_id: str) -> bool:
        return any(duty["status"] == "discharged" for duty in self.duties(incident_id, "sin-panel"))

    def assert_nothing_lost(self, incidents: Sequence[dict[str, Any]], patience: float = 90) -> None:
        """Every incident reached the Panel once by its id, review has its case once, events are confirmed, chains hold."""
        self.wait_until_told(incidents, patience)
        until(lambda: not self.pending_events(), "all events to be confirmed", patience)
        for incident in incidents:
            told = self.notifications_of(incident["reference"])
            assert len(told) == 1, f"{incident['reference']}: {len(told)} notifications at the Panel"
            assert self.incident(incident["id"])["status"] == "notified"
            assert len(self.duties(incident["id"], "sin-panel")) == 1
        cases = self.cases()
        for incident in incidents:
            assert cases.count(incident["id"]) == 1, f"{incident['reference']} has {cases.count(incident['id'])} cases"
        verified = self.command("audit", "verify")
        assert verified.returncode == 0, verified.stdout + verified.stderr

    def cases(self) -> list[str]:
        """The incidents of all cases in review."""
        found: list[str] = []
        cursor = None
        while True:
            page = self.call("GET", "/review/api/v1/cases", "office", params={"cursor": cursor, "limit": 200}).json()
            found += [case["incident_id"] for case in page["items"]]
            if (cursor := page["next"]) is None:
                return found


def start_under(folder: Path, **extra: str) -> System:
    from deploy.run.system import start_system

    return start_system(folder, environment="test", extra=QUICK | extra)


def start_with_examples(folder: Path) -> System:
    """A system that begins with a few cases, as `make run` lays them out."""
    started = start_under(folder)
    lay_out = (
        "import sys, pathlib; from deploy.demo.examples import lay_out; lay_out(sys.argv[1], pathlib.Path(sys.argv[2]))"
    )
    command = [sys.executable, "-c", lay_out, started.url, str(started.var)]
    subprocess.run(command, env=os.environ | started.environment, cwd=PROJECT, check=True)
    return started
