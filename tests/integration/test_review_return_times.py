"""The office sets when returns are due, reminded of and chased: for whoever is asked, reminded or chased from then on."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from services.review.chasing import remind_of_returns, tell_overdue_returns
from services.review.service import SERVICE
from shared import clock
from shared.calendar import add_working_days, end_of_day, london_day
from shared.partnership import partnership
from tests.chosen_settings import let_the_file_speak
from tests.integration.test_checklists import WHY, last_entry
from tests.integration.test_review_returns import make_due
from tests.people import WRONG, Someone
from tests.reviewing import OFFICE, call, find_case, get, open_case, put, said

pytestmark = pytest.mark.usefixtures("ground")

AT = "/review/settings/returns"
TIMES = {
    "information_request_days": 9,
    "information_remind_days": 8,
    "information_chase_days": 30,
    "information_escalate_at": 1,
}


@pytest.fixture(autouse=True)
def as_the_file_says(ground: dict[str, str]) -> Iterator[None]:
    let_the_file_speak(SERVICE)
    yield
    let_the_file_speak(SERVICE)


def office() -> Someone:
    return Someone(OFFICE, ["partnership-office"], service="review", name="Sam Office")


def due_at(case: dict) -> set[str]:
    return {each["due_at"] for each in find_case(case["incident_id"])["information_requests"]}


def within(days: int) -> datetime:
    return end_of_day(add_working_days(london_day(clock.now()), days, bank_holidays=partnership().bank_holidays))


def test_whoever_is_asked_from_then_on_has_the_new_time_and_who_was_asked_keeps_theirs() -> None:
    before, someone = open_case(), office()
    kept = due_at(before)
    assert "Within 5 working days" in someone.get(AT).text
    form = {name: str(value) for name, value in TIMES.items()}
    assert someone.does(f"{AT}/change", **form, reasons=WHY) == AT
    page = someone.get(AT).text
    assert "Within 9 working days" in page and "every 30 working days" in page and WHY in page and "Sam Office" in page
    assert {datetime.fromisoformat(each) for each in due_at(open_case())} == {within(9)}
    assert due_at(before) == kept
    assert someone.id in last_entry(SERVICE) and "return-times" in last_entry(SERVICE)


def test_agencies_are_reminded_and_chased_by_the_new_times() -> None:
    put("/return-times", OFFICE, TIMES | {"reasons": WHY})
    case = open_case()
    with SERVICE.transaction() as session:
        asked = text("UPDATE information_requests SET requested_at = now() - interval '3 days', due_at = :due WHERE case_id = :case")  # fmt: skip
        session.execute(asked, {"case": case["id"], "due": within(6)})
    remind_of_returns()
    assert len(said(f"case:{case['id']}", "information.due-soon")) == 5, "the file's one day would be too soon"
    make_due(case, 1)
    tell_overdue_returns()
    assert {event["escalated"] for event in said(f"case:{case['id']}", "information.overdue")} == {True}
    with SERVICE.transaction() as session:
        chase = text("SELECT DISTINCT chase_at FROM information_requests WHERE case_id = :case")
        assert session.scalars(chase, {"case": case["id"]}).all() == [within(30)]


def test_without_days_nobody_is_reminded_and_a_late_return_is_chased_once() -> None:
    form = {"information_request_days": "5", "information_remind_days": "", "information_chase_days": ""}
    someone = office()
    someone.does(f"{AT}/change", **form, information_escalate_at="2", reasons=WHY)
    assert "Nobody is reminded" in someone.get(AT).text
    assert get("/return-times", OFFICE)["information_chase_days"] is None
    case = open_case()
    with SERVICE.transaction() as session:
        soon = text("UPDATE information_requests SET requested_at = now() - interval '3 days', due_at = now() + interval '1 hour' WHERE case_id = :case")  # fmt: skip
        session.execute(soon, {"case": case["id"]})
    remind_of_returns()
    assert said(f"case:{case['id']}", "information.due-soon") == []
    make_due(case, 1)
    tell_overdue_returns()
    with SERVICE.transaction() as session:
        chase = text("SELECT DISTINCT chase_at FROM information_requests WHERE case_id = :case")
        assert session.scalars(chase, {"case": case["id"]}).all() == [None]
    assert {event["escalated"] for event in said(f"case:{case['id']}", "information.overdue")} == {False}


def test_a_time_that_cannot_be_is_refused_at_its_question_and_nothing_changes() -> None:
    someone, before = office(), get("/return-times", OFFICE)
    form = {name: str(value) for name, value in TIMES.items()}
    for name, value in (("information_request_days", "0"), ("information_chase_days", "soon"), ("information_escalate_at", "")):  # fmt: skip
        answer = someone.post(f"{AT}/change", **form | {name: value, "reasons": WHY})
        assert answer.status_code == 422 and len(WRONG.findall(answer.text)) == 1, name
        assert f'href="#{name}"' in answer.text
    assert (
        call("PUT", "/return-times", OFFICE, TIMES | {"information_escalate_at": None, "reasons": WHY}).status_code
        == 422
    )
    assert get("/return-times", OFFICE) == before


def test_past_the_last_year_of_known_bank_holidays_a_case_opens_and_its_returns_are_asked_for(own_clock: None) -> None:
    clock.advance(datetime(2028, 12, 27, 12, tzinfo=UTC) - clock.now())
    case = open_case()
    assert case["rapid_review"]["due_at"][:10] == "2029-01-17"
    assert {each[:10] for each in due_at(case)} == {"2029-01-03"}
    page = " ".join(office().get(f"/review/cases/{case['id']}").text.split())
    assert "the bank holidays of 2029 are not known yet" in page
