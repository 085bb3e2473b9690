"""Corrections: whoever was told is told again, what was not sent yet is put right, and the former version is kept."""

import copy
import uuid
from typing import Any

import pytest

from tests.notifying import (
    COUNCIL,
    HOSPITAL,
    OFFICE,
    POLICE,
    SCHOOL,
    Outside,
    call,
    decide,
    died,
    duties,
    duty,
    got,
    incident,
    refer,
    referral,
    rows,
    said,
    send,
    told_of,
)

pytestmark = pytest.mark.usefixtures("sandbox")


def correct(taken: dict[str, Any], body: dict[str, Any], agency: str = COUNCIL, **more: Any) -> Any:
    said = {"referral": body, "reasons": "The ward gave another account."}
    return call("POST", f"/referrals/{taken['id']}/corrections", agency, said, **more)


def changed(body: dict[str, Any], **facts: Any) -> dict[str, Any]:
    other = copy.deepcopy(body)
    other["incident"] |= facts
    return other


def test_a_correction_after_sending_goes_to_everyone_who_was_told(sandbox: Outside) -> None:
    body = referral()
    taken = refer(body)
    reference = taken["incident"]["reference"]
    send()
    send()
    assert correct(taken, changed(body, narrative="The fall was witnessed by a neighbour.")).status_code == 201
    send()
    follow_up = sandbox.received(reference)[1]["body"]
    assert '"notice":"follow-up"' in follow_up
    assert "witnessed by a neighbour" in follow_up
    told = {found["recipient"]: found["status"] for found in duties(taken["incident"]["id"], "follow-up")}
    assert told == {
        "panel": "discharged",
        "partnership-office": "discharged",
        "safeguarding-partner:west-mercia-police": "discharged",
        "safeguarding-partner:herefordshire-and-worcestershire-icb": "discharged",
    }


def names_in(event: dict[str, Any]) -> set[str]:
    return {each["value"] for each in event["identifiers"] if each["kind"] == "name"}


def test_review_hears_what_is_corrected_after_the_notification_and_before_it_by_the_notification(
    sandbox: Outside,
) -> None:
    body = referral()
    taken = refer(body)
    incident_id = taken["incident"]["id"]
    early = copy.deepcopy(body)
    early["children"][0]["also_known_as"] = ["Little Wren"]
    correct(taken, early)
    assert said("incident.corrected", incident_id=incident_id) == []
    send()
    [event] = said("incident.notified", incident_id=incident_id)
    assert "Little Wren" in names_in(event)
    late = copy.deepcopy(early)
    late["children"][0] |= {"also_known_as": ["Old Hollis"], "agencies_known_to": ["example-housing"]}
    correct(taken, late)
    [event] = said("incident.corrected", incident_id=incident_id)
    assert "Old Hollis" in names_in(event) and "example-housing" in event["agencies"]
    assert event["people"][0]["also_known_as"] == ["Old Hollis"]


def test_review_hears_what_a_referral_that_is_merged_into_a_notified_incident_says(sandbox: Outside) -> None:
    body = referral()
    first = refer(body)
    send()
    theirs = copy.deepcopy(body) | {"agency_reference": "OTHER-1"}
    theirs["children"][0] |= {"also_known_as": ["Tammy"], "address": {"lines": ["2 Other Row"], "postcode": "HR2 0ZZ"}}
    second = refer(theirs, agency=HOSPITAL)
    merged = {"into": first["incident"]["id"], "reasons": "One child, one day."}
    assert call("POST", f"/incidents/{second['incident']['id']}/merge", OFFICE, merged).status_code == 200
    [event] = said("incident.corrected", incident_id=first["incident"]["id"])
    values = {each["value"] for each in event["identifiers"]}
    assert {"Tammy", "2 Other Row", "HR2 0ZZ"} <= values
    assert "Tammy" in event["people"][0]["also_known_as"] and HOSPITAL in event["agencies"]


