"""Whom a correction shows to have been told by mistake: what is not sent is cancelled, and who was told hears so, once."""

import copy
from typing import Any

import pytest

from shared import clock
from tests.notifying import COUNCIL, Outside, died, duties, got, incident, posted, refer, referral, send

pytestmark = pytest.mark.usefixtures("sandbox")
POWYS = "local-authority:W06000023"
MINISTRY, OFSTED = "secretary-of-state", "ofsted"


def correct(taken: dict[str, Any], body: dict[str, Any], **child: Any) -> dict[str, Any]:
    other = copy.deepcopy(body)
    other["children"][0] |= child
    posted(f"/referrals/{taken['id']}/corrections", COUNCIL, {"referral": other, "reasons": "It was said in error."})
    return other


def told(found: dict[str, Any], recipient: str) -> list[tuple[str, str]]:
    """The duties to tell one recipient: rule, and whether it stands."""
    return sorted(
        (each["rule"], "cancelled" if each["status"] == "cancelled" else "stands")
        for each in duties(found["id"])
        if each["recipient"] == recipient
    )


def withdrawal_to(found: dict[str, Any], recipient: str) -> dict[str, Any]:
    [one] = [each for each in duties(found["id"], "withdrawal") if each["recipient"] == recipient]
    document: dict[str, Any] = got(f"/duties/{one['id']}/pack")["document"]
    return document


def test_an_area_named_in_error_is_not_told_what_was_not_sent() -> None:
    body = referral({"normally_resident_in": "W06000023"})
    taken = refer(body)
    found = taken["incident"]
    assert told(found, POWYS) == [("tell-other-area", "stands")]
    correct(taken, body, normally_resident_in="E06000019")
    assert told(found, POWYS) == [("tell-other-area", "cancelled")]


def test_an_area_that_was_told_by_hand_before_the_correction_hears_that_it_was_in_error() -> None:
    body = referral({"normally_resident_in": "W06000023"})
    taken = refer(body)
    found = taken["incident"]
    correct(taken, body, normally_resident_in="E06000019")
    [cancelled] = duties(found["id"], "tell-other-area")
    receipt = {"reference": "Post 4", "received_at": clock.now().isoformat()}
    assert posted(f"/duties/{cancelled['id']}/receipt", COUNCIL, receipt)["status"] == "discharged"
    assert "told of this in error" in withdrawal_to(found, POWYS)["reasons"]


@pytest.mark.parametrize("recipient", [MINISTRY, OFSTED])
def test_who_was_told_of_a_child_who_was_not_looked_after_hears_so_once_and_nothing_after(
    sandbox: Outside, recipient: str
) -> None:
    body = referral(died(looked_after=True), kind="death")
    taken = refer(body)
    found = taken["incident"]
    send()
    now = correct(taken, body, looked_after=False)
    sent = (f"sin-{recipient}", "stands")
    assert told(found, recipient) == sorted([sent, ("withdrawal", "stands")])
    assert "told of this in error" in withdrawal_to(found, recipient)["reasons"]
    assert "Destroy what you were sent" in withdrawal_to(found, recipient)["reasons"]
    correct(taken, now, also_known_as=["Wren"])
    assert told(found, recipient) == sorted([sent, ("withdrawal", "stands")])
    assert ("follow-up", "stands") in told(found, "panel") and ("withdrawal", "stands") not in told(found, "panel")
    send()
    assert incident(found["id"])["status"] == "notified"
    correct(taken, now, looked_after=True)
    assert told(found, recipient) == sorted([sent, sent, ("withdrawal", "stands")])


def test_an_area_told_in_error_hears_so_and_gets_no_follow_up(sandbox: Outside) -> None:
    body = referral({"normally_resident_in": "E10000034"})
    taken = refer(body)
    found = taken["incident"]
    send()
    area = "local-authority:E10000034"
    correct(taken, body, normally_resident_in="E06000019")
    assert told(found, area) == [("tell-other-area", "stands"), ("withdrawal", "stands")]


def test_facts_by_which_nobody_had_to_be_notified_neither_untell_nor_tell_the_panel(sandbox: Outside) -> None:
    body = referral(died(looked_after=True), kind="death", abuse_or_neglect="not-suspected", abuse_types=[])
    taken = refer(body)
    found = taken["incident"]
    send()
    correct(taken, body, looked_after=False)
    assert told(found, "panel") == []
    send()
    assert any("there is no duty to notify it" in mail["text"] for mail in sandbox.mail(found["reference"]))
    assert told(found, MINISTRY) == [("follow-up", "stands"), ("sin-secretary-of-state", "stands")]
