"""What was decided against or withdrawn is asked anew when the facts grow graver, and only then."""

import copy
from typing import Any

import pytest

from tests.notifying import (
    COUNCIL,
    OFFICE,
    POLICE,
    SCHOOL,
    Outside,
    a_name,
    call,
    decide,
    duties,
    duty,
    incident,
    refer,
    referral,
    said,
    send,
)
from tests.people import Someone

pytestmark = pytest.mark.usefixtures("sandbox")


def corrected(taken: dict[str, Any], body: dict[str, Any], agency: str) -> str:
    """The incident's status after a correction."""
    said = {"referral": body, "reasons": "The ward gave another account."}
    assert call("POST", f"/referrals/{taken['id']}/corrections", agency, said).status_code == 201
    return str(incident(taken["incident"]["id"])["status"])


def with_another_child(body: dict[str, Any], outcome: str = "seriously-harmed") -> dict[str, Any]:
    more = copy.deepcopy(body)
    names = {"given_name": a_name(), "family_name": a_name(), "date_of_birth": "2021-02-03", "outcome": outcome}
    more["children"].append(more["children"][0] | names)
    return more


def withdraw(incident_id: str) -> int:
    said = {"reasons": "The criteria were found not to be met.", "agreed_by": ["A. Lead", "B. Lead"]}
    return call("POST", f"/incidents/{incident_id}/withdrawal", COUNCIL, said).status_code


def merge(source: dict[str, Any], into: dict[str, Any]) -> int:
    body = {"into": into["id"], "reasons": "One child, one day."}
    return call("POST", f"/incidents/{source['id']}/merge", OFFICE, body).status_code


def open_decisions(incident_id: str) -> list[dict[str, Any]]:
    return [d for d in duties(incident_id, "decide-whether-to-notify") if d["status"] == "waiting-for-person"]


def stands_open(taken: dict[str, Any]) -> bool:
    """Whether one decision is open, on the clock of the first awareness, before the officer's eyes."""
    (found,) = open_decisions(taken["id"])
    today = Someone(COUNCIL, ["duty-officer"]).get("/notify/today").text
    return found["runs_from"][:19] == "2026-03-26T09:10:00" and f'href="/notify/incidents/{taken["id"]}"' in today


def test_a_second_child_seriously_harmed_opens_a_decision_against_notifying(sandbox: Outside) -> None:
    body = referral()
    taken = refer(body, SCHOOL)
    decide(taken["incident"]["id"], "do-not-notify")
    more = with_another_child(body)
    assert corrected(taken, more, SCHOOL) == "awaiting-decision"
    assert stands_open(taken["incident"])
    send()
    assert any("Decide anew" in mail["text"] for mail in sandbox.mail(taken["incident"]["reference"]))


@pytest.mark.parametrize("outcome", ["not-harmed"])
def test_what_is_not_graver_leaves_a_decision_as_it_was_made(outcome: str) -> None:
    body = with_another_child(referral())
    taken = refer(body, SCHOOL)
    decide(taken["incident"]["id"], "do-not-notify")
    milder = copy.deepcopy(body)
    milder["children"][1]["outcome"] = outcome
    assert corrected(taken, milder, SCHOOL) == "not-notifiable"
    assert corrected(taken, body, SCHOOL) == "awaiting-decision"  # and graver again


@pytest.mark.parametrize("agency", [COUNCIL, SCHOOL])
def test_graver_facts_after_a_withdrawal_are_asked_anew_and_others_are_not(agency: str) -> None:
    body = referral(abuse_or_neglect="not-known", abuse_types=[])
    taken = refer(body, agency)
    assert withdraw(taken["incident"]["id"]) == 201
    told = copy.deepcopy(body)
    told["incident"]["narrative"] = "The same, in other words."
    assert corrected(taken, told, agency) == "withdrawn"
    told["incident"]["abuse_or_neglect"] = "known"
    assert corrected(taken, told, agency) == "awaiting-decision"
    assert stands_open(taken["incident"])
    assert decide(taken["incident"]["id"], "notify").status_code == 201


def test_after_the_withdrawal_of_what_was_sent_the_answer_is_a_new_referral_and_nobody_hears_twice(
    sandbox: Outside,
) -> None:
    body = referral()
    taken = refer(body)
    found = taken["incident"]
    send()
    withdraw(found["id"])
    send()
    assert corrected(taken, with_another_child(body, "died"), COUNCIL) == "awaiting-decision"
    assert stands_open(found) and duties(found["id"], "follow-up") == []
    refused = decide(found["id"], "notify")
    assert (refused.status_code, "Refer the incident again" in refused.json["detail"]) == (409, True)
    other = refer(referral(), POLICE)["incident"]
    assert merge(other, found) == 409
    told = len(duties(found["id"], "withdrawal"))
    assert withdraw(found["id"]) == 201
    assert (len(duties(found["id"], "withdrawal")), open_decisions(found["id"])) == (told, [])
    assert len(said("incident.withdrawn", incident_id=found["id"])) == 1


def test_who_heard_of_a_withdrawal_is_told_anew_when_it_is_notified_after_all(sandbox: Outside) -> None:
    sandbox.behave("panel", "refuse", times=1)
    taken = refer()["incident"]
    send()
    withdraw(taken["id"])
    send()
    assert decide(taken["id"], "notify").status_code == 201
    partners = duties(taken["id"], "tell-partner")
    assert len(partners) == 4 and duties(taken["id"], "follow-up") == []


def test_a_decision_still_awaited_stays_so_when_it_is_joined_to_an_incident_that_was_decided_against() -> None:
    body = referral()
    closed = refer(body, SCHOOL)["incident"]
    decide(closed["id"], "do-not-notify")
    waiting = refer(body | {"agency_reference": "SAME-" + body["agency_reference"]}, POLICE)["incident"]
    assert merge(waiting, closed) == 200
    assert incident(closed["id"])["status"] == "awaiting-decision"
    assert stands_open(closed)


def test_two_that_were_decided_against_stay_so_as_one() -> None:
    both = [refer(referral(), SCHOOL)["incident"] for _ in range(2)]
    for each in both:
        decide(each["id"], "do-not-notify")
    assert merge(*both) == 200
    assert incident(both[1]["id"])["status"] == "not-notifiable"
    assert duty(both[1]["id"], "decide-whether-to-notify")["status"] == "discharged"
