"""What the tests of notify share: agencies that call it, incidents nobody else knows, and the outside world."""

import copy
import random
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import requests
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from services.notify.app import create_app
from services.notify.directory import add_agency
from services.notify.dispatch import dispatch_due
from services.notify.service import SERVICE
from shared import clock
from shared.encryption import unseal_json
from tests.directory import enter_demonstration_agencies
from tests.referrals import USUAL

COUNCIL, ICB, POLICE = "herefordshire-council", "herefordshire-and-worcestershire-icb", "west-mercia-police"
OFFICE, SCHOOL, HOSPITAL = "hscp-partnership-office", "example-school", "wye-valley-nhs-trust"
BASE = "/notify/api/v1"
REASONS = {"reasons": "The partners looked at the facts together.", "agreed_by": ["A. Lead", "B. Lead", "C. Lead"]}


@dataclass(frozen=True)
class Outside:
    """The outside world that the sandbox plays, in a process of its own."""

    url: str
    smtp_port: int

    def behave(self, recipient: str, mode: str, **more: Any) -> None:
        requests.put(f"{self.url}/control/{recipient}", json={"mode": mode, **more}, timeout=5).raise_for_status()

    def forget(self) -> None:
        requests.delete(f"{self.url}/control", timeout=5).raise_for_status()
        requests.delete(f"{self.url}/received", timeout=5).raise_for_status()

    def received(self, reference: str, recipient: str = "panel") -> list[dict[str, Any]]:
        """What a gateway took that bears an incident's reference, each delivery once."""
        items = requests.get(f"{self.url}/received?recipient={recipient}", timeout=5).json()["items"]
        return [item for item in items if reference in item["body"]]

    def turned_away(self, recipient: str = "panel") -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = requests.get(f"{self.url}/turned-away?recipient={recipient}", timeout=5).json()[
            "items"
        ]
        return items

    def mail(self, reference: str, to: str = "") -> list[dict[str, Any]]:
        items = requests.get(f"{self.url}/mail", params={"to": to} if to else {}, timeout=5).json()["items"]
        return [item for item in items if item["subject"] == reference]


@cache
def client() -> FlaskClient:
    return create_app().test_client()


@cache
def _keys() -> dict[str, str]:
    with SERVICE.transaction() as session:
        return enter_demonstration_agencies(session)


def key_of(agency_id: str) -> str:
    """A key of an agency of the demonstration's directory."""
    return _keys()[agency_id]


def call(method: str, path: str, agency: str | None, body: Any = None, **more: Any) -> TestResponse:
    headers = {"Authorization": f"Bearer {key_of(agency)}"} if agency else {}
    if method == "POST":
        headers["Idempotency-Key"] = str(uuid.uuid4())
    headers |= more.pop("headers", {})
    if body is not None:
        more["json"] = body
    return client().open(BASE + path, method=method, headers=headers, **more)


def got(path: str, agency: str = OFFICE) -> Any:
    answer = call("GET", path, agency)
    assert answer.status_code == 200, answer.text
    return answer.json


def posted(path: str, agency: str, body: Any, **more: Any) -> Any:
    answer = call("POST", path, agency, body, **more)
    assert answer.status_code in (200, 201), answer.text
    return answer.json


def a_name() -> str:
    """A name that sounds like no other test's."""
    return "".join(random.choices("bdfgklmnprstvz", k=12)).capitalize()


def referral(child: Mapping[str, Any] | None = None, **incident: Any) -> dict[str, Any]:
    """The usual referral (serious harm, abuse suspected, in Herefordshire) of a child that no other test knows."""
    body = copy.deepcopy(USUAL)
    body["agency_reference"] = f"REF-{uuid.uuid4()}"
    body["incident"] |= incident
    names = {"given_name": a_name(), "family_name": a_name(), "nhs_number": None, "address": {"postcode": "HR4 0AA"}}
    body["children"][0] |= names | dict(child or {})
    return body


