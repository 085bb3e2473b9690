"""People who decide, merge and withdraw in the same moment: one outcome, and everybody is told what it is."""

from functools import partial

from requests import Response

from tests.faults.at_once import PARTNERS, Shown, at_once, statuses
from tests.faults.observing import heard, settle
from tests.running import Running, referral

ROUNDS = 6
INCIDENTS = "/notify/api/v1/incidents"
COUNCIL, POLICE = "herefordshire-council", "west-mercia-police"


def referred_by_police(running: Running) -> Shown:
    taken: Shown = running.refer_surely(referral(), POLICE)["incident"]
    return taken


def notified_by_council(running: Running) -> Shown:
    taken: Shown = running.refer_surely(referral())["incident"]
    return taken


def withdraw(running: Running, incident: Shown) -> Response:
    return running.call(
        "POST",
        f"{INCIDENTS}/{incident['id']}/withdrawal",
        json={"reasons": "Referred in error.", "agreed_by": ["A. Lead"]},
    )


def merge(running: Running, source: Shown, into: Shown) -> Response:
    body = {"into": into["id"], "reasons": "The same child and evening."}
    return running.call("POST", f"{INCIDENTS}/{source['id']}/merge", "office", json=body)


def decide(running: Running, incident: Shown, outcome: str) -> Response:
    body = {"outcome": outcome, "reasons": "The partners looked together.", "agreed_by": ["A. Lead", "B. Lead"]}
    return running.call("POST", f"{INCIDENTS}/{incident['id']}/decisions", json=body)


def assert_told_as_it_stands(running: Running, incident: Shown) -> None:
    """The Panel knows of what is notified, once; of what is withdrawn, nothing, or that it is withdrawn."""
    status = running.incident(incident["id"])["status"]
    told = [notice for notice in heard(running, incident) if notice != "follow-up"]
    allowed = {"notified": [["notification"]], "withdrawn": [[], ["notification", "withdrawal"]]}
    assert told in allowed.get(status, [[]]), (status, told)


def test_a_decision_against_and_a_withdrawal_at_once(running: Running) -> None:
    incidents = [referred_by_police(running) for _ in range(ROUNDS)]
    for incident in incidents:
        answers = at_once(
            partial(decide, running, incident, "do-not-notify"),
            partial(withdraw, running, incident),
        )
        assert sorted(statuses(answers)) == [201, 409], [answer.text for answer in answers]
        after = "not-notifiable" if answers[0].status_code == 201 else "withdrawn"
        assert running.incident(incident["id"])["status"] == after
        assert len(running.incident(incident["id"])["decisions"]) == 1
    settle(running)
    assert [heard(running, incident) for incident in incidents] == [[]] * ROUNDS


def test_a_decision_to_notify_and_a_withdrawal_at_once_end_as_the_later_says(running: Running) -> None:
    incidents = [referred_by_police(running) for _ in range(ROUNDS)]
    for incident in incidents:
        answers = at_once(partial(decide, running, incident, "notify"), partial(withdraw, running, incident))
        assert set(statuses(answers)) <= {201, 409}, [answer.text for answer in answers]
        assert answers[1].status_code == 201
    settle(running)
    for incident in incidents:
        shown = running.incident(incident["id"])
        later = {"notify": "notified", "withdrawn": "withdrawn"}[shown["decisions"][-1]["outcome"]]
        assert shown["status"] == later
        assert_told_as_it_stands(running, incident)


def test_a_withdrawal_of_an_incident_that_is_merged_away_at_once(running: Running) -> None:
    pairs = [(referred_by_police(running), notified_by_council(running)) for _ in range(ROUNDS)]
    for source, into in pairs:
        merged, withdrawn = at_once(partial(merge, running, source, into), partial(withdraw, running, source))
        assert merged.status_code == 200, merged.text
        assert withdrawn.status_code in (201, 409), withdrawn.text
        if withdrawn.status_code == 409:
            assert withdrawn.json()["merged_into"] == into["id"]
    settle(running)
    for source, into in pairs:
        assert running.incident(source["id"])["merged_into"] == into["id"]
        assert len(running.incident(into["id"])["referrals"]) == 2
        assert heard(running, source) == []
        assert_told_as_it_stands(running, into)


