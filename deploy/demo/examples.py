"""A few cases at different stages for a new demonstration, referred over HTTP as agencies' systems do it."""

from pathlib import Path
from typing import Any

from deploy.demo.documents import referral
from deploy.demo.stage import stage_at
from shared import clock

COUNCIL, HOSPITAL, POLICE = "herefordshire-council", "wye-valley-nhs-trust", "west-mercia-police"
REFERRALS = "/notify/api/v1/referrals"


def lay_out(url: str, var: Path) -> None:
    """Refer what should stand in a new demonstration: one notified, one alike, one to decide, one death. Once."""
    stage = stage_at(url, var)
    if stage.call(COUNCIL, "GET", REFERRALS)["items"]:
        return
    notified = referral(clock.now())
    for agency, body in (
        (COUNCIL, notified),
        (POLICE, _again(notified)),
        (HOSPITAL, referral(clock.now())),
        (COUNCIL, _death()),
    ):
        stage.call(agency, "POST", REFERRALS, body, expect=201)


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
