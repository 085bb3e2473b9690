"""Two agencies, one incident: found without storing a name, offered, and merged so that one notification goes out."""

import copy
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest

from services.notify.dispatch import dispatch_due
from tests.notifying import (
    COUNCIL,
    OFFICE,
    POLICE,
    SCHOOL,
    Outside,
    call,
    decide,
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
)

pytestmark = pytest.mark.usefixtures("sandbox")


def again(body: dict[str, Any], **child: Any) -> dict[str, Any]:
    """The same incident as another agency refers it."""
    other = copy.deepcopy(body) | {"agency_reference": referral()["agency_reference"]}
    other["children"][0] |= child
    return other


def merge(source: dict[str, Any], into: dict[str, Any]) -> Any:
    body = {"into": into["id"], "reasons": "The same child, the same evening."}
    return call("POST", f"/incidents/{source['id']}/merge", OFFICE, body)


def alike(found: dict[str, Any]) -> list[str]:
    return [other["id"] for other in incident(found["id"])["possible_duplicates"]]


def two_of_one(first: str = SCHOOL, second: str = POLICE) -> tuple[dict[str, Any], dict[str, Any]]:
    body = referral()
    return refer(body, first)["incident"], refer(again(body), second)["incident"]


@pytest.mark.parametrize("spelling", [{"given_name": "Catherine", "family_name": "Smyth"}, {"given_name": "katherine"}])
def test_a_name_that_sounds_alike_with_the_same_birth_date_is_found(spelling: dict[str, str]) -> None:
    body = referral({"given_name": "Kathryn", "family_name": "Smith", "date_of_birth": "2019-02-17"})
    ours = refer(body, SCHOOL)["incident"]
    theirs = refer(again(body, **spelling), POLICE)["incident"]
    assert ours["id"] in alike(theirs)


def test_the_same_nhs_number_is_found_whatever_the_name() -> None:
    body = referral({"nhs_number": "9434765870"})
    ours = refer(body, SCHOOL)["incident"]
    theirs = refer(again(body, given_name="Quite", family_name="Other", date_of_birth="2018-01-01"), POLICE)["incident"]
    (other,) = [each for each in incident(theirs["id"])["possible_duplicates"] if each["id"] == ours["id"]]
    assert other["reasons"] == ["the same NHS number and incidents close in time"]


@pytest.mark.parametrize(("days", "found"), [(14, True), (15, False)])
def test_incidents_further_apart_than_the_window_are_not_compared(days: int, found: bool) -> None:
    body = referral()
    ours = refer(body, SCHOOL)["incident"]
    earlier = again(body)
    began = datetime.fromisoformat(body["incident"]["occurred"]["from"]) - timedelta(days=days)
    earlier["incident"]["occurred"] = {"from": began.isoformat()}
    assert (ours["id"] in alike(refer(earlier, POLICE)["incident"])) is found


def test_another_birth_date_is_another_child() -> None:
    body = referral()
    ours = refer(body, SCHOOL)["incident"]
    assert ours["id"] not in alike(refer(again(body, date_of_birth="2025-06-15"), POLICE)["incident"])


def test_no_name_and_no_number_is_stored_to_search_by() -> None:
    taken = refer(referral({"nhs_number": "9434765897"}))["incident"]
    stored = rows("SELECT hash FROM child_hashes WHERE incident_id = :id", id=taken["id"])
    assert len(stored) == 2
    assert all(len(bytes(row.hash)) == 32 for row in stored)


def test_an_agency_is_not_told_that_another_has_referred_the_same_child() -> None:
    body = referral()
    refer(body, POLICE)
    assert refer(again(body), SCHOOL)["incident"]["possible_duplicates"] == []


def test_a_partner_sees_which_referrals_and_duplicates_an_incident_has_but_not_the_referrals() -> None:
    ours, theirs = two_of_one(SCHOOL, COUNCIL)
    shown = got(f"/incidents/{ours['id']}", POLICE)
    assert [other["id"] for other in shown["possible_duplicates"]] == [theirs["id"]]
    (listed,) = shown["referrals"]
    assert listed["agency"] == SCHOOL
    assert "referral" not in listed
    assert call("GET", f"/referrals/{listed['id']}", POLICE).status_code == 404


def test_two_agencies_referrals_at_once_bring_one_notification(sandbox: Outside) -> None:
    body = referral()
    bodies = [again(body) for _ in range(2)]
    with ThreadPoolExecutor(2) as callers:
        taken = [each["incident"] for each in callers.map(refer, bodies)]
    assert sorted(each["status"] for each in taken) == ["awaiting-decision", "notifiable"]
    dispatch_due()
    assert sum(len(sandbox.received(each["reference"])) for each in taken) == 1


