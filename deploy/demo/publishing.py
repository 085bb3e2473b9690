"""From a signed report to the public and the NSPCC, by the local route and by the anonymous one, played."""

import re
from datetime import datetime, timedelta
from typing import Any

import requests

from deploy.demo.stage import PlayStopped, Stage, say
from shared import clock
from shared.calendar import LONDON, add_working_days
from shared.partnership import partnership

BASE = "/publish/api/v1/publications"


def publish(stage: Stage, review: dict[str, Any], route: str) -> dict[str, Any]:
    """Decide the route, clear what the check found, follow the protocol, schedule, and wait for the public moment."""
    office = partnership().partnership_office
    publication = _publication(stage, review)
    path = f"{BASE}/{publication['id']}"
    stage.call(office, "POST", f"{path}/route", _route(route))
    page = {
        "title": "A young child harmed at home",
        "summary": "What was learnt when contacts were not put together.",
        "themes": ["information-sharing"],
    }
    stage.call(office, "POST", f"{path}/page", page)
    say(f"Route decided by the three partners: {route}")
    _clear_findings(stage, path)
    for step in partnership().protocol:
        if step.when == "before":
            stage.call(office, "POST", f"{path}/protocol/{step.id}", {"done_by": "Lee Hart"})
    say("  The media and communications protocol is followed")
    moment = _moment(stage.call(office, "GET", path)["weeks_to_avoid"])
    stage.call(office, "POST", f"{path}/schedule", {"publish_at": moment.isoformat()})
    say(
        f"  Scheduled for {moment:%A %-d %B %Y, %H:%M}; prior copies go to the Panel, the Secretary of State and Ofsted"
    )
    stage.until("the prior copies to be confirmed", lambda: _copies_confirmed(stage, publication))
    stage.wait((moment - clock.now()).days + 1)
    live = stage.until("the publication to be live", lambda: _if_live(stage, path))
    _look(stage, live, route)
    return live


def _publication(stage: Stage, review: dict[str, Any]) -> dict[str, Any]:
    office = partnership().partnership_office

    def mine() -> dict[str, Any] | None:
        found = stage.call(office, "GET", BASE, params={"limit": 200})["items"]
        return next((one for one in found if one["practice_review_id"] == review["id"]), None)

    opened: dict[str, Any] = stage.until("the publication to open", mine)
    return opened


def _route(route: str) -> dict[str, Any]:
    now = clock.now().isoformat()
    agreed = [
        {"agency_id": agency, "name": "Pat Watkins", "role": "Director", "agreed_at": now}
        for agency in partnership().safeguarding_partners
    ]
    body: dict[str, Any] = {
        "route": route,
        "reasons": "Agreed at the partners' meeting.",
        "agreed_by": agreed,
        "publish": ["full-report"],
    }
    if route == "anonymous":
        body["nspcc_agreement"] = {"agreed_by": "NSPCC library", "agreed_at": now, "note": "Agreed by telephone."}
        body["local_improvements"] = "A second contact within a month is always followed by a visit."
    return body


def _clear_findings(stage: Stage, path: str) -> None:
    """Wait for the check; a second person accepts, with a reason, what it found and what may stay."""
    office = partnership().partnership_office

    def checked() -> bool:
        documents = stage.call(office, "GET", f"{path}/documents")["items"]
        return bool(documents) and all(one["status"] == "checked" for one in documents if one["current"])

    stage.until("the documents to be cleaned and checked", checked)
    findings = stage.call(office, "GET", f"{path}/findings", params={"open": "true"})["items"]
    for finding in findings:
        body = {"resolution": "accepted", "reason": "It names nobody.", "by": "Noor Hale"}
        stage.call(office, "POST", f"{path}/findings/{finding['id']}/resolution", body)
    say(f"  The report is cleaned and checked; {len(findings)} findings decided by a second person")


def _moment(weeks_to_avoid: list[str]) -> datetime:
    day = add_working_days(clock.now().astimezone(LONDON).date(), 9, partnership().bank_holidays)
    while (day - timedelta(days=day.weekday())).isoformat() in weeks_to_avoid:
        day = add_working_days(day, 1, partnership().bank_holidays)
    return datetime.combine(day, datetime.min.time(), LONDON) + timedelta(hours=10)


def _copies_confirmed(stage: Stage, publication: dict[str, Any]) -> bool:
    told = stage.call(partnership().partnership_office, "GET", f"{BASE}/{publication['id']}")["told"]
    copies = [one for one in told if one["rule"] == "prior-copy"]
    return len(copies) == 3 and all(one["discharged_at"] for one in copies)


def _if_live(stage: Stage, path: str) -> dict[str, Any] | None:
    found: dict[str, Any] = stage.call(partnership().partnership_office, "GET", path)
    if found["status"] == "held":
        raise PlayStopped(f"The gate was shut: {' '.join(found['held_because'])}")
    return found if found["status"] == "live" else None


def _look(stage: Stage, live: dict[str, Any], route: str) -> None:
    """See that the public sees what it should, and the NSPCC has its copy; record the acknowledgement."""
    if route == "local":
        page = stage.page(live["url"].removeprefix(stage.url))
        if page.status_code != 200 or live["pseudonym"] not in page.text:
            raise PlayStopped(f"The public page {live['url']} answers {page.status_code}.")
        say(f"  Live: {live['url']}")
    mail = stage.until("the NSPCC's copy", lambda: _deposit(stage, live))
    if route == "anonymous":
        _names_nothing(mail)
        say("  The NSPCC has the report; nothing in it, its record or its file name says whose it is")
    office = partnership().partnership_office
    receipt = {"reference": f"NSPCC-{live['reference'][-6:]}", "received_at": clock.now().isoformat()}
    stage.call(office, "POST", f"{BASE}/{live['id']}/nspcc-receipt", receipt)
    say("  The NSPCC's acknowledgement is recorded")


def _deposit(stage: Stage, live: dict[str, Any]) -> dict[str, Any] | None:
    """The newest e-mail to the NSPCC, once the publication says that it was sent."""
    sent = stage.call(partnership().partnership_office, "GET", f"{BASE}/{live['id']}")["nspcc"]
    if not any(deposit["sent_at"] for deposit in sent):
        return None
    address = partnership().recipient("nspcc").address
    mail = requests.get(f"{stage.credentials['sandbox']['url']}/mail", params={"to": address}, timeout=30).json()[
        "items"
    ]
    return mail[-1] if mail else None


def _names_nothing(mail: dict[str, Any]) -> None:
    words = (partnership().name, partnership().short_name, *partnership().identifying_words)
    written = mail["subject"] + mail["text"] + "".join(file["filename"] for file in mail["attachments"])
    large = {
        word: 0 if len(word) <= 5 else re.IGNORECASE for word in words
    }  # "Lea" is a village, "lea" a part of a word
    found = [word for word, flags in large.items() if re.search(rf"\b{re.escape(word)}\b", written, flags)]
    if found:
        raise PlayStopped(f"The anonymous deposit names the area: {', '.join(found)}.")
