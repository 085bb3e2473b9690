"""A case's clocks as a picture: each from its start to its due date, with today's line, done or late. Pure.

The same facts stand in a table beside it, for whoever cannot see a picture.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

LEFT, WIDTH, ROW, TOP = 250.0, 690.0, 34, 44  # of a drawing 960 wide
LEAST = timedelta(days=1)


@dataclass(frozen=True)
class Bar:
    """One clock: what it is, how it stands (`open`, `done`, `late`), and its place and length in the drawing's units."""

    label: str
    state: str
    x: float
    width: float
    y: int
    due_x: float


@dataclass(frozen=True)
class Timeline:
    """Bars on one scale, from `first` to `last`; `today` is where now stands on it."""

    bars: Sequence[Bar]
    first: datetime
    last: datetime
    today: float
    height: int


def timeline(duties: Sequence[Mapping[str, Any]], now: datetime) -> Timeline | None:
    """The timeline of duties as the interface shows them; None where there is no clock. `now` is aware."""
    clocks = [duty for duty in duties if duty["status"] != "cancelled"]
    if not clocks:
        return None
    first = min(duty["runs_from"] for duty in clocks)
    last = max(now, *(max(duty["due_at"], duty["discharged_at"] or duty["due_at"]) for duty in clocks), first + LEAST)
    place = _placed(first, last)
    bars = [_bar(duty, row, now, place) for row, duty in enumerate(clocks)]
    return Timeline(bars, first, last, place(now), TOP + ROW * len(bars) + 10)


def _placed(first: datetime, last: datetime) -> Any:
    length = (last - first).total_seconds()
    return lambda at: round(LEFT + WIDTH * max(0.0, (at - first).total_seconds()) / length, 1)


def _bar(duty: Mapping[str, Any], row: int, now: datetime, place: Any) -> Bar:
    ended = duty["discharged_at"]
    end = ended or now
    state = "late" if end > duty["due_at"] + timedelta(seconds=1) else "done" if ended else "open"
    x = place(duty["runs_from"])
    return Bar(duty["label"], state, x, max(3.0, round(place(end) - x, 1)), TOP + ROW * row, place(duty["due_at"]))
