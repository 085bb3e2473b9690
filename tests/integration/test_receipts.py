"""Receipts by callback: signed by the recipient they are about, within five minutes, and each taken once."""

import base64
import secrets
from datetime import timedelta
from typing import Any

import orjson
import pytest

from shared import clock
from shared.delivery.signing import sign, signed_headers
from shared.partnership import partnership
from tests.notifying import (
    BASE,
    COUNCIL,
    Outside,
    call,
    change_rows,
    client,
    duty,
    got,
    incident,
    refer,
    rows,
    said,
    send,
)
from tests.people import Someone

pytestmark = pytest.mark.usefixtures("sandbox")


def awaiting(sandbox: Outside, recipient: str = "panel") -> tuple[dict[str, Any], str]:
    """An incident whose notification was taken without a receipt, and the delivery's id."""
    sandbox.behave(recipient, "receipt-late", seconds=3600)
    taken = refer()["incident"]
    send()
    found = duty(taken["id"], "sin-panel")
    assert found["status"] == "sent"
    return taken, found["deliveries"][0]["id"]


def said_by(delivery: str, **changes: Any) -> bytes:
    at = clock.now().isoformat()
    return orjson.dumps({"type": "receipt", "delivery": delivery, "receipt": "P-1", "received_at": at} | changes)


def call_back(body: bytes, headers: dict[str, str]) -> Any:
    return client().post(f"{BASE}/callbacks/receipts", data=body, headers=headers, content_type="application/json")


def signed(body: bytes, secret: str | None = None, webhook_id: str | None = None) -> dict[str, str]:
    return signed_headers(secret or partnership().secret_of("panel"), webhook_id or secrets.token_hex(8), body)


def test_a_signed_receipt_discharges_the_duty_and_a_repeat_is_answered_calmly(sandbox: Outside) -> None:
    taken, delivery = awaiting(sandbox)
    body = said_by(delivery)
    headers = signed(body)
    for _ in range(2):
        assert call_back(body, headers).status_code == 204
    assert call_back(body, signed(body)).status_code == 204
    found = duty(taken["id"], "sin-panel")
    assert (found["status"], found["evidence"]) == ("discharged", "P-1")
    assert len(said("duty.discharged", duty_id=found["id"])) == 1


def test_of_two_different_receipts_the_first_stands(sandbox: Outside) -> None:
    taken, delivery = awaiting(sandbox)
    for receipt in ("P-1", "P-2"):
        body = said_by(delivery, receipt=receipt)
        assert call_back(body, signed(body)).status_code == 204
    assert duty(taken["id"], "sin-panel")["evidence"] == "P-1"


def test_one_of_several_signatures_is_enough_while_a_secret_is_rotated(sandbox: Outside) -> None:
    taken, delivery = awaiting(sandbox)
    body = said_by(delivery)
    headers = signed(body)
    other = sign("whsec_" + base64.b64encode(b"retired").decode(), headers["webhook-id"], 1, body)
    headers["webhook-signature"] = f"{other} {headers['webhook-signature']}"
    assert call_back(body, headers).status_code == 204
    assert duty(taken["id"], "sin-panel")["status"] == "discharged"


@pytest.mark.parametrize("fault", ["another secret", "no signature", "altered", "old", "no id"])
def test_a_receipt_that_is_not_well_signed_is_401_and_changes_nothing(sandbox: Outside, fault: str) -> None:
    taken, delivery = awaiting(sandbox)
    body = said_by(delivery)
    headers = signed(body)
    if fault == "another secret":
        headers = signed(body, "whsec_" + base64.b64encode(secrets.token_bytes(24)).decode())
    elif fault == "no signature":
        del headers["webhook-signature"]
    elif fault == "no id":
        del headers["webhook-id"]
    elif fault == "altered":
        body = said_by(delivery, receipt="P-9")
    else:
        then = int((clock.machine_now() - timedelta(minutes=6)).timestamp())
        signature = sign(partnership().secret_of("panel"), headers["webhook-id"], then, body)
        headers |= {"webhook-timestamp": str(then), "webhook-signature": signature}
    answer = call_back(body, headers)
    assert (answer.status_code, answer.content_type) == (401, "application/problem+json")
    assert duty(taken["id"], "sin-panel")["status"] == "sent"


