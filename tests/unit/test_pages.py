"""Small parts of the pages: where a link may lead, how facts are worded, how clocks are drawn."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from services.notify.timeline import LEFT, WIDTH, timeline
from services.notify.wording import browser_words, said
from shared.web.layout import day, due, moment
from shared.web.way_back import safe_path

NOON = datetime(2026, 3, 25, 12, tzinfo=UTC)


@pytest.mark.parametrize("given", ["/notify", "/notify/duties?status=all", "/review/cases", "/publish/"])
def test_a_page_of_this_system_may_be_led_to(given: str) -> None:
    assert safe_path(given, "/home") == given


@pytest.mark.parametrize(
    "given",
    ["", None, "https://elsewhere.example/notify/", "//elsewhere.example/notify/", "//[/notify/", "/\\elsewhere.example/notify", "/notify/\\..", "javascript:alert(1)", "/elsewhere", "notify/", "/notify\n/x", "/notifyelse"],
)  # fmt: skip
def test_nowhere_else_is_led_to(given: str | None) -> None:
    assert safe_path(given, "/home") == "/home"


@pytest.mark.parametrize(
    ("value", "name", "words"),
    [
        ("2026-03-25", "date_of_birth", "25 March 2026"),
        ("2026-07-25T21:30:00+00:00", "from", "25 July 2026 at 10:30pm"),
        ("serious-harm", "kind", "Serious harm"),
        (["physical-abuse", "neglect"], "abuse_types", "Physical abuse\nNeglect"),
        (True, "looked_after", "Yes"),
        ({"from": "2026-03-25", "certainty": "known", "to": None}, "occurred", "On: 25 March 2026\nCertainty: Known"),
        ("2026 was the year", "narrative", "2026 was the year"),
        ("mixed-white-and-black-african", "ethnicity", "Mixed: White and Black African"),
        ("not-known", "ethnicity", "Not known"),
    ],
)
def test_facts_are_said_as_people_write_them(value: Any, name: str, words: str) -> None:
    assert said(value, name) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("2026-12-04T23:59:59+00:00", "Friday 4 December 2026, by 11:59pm"),
        (datetime(2026, 7, 3, 22, 59, 59, tzinfo=UTC), "Friday 3 July 2026, by 11:59pm"),
        (date(2026, 12, 4), "Friday 4 December 2026"),
        ("2026-12-04", "Friday 4 December 2026"),
    ],
)
def test_a_due_date_has_its_weekday_and_time(value: Any, words: str) -> None:
    assert due(value) == words


def test_what_begins_at_a_moment_is_not_due_by_it() -> None:
    assert due("2026-12-04T09:30:00+00:00", " at") == "Friday 4 December 2026 at 9:30am"


@pytest.mark.parametrize("value", ["2026-07-03T23:15:00+00:00", datetime(2026, 7, 3, 23, 15, tzinfo=UTC)])
def test_a_moment_after_midnight_in_summer_is_of_the_day_that_it_is_in_london(value: Any) -> None:
    assert (day(value), moment(value)) == ("4 July 2026", "4 July 2026 at 12:15am")


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36 Edg/130.0", "Edge on Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1 Version/18.0 Safari/604.1", "Safari on an iPhone"),
        ("Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36", "Chrome on Android"),
        ("", "A browser"),
    ],
)  # fmt: skip
def test_a_browser_is_called_as_people_call_it(agent: str, words: str) -> None:
    assert browser_words(agent) == words


@pytest.mark.parametrize("name", ["anne-marie", "known", "other", "o'neill-smith"])
def test_a_name_is_shown_as_it_was_given(name: str) -> None:
    assert said(name, "given_name") == name


def clock_of(days: int, *, ended: int | None = None, status: str = "pending") -> dict[str, Any]:
    done = NOON + timedelta(days=ended) if ended is not None else None
    return {
        "label": "x",
        "runs_from": NOON,
        "due_at": NOON + timedelta(days=days),
        "discharged_at": done,
        "status": status,
    }


def test_a_clock_is_open_done_or_late() -> None:
    drawn = timeline(
        [], [clock_of(5), clock_of(5, ended=3), clock_of(5, ended=7), clock_of(1)], NOON + timedelta(days=2)
    )
    assert drawn and [bar.state for bar in drawn.bars] == ["open", "done", "late", "late"]


def test_bars_stand_on_one_scale_within_the_picture() -> None:
    drawn = timeline([], [clock_of(10), clock_of(5, ended=5)], NOON + timedelta(days=5))
    assert drawn and drawn.bars[0].x == LEFT and drawn.bars[0].due_x == LEFT + WIDTH
    assert drawn.today == LEFT + WIDTH / 2 == drawn.bars[1].x + drawn.bars[1].width


def test_what_happened_before_a_clock_began_stands_on_the_same_scale_above_it() -> None:
    before = NOON - timedelta(days=5)
    drawn = timeline([("The incident", before), ("Notified", NOON)], [clock_of(5)], NOON)
    assert drawn and drawn.first == before and [mark.x for mark in drawn.marks] == [LEFT, LEFT + WIDTH / 2]
    assert drawn.bars[0].x == LEFT + WIDTH / 2 and drawn.bars[0].y > drawn.marks[1].y > drawn.marks[0].y


def test_cancelled_clocks_are_not_drawn() -> None:
    assert timeline([("x", NOON)], [clock_of(5, status="cancelled")], NOON) is None
