"""Telling the outside: the Panel hears once, whatever its gateway does, and the evidence of each duty is kept."""

import hashlib
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from services.notify.dispatch import dispatch_due
from shared import clock
from shared.settings import settings
from tests.notifying import (
    COUNCIL,
    Outside,
    call,
    care_leaver,
    change_rows,
    day_of,
    died,
    duties,
    duty,
    got,
    incident,
    posted,
    refer,
    referral,
    rows,
    said,
    send,
    told_of,
    until,
    values_in,
)
from tests.referrals import fullest

BY_CALLBACK: dict[str, dict[str, Any]] = {
    "receipt-by-callback": {},
    "receipt-late": {"seconds": 0.3},
    "receipt-twice": {},
    "receipt-before-answer": {},
    "answer-twice": {},
}
FAILURES: dict[str, dict[str, Any]] = {
    "lose-answer": {},
    "refuse": {},
    "error": {},
    "busy": {"seconds": 1},
    "hang": {"seconds": 0.8},
}
FORM = ["marking", "notice", "reference", "kinds", "notifier", "incident", "children", "further_children", "documents"]


def panel_by_portal(another_partnership: Callable[..., None]) -> None:
    start = 'name = "Child Safeguarding Practice Review Panel"\nchannel = "https"\naddress = "${SANDBOX_URL}/gateway/panel"\nsecret_env = "SANDBOX_WEBHOOK_SECRET"\nreceipt = "from-gateway"'
    another_partnership((start, 'name = "Child Safeguarding Practice Review Panel"\nchannel = "portal"'))


def test_the_panel_is_told_once_and_its_receipt_discharges_the_duty(sandbox: Outside) -> None:
    taken = refer()["incident"]
    dispatch_due()
    dispatch_due()
    (item,) = sandbox.received(taken["reference"])
    found = duty(taken["id"], "sin-panel")
    assert (found["status"], found["evidence"]) == ("discharged", item["receipt"])
    (attempt,) = found["attempts"]
    assert attempt["sha256"] == hashlib.sha256(item["body"].encode()).hexdigest() == found["deliveries"][0]["sha256"]
    assert (attempt["channel"], attempt["outcome"], attempt["answer"]) == (
        "https",
        "delivered",
        f"receipt {item['receipt']}",
    )
    assert incident(taken["id"])["status"] == "notified"


@pytest.mark.parametrize("mode", BY_CALLBACK)
def test_a_receipt_that_comes_by_callback_discharges_the_duty_once(sandbox: Outside, mode: str) -> None:
    sandbox.behave("panel", mode, times=1, **BY_CALLBACK[mode])
    taken = refer()["incident"]
    dispatch_due()
    found = until(lambda: (now := duty(taken["id"], "sin-panel"))["status"] == "discharged" and now)
    (item,) = sandbox.received(taken["reference"])
    assert (found["evidence"], found["deliveries"][0]["status"]) == (item["receipt"], "acknowledged")
    assert len(said("duty.discharged", duty_id=found["id"])) == 1
    assert len(said("incident.notified", incident_id=taken["id"])) == 1


TRIED = (
    "SELECT d.recipient, a.started_at, a.finished_at FROM delivery_attempts a JOIN deliveries d ON d.id = a.delivery_id"
)
PARTNER = "safeguarding-partner:west-mercia-police"


@pytest.mark.parametrize("panel", ["receipt-now", "hang"])
def test_the_panel_is_told_before_the_partners_whom_it_does_not_hold_up(sandbox: Outside, panel: str) -> None:
    sandbox.behave("panel", panel, times=1, seconds=0.8)
    taken = refer()["incident"]
    dispatch_due()
    tried = {row.recipient: row for row in rows(f"{TRIED} WHERE d.reference = :of", of=taken["reference"])}
    assert tried["panel"].started_at < tried[PARTNER].started_at
    assert (tried["panel"].finished_at < tried[PARTNER].started_at) is (panel == "receipt-now")


def test_receipts_out_of_order_reach_their_own_duties(sandbox: Outside) -> None:
    sandbox.behave("panel", "receipts-out-of-order", times=2, seconds=5)
    two = [refer()["incident"] for _ in range(2)]
    dispatch_due()
    for taken in two:
        found = until(lambda taken=taken: (now := duty(taken["id"], "sin-panel"))["status"] == "discharged" and now)
        assert found["evidence"] == sandbox.received(taken["reference"])[0]["receipt"]