def test_a_receipt_signed_by_another_recipient_than_the_one_told_is_404(
    sandbox: Outside, another_partnership: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OFSTED_SECRET", own := "whsec_" + base64.b64encode(b"the secret of ofsted").decode())
    start = '"${SANDBOX_URL}/gateway/ofsted"\nsecret_env = "SANDBOX_WEBHOOK_SECRET"'
    another_partnership((start, '"${SANDBOX_URL}/gateway/ofsted"\nsecret_env = "OFSTED_SECRET"'))
    taken, delivery = awaiting(sandbox)
    body = said_by(delivery)
    assert call_back(body, signed(body, own)).status_code == 404
    assert duty(taken["id"], "sin-panel")["status"] == "sent"
    assert call_back(body, signed(body)).status_code == 204


def test_a_receipt_for_something_unknown_is_404_and_leaves_no_trace() -> None:
    body = said_by("7f0c66d2-8d1c-4ac7-9b52-1df1b7a4a111")
    assert call_back(body, signed(body, webhook_id="unknown-1")).status_code == 404
    assert rows("SELECT 1 FROM received_callbacks WHERE webhook_id = 'unknown-1'") == []


@pytest.mark.parametrize(("body", "status"), [(b"{", 400), (b"[]", 422), (b'{"type": "receipt"}', 422)])
def test_a_signed_body_that_is_no_receipt_is_refused(body: bytes, status: int) -> None:
    assert call_back(body, signed(body)).status_code == status


def test_a_receipt_before_our_own_record_of_the_call_is_kept(sandbox: Outside) -> None:
    taken = refer()["incident"]
    found = duty(taken["id"], "sin-panel")
    change_rows(
        "UPDATE deliveries SET claimed_at = :at, attempts = 1 WHERE duty_id = :duty",
        at=clock.machine_now(),
        duty=found["id"],
    )
    body = said_by(found["deliveries"][0]["id"])
    assert call_back(body, signed(body)).status_code == 204
    send()
    after = duty(taken["id"], "sin-panel")
    assert (after["status"], after["evidence"]) == ("discharged", "P-1")
    assert incident(taken["id"])["status"] == "notified"
    assert sandbox.received(taken["reference"]) == []


def test_a_persons_record_of_a_receipt_lies_in_the_past_and_follows_a_sending(sandbox: Outside) -> None:
    taken = refer()["incident"]
    found = duty(taken["id"], "sin-panel")
    receipt = {"reference": "CSINS-9", "received_at": clock.now().isoformat()}
    assert call("POST", f"/duties/{found['id']}/receipt", COUNCIL, receipt).status_code == 409
    taken, _ = awaiting(sandbox)
    found = duty(taken["id"], "sin-panel")
    later = receipt | {"received_at": (clock.now() + timedelta(hours=1)).isoformat()}
    answer = call("POST", f"/duties/{found['id']}/receipt", COUNCIL, later)
    assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, "/received_at")
    assert call("POST", f"/duties/{found['id']}/receipt", COUNCIL, receipt).status_code == 200


def test_what_the_gateway_does_not_take_is_entered_by_hand_recorded_and_sent_no_more(sandbox: Outside) -> None:
    taken = refer()
    panel = duty(taken["incident"]["id"], "sin-panel")["id"]
    given = {"reference": "CSINS-7", "received_at": clock.now().isoformat()}
    assert call("POST", f"/duties/{panel}/receipt", COUNCIL, given).status_code == 409, (
        "it is about to be sent by itself"
    )
    sandbox.behave("panel", "error")
    send()
    officer = Someone(COUNCIL, ["duty-officer"])
    assert "Record the reference it gave" in officer.get(f"/notify/duties/{panel}").text
    assert call("POST", f"/duties/{panel}/receipt", COUNCIL, given).status_code in (200, 201)
    assert (got(f"/duties/{panel}")["status"], got(f"/duties/{panel}")["evidence"]) == ("discharged", "CSINS-7")
    sandbox.forget()
    change_rows("UPDATE deliveries SET due_at = now() - interval '1 minute' WHERE due_at > now()")
    change_rows("DELETE FROM delivery_pauses")
    send()
    assert sandbox.received(taken["incident"]["reference"]) == []
    assert incident(taken["incident"]["id"])["status"] == "notified"
