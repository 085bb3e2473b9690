"""The merged chronology as people look at it: filtered, agreements and contradictions marked, drawn by agency lane."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from services.review.chronology import LAST, ends_of, key_of, merge
from services.review.chronology_marks import Marks
from services.review.chronology_suggestions import differences
from services.review.models import AgencyReturn, SharedMaterial
from services.review.partial_dates import NotADate, span_of

LEFT, WIDTH, LANE, TOP = 250, 700, 26, 34
DAY_LENGTH = 10  # of an ISO date: what is known to the day begins with one


@dataclass(frozen=True)
class Wanted:
    """What of a chronology is looked at; empty is everything. `since` and `until` are years, months or days."""

    agency: str = ""
    words: str = ""
    person: str = ""
    child: str = ""  # seen, not-seen, heard, not-heard
    theme: str = ""
    episode: str = ""
    marked: str = ""  # same-event, contradiction
    since: str = ""
    until: str = ""


@dataclass(frozen=True)
class Look:
    """The entries that fit, in order, each with its agency; and the first and last moment among them."""

    entries: list[dict[str, Any]]
    first: datetime | None
    last: datetime | None


CHILD = {
    "seen": ("child_seen", True),
    "not-seen": ("child_seen", False),
    "heard": ("child_heard", True),
    "not-heard": ("child_heard", False),
}


def look_at(returns: Sequence[AgencyReturn | SharedMaterial], wanted: Wanted, marks: Marks) -> Look:
    """The entries of all returns that fit what is wanted, earliest first. Raises `NotADate` for a window that is none."""
    by_marks = wanted.theme or wanted.episode or wanted.marked
    since = f"{span_of(wanted.since).earliest:%Y-%m-%dT%H:%M}" if wanted.since else ""
    until = f"{span_of(wanted.until).latest:%Y-%m-%dT%H:%M}" if wanted.until else LAST + "~"
    entries = []
    for place, number, index in merge(returns):
        if not since <= place <= until:
            continue
        entry = returns[number].chronology[index] | {"agency": returns[number].agency_id, "late": returns[number].late}
        if _fits(entry, wanted) and (not by_marks or _bears(entry, wanted, marks)):
            entries.append(entry)
    places = [entry["place"] for entry in entries if entry["place"] != LAST]
    if not places:
        return Look(entries, None, None)
    return Look(entries, _moment(places[0]), max(_ends(entry) for entry in entries if entry["from"]))


def _fits(entry: dict[str, Any], wanted: Wanted) -> bool:
    if wanted.agency and entry["agency"] != wanted.agency:
        return False
    if wanted.child in CHILD and entry[CHILD[wanted.child][0]] is not CHILD[wanted.child][1]:
        return False
    if wanted.person and not any(wanted.person.casefold() in each.casefold() for each in entry["persons"]):
        return False
    words = wanted.words.casefold().split()
    told = " ".join([entry["description"], entry["source"], *entry["persons"]]).casefold() if words else ""
    return all(word in told for word in words)


def _bears(entry: dict[str, Any], wanted: Wanted, marks: Marks) -> bool:
    key = key_of(entry, entry["agency"])
    asked = {"theme": wanted.theme, "episode": wanted.episode} | ({wanted.marked: ""} if wanted.marked else {})
    return all(marks.has(key, kind, words) for kind, words in asked.items() if words or kind == wanted.marked)


def _moment(place: str) -> datetime:
    return datetime.fromisoformat(place.partition("/")[0]).replace(tzinfo=UTC)


def _ends(entry: dict[str, Any]) -> datetime:
    return ends_of(entry["place"])


def beside(entries: Iterable[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """By day, the entries that are known to the day: what several agencies recorded of one day is looked at together."""
    days: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for entry in entries:
        if entry["from"] and len(entry["from"]) >= DAY_LENGTH:
            days[entry["from"][:DAY_LENGTH]].append(entry)
    return days


def also_recorded(entry: dict[str, Any], days: dict[str, list[dict[str, Any]]]) -> tuple[list[str], list[str]]:
    """Which other agencies recorded something of the same day, and on what they may contradict this entry."""
    if not entry["from"] or len(entry["from"]) < DAY_LENGTH:
        return [], []
    others = [each for each in days[entry["from"][:DAY_LENGTH]] if each["agency"] != entry["agency"]]
    agencies = list(dict.fromkeys(each["agency"] for each in others))
    return agencies, list(dict.fromkeys(what for each in others for what in differences(entry, each)))


def as_lanes(look: Look, names: dict[str, str]) -> dict[str, Any] | None:
    """The picture: a lane for each agency, a mark for each time at which something is recorded; None without dates.

    Marks are as wide as the time they may mean, so that what is known to the month alone is not drawn as a day; those
    wider than a day are `broad`, and drawn paler beneath the others.
    """
    if look.first is None or look.last is None:
        return None
    length = max((look.last - look.first).total_seconds(), 86400.0)
    lanes: dict[str, tuple[set[tuple[int, int]], set[tuple[int, int]]]] = {agency: (set(), set()) for agency in names}
    for entry in look.entries:
        if entry["from"]:
            first, last = _moment(entry["place"]), _ends(entry)
            start = (first - look.first).total_seconds() / length * WIDTH
            end = (last - look.first).total_seconds() / length * WIDTH
            is_broad = last - first > timedelta(days=1)
            lanes[entry["agency"]][is_broad].add((int(LEFT + start), max(2, int(end) - int(start))))
    drawn = [
        {"label": names[agency], "y": y, "path": _path(exact, y), "broad": _path(broad, y)}
        for y, (agency, (exact, broad)) in zip(range(TOP, TOP + len(lanes) * LANE, LANE), lanes.items(), strict=True)
    ]
    return {
        "lanes": drawn,
        "height": TOP + len(drawn) * LANE + 8,
        "first": look.first,
        "last": look.last,
        "ticks": _ticks(look, length),
    }


def _path(marks: set[tuple[int, int]], y: int) -> str:
    return "".join(f"M{x} {y + 4}h{width}v16h-{width}z" for x, width in sorted(marks))


def _ticks(look: Look, length: float) -> list[dict[str, Any]]:
    assert look.first and look.last  # asked by as_lanes
    years = range(look.first.year, look.last.year + 1)
    days = [date(year, 1, 1) for year in years] if len(years) > 2 else _months(look.first, look.last)
    found: list[dict[str, Any]] = []
    at_edge = False
    for day in days:
        x = (datetime(day.year, day.month, day.day, tzinfo=UTC) - look.first).total_seconds() / length * WIDTH
        place = LEFT + max(x, 0.0)  # the month in which the picture begins is named at its edge
        if found and place - found[-1]["x"] <= 6 + 9 * len(found[-1]["label"]):
            if not at_edge:
                continue
            found.clear()  # the last days of a month at the edge give way to the next
        names_year = not found or day.month == 1
        label = str(day.year) if len(years) > 2 else f"{day:%b %Y}" if names_year else f"{day:%b}"
        found.append({"x": round(place), "label": label})
        at_edge = x < 0
    return found


def _months(first: datetime, last: datetime) -> list[date]:
    found: list[date] = []
    day = first.date().replace(day=1)
    while day <= last.date():
        found.append(day)
        day = (day + timedelta(days=32)).replace(day=1)
    return found


def windows(look: Look, wanted: Wanted) -> list[tuple[str, str]]:
    """Where one may look closer: the years there are entries of, or the months of the one year looked at."""
    places = [entry["place"] for entry in look.entries if entry["from"]]
    if wanted.since and wanted.since == wanted.until:
        return [(month, f"{datetime.fromisoformat(month + '-01'):%B %Y}") for month in sorted({p[:7] for p in places})]
    return [(year, year) for year in sorted({place[:4] for place in places})]


def read_window(text: str) -> str:
    """A window's end as it may be asked for, or nothing where it is no date."""
    try:
        span_of(text)
    except NotADate:
        return ""
    return text