@pytest.mark.parametrize("mode", FAILURES)
def test_a_failed_attempt_is_tried_again_under_the_same_id(
    sandbox: Outside, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    monkeypatch.setenv("CALL_TIMEOUT_SECONDS", "0.3")
    settings.cache_clear()
    sandbox.behave("panel", mode, times=1, **FAILURES[mode])
    taken = refer()["incident"]
    dispatch_due()
    failed = duty(taken["id"], "sin-panel")
    assert (failed["status"], failed["attempts"][-1]["outcome"]) == ("pending", "retry-after")
    send()
    (item,) = sandbox.received(taken["reference"])
    found = until(lambda: (send(), now := duty(taken["id"], "sin-panel"))[1]["status"] == "discharged" and now)
    assert found["evidence"] == item["receipt"]
    assert len({attempt["delivery"] for attempt in found["attempts"]}) == 1
    assert len(sandbox.received(taken["reference"])) == 1


def test_the_wait_that_a_busy_gateway_asks_for_is_kept(sandbox: Outside) -> None:
    sandbox.behave("panel", "busy", times=1, seconds=90)
    taken = refer()["incident"]
    dispatch_due()
    ((due_at, finished_at),) = rows(
        "SELECT d.due_at, a.finished_at FROM deliveries d JOIN delivery_attempts a ON a.delivery_id = d.id"
        " WHERE d.duty_id = :duty",
        duty=duty(taken["id"], "sin-panel")["id"],
    )
    assert due_at >= finished_at + timedelta(seconds=90)
    dispatch_due()
    assert len(sandbox.turned_away()) == 1


def test_a_refusal_calls_a_person_whose_record_of_the_receipt_discharges_the_duty(sandbox: Outside) -> None:
    sandbox.behave("panel", "reject")
    taken = refer()["incident"]
    dispatch_due()
    send()
    found = duty(taken["id"], "sin-panel")
    assert (found["status"], [attempt["outcome"] for attempt in found["attempts"]]) == (
        "waiting-for-person",
        ["rejected"],
    )
    for contact in ("duty.officer@hscp.example", "business.manager@hscp.example"):
        (warning,) = sandbox.mail(taken["reference"], contact)
        assert "refused" in warning["text"]
    at = clock.now().isoformat()
    posted(f"/duties/{found['id']}/receipt", COUNCIL, {"reference": "CSINS-77", "received_at": at})
    after = duty(taken["id"], "sin-panel")
    assert (after["status"], after["evidence"]) == ("discharged", "CSINS-77")
    assert incident(taken["id"])["status"] == "notified"
    assert sandbox.received(taken["reference"]) == []


def test_an_email_carries_reference_and_link_and_nothing_of_the_case(sandbox: Outside) -> None:
    body = fullest() | {"agency_reference": referral()["agency_reference"]}
    body["children"] = [child | referral()["children"][0] | died() for child in body["children"][:1]]
    taken = refer(body)["incident"]
    dispatch_due()
    send()
    mail = sandbox.mail(taken["reference"])
    told = {address for message in mail for address in message["to"]}
    assert {"safeguarding@west-mercia-police.example", "office@hscp.example"} <= told
    ordinary = {"England", "Herefordshire", "never", "open", "home", "death", "known"}
    private = {value for value in values_in(body) if len(value) > 3} - ordinary
    for message in mail:
        assert not message["attachments"]
        for value in private:
            assert value not in message["text"], value
        assert "/notify/api/v1/documents/" in message["text"] or "duty" in message["text"].lower()


def test_a_portal_pack_waits_in_the_forms_order_until_a_person_records_the_receipt(
    sandbox: Outside, another_partnership: Callable[..., None]
) -> None:
    panel_by_portal(another_partnership)
    taken = refer()["incident"]
    dispatch_due()
    found = duty(taken["id"], "sin-panel")
    assert (found["status"], incident(taken["id"])["status"]) == ("waiting-for-person", "notifiable")
    (message,) = sandbox.mail(taken["reference"], "duty.officer@hscp.example")
    assert "A pack waits for you" in message["text"]
    pack = got(f"/duties/{found['id']}/pack")
    assert list(pack["document"]) == FORM
    assert pack["text"].index("Notifier") < pack["text"].index("Incident\n") < pack["text"].index("Child 1")
    receipt = {"reference": "CSINS-2026-5", "received_at": clock.now().isoformat()}
    after = posted(f"/duties/{found['id']}/receipt", COUNCIL, receipt)
    assert (after["status"], after["evidence"]) == ("discharged", "CSINS-2026-5")
    again = call("POST", f"/duties/{found['id']}/receipt", COUNCIL, receipt)
    assert (again.status_code, len(said("incident.notified", incident_id=taken["id"]))) == (200, 1)


def test_once_an_address_is_silent_the_rest_to_it_is_left_for_later_untried(sandbox: Outside) -> None:
    sandbox.behave("panel", "refuse")
    taken = [refer()["incident"] for _ in range(20)]
    dispatch_due()
    untried = rows("SELECT id FROM deliveries WHERE status = 'pending' AND attempts = 0 AND claimed_at IS NULL")
    assert len(untried) >= 8
    assert rows("SELECT 1 FROM delivery_pauses WHERE address LIKE '%/gateway/panel'")
    refused = len(sandbox.turned_away())
    dispatch_due()
    assert len(sandbox.turned_away()) == refused
    sandbox.behave("panel", "receipt-now")
    send()
    assert all(len(sandbox.received(each["reference"])) == 1 for each in taken)


def test_what_a_dead_worker_had_claimed_is_sent_once_its_claim_lapses(sandbox: Outside) -> None:
    taken = refer()["incident"]
    found = duty(taken["id"], "sin-panel")
    claim = "UPDATE deliveries SET attempts = 1, claimed_at = :at WHERE duty_id = :duty"
    change_rows(claim, at=clock.machine_now(), duty=found["id"])
    dispatch_due()
    assert sandbox.received(taken["reference"]) == []
    change_rows(claim, at=clock.machine_now() - timedelta(seconds=settings().claim_lease + 1), duty=found["id"])
    dispatch_due()
    assert len(sandbox.received(taken["reference"])) == 1


def test_a_sent_notification_starts_the_rapid_review_and_gives_the_office_its_copy(sandbox: Outside) -> None:
    body = referral({"agencies_known_to": ["wye-valley-nhs-trust", "An unlisted nursery"]})
    taken = refer(body)["incident"]
    dispatch_due()
    (event,) = said("incident.notified", incident_id=taken["id"])
    assert (event["rapid_review_required"], event["kinds"], event["children"]) == (True, ["serious-harm"], 1)
    assert {COUNCIL, "west-mercia-police"} <= set(event["agencies"])
    assert "An unlisted nursery" not in event["agencies"]
    assert {"kind": "name", "value": body["children"][0]["family_name"]} in event["identifiers"]
    assert event["people"][0]["family_name"] == body["children"][0]["family_name"]
    review, panel = duty(taken["id"], "rapid-review"), duty(taken["id"], "sin-panel")
    assert review["runs_from"] == panel["sent_at"] == event["sent_at"]
    assert datetime.fromisoformat(review["due_at"]) - datetime.fromisoformat(review["runs_from"]) >= timedelta(days=20)
    send()
    copy = duty(taken["id"], "partnership-office-copy")
    assert (copy["status"], day_of(copy["due_at"])) == ("discharged", clock.now().date().isoformat())
    assert len(sandbox.mail(taken["reference"], "office@hscp.example")) == 1


def test_a_care_leavers_death_alone_is_told_to_the_secretary_of_state_and_ofsted_and_brings_no_review(
    sandbox: Outside,
) -> None:
    taken = refer(care_leaver())["incident"]
    assert taken["assessment"]["outcome"] == "should-notify"
    dispatch_due()
    for recipient in ("secretary-of-state", "ofsted"):
        assert len(sandbox.received(taken["reference"], recipient)) == 1
    assert sandbox.received(taken["reference"], "panel") == []
    (event,) = said("incident.notified", incident_id=taken["id"])
    assert (event["rapid_review_required"], event["kinds"]) == (False, ["death-of-care-leaver"])
    assert duties(taken["id"], "rapid-review") == []


def test_new_facts_that_bring_in_the_panel_bring_the_rapid_review_too(sandbox: Outside) -> None:
    looked_after = referral(died(looked_after=True), kind="death", abuse_or_neglect="not-suspected", abuse_types=[])
    first = refer(looked_after)
    taken = first["incident"]
    dispatch_due()
    corrected = json.loads(json.dumps(looked_after))
    corrected["incident"]["abuse_or_neglect"] = "suspected"
    posted(
        f"/referrals/{first['id']}/corrections", COUNCIL, {"referral": corrected, "reasons": "The post-mortem says so."}
    )
    send()
    assert told_of(taken["id"], "rapid-review") == {"panel"}
    assert [event["rapid_review_required"] for event in said("incident.notified", incident_id=taken["id"])] == [
        False,
        True,
    ]
