"""Two cases from referral to publication: one by the local route, one by the anonymous. Ends with the duties' timeline."""

import json
import uuid
from pathlib import Path
from typing import Any

from deploy.demo.agencies import needed
from deploy.demo.documents import referral as invented
from deploy.demo.publishing import publish
from deploy.demo.reviewing import duty_discharged, practice_review, rapid_review
from deploy.demo.stage import PlayStopped, Stage, say, stage_at
from shared import clock
from shared.partnership import partnership

INCIDENTS = "/notify/api/v1/incidents"


def play(url: str, var: Path, referral: Path | None) -> int:
    """Play both cases on the system at `url`; the exit code: 0, or 1 with what was missing in words."""
    try:
        stage = stage_at(url, var)
        first = _first_case(stage, referral)
        second = _second_case(stage)
        missing = [line for incident in (first, second) for line in _timeline(stage, incident)]
    except PlayStopped as stopped:
        say(f"STOPPED: {stopped}")
        return 1
    for line in missing:
        say(f"MISSING: {line}")
    say(
        "Played to the end: every duty is discharged, with its evidence."
        if not missing
        else f"{len(missing)} duties are open."
    )
    return 1 if missing else 0


def _first_case(stage: Stage, given: Path | None) -> dict[str, Any]:
    body = json.loads(given.read_text()) if given else invented(clock.now())
    incident = _refer(stage, body)
    say(
        f"{incident['reference']}: referred by the police; {incident['assessment']['outcome']}, {', '.join(incident['assessment']['kinds'])}"
    )
    if incident["status"] == "awaiting-decision":
        _decide(stage, incident)
    duty_discharged(stage, incident, "sin-panel")
    say("The Panel is notified and has acknowledged it; the partners and the office are told")
    _published(stage, incident, "local", "Contacts that were not put together")
    return incident


def _refer(stage: Stage, body: dict[str, Any]) -> dict[str, Any]:
    """Refer as the police. A referral that was played before goes under a new reference."""
    path = "/notify/api/v1/referrals"
    police = needed("police")
    known = {item["agency_reference"] for item in stage.call(police, "GET", path, params={"limit": 200})["items"]}
    if body["agency_reference"] in known:
        body = body | {"agency_reference": f"{body['agency_reference']}-{uuid.uuid4().hex[:6]}"}
        say(f"This referral was played before: it goes as {body['agency_reference']}")
    incident: dict[str, Any] = stage.call(police, "POST", path, body, expect=201)["incident"]
    return incident


def _decide(stage: Stage, incident: dict[str, Any]) -> None:
    """The authority decides to notify; an incident alike that was played before is found to be another."""
    authority = partnership().authority.agency_id
    alike = stage.call(authority, "GET", f"{INCIDENTS}/{incident['id']}")["possible_duplicates"]
    decision = {
        "outcome": "notify",
        "reasons": "Serious harm with suspected abuse.",
        "agreed_by": ["Director of children's services", "Chief nurse", "Detective superintendent"],
        "separate_from": [other["id"] for other in alike],
    }
    stage.call(authority, "POST", f"{INCIDENTS}/{incident['id']}/decisions", decision, expect=201)
    say("The authority, told by itself, decided to notify after consulting the partners")


def _second_case(stage: Stage) -> dict[str, Any]:
    authority = partnership().authority.agency_id
    body = invented(clock.now())
    incident: dict[str, Any] = stage.call(authority, "POST", "/notify/api/v1/referrals", body, expect=201)["incident"]
    say(f"{incident['reference']}: the authority's own referral; it is notified with no one's help")
    duty_discharged(stage, incident, "sin-panel")
    _published(stage, incident, "anonymous", "A review published without naming the area")
    return incident


def _published(stage: Stage, incident: dict[str, Any], route: str, title: str) -> None:
    case = rapid_review(stage, incident)
    review = practice_review(stage, case, title)
    publish(stage, review, route)
    for rule in ("lcspr", "nspcc-deposit"):
        duty_discharged(stage, incident, rule)


def _timeline(stage: Stage, incident: dict[str, Any]) -> list[str]:
    """Print the incident's duties with due date, discharge and evidence; return those that are still open."""
    duties = stage.call(partnership().authority.agency_id, "GET", f"{INCIDENTS}/{incident['id']}")["duties"]
    say(f"\n{incident['reference']}\n{'duty':27}{'told':60}{'due':12}{'discharged':12}evidence")
    for duty in sorted(duties, key=lambda duty: duty["discharged_at"] or "9"):
        done = (duty["discharged_at"] or duty["status"])[:10]
        say(f"{duty['rule']:27}{duty['recipient']:60}{duty['due_at'][:10]:12}{done:12}{duty['evidence'] or ''}")
    return [
        f"{duty['rule']} to {duty['recipient']}" for duty in duties if duty["status"] not in ("discharged", "cancelled")
    ]
