"""Withdrawal: what is not sent stays unsent, and everyone who was told is told."""

import threading
from typing import Any

import pytest

from services.notify.dispatch import dispatch_due
from services.notify.service import SERVICE
from shared.settings import settings
from tests.notifying import (
    COUNCIL,
    SCHOOL,
    Outside,
    call,
    decide,
    duties,
    duty,
    incident,
    refer,
    referral,
    rows,
    said,
    send,
    told_of,
    until,
)
from tests.people import Someone
from tests.trail import entries_on

pytestmark = pytest.mark.usefixtures("sandbox")


def withdraw(taken: dict[str, Any], **more: Any) -> Any:
    body = {"reasons": "The criteria were found not to be met."} | more
    return call("POST", f"/incidents/{taken['id']}/withdrawal", COUNCIL, body)


def test_before_anything_is_sent_nobody_hears_of_it(sandbox: Outside) -> None:
    taken = refer()["incident"]
    assert withdraw(taken).status_code == 201
    send()
    assert sandbox.received(taken["reference"]) == []
    assert sandbox.mail(taken["reference"]) == []
    assert {found["status"] for found in duties(taken["id"])} == {"cancelled"}
    assert said("incident.withdrawn", incident_id=taken["id"]) == []


def test_everyone_who_was_told_is_told_of_the_withdrawal_and_so_is_review(sandbox: Outside) -> None:
    taken = refer()["incident"]
    send()
    send()
    withdraw(taken)
    send()
    told = sandbox.received(taken["reference"])[1]["body"]
    assert '"withdrawn":' in told
    assert "criteria were found not to be met" in told
    assert told_of(taken["id"], "withdrawal") == {
        "panel",
        "partnership-office",
        "safeguarding-partner:west-mercia-police",
        "safeguarding-partner:herefordshire-and-worcestershire-icb",
    }
    (event,) = said("incident.withdrawn", incident_id=taken["id"])
    assert event["reasons"] == "The criteria were found not to be met."
    assert duty(taken["id"], "rapid-review")["status"] == "cancelled"
    shown = incident(taken["id"])
    assert (shown["status"], shown["decisions"][-1]["outcome"]) == ("withdrawn", "withdrawn")


def test_the_mail_about_a_withdrawal_holds_no_reasons(sandbox: Outside) -> None:
    taken = refer()["incident"]
    send()
    withdraw(taken)
    send()
    mail = sandbox.mail(taken["reference"])
    assert any("withdrawn" in message["text"] for message in mail)
    assert not any("criteria" in message["text"] for message in mail)


def test_what_is_withdrawn_is_not_withdrawn_again_nor_decided_against() -> None:
    taken = refer()["incident"]
    withdraw(taken)
    assert withdraw(taken).status_code == 409
    assert decide(taken["id"], "do-not-notify").status_code == 409


def test_what_was_withdrawn_unsent_may_still_be_notified(sandbox: Outside) -> None:
    taken = refer()["incident"]
    withdraw(taken)
    assert decide(taken["id"], "notify").status_code == 201
    send()
    assert len(sandbox.received(taken["reference"])) == 1
    assert incident(taken["id"])["status"] == "notified"


def test_what_was_sent_and_withdrawn_is_notified_anew_by_a_new_referral_only(sandbox: Outside) -> None:
    body = referral()
    taken = refer(body)["incident"]
    send()
    withdraw(taken)
    refused = decide(taken["id"], "notify")
    assert (refused.status_code, "Refer the incident again" in refused.json["detail"]) == (409, True)
    anew = refer(body | {"agency_reference": referral()["agency_reference"]})["incident"]
    assert anew["status"] == "notifiable"


def test_an_incident_awaiting_its_decision_is_withdrawn_with_the_names_of_who_agreed_and_not_without() -> None:
    taken = refer(agency=SCHOOL)["incident"]
    refused = withdraw(taken)
    assert (refused.status_code, refused.json["errors"][0]["pointer"]) == (422, "/agreed_by")
    assert duty(taken["id"], "decide-whether-to-notify")["status"] == "waiting-for-person"
    assert withdraw(taken, agreed_by=["A. Lead", "B. Lead"]).status_code == 201
    assert duty(taken["id"], "decide-whether-to-notify")["status"] == "cancelled"
    assert incident(taken["id"])["decisions"][-1]["agreed_by"] == ["A. Lead", "B. Lead"]


def test_by_pages_too_a_withdrawal_before_the_decision_names_the_partners_who_agree() -> None:
    taken, officer = refer(agency=SCHOOL)["incident"], Someone(COUNCIL, ["duty-officer"])
    at = f"/notify/incidents/{taken['id']}/withdrawal"
    said = {"reasons": "Referred in error."}
    assert "Choose the partners who were consulted" in officer.post(at, **said).text
    assert officer.post(at, **said, agreed_by=["Herefordshire Council"]).status_code == 303
    assert incident(taken["id"])["decisions"][-1]["agreed_by"] == ["Herefordshire Council"]
    notified = refer()["incident"]
    assert officer.post(f"/notify/incidents/{notified['id']}/withdrawal", **said).status_code == 303


def test_what_was_passed_on_by_a_wrong_area_is_taken_back_and_asked_anew_once_it_is_put_right() -> None:
    body = referral(place={"country": "England", "local_authority": "E10000034"})
    sent = refer(body, SCHOOL)
    taken, officer = sent["incident"], Someone(COUNCIL, ["duty-officer"])
    decide(taken["id"], "notify")
    send()
    assert "Withdraw" in officer.get(f"/notify/incidents/{taken['id']}").text
    assert withdraw(taken).status_code == 201
    assert told_of(taken["id"], "withdrawal") == {"local-authority:E10000034"}
    body["incident"]["place"]["local_authority"] = "E06000019"
    correction = {"referral": body, "reasons": "We named the wrong area."}
    assert call("POST", f"/referrals/{sent['id']}/corrections", SCHOOL, correction).status_code == 201
    assert incident(taken["id"])["status"] == "awaiting-decision"


def test_a_call_under_way_at_the_withdrawal_is_followed_by_the_withdrawal(
    sandbox: Outside, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CALL_TIMEOUT_SECONDS", "5")
    settings.cache_clear()
    sandbox.behave("panel", "hang", times=1, seconds=0.8)
    taken = refer()["incident"]
    sending = threading.Thread(target=dispatch_due)
    sending.start()
    until(lambda: is_under_way(taken))
    assert withdraw(taken).status_code == 201
    sending.join(10)
    send()
    bodies = [item["body"] for item in sandbox.received(taken["reference"])]
    assert sorted('"withdrawn":' in body for body in bodies) == [False, True]
    shown = incident(taken["id"])
    assert shown["status"] == "withdrawn"
    assert duty(taken["id"], "sin-panel")["status"] == "discharged"
    assert said("incident.notified", incident_id=taken["id"]) == []
    assert duties(taken["id"], "rapid-review") == []
    with SERVICE.transaction() as session:
        done = [entry["what"] for entry in entries_on(session, [f"incident:{taken['id']}"])]
    assert "notified-after-withdrawal" in done


def is_under_way(taken: dict[str, Any]) -> bool:
    return bool(
        rows(
            "SELECT 1 FROM deliveries m JOIN duties d ON d.id = m.duty_id"
            " WHERE d.incident_id = :id AND d.rule = 'sin-panel' AND m.claimed_at IS NOT NULL",
            id=taken["id"],
        )
    )
