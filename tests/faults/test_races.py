"""Many callers at once: one referral, one incident, one notification."""

import uuid
from concurrent.futures import ThreadPoolExecutor

from tests.running import Running, referral


def test_the_same_referral_posted_twenty_times_at_once(running: Running) -> None:
    body, key = referral(), str(uuid.uuid4())
    with ThreadPoolExecutor(20) as callers:
        answers = list(callers.map(lambda _: running.refer(body, headers={"Idempotency-Key": key}), range(20)))
    taken = [answer for answer in answers if answer.status_code == 201]
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.json()["id"] for answer in taken}) == 1
    running.assert_nothing_lost([taken[0].json()["incident"]])


def test_the_same_referral_posted_twenty_times_under_twenty_keys(running: Running) -> None:
    body = referral()
    with ThreadPoolExecutor(20) as callers:
        answers = list(callers.map(lambda _: running.refer(body), range(20)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 19
    (taken,) = (answer.json() for answer in answers if answer.status_code == 201)
    links = {answer.json()["referral"] for answer in answers if answer.status_code == 409}
    assert links == {f"/notify/api/v1/referrals/{taken['id']}"}
    running.assert_nothing_lost([taken["incident"]])


def test_two_agencies_referrals_of_one_incident_at_once_end_in_one_notification(running: Running) -> None:
    body = referral()
    other = body | {"agency_reference": str(uuid.uuid4())}
    with ThreadPoolExecutor(2) as callers:
        ours = callers.submit(running.refer, body)
        theirs = callers.submit(running.refer, other, "west-mercia-police")
    first, second = ours.result().json()["incident"], theirs.result().json()["incident"]
    assert (first["status"], second["status"]) == ("notifiable", "awaiting-decision")
    running.assert_nothing_lost([first])
    found = [d["id"] for d in running.incident(second["id"])["possible_duplicates"]]
    assert found == [first["id"]]
    merged = running.call(
        "POST",
        f"/notify/api/v1/incidents/{second['id']}/merge",
        "office",
        json={"into": first["id"], "reasons": "The same child and evening."},
    )
    assert merged.status_code == 200, merged.text
    assert len(merged.json()["referrals"]) == 2
    told = running.notifications_of(first["reference"])
    assert [item for item in told if '"notice":"notification"' in item["body"].replace(" ", "")] == told[:1]
