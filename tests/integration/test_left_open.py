"""What the facts leave open beside what is notified by itself: a person decides of it, and no correction does."""

import copy
from typing import Any

import pytest

from tests.notifying import (
    COUNCIL,
    OFFICE,
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
    send,
    told_of,
)
from tests.people import Someone

pytestmark = pytest.mark.usefixtures("sandbox")
NATIONAL = ("sin-panel", "sin-secretary-of-state", "sin-ofsted")
WITHOUT_THE_PANEL = {"secretary-of-state", "ofsted"}


def a_looked_after_childs_death(abuse: str) -> dict[str, Any]:
    return referral(died(looked_after=True), kind="death", abuse_or_neglect=abuse, abuse_types=[])


def told_nationally(incident_id: str) -> set[str]:
    return {who for rule in NATIONAL for who in told_of(incident_id, rule)}


def to_decide(incident_id: str) -> list[str]:
    return [each["status"] for each in duties(incident_id, "decide-whether-to-notify")]


def correct(taken: dict[str, Any], body: dict[str, Any], agency: str = COUNCIL, **facts: Any) -> None:
    said = copy.deepcopy(body)
    said["incident"] |= {"narrative": "Found unresponsive in bed; a word was misspelt before."} | facts
    correction = {"referral": said, "reasons": "The ward gave another account."}
    posted(f"/referrals/{taken['id']}/corrections", agency, correction)


@pytest.mark.parametrize("sent", [False, True])
def test_abuse_not_known_of_a_looked_after_childs_death_waits_for_a_person_through_every_correction(
    sandbox: Outside, sent: bool
) -> None:
    body = a_looked_after_childs_death("not-known")
    taken = refer(body)
    found = taken["incident"]["id"]
    assert (taken["incident"]["status"], told_nationally(found)) == ("notifiable", WITHOUT_THE_PANEL)
    assert to_decide(found) == ["waiting-for-person"]
    decides = duty(found, "decide-whether-to-notify")
    assert decides["due_at"] == duty(found, "sin-ofsted")["due_at"]
    if sent:
        send()
        warned = sandbox.mail(taken["incident"]["reference"], "duty.officer@hscp.example")
        assert [m for m in warned if "leave a question open" in " ".join(m["text"].split())]
    correct(taken, body)
    assert (told_nationally(found), to_decide(found)) == (WITHOUT_THE_PANEL, ["waiting-for-person"])
    assert incident(found)["assessment"]["kinds"] == ["death-of-looked-after-child"]
    send()
    assert duties(found, "rapid-review") == []


def test_a_yes_tells_the_panel_too_and_brings_the_rapid_review(sandbox: Outside) -> None:
    taken = refer(a_looked_after_childs_death("not-known"))["incident"]
    send()
    assert decide(taken["id"], "notify").status_code == 201
    assert to_decide(taken["id"]) == ["discharged"]
    send()
    assert told_nationally(taken["id"]) == {"panel", *WITHOUT_THE_PANEL}
    assert len(sandbox.received(taken["reference"], "panel")) == 1
    assert (incident(taken["id"])["status"], told_of(taken["id"], "rapid-review")) == ("notified", {"panel"})
    assert told_of(taken["id"], "withdrawal") == set()


@pytest.mark.parametrize("sent", [False, True])
def test_a_no_is_kept_with_its_names_takes_nothing_back_and_is_not_asked_again(sent: bool) -> None:
    body = a_looked_after_childs_death("not-known")
    taken = refer(body)
    found = taken["incident"]["id"]
    if sent:
        send()
    assert decide(found, "more-information").status_code == 201
    assert to_decide(found) == ["waiting-for-person"]
    assert decide(found, "do-not-notify").status_code == 201
    shown = incident(found)
    assert (shown["status"], shown["decisions"][-1]["outcome"]) == (
        "notified" if sent else "notifiable",
        "do-not-notify",
    )
    assert decide(found, "do-not-notify").status_code == 409
    correct(taken, body)
    assert (told_nationally(found), to_decide(found)) == (WITHOUT_THE_PANEL, ["discharged"])
    correct(taken, body, abuse_or_neglect="suspected")
    assert told_nationally(found) == {"panel", *WITHOUT_THE_PANEL}