def test_a_withdrawal_of_the_incident_that_another_is_merged_into_at_once(running: Running) -> None:
    pairs = [(referred_by_police(running), notified_by_council(running)) for _ in range(ROUNDS)]
    for source, into in pairs:
        merged, withdrawn = at_once(partial(merge, running, source, into), partial(withdraw, running, into))
        assert withdrawn.status_code == 201, withdrawn.text
        assert merged.status_code in (200, 409), merged.text
        whole = {200: ("withdrawn", 2), 409: ("withdrawn", 1)}[merged.status_code]
        shown = running.incident(into["id"])
        assert (shown["status"], len(shown["referrals"])) == whole
    settle(running)
    for _, into in pairs:
        assert_told_as_it_stands(running, into)


def test_two_withdrawals_at_once_tell_everybody_once(running: Running) -> None:
    incidents = [notified_by_council(running) for _ in range(ROUNDS)]
    running.wait_until_told(incidents)
    for incident in incidents:
        answers = at_once(*[partial(withdraw, running, incident)] * 3)
        assert sorted(statuses(answers)) == [201, 409, 409], [answer.text for answer in answers]
    settle(running)
    for incident in incidents:
        assert heard(running, incident) == ["notification", "withdrawal"]
        told = [duty["recipient"] for duty in running.duties(incident["id"], "withdrawal")]
        assert len(told) == len(set(told))
        assert {f"safeguarding-partner:{partner}" for partner in PARTNERS[1:]} < set(told)


def test_two_merges_crossing_make_one_incident_of_the_two(running: Running) -> None:
    pairs = [(referred_by_police(running), referred_by_police(running)) for _ in range(ROUNDS)]
    for first, second in pairs:
        answers = at_once(partial(merge, running, first, second), partial(merge, running, second, first))
        assert sorted(statuses(answers)) == [200, 409], [answer.text for answer in answers]
        shown = [running.incident(found["id"]) for found in (first, second)]
        assert sorted(len(each["referrals"]) for each in shown) == [0, 2]
        assert sorted(each["merged_into"] is None for each in shown) == [False, True]
    settle(running)


def test_merges_in_a_ring_leave_one_incident_with_every_referral(running: Running) -> None:
    for _ in range(ROUNDS):
        ring = [referred_by_police(running) for _ in range(3)]
        asks = [partial(merge, running, ring[place - 1], ring[place]) for place in range(3)]
        answers = at_once(*asks)
        assert sorted(statuses(answers)) == [200, 200, 409], [answer.text for answer in answers]
        shown = [running.incident(found["id"]) for found in ring]
        assert sorted(len(each["referrals"]) for each in shown) == [0, 0, 3]
    settle(running)


def test_everybody_acting_on_many_incidents_at_once_ends_without_a_deadlock(running: Running) -> None:
    """Merges into one incident, decisions on those merged and its withdrawal, while its messages are being sent."""
    centre = notified_by_council(running)
    others = [referred_by_police(running) for _ in range(5)]
    asks = [partial(merge, running, other, centre) for other in others]
    asks += [partial(decide, running, other, "do-not-notify") for other in others]
    asks += [partial(withdraw, running, centre)]
    answers = at_once(*asks)
    assert set(statuses(answers)) <= {200, 201, 409}, [answer.text for answer in answers]
    settle(running)
    assert_told_as_it_stands(running, centre)
    standing = [running.incident(found["id"]) for found in (centre, *others)]
    assert sum(len(each["referrals"]) for each in standing) == 6
    for each in standing[1:]:
        assert (each["merged_into"] is not None) == (each["referrals"] == [])
