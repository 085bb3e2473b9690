"""What stands in the databases and at the Panel, and waiting until all that was begun has come to its end."""

import json
from typing import Any

import psycopg
import requests

from tests.running import Running, until


def measure(running: Running, name: str, service: str = "notify") -> float:
    """One of a service's measures, as a monitor reads it."""
    lines = requests.get(f"{running.system.url}/{service}/metrics", timeout=10).text.splitlines()
    (value,) = (line.split()[-1] for line in lines if line.startswith(f"safeguarding_{name}{{"))
    return float(value)


def database(running: Running, service: str = "notify") -> "psycopg.Connection[Any]":
    """A service's database as the superuser sees it, past every row's policy."""
    name = running.system.databases[service]["owner"].rpartition("/")[2].partition("?")[0]
    return psycopg.connect(running.system.superuser_url, dbname=name)


def rows(running: Running, statement: str, *values: Any) -> list[Any]:
    """Rows of notify's database."""
    with database(running) as connection:
        return connection.execute(statement, values).fetchall()


def settle(running: Running) -> None:
    """Wait until every message is sent and every event confirmed; then the audit chains hold."""
    until(lambda: measure(running, "deliveries_due") == 0, "every message to be sent")
    until(lambda: not running.pending_events(), "every event to be confirmed")
    until(lambda: measure(running, "deliveries_due") == 0, "what the events brought to be sent")
    assert_audit_holds(running)


def assert_audit_holds(running: Running) -> None:
    verified = running.command("audit", "verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr


def heard(running: Running, incident: dict[str, Any]) -> list[str]:
    """What the Panel was told of an incident, in order: `notification`, `follow-up`, `withdrawal`."""
    found = []
    for item in running.received():
        body = json.loads(item["body"])
        if body.get("withdrawn") == incident["reference"]:
            found.append("withdrawal")
        elif body.get("reference") == incident["reference"]:
            found.append(body["notice"])
    return found