def test_two_undecided_incidents_become_one_that_awaits_one_decision() -> None:
    ours, theirs = two_of_one()
    assert merge(theirs, ours).status_code == 200
    shown = incident(ours["id"])
    assert (shown["status"], len(shown["referrals"]), shown["possible_duplicates"]) == ("awaiting-decision", 2, [])
    assert duty(theirs["id"], "decide-whether-to-notify")["status"] == "cancelled"
    assert incident(theirs["id"])["merged_into"] == ours["id"]
    assert incident(theirs["id"])["decisions"][0]["reasons"] == "The same child, the same evening."
    assert decide(theirs["id"], "notify").status_code == 409
    assert decide(ours["id"], "notify").status_code == 201
    assert told_of(ours["id"], "sin-panel") == {"panel"}


def test_the_clock_of_a_merged_incident_runs_from_the_earlier_awareness() -> None:
    body = referral()
    ours = refer(body, SCHOOL)["incident"]
    earlier = again(body)
    earlier["incident"]["occurred"] = {"from": "2026-03-24T09:00:00+00:00"}
    earlier["awareness"] = {
        "agency_became_aware_at": "2026-03-24T10:00:00+00:00",
        "local_authority_became_aware_at": "2026-03-24T11:00:00+00:00",
    }
    merge(refer(earlier, POLICE)["incident"], ours)
    assert duty(ours["id"], "decide-whether-to-notify")["due_at"] == "2026-03-31T23:59:59+01:00"
    assert incident(ours["id"])["occurred_on"] == "2026-03-24"


def test_joined_to_a_notified_incident_the_new_facts_go_to_those_who_were_told(sandbox: Outside) -> None:
    body = referral()
    notified = refer(body)["incident"]
    send()
    other = again(body)
    other["incident"]["immediate_action"] = "The hospital kept the child in a safe place."
    assert merge(refer(other, POLICE)["incident"], notified).status_code == 200
    send()
    first, second = sandbox.received(notified["reference"])
    assert '"notice":"notification"' in first["body"]
    assert '"notice":"follow-up"' in second["body"]
    assert "kept the child in a safe place" in second["body"]
    assert len(said("incident.notified", incident_id=notified["id"])) == 1


def test_joined_before_it_is_sent_the_notification_itself_says_the_new_facts(sandbox: Outside) -> None:
    body = referral()
    notifiable = refer(body)["incident"]
    other = again(body)
    other["incident"]["immediate_action"] = "The hospital kept the child in a safe place."
    merge(refer(other, POLICE)["incident"], notifiable)
    send()
    (only,) = sandbox.received(notifiable["reference"])
    assert "kept the child in a safe place" in only["body"]


def test_a_notified_incident_is_not_merged_into_one_that_is_not() -> None:
    body = referral()
    notified = refer(body)["incident"]
    waiting = refer(again(body), POLICE)["incident"]
    answer = merge(notified, waiting)
    assert answer.status_code == 409
    assert f"merge {waiting['reference']} into it instead" in answer.json["detail"]


def test_of_two_that_were_both_notified_one_is_taken_back_and_review_is_told(sandbox: Outside) -> None:
    body = referral()
    first = refer(body)["incident"]
    second = refer(again(body), POLICE)["incident"]
    decide(second["id"], "notify", separate_from=[first["id"]])
    send()
    assert merge(second, first).status_code == 200
    send()
    told = [item["body"] for item in sandbox.received(second["reference"])]
    assert len([body for body in told if '"withdrawn":' in body]) == 1
    assert [event["reference"] for event in said("incident.withdrawn", incident_id=second["id"])] == [
        second["reference"]
    ]
    assert duty(second["id"], "rapid-review")["status"] == "cancelled"
    assert duty(first["id"], "rapid-review")["status"] == "pending"


def test_new_facts_joined_to_an_incident_not_notified_open_the_decision_again() -> None:
    mild = referral(abuse_or_neglect="not-suspected", abuse_types=[])
    closed = refer(mild)["incident"]
    assert closed["status"] == "not-notifiable"
    grave = again(mild)
    grave["incident"] |= {"abuse_or_neglect": "suspected"}
    merge(refer(grave, POLICE)["incident"], closed)
    assert incident(closed["id"])["status"] == "awaiting-decision"
    (found,) = [d for d in duties(closed["id"], "decide-whether-to-notify") if d["status"] == "waiting-for-person"]
    assert found["runs_from"][:19] == "2026-03-26T09:10:00"


def test_into_a_withdrawn_incident_nothing_open_is_merged() -> None:
    body = referral()
    withdrawn = refer(body)["incident"]
    posted(f"/incidents/{withdrawn['id']}/withdrawal", COUNCIL, {"reasons": "Entered in error."})
    waiting = refer(again(body), POLICE)["incident"]
    assert merge(waiting, withdrawn).status_code == 409
    assert merge(withdrawn, waiting).status_code == 200


def test_an_incident_is_not_merged_into_itself() -> None:
    taken = refer()["incident"]
    answer = merge(taken, taken)
    assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, "/into")