def fresh_referral(**incident: Any) -> dict[str, Any]:
    """A referral of something that happened an hour ago, by the clock of cases."""
    now = clock.now()
    body = referral(**incident)
    body["incident"]["occurred"] = {"from": (now - timedelta(hours=1)).isoformat()}
    body["awareness"] = {"agency_became_aware_at": now.isoformat(), "local_authority_became_aware_at": now.isoformat()}
    return body


def died(**child: Any) -> dict[str, Any]:
    return {"outcome": "died", "date_of_death": "2026-03-26"} | child


def care_leaver() -> dict[str, Any]:
    """The death of a care leaver of twenty, with no suspicion of abuse."""
    grown = died(date_of_birth="2006-01-05", care_leaver=True, looked_after=False)
    return referral(grown, kind="death", abuse_or_neglect="not-suspected", abuse_types=[])


def refer(body: dict[str, Any] | None = None, agency: str = COUNCIL, **more: Any) -> dict[str, Any]:
    answer: dict[str, Any] = posted("/referrals", agency, body or referral(), **more)
    return answer


def decide(incident_id: str, outcome: str, **more: Any) -> TestResponse:
    return call("POST", f"/incidents/{incident_id}/decisions", COUNCIL, REASONS | {"outcome": outcome} | more)


def incident(incident_id: str) -> dict[str, Any]:
    shown: dict[str, Any] = got(f"/incidents/{incident_id}")
    return shown


def duties(incident_id: str, rule: str | None = None) -> list[dict[str, Any]]:
    return [duty for duty in incident(incident_id)["duties"] if rule in (None, duty["rule"])]


def duty(incident_id: str, rule: str) -> dict[str, Any]:
    """The incident's only duty of a rule, with its attempts."""
    (found,) = duties(incident_id, rule)
    whole: dict[str, Any] = got(f"/duties/{found['id']}")
    return whole


def told_of(incident_id: str, rule: str) -> set[str]:
    return {found["recipient"] for found in duties(incident_id, rule)}


def send() -> None:
    """Send everything that waits, with the pauses after failures over."""
    with SERVICE.transaction() as session:
        session.execute(text("DELETE FROM delivery_pauses"))
        session.execute(
            text("UPDATE deliveries SET due_at = :now WHERE status = 'pending' AND claimed_at IS NULL"),
            {"now": clock.now()},
        )
    dispatch_due()


def said(kind: str, **holding: Any) -> list[dict[str, Any]]:
    """The data of every event of a type whose fields have these values, by subject, in the order they were said of it."""
    statement = text("SELECT id, data FROM events WHERE type = :kind ORDER BY subject, sequence")
    with SERVICE.transaction() as session:
        rows = session.execute(statement, {"kind": kind}).all()
    found = [unseal_json(bytes(row.data), f"event:{row.id}") for row in rows]
    return [data for data in found if all(data[name] == value for name, value in holding.items())]


def rows(statement: str, **values: Any) -> list[Any]:
    """Rows of notify's database, as the system sees it."""
    with SERVICE.transaction() as session:
        return list(session.execute(text(statement), values).all())


def change_rows(statement: str, **values: Any) -> None:
    with SERVICE.transaction() as session:
        session.execute(text(statement), values)


def until(holds: Callable[[], Any], patience: float = 10) -> Any:
    end = time.monotonic() + patience
    while not (found := holds()):
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)
    return found


def values_in(thing: Any) -> Iterator[str]:
    """Every text in a body, for proving where none of them appears."""
    if isinstance(thing, Mapping):
        for inner in thing.values():
            yield from values_in(inner)
    elif isinstance(thing, list):
        for inner in thing:
            yield from values_in(inner)
    elif isinstance(thing, str):
        yield thing


def day_of(moment: str) -> str:
    return datetime.fromisoformat(moment).date().isoformat()


def add_agency_without_email() -> str:
    agency_id = f"agency-{uuid.uuid4().hex}"
    with SERVICE.transaction() as session:
        add_agency(session, agency_id, "A voluntary body", "voluntary", [], is_partner=False)
    return agency_id
