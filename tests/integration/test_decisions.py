"""What the authority decides, who is then told, and that no race and no setting tells anybody twice."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from services.notify.dispatch import dispatch_due
from tests.notifying import (
    COUNCIL,
    OFFICE,
    POLICE,
    REASONS,
    SCHOOL,
    Outside,
    call,
    decide,
    died,
    duties,
    duty,
    incident,
    posted,
    refer,
    referral,
    said,
    told_of,
)
from tests.people import Someone

pytestmark = pytest.mark.usefixtures("sandbox")
MODE = 'notification_mode = "automatic-for-authority"'


def undecided(**changes: Any) -> dict[str, Any]:
    taken: dict[str, Any] = refer(referral(**changes), SCHOOL)["incident"]
    assert taken["status"] == "awaiting-decision"
    return taken


def test_a_decision_to_notify_tells_the_panel_and_the_partners_and_discharges_the_duty_to_decide() -> None:
    taken = undecided()
    assert decide(taken["id"], "notify").status_code == 201
    assert incident(taken["id"])["status"] == "notifiable"
    assert told_of(taken["id"], "sin-panel") == {"panel"}
    assert len(told_of(taken["id"], "tell-partner")) == 2
    found = duty(taken["id"], "decide-whether-to-notify")
    (decision,) = incident(taken["id"])["decisions"]
    assert (found["status"], found["evidence"]) == ("discharged", f"decision {decision['id']}")
    assert (decision["reasons"], decision["agreed_by"]) == (REASONS["reasons"], REASONS["agreed_by"])


@pytest.mark.parametrize("outcome", ["do-not-notify", "other-review"])
def test_a_decision_not_to_notify_is_kept_with_its_reasons_and_tells_nobody(outcome: str) -> None:
    taken = undecided()
    decide(taken["id"], outcome)
    shown = incident(taken["id"])
    assert (shown["status"], shown["decisions"][0]["outcome"]) == ("not-notifiable", outcome)
    assert duties(taken["id"], "sin-panel") == []
    assert duty(taken["id"], "decide-whether-to-notify")["status"] == "discharged"


def test_asking_for_more_information_leaves_the_decision_open_on_its_clock() -> None:
    taken = undecided()
    before = duty(taken["id"], "decide-whether-to-notify")
    decide(taken["id"], "more-information")
    after = duty(taken["id"], "decide-whether-to-notify")
    assert (after["status"], after["due_at"]) == ("waiting-for-person", before["due_at"])
    assert incident(taken["id"])["status"] == "awaiting-decision"
    assert decide(taken["id"], "notify").status_code == 201


def test_a_reversal_keeps_the_first_awareness_date_and_so_is_overdue_at_once() -> None:
    taken = undecided()
    decide(taken["id"], "do-not-notify")
    decide(taken["id"], "notify")
    found = duty(taken["id"], "sin-panel")
    assert (found["runs_from"][:19], found["overdue"]) == ("2026-03-26T09:10:00", True)
    assert [d["outcome"] for d in incident(taken["id"])["decisions"]] == ["do-not-notify", "notify"]


@pytest.mark.parametrize("outcome", ["do-not-notify", "other-review"])
def test_by_pages_too_whatever_ends_in_a_no_names_the_partners_who_agree(outcome: str) -> None:
    taken, officer = undecided(), Someone(COUNCIL, ["duty-officer"])
    at = f"/notify/incidents/{taken['id']}/decision"
    said = {"outcome": outcome, "reasons": "Looked at together."}
    assert "Choose the partners who were consulted" in officer.post(at, **said).text
    assert incident(taken["id"])["status"] == "awaiting-decision"
    assert officer.post(at, **said, agreed_by=["Herefordshire Council"]).status_code == 303
    assert incident(taken["id"])["status"] == "not-notifiable"


@pytest.mark.parametrize("missing", ["reasons", "agreed_by"])
def test_every_decision_needs_reasons_and_names(missing: str) -> None:
    taken = undecided()
    body = REASONS | {"outcome": "do-not-notify"} | {missing: [] if missing == "agreed_by" else " "}
    answer = call("POST", f"/incidents/{taken['id']}/decisions", COUNCIL, body)
    assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, f"/{missing}")
    assert incident(taken["id"])["decisions"] == []


def test_a_decision_that_the_state_does_not_have_is_refused_in_a_sentence() -> None:
    taken = refer()["incident"]
    answer = decide(taken["id"], "do-not-notify")
    assert (answer.status_code, answer.json["detail"]) == (
        409,
        "This incident is notifiable: it cannot do not notify now.",
    )


def test_the_duty_to_decide_is_not_discharged_by_a_receipt() -> None:
    taken = undecided()
    found = duty(taken["id"], "decide-whether-to-notify")
    receipt = {"reference": "X", "received_at": "2026-03-27T10:00:00+00:00"}
    assert call("POST", f"/duties/{found['id']}/receipt", COUNCIL, receipt).status_code == 409
    assert duty(taken["id"], "decide-whether-to-notify")["status"] == "waiting-for-person"


def test_what_is_another_authoritys_is_passed_on_to_it_by_the_decision() -> None:
    place = {"country": "England", "local_authority": "E10000034"}
    taken = refer(referral(place=place), SCHOOL)["incident"]
    assert taken["assessment"]["outcome"] == "another-authority"
    assert decide(taken["id"], "notify").status_code == 201
    assert incident(taken["id"])["status"] == "passed-on"
    assert told_of(taken["id"], "tell-other-area") == {"local-authority:E10000034"}
    assert told_of(taken["id"], "sin-panel") == set()
    assert decide(taken["id"], "notify").status_code == 409


def test_the_authoritys_own_referral_of_anothers_incident_is_passed_on_at_once() -> None:
    taken = refer(referral(place={"country": "England", "local_authority": "E10000034"}))["incident"]
    assert taken["status"] == "passed-on"
    assert told_of(taken["id"], "tell-other-area") == {"local-authority:E10000034"}


def test_a_looked_after_childs_death_with_abuse_unknown_goes_where_the_decision_says() -> None:
    body = referral(died(looked_after=True), kind="death", abuse_or_neglect="not-known", abuse_types=[])
    taken = refer(body, POLICE)["incident"]
    decide(taken["id"], "notify")
    national = told_of(taken["id"], "sin-panel") | told_of(taken["id"], "sin-ofsted")
    assert national == {"panel", "ofsted"}
    assert told_of(taken["id"], "sin-secretary-of-state") == {"secretary-of-state"}


def test_a_second_notification_of_one_incident_is_refused_unless_found_to_be_another() -> None:
    body = referral()
    first = refer(body)["incident"]
    second = refer(body | {"agency_reference": referral()["agency_reference"]}, POLICE)["incident"]
    refused = decide(second["id"], "notify")
    assert (refused.status_code, refused.json["possible_duplicates"]) == (409, [first["id"]])
    assert duties(second["id"], "sin-panel") == []
    assert decide(second["id"], "notify", separate_from=[first["id"]]).status_code == 201
    assert told_of(second["id"], "sin-panel") == {"panel"}
    assert incident(second["id"])["possible_duplicates"] == []


def test_two_decisions_at_once_end_in_one_notification(sandbox: Outside) -> None:
    taken = undecided()
    with ThreadPoolExecutor(2) as callers:
        answers = list(callers.map(lambda _: decide(taken["id"], "notify").status_code, range(2)))
    assert sorted(answers) == [201, 409]
    dispatch_due()
    assert len(sandbox.received(taken["reference"])) == 1


def test_two_decisions_at_once_on_two_incidents_that_are_one_end_in_one_notification(sandbox: Outside) -> None:
    body = referral()
    both = [
        refer(body | {"agency_reference": referral()["agency_reference"]}, who)["incident"] for who in (SCHOOL, POLICE)
    ]
    with ThreadPoolExecutor(2) as callers:
        answers = list(callers.map(lambda taken: decide(taken["id"], "notify").status_code, both))
    assert sorted(answers) == [201, 409]
    dispatch_due()
    assert sum(len(sandbox.received(taken["reference"])) for taken in both) == 1


def test_where_notification_is_automatic_for_all_any_agencys_referral_is_notified(
    another_partnership: Callable[..., None],
) -> None:
    another_partnership((MODE, 'notification_mode = "automatic-for-all"'))
    taken = refer(referral(), SCHOOL)["incident"]
    assert taken["status"] == "notifiable"
    assert told_of(taken["id"], "sin-panel") == {"panel"}


def test_where_notification_is_by_decision_the_authoritys_own_referral_waits_for_one(
    another_partnership: Callable[..., None],
) -> None:
    another_partnership((MODE, 'notification_mode = "by-decision"'))
    taken = refer()["incident"]
    assert taken["status"] == "awaiting-decision"
    assert {found["rule"] for found in duties(taken["id"])} == {"decide-whether-to-notify"}
    assert decide(taken["id"], "notify").status_code == 201
    assert told_of(taken["id"], "sin-panel") == {"panel"}


def test_every_referral_is_said_to_the_other_services() -> None:
    taken = refer(agency=POLICE)["incident"]
    (event,) = said("incident.referred", incident_id=taken["id"])
    assert (event["agency_id"], event["reference"]) == (POLICE, taken["reference"])


def test_an_incident_that_does_not_exist_cannot_be_decided_merged_or_withdrawn() -> None:
    nowhere = "/incidents/7f0c66d2-8d1c-4ac7-9b52-1df1b7a4a111"
    assert call("POST", f"{nowhere}/decisions", COUNCIL, REASONS | {"outcome": "notify"}).status_code == 404
    assert call("POST", f"{nowhere}/withdrawal", COUNCIL, {"reasons": "None."}).status_code == 404
    body = {"into": refer()["incident"]["id"], "reasons": "None."}
    assert call("POST", f"{nowhere}/merge", OFFICE, body).status_code == 404


def test_a_refused_decision_leaves_nothing_behind() -> None:
    taken = undecided()
    answer = decide(taken["id"], "notify", separate_from=["7f0c66d2-8d1c-4ac7-9b52-1df1b7a4a111"])
    assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, "/separate_from")
    shown = incident(taken["id"])
    assert (shown["status"], shown["decisions"]) == ("awaiting-decision", [])
    posted(f"/incidents/{taken['id']}/decisions", COUNCIL, REASONS | {"outcome": "notify"})


SUICIDE = {"kind": "death", "abuse_or_neglect": "not-suspected", "abuse_types": []}


def no_duty(agency: str) -> dict[str, Any]:
    taken: dict[str, Any] = refer(referral(died(looked_after=False), **SUICIDE), agency)["incident"]
    assert taken["assessment"]["outcome"] == "no-duty"
    return taken


@pytest.mark.parametrize("mode", ["automatic-for-authority", "automatic-for-all", "by-decision"])
def test_no_duty_by_another_agencys_words_is_decided_by_the_authority_and_by_no_machine(
    mode: str, sandbox: Outside, another_partnership: Callable[..., None]
) -> None:
    another_partnership((MODE, f'notification_mode = "{mode}"'))
    taken = no_duty(SCHOOL)
    assert taken["status"] == "awaiting-decision"
    assert told_of(taken["id"], "tell-authority") == {"local-authority:E06000019"}
    assert duty(taken["id"], "decide-whether-to-notify")["status"] == "waiting-for-person"
    assert decide(taken["id"], "do-not-notify").status_code == 201
    shown = incident(taken["id"])
    assert (shown["status"], shown["decisions"][0]["reasons"]) == ("not-notifiable", REASONS["reasons"])


def test_no_duty_by_the_authoritys_own_words_is_its_own_no() -> None:
    taken = no_duty(COUNCIL)
    assert (taken["status"], duties(taken["id"])) == ("not-notifiable", [])


def test_a_correction_to_no_duty_neither_ends_the_decision_nor_opens_one_that_was_made() -> None:
    body = referral(died(looked_after=False), kind="death", abuse_or_neglect="not-known", abuse_types=[])
    taken = refer(body, SCHOOL)
    found = taken["incident"]["id"]
    milder = body | {"incident": body["incident"] | SUICIDE}
    for body_now, decided in ((milder, False), (body, False), (milder, True)):
        if decided:
            decide(found, "do-not-notify")
        said = {"referral": body_now, "reasons": "The coroner says so."}
        assert call("POST", f"/referrals/{taken['id']}/corrections", SCHOOL, said).status_code == 201
        assert incident(found)["status"] == ("not-notifiable" if decided else "awaiting-decision")