def test_a_correction_that_says_abuse_is_not_known_asks_and_tells_the_panel_nothing(sandbox: Outside) -> None:
    body = a_looked_after_childs_death("not-suspected")
    taken = refer(body)
    found = taken["incident"]["id"]
    send()
    assert to_decide(found) == []
    correct(taken, body, abuse_or_neglect="not-known")
    assert (told_nationally(found), to_decide(found)) == (WITHOUT_THE_PANEL, ["waiting-for-person"])
    send()
    warned = sandbox.mail(taken["incident"]["reference"], "duty.officer@hscp.example")
    assert [m for m in warned if "leave a question open" in " ".join(m["text"].split())]
    correct(taken, body)  # the authority's own words are its own no
    assert to_decide(found) == ["cancelled"]


def test_another_agencys_milder_words_answer_nothing(another_partnership: Any) -> None:
    another_partnership(('notification_mode = "automatic-for-authority"', 'notification_mode = "automatic-for-all"'))
    body = a_looked_after_childs_death("not-known")
    taken = refer(body, SCHOOL)
    for _ in range(2):
        correct(taken, body, SCHOOL, abuse_or_neglect="not-suspected")
        assert to_decide(taken["incident"]["id"]) == ["waiting-for-person"]
    assert decide(taken["incident"]["id"], "notify").status_code == 201
    assert told_nationally(taken["incident"]["id"]) == {"panel", *WITHOUT_THE_PANEL}


def test_a_kind_that_holds_already_for_another_child_is_no_question() -> None:
    body = referral()
    body["children"].append(body["children"][0] | {"given_name": "Rowan", "outcome": "harmed"})
    taken = refer(body)["incident"]
    assert taken["assessment"]["decision_needed"]
    assert to_decide(taken["id"]) == []


def test_what_is_left_open_waits_for_the_officer_today_and_is_answered_by_the_page() -> None:
    taken = refer(a_looked_after_childs_death("not-known"))["incident"]
    officer, at = Someone(COUNCIL, ["duty-officer"]), f"/notify/incidents/{taken['id']}"

    def waits() -> bool:
        words = officer.get("/notify/today").text.partition("Decide whether to notify")[2].partition("</ul>")[0]
        return f'href="{at}"' in words

    assert waits()
    assert "Decide anew" not in officer.get(at).text
    agreed = {"reasons": "The post-mortem found an illness.", "agreed_by": ["Herefordshire Council"]}
    assert officer.post(f"{at}/decision", outcome="do-not-notify", **agreed).status_code == 303
    assert to_decide(taken["id"]) == ["discharged"]
    assert not waits()


def test_to_withdraw_while_it_is_open_needs_the_names_of_who_agreed() -> None:
    taken = refer(a_looked_after_childs_death("not-known"))["incident"]
    at, reasons = f"/incidents/{taken['id']}/withdrawal", {"reasons": "It was another child."}
    assert call("POST", at, COUNCIL, reasons).status_code == 422
    assert call("POST", at, COUNCIL, reasons | {"agreed_by": ["A. Lead"]}).status_code == 201
    assert to_decide(taken["id"]) == ["cancelled"]


def test_a_question_that_waits_goes_with_an_incident_that_is_made_one_with_another() -> None:
    body = a_looked_after_childs_death("not-known")
    first = refer(a_looked_after_childs_death("not-known") | {"children": body["children"]})["incident"]
    assert decide(first["id"], "do-not-notify").status_code == 201
    second = refer(body, SCHOOL)["incident"]
    merged = {"into": first["id"], "reasons": "One child, one day."}
    assert call("POST", f"/incidents/{second['id']}/merge", OFFICE, merged).status_code == 200
    assert sorted(to_decide(first["id"])) == ["discharged", "waiting-for-person"]
