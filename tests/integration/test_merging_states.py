"""A merge tried for every pair of states: it works whole, or is refused in a sentence and nothing is changed."""

from collections.abc import Callable
from itertools import product
from typing import Any

import pytest

from services.notify.service import SERVICE
from services.notify.states import INCIDENT
from shared import audit
from tests.notifying import (
    COUNCIL,
    OFFICE,
    SCHOOL,
    Outside,
    call,
    decide,
    duties,
    incident,
    refer,
    referral,
    rows,
    said,
    send,
)

pytestmark = pytest.mark.usefixtures("sandbox")

Shown = dict[str, Any]


def withdraw(found: Shown) -> None:
    reasons = {"reasons": "The criteria were found not to be met."}
    assert call("POST", f"/incidents/{found['id']}/withdrawal", COUNCIL, reasons).status_code == 201


def merge(source: Shown, into: Shown) -> Any:
    body = {"into": into["id"], "reasons": "The same child, the same evening."}
    return call("POST", f"/incidents/{source['id']}/merge", OFFICE, body)


def undecided() -> Shown:
    taken: Shown = refer(referral(), SCHOOL)["incident"]
    return taken


def decided_against() -> Shown:
    taken = undecided()
    assert decide(taken["id"], "do-not-notify").status_code == 201
    return taken


def elsewhere() -> Shown:
    """It happened, and the child lives, in another authority."""
    body = referral({"normally_resident_in": "E10000034"})
    body["incident"]["place"] |= {"local_authority": "E10000034"}
    taken: Shown = refer(body)["incident"]
    return taken


def about_to_be_sent() -> Shown:
    taken: Shown = refer()["incident"]
    return taken


def sent() -> Shown:
    taken = about_to_be_sent()
    send()
    return taken


def withdrawn_unsent() -> Shown:
    taken = about_to_be_sent()
    withdraw(taken)
    return taken


def withdrawn_after_it_was_told() -> Shown:
    taken = sent()
    withdraw(taken)
    send()
    return taken


IN_STATE: dict[str, Callable[[], Shown]] = {
    "awaiting-decision": undecided,
    "not-notifiable": decided_against,
    "passed-on": elsewhere,
    "notifiable": about_to_be_sent,
    "notified": sent,
    "withdrawn": withdrawn_unsent,
}
NOT_TOLD = ("awaiting-decision", "not-notifiable", "passed-on")
TOLD = ("notifiable", "notified")
REFUSED = {  # source, into: the words that say what to do instead
    **dict.fromkeys(product(TOLD, (*NOT_TOLD, "withdrawn")), "is being notified or was: merge {into} into it instead."),
    **dict.fromkeys(product(NOT_TOLD, ("withdrawn",)), "is withdrawn: merge it into {source} instead."),
}
PAIRS = list(product(IN_STATE, IN_STATE))


def assert_the_chain_holds() -> None:
    with SERVICE.transaction() as session:
        _, fault = audit.verify(session)
    assert fault is None


def notifications(sandbox: Outside, found: Shown) -> list[str]:
    return [item["body"] for item in sandbox.received(found["reference"]) if '"notice":"notification"' in item["body"]]


def withdrawals(sandbox: Outside, found: Shown) -> list[str]:
    return [item["body"] for item in sandbox.received(found["reference"]) if '"withdrawn":' in item["body"]]


def test_every_state_of_an_incident_is_tried() -> None:
    assert set(IN_STATE) == {state for state, _ in INCIDENT} | set(INCIDENT.values())


@pytest.mark.parametrize(("source_state", "into_state"), [pair for pair in PAIRS if pair not in REFUSED])
def test_a_merge_that_is_allowed_is_whole(sandbox: Outside, source_state: str, into_state: str) -> None:
    into, source = IN_STATE[into_state](), IN_STATE[source_state]()
    before = [each["id"] for found in (into, source) for each in incident(found["id"])["referrals"]]
    told_before = len(notifications(sandbox, source))
    answer = merge(source, into)
    assert answer.status_code == 200, answer.text
    send()
    stays, gone = incident(into["id"]), incident(source["id"])
    assert sorted(each["id"] for each in stays["referrals"]) == sorted(before)
    assert (gone["merged_into"], gone["referrals"], stays["merged_into"]) == (into["id"], [], None)
    assert [d["rule"] for d in gone["duties"] if d["status"] in ("pending", "waiting-for-person", "sent")] == []
    assert merge(source, into).status_code == 409
    assert len(withdrawals(sandbox, source)) == told_before
    notified = stays["status"] == "notified"
    assert len(notifications(sandbox, into)) == notified
    assert len(said("incident.notified", incident_id=into["id"])) == notified
    assert_the_chain_holds()


@pytest.mark.parametrize(("source_state", "into_state"), REFUSED)
def test_a_merge_that_is_refused_says_what_to_do_and_changes_nothing(source_state: str, into_state: str) -> None:
    into, source = IN_STATE[into_state](), IN_STATE[source_state]()
    before = [everything_of(found) for found in (into, source)]
    answer = merge(source, into)
    assert answer.status_code == 409
    sentence = REFUSED[source_state, into_state].format(into=into["reference"], source=source["reference"])
    assert answer.json["detail"].endswith(sentence)
    assert [everything_of(found) for found in (into, source)] == before


def everything_of(found: Shown) -> tuple[Shown, list[Any], list[Any]]:
    """An incident with all that stands beside it in the database: its messages, and what was noted of it."""
    messages = rows(
        "SELECT m.id, m.status, m.sha256 FROM deliveries m JOIN duties d ON d.id = m.duty_id"
        " WHERE d.incident_id = :id ORDER BY m.id",
        id=found["id"],
    )
    noted = rows(
        "SELECT entry FROM audit_entries WHERE strpos(entry, :id) > 0 AND entry::jsonb->>'what' <> 'read' ORDER BY number",
        id=found["id"],
    )
    shown = incident(found["id"])
    return shown, messages, noted


@pytest.mark.parametrize("into_state", TOLD)
def test_who_was_told_of_a_withdrawal_is_not_told_again_by_a_merge(sandbox: Outside, into_state: str) -> None:
    into, source = IN_STATE[into_state](), withdrawn_after_it_was_told()
    assert len(withdrawals(sandbox, source)) == 1
    told = len(duties(source["id"], "withdrawal"))
    assert merge(source, into).status_code == 200
    send()
    assert len(withdrawals(sandbox, source)) == 1
    assert len(duties(source["id"], "withdrawal")) == told
    assert len(said("incident.withdrawn", incident_id=source["id"])) == 1


def test_a_merged_incident_is_neither_merged_nor_decided_nor_withdrawn_again() -> None:
    source, into, third = undecided(), undecided(), undecided()
    assert merge(source, into).status_code == 200
    for answer in (merge(source, third), merge(third, source), decide(source["id"], "notify")):
        assert (answer.status_code, answer.json["merged_into"]) == (409, into["id"])
    assert merge(into, third).status_code == 200
    assert len(incident(third["id"])["referrals"]) == 3
