"""What waits in a review is on the office's list, and its reminders go out until the thing itself is done, each once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from services.review.reminders import remind
from services.review.service import SERVICE
from shared import clock
from shared.reminding import EVERY, remind_in_turn
from tests import notifying
from tests.integration import test_reactions
from tests.integration.test_review_practice_reviews import pdf, sign, upload
from tests.notifying import Outside
from tests.people import WRONG, Someone
from tests.reviewing import (
    COUNCIL,
    DECISION,
    FULL_RETURN,
    ICB,
    OFFICE,
    PARTNERS,
    POLICE,
    SCHOOL,
    call,
    commissioned,
    days_from_now,
    decide_and_sign,
    get,
    open_case,
    post,
    put,
    request_of,
    said,
    signature,
)

pytestmark = pytest.mark.usefixtures("ground", "own_clock")

OWNER = {"name": "Pat Watkins", "role": "Business manager"}


def held(days: int = 1) -> tuple[dict[str, Any], dict[str, Any]]:
    review = commissioned(open_case())
    body = {"reason": "criminal-trial", "owner": OWNER, "next_check_on": days_from_now(days)}
    return review, post(f"/practice-reviews/{review['id']}/holds", OFFICE, body)


def reminders_of(hold: dict[str, Any]) -> list[int]:
    """How often it was reminded of a hold, as each reminder says it."""
    return [each["times"] for each in said(f"hold:{hold['id']}", "reminder.due")]


def waits(hold: dict[str, Any]) -> bool:
    return f"hold:{hold['id']}" in [each["concerns"] for each in get("/waiting", OFFICE)["items"]]


def later(days: int) -> None:
    clock.advance(timedelta(days=days))


def test_a_hold_is_reminded_of_on_its_day_and_not_before() -> None:
    _, hold = held(days=3)
    remind()
    assert (reminders_of(hold), waits(hold)) == ([], False)
    later(3)
    remind()
    remind()
    assert (reminders_of(hold), waits(hold)) == ([1], True)
    later(21)
    remind()
    assert reminders_of(hold) == [1, 2]


def test_the_sweep_looks_for_what_waits_once_in_a_quarter_of_an_hour() -> None:
    _, hold = held()
    later(2)
    remind_in_turn(SERVICE, remind)
    _, after = held(days=0)
    remind_in_turn(SERVICE, remind)
    assert (reminders_of(hold), reminders_of(after)) == ([1], [])
    clock.advance(EVERY)
    remind_in_turn(SERVICE, remind)
    assert reminders_of(after) == [1]


def test_several_workers_remind_once() -> None:
    _, hold = held()
    later(2)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: remind(), range(8)))
    assert reminders_of(hold) == [1]


def test_a_reminder_is_silenced_by_a_new_day_with_a_reason_and_by_nothing_less() -> None:
    _, hold = held()
    later(2)
    remind()
    path = f"/holds/{hold['id']}/checks"
    post(path, OFFICE, {"next_check_on": days_from_now(30)}, 422)
    post(path, OFFICE, {"reasons": "The trial goes on."}, 422)
    post(path, OFFICE, {"reasons": "The trial goes on.", "next_check_on": days_from_now(0)}, 422)
    assert waits(hold)
    post(path, OFFICE, {"reasons": "The trial goes on.", "next_check_on": days_from_now(30)})
    assert not waits(hold)
    later(31)
    remind()
    assert reminders_of(hold) == [1, 1]  # it begins anew with the new day


def test_a_lifted_hold_waits_no_more() -> None:
    _, hold = held()
    later(2)
    post(f"/holds/{hold['id']}/lift", OFFICE, {"reasons": "The trial ended."})
    remind()
    assert (reminders_of(hold), waits(hold)) == ([], False)


def test_when_the_panel_was_told_of_a_hold_is_recorded_once() -> None:
    review, hold = held()
    at, office = f"/review/practice-reviews/{review['id']}", Someone(OFFICE, ["partnership-office"], service="review")
    assert "It is not recorded that the Panel was told." in office.get(at).text
    body = {"panel_told_on": days_from_now(0)}
    post(f"/holds/{hold['id']}/panel-told", OFFICE, {"panel_told_on": days_from_now(9)}, 422)
    assert post(f"/holds/{hold['id']}/panel-told", OFFICE, body)["panel_told_on"] == body["panel_told_on"]
    post(f"/holds/{hold['id']}/panel-told", OFFICE, body, 409)
    assert "The Panel was told on" in office.get(at).text


def test_a_new_day_reaches_who_publishes() -> None:
    review, hold = held()
    body = {"reasons": "The trial goes on.", "next_check_on": days_from_now(30)}
    post(f"/holds/{hold['id']}/checks", OFFICE, body)
    placed = said(f"practice-review:{review['id']}", "hold.placed")
    assert [each["next_check_on"] for each in placed] == [hold["next_check_on"], body["next_check_on"]]


def test_the_office_sees_on_one_page_what_waits_and_goes_straight_to_it() -> None:
    _, hold = held()
    later(2)
    office = Someone(OFFICE, ["partnership-office"], service="review")
    assert f'href="/review/holds/{hold["id"]}/check"' in office.get("/review/waiting").text
    answer = office.post(f"/review/holds/{hold['id']}/check", reasons="It goes on.")
    assert "Give the day" in WRONG.findall(answer.text)[0]
    assert call("GET", "/waiting", SCHOOL).status_code == 403


def test_a_reminder_reaches_the_contacts_by_mail_with_a_link_and_nothing_of_the_case(sandbox: Outside) -> None:
    review, hold = held()
    later(2)
    remind()
    [reminder] = said(f"hold:{hold['id']}", "reminder.due")
    test_reactions.hear("reminder.due", reminder, subject=f"hold:{hold['id']}")
    notifying.send()
    mails = [each["text"] for each in sandbox.mail(review["reference"])]
    assert len(mails) == 2  # one to each contact that the partnership names
    for mail in mails:
        assert f"/review/holds/{hold['id']}/check" in "".join(mail.split())
        assert "Hester" not in mail
        assert review["title"] not in mail


def test_a_return_that_is_changed_after_the_decision_waits_until_the_office_says_what_comes_of_it() -> None:
    case = open_case()
    request = f"/information-requests/{request_of(case, SCHOOL)}"
    waiting = {"concerns": f"information-request:{request_of(case, SCHOOL)}"}

    def waits_now() -> bool:
        return waiting["concerns"] in [each["concerns"] for each in get("/waiting", OFFICE)["items"]]

    put(f"{request}/return", SCHOOL, {"involved": False})
    decide_and_sign(case)
    assert not waits_now()
    later(1)
    put(f"{request}/return", SCHOOL, FULL_RETURN)
    assert waits_now()
    remind()
    assert len(said(waiting["concerns"], "reminder.due")) == 1
    post(f"{request}/read-after-decision", OFFICE, {}, 422)
    assert waits_now()
    office = Someone(OFFICE, ["partnership-office"], service="review")
    office.does(
        f"/review/requests/{request_of(case, SCHOOL)}/read-after-decision",
        reasons="It changes nothing in the decision.",
    )
    assert not waits_now()
    later(1)
    put(f"{request}/return", SCHOOL, FULL_RETURN)
    assert waits_now()
    post(f"{request}/read-after-decision", OFFICE, {"reasons": "The same."})
    assert not waits_now()


def whose(kind: str, reference: str) -> set[str]:
    """The agencies of which something of this kind waits in a review."""
    found = get("/waiting", OFFICE)["items"]
    return {each["agency_id"] for each in found if each["kind"] == kind and each["reference"] == reference}


def test_each_partner_is_told_that_its_position_is_awaited_and_anew_where_another_decision_voided_it() -> None:
    case = open_case()
    at = f"/cases/{case['id']}/rapid-review"
    first = post(f"{at}/decision", OFFICE, DECISION)["decision"]["id"]
    remind()
    assert [len(said(f"decision:{first}:{agency}", "reminder.due")) for agency in PARTNERS] == [1, 1, 1]
    post(f"{at}/sign-off", COUNCIL, signature())
    assert whose("position-awaited", case["reference"]) == {ICB, POLICE}
    second = post(f"{at}/decision", OFFICE, DECISION)["decision"]["id"]
    assert whose("position-awaited", case["reference"]) == set(PARTNERS)
    remind()
    [told] = said(f"decision:{second}:{COUNCIL}", "reminder.due")
    assert (told["agency_id"], told["page"]) == (COUNCIL, f"/review/cases/{case['id']}")
    for partner in PARTNERS:
        post(f"{at}/sign-off", partner, signature())
    assert whose("position-awaited", case["reference"]) == set()


def test_a_report_is_to_be_signed_once_somebody_signed_it_or_its_day_has_come_and_anew_in_each_version() -> None:
    review, planned = commissioned(open_case()), commissioned(open_case())
    draft = upload(review, pdf()).json
    upload(planned, pdf())
    assert whose("report-to-sign", review["reference"]) == set()  # a draft
    sign(review, draft, COUNCIL)
    assert whose("report-to-sign", review["reference"]) == {ICB, POLICE}
    newest = upload(review, pdf(300)).json
    assert whose("report-to-sign", review["reference"]) == set(PARTNERS)
    remind()
    assert len(said(f"report:{newest['id']}:{COUNCIL}", "reminder.due")) == 1
    for partner in PARTNERS:
        sign(review, newest, partner)
    assert whose("report-to-sign", review["reference"]) == set()
    milestone = {"stage": "sign-off", "due_on": days_from_now(2)}
    post(f"/practice-reviews/{planned['id']}/milestones", OFFICE, milestone)
    assert whose("report-to-sign", planned["reference"]) == set()
    later(2)
    assert whose("report-to-sign", planned["reference"]) == set(PARTNERS)