def test_what_is_corrected_after_a_withdrawal_is_heard_too_since_a_review_may_go_on(sandbox: Outside) -> None:
    body = referral()
    taken = refer(body)
    send()
    incident_id = taken["incident"]["id"]
    call("POST", f"/incidents/{incident_id}/withdrawal", COUNCIL, {"reasons": "The criteria were found not to be met."})
    late = copy.deepcopy(body)
    late["children"][0]["also_known_as"] = ["Old Hollis"]
    assert correct(taken, late).status_code == 201
    [event] = said("incident.corrected", incident_id=incident_id)
    assert "Old Hollis" in names_in(event) and event["rapid_review_required"]


def test_the_review_of_an_incident_that_was_merged_away_hears_what_is_said_of_the_one_that_stays(
    sandbox: Outside,
) -> None:
    bodies = [referral(), referral()]
    first, second = (refer(body) for body in bodies)
    send()
    merged = {"into": first["incident"]["id"], "reasons": "One child, one day."}
    assert call("POST", f"/incidents/{second['incident']['id']}/merge", OFFICE, merged).status_code == 200
    late = copy.deepcopy(bodies[0])
    late["children"][0]["also_known_as"] = ["Old Hollis"]
    correct(first, late)
    for each in (first, second):
        assert "Old Hollis" in names_in(said("incident.corrected", incident_id=each["incident"]["id"])[-1])


def test_before_anything_is_sent_the_notification_itself_is_corrected(sandbox: Outside) -> None:
    body = referral()
    taken = refer(body)
    correct(taken, changed(body, narrative="The fall was witnessed by a neighbour."))
    send()
    (only,) = sandbox.received(taken["incident"]["reference"])
    assert "witnessed by a neighbour" in only["body"]
    assert duties(taken["incident"]["id"], "follow-up") == []


def test_after_an_attempt_whose_answer_was_lost_the_panel_gets_the_first_and_a_follow_up(sandbox: Outside) -> None:
    sandbox.behave("panel", "lose-answer", times=1)
    body = referral()
    taken = refer(body)
    send()
    correct(taken, changed(body, narrative="The fall was witnessed by a neighbour."))
    send()
    notices = [item["body"].count('"notice":"follow-up"') for item in sandbox.received(taken["incident"]["reference"])]
    assert sorted(notices) == [0, 1]


def test_the_former_version_is_kept_with_the_reasons() -> None:
    body = referral()
    taken = refer(body)
    correct(taken, changed(body, narrative="Another account."))
    shown = got(f"/referrals/{taken['id']}")
    assert (shown["version"], shown["referral"]["incident"]["narrative"]) == (2, "Another account.")
    (former,) = rows("SELECT number, agency_id FROM referral_versions WHERE referral_id = :id", id=taken["id"])
    assert (former.number, former.agency_id) == (1, COUNCIL)


def test_a_correction_of_what_somebody_else_has_corrected_meanwhile_is_refused() -> None:
    body = referral()
    taken = refer(body)
    tag = call("GET", f"/referrals/{taken['id']}", COUNCIL).headers["ETag"]
    assert tag == '"1"'
    assert correct(taken, changed(body, narrative="Two."), headers={"If-Match": tag}).headers["ETag"] == '"2"'
    late = correct(taken, changed(body, narrative="Three."), headers={"If-Match": tag})
    assert (late.status_code, late.content_type) == (412, "application/problem+json")
    assert got(f"/referrals/{taken['id']}")["referral"]["incident"]["narrative"] == "Two."


def test_a_correction_sent_again_under_its_key_is_answered_with_the_first_ones_version() -> None:
    body, key = referral(), {"Idempotency-Key": str(uuid.uuid4())}
    taken = refer(body)
    first, again = (correct(taken, changed(body, narrative="Two."), headers=key) for _ in range(2))
    assert first.json == again.json
    assert first.headers["ETag"] == again.headers["ETag"] == '"2"'


