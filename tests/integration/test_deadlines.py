"""Warnings: at two and at one working day, when overdue and then daily, each once, whatever restarts."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from services.notify import deadlines
from services.notify.deadlines import watch_deadlines
from shared import clock
from shared.calendar import LONDON, add_working_days, london_day
from shared.partnership import partnership
from tests.notifying import (
    change_rows,
    day_of,
    decide,
    duty,
    fresh_referral,
    refer,
    rows,
    said,
    send,
)

pytestmark = pytest.mark.usefixtures("sandbox")


@pytest.fixture(autouse=True)
def on_a_wednesday(sandbox: Any) -> None:
    """Start on a working day with working days about it, and leave other tests' duties out of it."""
    today = london_day(clock.now())
    start = add_working_days(today + timedelta(days=7), 0, partnership().bank_holidays)
    while start.weekday() != 2 or not is_without_holiday(start):
        start += timedelta(days=1)
    noon_of(start)
    change_rows("UPDATE duties SET status = 'cancelled' WHERE status NOT IN ('discharged', 'cancelled')")


def is_without_holiday(start: date) -> bool:
    """No bank holiday in the three weeks that a test looks at."""
    return add_working_days(start, 15, partnership().bank_holidays) == start + timedelta(days=21)


def noon_of(day: date, at: time = time(12)) -> None:
    moment = datetime.combine(day, at, LONDON)
    clock.advance(moment.astimezone(UTC) - clock.now())


def warnings_of(duty_id: str) -> list[str]:
    statement = "SELECT kind FROM duty_warnings WHERE duty_id = :duty AND kind NOT LIKE 'looked-%' ORDER BY warned_at"
    return [row.kind for row in rows(statement, duty=duty_id)]


def mail_about(found: dict[str, Any]) -> list[str]:
    """The addresses to which warnings about a duty go."""
    statement = "SELECT address FROM deliveries WHERE concerns = :on AND purpose = 'warning' ORDER BY created_at"
    return [row.address for row in rows(statement, on=f"duty:{found['id']}")]


def undecided() -> dict[str, Any]:
    """An incident with one duty: the authority is to decide within five working days."""
    taken: dict[str, Any] = refer(fresh_referral(abuse_or_neglect="not-known", abuse_types=[]))["incident"]
    return taken


def due_in_five_working_days() -> dict[str, Any]:
    taken = undecided()
    return duty(taken["id"], "decide-whether-to-notify")


def last_day(found: dict[str, Any]) -> date:
    return date.fromisoformat(day_of(found["due_at"]))


def test_a_duty_is_due_at_the_end_of_the_fifth_working_day() -> None:
    today = london_day(clock.now())
    assert last_day(due_in_five_working_days()) == today + timedelta(days=7)


def test_contacts_are_warned_at_two_and_at_one_working_day_and_then_daily_once_overdue() -> None:
    found = due_in_five_working_days()
    last = last_day(found)  # the next Wednesday
    expected = {
        last - timedelta(days=6): [],  # Thursday
        last - timedelta(days=2): ["working-days-2"],  # Monday
        last - timedelta(days=1): ["working-days-1"],
        last: [],
        last + timedelta(days=1): [f"overdue-{last + timedelta(days=1)}"],
        last + timedelta(days=2): [f"overdue-{last + timedelta(days=2)}"],
        last + timedelta(days=3): [f"overdue-{last + timedelta(days=3)}"],  # a Saturday: overdue rests on no day
    }
    heard: list[str] = []
    for day, kinds in expected.items():
        noon_of(day)
        for _ in range(3):
            watch_deadlines()
        heard += kinds
        assert warnings_of(found["id"]) == heard, day
    contacts = len(partnership().deadline_contacts)
    assert len(mail_about(found)) == len(heard) * contacts
    assert len(said("duty.overdue", duty_id=found["id"])) == 1


def test_a_duty_is_overdue_from_midnight_in_london_even_if_looked_at_on_its_last_day() -> None:
    found = due_in_five_working_days()
    noon_of(last_day(found), time(23, 59, 50))
    watch_deadlines()
    assert said("duty.overdue", duty_id=found["id"]) == []
    noon_of(last_day(found) + timedelta(days=1), time(0, 0, 1))
    watch_deadlines()
    assert len(said("duty.overdue", duty_id=found["id"])) == 1


def test_over_a_weekend_the_last_warning_is_given_once() -> None:
    noon_of(london_day(clock.now()) + timedelta(days=5))
    found = due_in_five_working_days()
    last = last_day(found)  # a Monday
    for days in (3, 2, 1):
        noon_of(last - timedelta(days=days))
        watch_deadlines()
    assert warnings_of(found["id"]) == ["working-days-1"]
    assert sorted(mail_about(found)) == sorted(partnership().deadline_contacts)


def test_two_watchers_at_once_warn_once() -> None:
    several = [due_in_five_working_days() for _ in range(10)]
    noon_of(last_day(several[0]) - timedelta(days=1))
    with ThreadPoolExecutor(4) as watchers:
        given = sum(watchers.map(lambda _: watch_deadlines(), range(4)))
    given += watch_deadlines()
    assert given == 10
    assert all(warnings_of(found["id"]) == ["working-days-1"] for found in several)


def test_more_duties_on_their_last_day_than_are_looked_at_at_once_hold_nobody_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(deadlines, "BATCH", 3)
    several = [due_in_five_working_days() for _ in range(7)]
    noon_of(last_day(several[0]))
    assert watch_deadlines() == 0
    noon_of(last_day(several[0]) + timedelta(days=1))
    assert watch_deadlines() == 7


def test_after_a_stop_of_some_days_the_warning_of_today_is_given_and_no_missed_one() -> None:
    found = due_in_five_working_days()
    noon_of(last_day(found) + timedelta(days=4))
    watch_deadlines()
    assert warnings_of(found["id"]) == [f"overdue-{last_day(found) + timedelta(days=4)}"]


def test_a_discharged_duty_is_warned_of_no_more() -> None:
    taken = undecided()
    found = duty(taken["id"], "decide-whether-to-notify")
    assert decide(taken["id"], "do-not-notify").status_code == 201
    noon_of(last_day(found) - timedelta(days=1))
    watch_deadlines()
    assert warnings_of(found["id"]) == []


def test_a_warning_names_the_duty_and_its_day_and_nothing_of_the_case(sandbox: Any) -> None:
    body = fresh_referral(abuse_or_neglect="not-known", abuse_types=[])
    taken = refer(body)["incident"]
    found = duty(taken["id"], "decide-whether-to-notify")
    noon_of(last_day(found) - timedelta(days=2))
    watch_deadlines()
    send()
    (warning,) = sandbox.mail(taken["reference"], "business.manager@hscp.example")
    assert f"Due by the end of {last_day(found):%A %-d %B %Y}, 2 working days from now" in warning["text"]
    assert found["text"] in " ".join(warning["text"].split())
    assert body["children"][0]["family_name"] not in warning["text"]
