"""A few cases at different stages for a new demonstration, made over HTTP as agencies' systems do it."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from deploy.demo.agencies import needed
from deploy.demo.documents import referral
from deploy.demo.reviewing import practice_review, rapid_review
from deploy.demo.stage import Stage, stage_at
from deploy.demonstration import ACCOUNT, MAILBOXES_AT
from services.notify.drafts import begin_draft, draft_of, store_draft
from services.notify.service import SERVICE
from shared import clock
from shared.identity.viewer import SYSTEM
from shared.partnership import partnership

REFERRALS = "/notify/api/v1/referrals"
RECOMMENDATIONS = "/review/api/v1/recommendations"
LEARNT = (
    ("information-sharing", "Show earlier contacts beside each new one, in every agency's records."),
    ("escalation", "Say in each agency's training how to escalate a contact that was closed."),
)


def lay_out(url: str, var: Path) -> None:
    """Let stand in a new demonstration, once: one incident notified, one alike, one to decide, one death, one report begun;
    and one whose review is signed off, with what was learnt, so that its report waits to be published."""
    stage = stage_at(url, var, time_stands=True)
    council = needed("local-authority")
    if not stage.call(council, "GET", REFERRALS)["items"]:
        _refer(stage)
    if not stage.call(partnership().partnership_office, "GET", RECOMMENDATIONS)["items"]:
        _review(stage)


def _refer(stage: Stage) -> None:
    council, hospital, police = needed("local-authority"), needed("nhs-provider"), needed("police")
    notified = referral(clock.now())
    for agency, body in (
        (council, notified),
        (police, _again(notified)),
        (hospital, referral(clock.now())),
        (council, _death()),
    ):
        stage.call(agency, "POST", REFERRALS, body, expect=201)
    _begin_report(f"referrer@{MAILBOXES_AT}")


def _begin_report(email: str) -> None:
    """A report that somebody saved and will come back to."""
    with SERVICE.transaction() as session:
        if person_id := session.scalar(ACCOUNT, {"email": email}):
            person = replace(SYSTEM, person_id=person_id)
            draft = draft_of(session, person, begin_draft(session, person))
            draft.incident["kind"] = "serious-harm"
            store_draft(session, draft)


def _review(stage: Stage) -> None:
    council, office = needed("local-authority"), partnership().partnership_office
    incident = stage.call(council, "POST", REFERRALS, referral(clock.now()), expect=201)["incident"]
    case = rapid_review(stage, incident)
    review = practice_review(stage, case, "Contacts that were closed without a visit")
    for owner, (theme, text) in zip((council, needed("police")), LEARNT, strict=True):
        body = {"case_id": case["id"], "practice_review_id": review["id"], "owner_agency": owner, "text": text}
        made = stage.call(office, "POST", RECOMMENDATIONS, body | {"theme": theme}, expect=201)
        stage.call(owner, "POST", f"{RECOMMENDATIONS}/{made['id']}/actions", {"text": "Change the form."}, expect=201)


def _again(body: dict[str, Any]) -> dict[str, Any]:
    """The same child and day, as another agency refers it."""
    return body | {"agency_reference": referral(clock.now())["agency_reference"]}


def _death() -> dict[str, Any]:
    """A looked-after child who died where no abuse is suspected: the Secretary of State and Ofsted are notified."""
    body = referral(clock.now())
    body["incident"] |= {
        "kind": "death",
        "abuse_or_neglect": "not-suspected",
        "abuse_types": [],
        "narrative": "Died in hospital after a long illness.",
    }
    body["children"][0] |= {"outcome": "died", "looked_after": True}
    return body
