"""What a person tells by hand: the evidence is of what was sent, and whatever came after it is told too."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from shared import clock
from tests.integration.test_dispatch import panel_by_portal
from tests.notifying import (
    COUNCIL,
    OFFICE,
    POLICE,
    Outside,
    call,
    duties,
    duty,
    got,
    incident,
    posted,
    refer,
    referral,
    said,
    send,
)
from tests.people import Someone

pytestmark = pytest.mark.usefixtures("sandbox")


@pytest.fixture(autouse=True)
def by_hand(sandbox: Outside, another_partnership: Callable[..., None]) -> None:
    panel_by_portal(another_partnership)


def correct(taken: dict[str, Any], body: dict[str, Any], narrative: str) -> None:
    other = copy.deepcopy(body)
    other["incident"]["narrative"] = narrative
    posted(f"/referrals/{taken['id']}/corrections", COUNCIL, {"referral": other, "reasons": "Another account."})


def withdraw(found: dict[str, Any]) -> None:
    posted(f"/incidents/{found['id']}/withdrawal", COUNCIL, {"reasons": "The criteria were found not to be met."})


def receipt(duty_id: str, reference: str = "CSINS-9", **more: Any) -> Any:
    given = {"reference": reference, "received_at": clock.now().isoformat()} | more
    return call("POST", f"/duties/{duty_id}/receipt", COUNCIL, given)


def to_panel(found: dict[str, Any], rule: str) -> list[dict[str, Any]]:
    return [each for each in duties(found["id"], rule) if each["recipient"] == "panel"]


def test_a_receipt_for_facts_that_were_corrected_meanwhile_is_of_what_was_sent_and_a_follow_up_waits() -> None:
    body = referral()
    taken = refer(body)
    found = taken["incident"]
    before = got(f"/duties/{duty(found['id'], 'sin-panel')['id']}/pack")
    correct(taken, body, "Another account altogether.")
    now = got(f"/duties/{before['duty_id']}/pack")
    assert now["sha256"] != before["sha256"] and "Another account" in now["text"]
    unsaid = receipt(before["duty_id"])
    assert (unsaid.status_code, unsaid.json["errors"][0]["pointer"]) == (422, "/sha256")
    assert receipt(before["duty_id"], sha256="0" * 64).status_code == 422
    assert receipt(before["duty_id"], sha256=before["sha256"]).status_code == 200
    done = duty(found["id"], "sin-panel")
    taken_in = {each["sha256"]: each["status"] for each in done["deliveries"]}
    assert (done["status"], taken_in) == (
        "discharged",
        {before["sha256"]: "acknowledged", now["sha256"]: "cancelled"},
    )
    (follow_up,) = to_panel(found, "follow-up")
    assert follow_up["status"] == "waiting-for-person"
    pack = got(f"/duties/{follow_up['id']}/pack")
    assert "Another account altogether" in pack["text"] and pack["document"]["notice"] == "follow-up"
    copy_sent = duty(found["id"], "partnership-office-copy")["deliveries"][0]
    assert copy_sent["sha256"] == before["sha256"]


def test_a_receipt_for_the_facts_as_they_stand_brings_no_follow_up() -> None:
    body = referral()
    taken = refer(body)
    correct(taken, body, "Another account altogether.")
    found = duty(taken["incident"]["id"], "sin-panel")
    pack = got(f"/duties/{found['id']}/pack")
    assert receipt(found["id"], sha256=pack["sha256"]).status_code == 200
    assert to_panel(taken["incident"], "follow-up") == []
    correct(taken, body, "A third account.")
    assert len(to_panel(taken["incident"], "follow-up")) == 1


def test_the_page_asks_which_facts_were_sent_when_they_were_corrected_while_the_officer_typed() -> None:
    officer = Someone(COUNCIL, ["duty-officer"])
    body = referral()
    taken = refer(body)
    found = duty(taken["incident"]["id"], "sin-panel")
    at = f"/notify/duties/{found['id']}"
    sha256 = got(f"/duties/{found['id']}/pack")["sha256"]
    assert f"{at}/receipt?pack={sha256}" in officer.get(f"{at}/form").text
    asked = officer.get(f"{at}/receipt?pack={sha256}").text
    assert "Which facts did you send?" not in asked
    correct(taken, body, "Another account altogether.")
    assert f'value="{sha256}" checked' in officer.get(f"{at}/receipt?pack={sha256}").text
    now = clock.now()
    typed = {"reference": "CSINS-9", "day-day": now.day, "day-month": now.month, "day-year": now.year, "time": "00:00"}
    refused = officer.post(f"{at}/receipt", **typed)
    assert (refused.status_code, "Say which facts you sent" in refused.text) == (422, True)
    assert officer.post(f"{at}/receipt", **typed, sha256=sha256).status_code == 303
    assert len(to_panel(taken["incident"], "follow-up")) == 1


def test_what_was_sent_by_hand_before_a_withdrawal_takes_its_receipt_and_the_withdrawal_is_told() -> None:
    officer = Someone(COUNCIL, ["duty-officer"])
    found = refer()["incident"]
    withdraw(found)
    cancelled = duty(found["id"], "sin-panel")
    assert (cancelled["status"], duties(found["id"], "withdrawal")) == ("cancelled", [])
    assert "Record the reference it gave" in officer.get(f"/notify/duties/{cancelled['id']}").text
    for _ in range(2):
        assert (answer := receipt(cancelled["id"])).status_code == 200
        assert answer.json["status"] == "discharged"
    assert duty(found["id"], "sin-panel")["status"] == "discharged"
    (withdrawal,) = to_panel(found, "withdrawal")
    pack = got(f"/duties/{withdrawal['id']}/pack")["document"]
    assert (pack["withdrawn"], pack["reasons"]) == (found["reference"], "The criteria were found not to be met.")
    assert incident(found["id"])["status"] == "withdrawn"
    assert said("incident.notified", incident_id=found["id"]) == duties(found["id"], "rapid-review") == []


def test_what_was_sent_by_hand_before_a_merge_brings_no_review_of_its_own() -> None:
    body = referral()
    stays = refer(body)["incident"]
    gone = refer(body | {"agency_reference": "SAME-" + body["agency_reference"]}, POLICE)["incident"]
    posted(
        f"/incidents/{gone['id']}/decisions",
        COUNCIL,
        {"outcome": "notify", "reasons": "Another.", "agreed_by": ["A"], "separate_from": [stays["id"]]},
    )
    posted(f"/incidents/{gone['id']}/merge", OFFICE, {"into": stays["id"], "reasons": "The same."})
    assert receipt(duty(gone["id"], "sin-panel")["id"]).status_code == 200
    (withdrawal,) = to_panel(gone, "withdrawal")
    reasons = got(f"/duties/{withdrawal['id']}/pack")["document"]["reasons"]
    assert reasons == f"The same incident as {stays['reference']}."
    assert duties(gone["id"], "rapid-review") == []


def test_what_a_machine_would_have_sent_takes_no_receipt_once_it_is_cancelled() -> None:
    found = refer()["incident"]
    withdraw(found)
    partner = duties(found["id"], "tell-partner")[0]
    assert receipt(partner["id"]).status_code == 409


def test_every_duty_told_by_hand_shows_what_to_send() -> None:
    officer = Someone(COUNCIL, ["duty-officer"])
    body = referral()
    taken = refer(body)
    found = taken["incident"]
    assert receipt(duty(found["id"], "sin-panel")["id"]).status_code == 200
    send()
    correct(taken, body, "Another account altogether.")
    withdraw(found)
    shown = {"follow-up": "Another account altogether", "withdrawal": "criteria were found not to be met"}
    for rule, words in shown.items():
        (waiting,) = to_panel(found, rule)
        at = f"/notify/duties/{waiting['id']}"
        assert f'href="{at}/form"' in officer.get(at).text, rule
        assert words in officer.get(f"{at}/form").text, rule
        assert receipt(waiting["id"], f"R-{rule}").json["status"] == "discharged"
        assert got(f"/duties/{waiting['id']}")["evidence"] == f"R-{rule}"
