"""What the tests of review share: agencies with keys, events as they reach it, callers, usual bodies."""

import base64
import itertools
from datetime import timedelta
from functools import cache
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from services.review.app import create_app
from services.review.reactions import REACTIONS
from services.review.service import SERVICE
from shared import clock
from shared.database import new_id
from shared.encryption import seal_json, unseal_json
from shared.identity.keys import UPSERT_KEY, apply_directory_change, hash_of, new_key
from shared.inbox import receive
from shared.partnership import partnership

COUNCIL, ICB, POLICE = "herefordshire-council", "herefordshire-and-worcestershire-icb", "west-mercia-police"
PARTNERS = (COUNCIL, ICB, POLICE)
OFFICE, SCHOOL, HOSPITAL = "hscp-partnership-office", "example-school", "wye-valley-nhs-trust"
BASE = "/review/api/v1"

numbers = itertools.count(1)


@cache
def client() -> FlaskClient:
    return create_app().test_client()


@cache
def key_of(agency_id: str) -> str:
    """A key of an agency of the partnership's file, entered in review's copy of the directory."""
    agency, key = partnership().agency(agency_id), new_key()
    change = {
        "id": agency.id,
        "name": agency.name,
        "kind": agency.kind,
        "is_partner": agency.id in partnership().safeguarding_partners,
        "emails": [],
        "ended_at": None,
        "version": 0,
        "keys": [],
    }
    row = {"id": new_id(), "agency_id": agency.id, "hash": hash_of(key), "issued_at": clock.now(), "revoked_at": None}
    with SERVICE.transaction() as session:
        apply_directory_change(session, change)
        session.execute(UPSERT_KEY, row)
    return key


def call(method: str, path: str, agency: str, body: Any = None, **more: Any) -> TestResponse:
    headers = {"Authorization": f"Bearer {key_of(agency)}"} | more.pop("headers", {})
    return client().open(BASE + path, method=method, json=body, headers=headers, **more)


def get(path: str, agency: str) -> Any:
    answer = call("GET", path, agency)
    assert answer.status_code == 200, answer.text
    return answer.json


def post(path: str, agency: str, body: Any, status: int = 201) -> Any:
    answer = call("POST", path, agency, body)
    assert answer.status_code == status, answer.text
    return answer.json


def put(path: str, agency: str, body: Any, status: int = 200) -> Any:
    answer = call("PUT", path, agency, body)
    assert answer.status_code == status, answer.text
    return answer.json


def envelope(kind: str, values: dict[str, Any], source: str = "notify") -> dict[str, Any]:
    event_id = new_id()
    sealed = seal_json(values, f"event:{event_id}")
    return {
        "id": event_id,
        "source": source,
        "type": kind,
        "subject": f"test:{event_id}",
        "sequence": 1,
        "time": clock.now().isoformat(),
        "requestid": None,
        "data_base64": base64.b64encode(sealed).decode(),
    }


def hear(kind: str, values: dict[str, Any], source: str = "notify", **changes: Any) -> bool:
    """Give review an event through its inbox, as its worker does; whether it is done with."""
    return receive(SERVICE, REACTIONS, envelope(kind, values, source) | changes)


def said(subject: str, kind: str) -> list[dict[str, Any]]:
    """What review said of a record, oldest first."""
    statement = text("SELECT id, data FROM events WHERE subject = :subject AND type = :kind ORDER BY sequence")
    with SERVICE.transaction() as session:
        rows = session.execute(statement, {"subject": subject, "kind": kind}).all()
    return [unseal_json(bytes(row.data), f"event:{row.id}") for row in rows]


def notified(**changes: Any) -> dict[str, Any]:
    number = next(numbers)
    return {
        "incident_id": new_id(),
        "reference": f"INC-2026-{number:04}",
        "sent_at": clock.now().isoformat(),
        "occurred_on": "2026-03-20",
        "kinds": ["serious-harm"],
        "rapid_review_required": True,
        "agencies": [SCHOOL, HOSPITAL],
        "children": 1,
        "identifiers": [{"kind": "name", "value": "Hester Nolan"}, {"kind": "nhs-number", "value": "9434765919"}],
    } | changes


