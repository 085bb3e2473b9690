"""A few cases at different stages for a new demonstration, referred over HTTP as agencies' systems do it."""

from pathlib import Path
from typing import Any

from deploy.demo.agencies import needed
from deploy.demo.documents import referral
from deploy.demo.stage import stage_at
from shared import clock

REFERRALS = "/notify/api/v1/referrals"


def lay_out(url: str, var: Path) -> None:
    """Refer what should stand in a new demonstration: one notified, one alike, one to decide, one death. Once."""
    stage = stage_at(url, var)
    if stage.call(needed("local-authority"), "GET", REFERRALS)["items"]:
        return
    council, hospital, police = needed("local-authority"), needed("nhs-provider"), needed("police")
    notified = referral(clock.now())
    for agency, body in (
        (council, notified),
        (police, _again(notified)),
        (hospital, referral(clock.now())),
        (council, _death()),
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
