"""Entries of other agencies that may tell of the same event as one entry, or contradict it: a person decides.

Suggested is what overlaps in time, or lies a day apart; what shares words or people comes first.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from services.review.partial_dates import span_of

BESIDE = timedelta(days=1)
MOST = 12
LONGEST = timedelta(days=40)  # an entry that may be anywhere in a year is beside everything: it suggests nothing
_WORD = re.compile(r"[a-z]{4,}")
COMMON = {"that", "this", "with", "from", "were", "have", "been", "they", "their", "when", "which", "said", "child", "about", "would", "there"}  # fmt: skip
SEEN = {"child_seen": "whether the child was seen", "child_heard": "whether the child was heard"}


@dataclass(frozen=True)
class Suggestion:
    """Another agency's entry: words and people that both have, and on what the two differ."""

    entry: dict[str, Any]
    shared: list[str]
    differs: list[str]


def suggest(entry: dict[str, Any], others: Iterable[dict[str, Any]]) -> list[Suggestion]:
    """The likeliest of other agencies' entries, first what differs or shares most; none where the time is not known."""
    if entry["from"] is None or (span := _span(entry)) is None:
        return []
    first, last = span[0] - BESIDE, span[1] + BESIDE
    found = []
    for other in others:
        if other["agency"] == entry["agency"] or other["from"] is None or (beside := _span(other)) is None:
            continue
        if beside[0] <= last and beside[1] >= first:
            found.append(Suggestion(other, _shared(entry, other), differences(entry, other)))
    found.sort(key=lambda each: (-len(each.differs), -len(each.shared), each.entry["place"]))
    return found[:MOST]


def _span(entry: dict[str, Any]) -> tuple[Any, Any] | None:
    start, end = span_of(entry["from"]).earliest, span_of(entry["to"] or entry["from"]).latest
    return (start, end) if end - start <= LONGEST else None


def differences(entry: dict[str, Any], other: dict[str, Any]) -> list[str]:
    """On what two entries differ where both say it."""
    return [
        words
        for name, words in SEEN.items()
        if entry[name] is not None and other[name] is not None and entry[name] != other[name]
    ]


def _shared(entry: dict[str, Any], other: dict[str, Any]) -> list[str]:
    return sorted(_words(entry) & _words(other))


def _words(entry: dict[str, Any]) -> set[str]:
    told = " ".join([entry["description"], *entry["persons"]]).casefold()
    return set(_WORD.findall(told)) - COMMON