def withdrawn(incident_id: str) -> dict[str, Any]:
    return {
        "incident_id": incident_id,
        "reference": "INC-2026-0001",
        "reasons": "Later found that the criteria were not met.",
        "withdrawn_at": clock.now().isoformat(),
    }


def discharged(incident_id: str, rule: str = "rapid-review") -> dict[str, Any]:
    now = clock.now().isoformat()
    return {
        "duty_id": new_id(),
        "rule": rule,
        "recipient": "panel",
        "incident_id": incident_id,
        "concerns": f"incident:{incident_id}",
        "due_at": now,
        "discharged_at": now,
        "sent_at": now,
        "reference": "PANEL-77",
    }


def open_case(**changes: Any) -> dict[str, Any]:
    """A case opened by `incident.notified`, as the office sees it."""
    for agency in (*PARTNERS, OFFICE, SCHOOL, HOSPITAL):
        key_of(agency)
    values = notified(**changes)
    hear("incident.notified", values)
    return find_case(values["incident_id"])


def find_case(incident_id: str) -> dict[str, Any]:
    [case] = get(f"/cases?incident_id={incident_id}", OFFICE)["items"]
    return get(f"/cases/{case['id']}", OFFICE)


def request_of(case: dict[str, Any], agency: str) -> str:
    [request] = [each for each in case["information_requests"] if each["agency"]["id"] == agency]
    return request["id"]


DECISION: dict[str, Any] = {
    "outcome": "lcspr",
    "reasons": "Agencies did not share what each knew.",
    "regulation_11": [
        {"consideration": letter, "met": letter != "d", "reasons": f"Considered under point {letter}."}
        for letter in "abcd"
    ],
    "content": {
        "facts_and_involvement": "What happened, and who was involved.",
        "immediate_action": "Siblings were seen the same day.",
        "potential_for_improvement": "Information sharing at transfer of school.",
        "context_and_inequalities": "Life at home; no interpreter was offered.",
        "next_steps": "A practice review.",
    },
    "immediate_actions": [{"action": "Siblings seen.", "by": "Children's services"}],
}
NO_REVIEW = DECISION | {"outcome": "no-lcspr", "what_will_be_done": "A briefing to all schools."}

FULL_RETURN: dict[str, Any] = {
    "submitted": True,
    "involved": True,
    "period": {"from": "2024-03-01", "to": "2026-03-20"},
    "involvement_summary": "The child was on roll for two years.",
    "chronology": [
        {
            "from": "2025-03",
            "certainty": "estimated",
            "description": "Attendance fell.",
            "source": "Register",
            "child_seen": True,
        },
    ],
    "key_practice_episodes": [{"what_happened": "A referral was not followed up.", "analysis": "No escalation."}],
    "child_seen_and_heard": "Seen weekly; heard once.",
    "inequalities_considered": "Ethnicity was recorded, not explored.",
    "what_went_well": "The tutor's persistence.",
    "what_should_have_been_different": [{"what": "Earlier escalation.", "why": "The policy was not known."}],
    "immediate_changes": "All staff were briefed.",
    "recommendations": ["Teach escalation."],
    "prepared_by": {"name": "Ada Prosser", "role": "Designated safeguarding lead"},
    "signed_off_by": {"name": "Gwen Morris", "role": "Head teacher"},
}


def signature(position: str = "agree", **more: Any) -> dict[str, Any]:
    return {"position": position, "name": "Pat Watkins", "role": "Director", **more}


def decide_and_sign(case: dict[str, Any], decision: dict[str, Any] = DECISION) -> None:
    post(f"/cases/{case['id']}/rapid-review/decision", OFFICE, decision)
    for partner in PARTNERS:
        post(f"/cases/{case['id']}/rapid-review/sign-off", partner, signature())


def commissioned(case: dict[str, Any]) -> dict[str, Any]:
    """A practice review of a case whose rapid review decided on one."""
    decide_and_sign(case)
    body = {"kind": "lcspr", "title": "A review of information sharing", "decided_at": clock.now().isoformat()}
    return post(f"/cases/{case['id']}/practice-reviews", OFFICE, body)


def days_from_now(days: int) -> str:
    return (clock.now() + timedelta(days=days)).date().isoformat()
