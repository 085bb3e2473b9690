"""A case as a picture: what happened when, and each clock from its start to its due date, done or late. Pure.

The same facts stand in a table beneath it, for whoever cannot see a picture.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

LEFT, WIDTH, ROW, TOP = 250.0, 690.0, 34, 44  # of a drawing 960 wide
LEAST = timedelta(days=1)


@dataclass(frozen=True)
class Mark:
    """A moment of the case, and its place in the drawing's units."""

    label: str
    at: datetime
    x: float
    y: int


@dataclass(frozen=True)
class Bar:
    """One clock: what it is, how it stands (`open`, `done`, `late`), and its place and length in the drawing's units."""

    label: str
    duty: Mapping[str, Any]
    state: str
    x: float
    width: float
    y: int
    due_x: float


@dataclass(frozen=True)
class Timeline:
    """Marks and bars on one scale, from `first` to `last`; `today` is where now stands on it."""

    marks: Sequence[Mark]
    bars: Sequence[Bar]
    first: datetime
    last: datetime
    today: float
    height: int


def timeline(
    moments: Sequence[tuple[str, datetime]], duties: Sequence[Mapping[str, Any]], now: datetime
) -> Timeline | None:
    """The timeline of a case's `moments` (words and when) and of its duties as the interface shows them.

    None where there is no clock. Times are aware.
    """
    clocks = [duty for duty in duties if duty["status"] != "cancelled"]
    if not clocks:
        return None
    first = min([*(at for _, at in moments), *(duty["runs_from"] for duty in clocks)])
    last = max(now, *(max(duty["due_at"], duty["discharged_at"] or duty["due_at"]) for duty in clocks), first + LEAST)
    place = _placed(first, last)
    marks = [Mark(label, at, place(at), TOP + ROW * row) for row, (label, at) in enumerate(moments)]
    bars = [_bar(duty, row, now, place) for row, duty in enumerate(clocks, start=len(marks))]
    return Timeline(marks, bars, first, last, place(now), TOP + ROW * (len(marks) + len(bars)) + 10)


def _placed(first: datetime, last: datetime) -> Any:
    length = (last - first).total_seconds()
    return lambda at: round(LEFT + WIDTH * max(0.0, (at - first).total_seconds()) / length, 1)


def _bar(duty: Mapping[str, Any], row: int, now: datetime, place: Any) -> Bar:
    ended = duty["discharged_at"]
    end = ended or now
    state = "late" if end > duty["due_at"] + timedelta(seconds=1) else "done" if ended else "open"
    x = place(duty["runs_from"])
    return Bar(
        duty["label"], duty, state, x, max(3.0, round(place(end) - x, 1)), TOP + ROW * row, place(duty["due_at"])
    )