def test_a_correction_that_makes_it_notifiable_starts_the_notification(sandbox: Outside) -> None:
    body = referral(abuse_or_neglect="not-known", abuse_types=[])
    taken = refer(body)
    found = taken["incident"]["id"]
    assert taken["incident"]["status"] == "awaiting-decision"
    correct(taken, changed(body, abuse_or_neglect="suspected"))
    assert incident(found)["status"] == "notifiable"
    assert duty(found, "decide-whether-to-notify")["status"] == "cancelled"
    send()
    assert len(sandbox.received(taken["incident"]["reference"])) == 1


def test_a_correction_does_not_notify_what_another_referral_has_notified() -> None:
    body = referral()
    refer(body)
    other = changed(body, abuse_or_neglect="not-known") | {"agency_reference": referral()["agency_reference"]}
    second = refer(other)
    correct(second, other | {"incident": body["incident"]})
    assert incident(second["incident"]["id"])["status"] == "awaiting-decision"
    assert told_of(second["incident"]["id"], "sin-panel") == set()


def test_another_agencys_correction_opens_a_decision_that_was_made_on_other_facts() -> None:
    body = referral(abuse_or_neglect="not-known", abuse_types=[])
    taken = refer(body, SCHOOL)
    found = taken["incident"]["id"]
    decide(found, "do-not-notify")
    correct(taken, changed(body, narrative="A spelling is corrected."), SCHOOL)
    assert incident(found)["status"] == "not-notifiable"
    correct(taken, changed(body, abuse_or_neglect="suspected"), SCHOOL)
    assert incident(found)["status"] == "awaiting-decision"
    assert [d["status"] for d in duties(found, "decide-whether-to-notify")].count("waiting-for-person") == 1


def test_a_correction_that_concerns_more_recipients_notifies_them_too(sandbox: Outside) -> None:
    body = referral(died(looked_after=False), kind="death")
    taken = refer(body)
    send()
    corrected = changed(body)
    corrected["children"][0]["looked_after"] = True
    correct(taken, corrected)
    send()
    reference = taken["incident"]["reference"]
    (to_ofsted,) = sandbox.received(reference, "ofsted")
    assert '"notice":"notification"' in to_ofsted["body"]
    assert len(sandbox.received(reference, "panel")) == 2


def test_a_corrected_awareness_date_moves_the_statutory_clock() -> None:
    body = referral()
    taken = refer(body)
    corrected = changed(body)
    corrected["awareness"]["local_authority_became_aware_at"] = "2026-03-27T09:00:00+00:00"
    correct(taken, corrected)
    assert duty(taken["incident"]["id"], "sin-panel")["due_at"] == "2026-04-07T23:59:59+01:00"  # past Easter


def test_only_the_agency_that_referred_corrects_its_referral() -> None:
    body = referral()
    taken = refer(body, SCHOOL)
    for other in (COUNCIL, POLICE, OFFICE):
        assert correct(taken, body, other).status_code in (404, 422), other
    assert got(f"/referrals/{taken['id']}")["version"] == 1


def test_a_correction_keeps_the_agencys_reference() -> None:
    body = referral()
    answer = correct(refer(body), body | {"agency_reference": "ANOTHER"})
    assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, "/referral/agency_reference")


def test_a_child_corrected_is_found_by_what_is_now_said() -> None:
    body, right = referral(), referral()
    taken = refer(body, SCHOOL)
    correct(taken, changed(body) | {"children": right["children"]}, SCHOOL)
    duplicate = refer(right, POLICE)["incident"]
    assert [other["id"] for other in incident(duplicate["id"])["possible_duplicates"]] == [taken["incident"]["id"]]
    former = refer(body | {"agency_reference": "FORMER" + body["agency_reference"]}, POLICE)["incident"]
    assert incident(former["id"])["possible_duplicates"] == []
