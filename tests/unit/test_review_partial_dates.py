"""A date is taken as exactly as it was said, and no more."""

import pytest

from services.review.chronology import in_order
from services.review.partial_dates import NotADate, span_of


@pytest.mark.parametrize(
    ("said", "earliest", "latest", "precision"),
    [
        ("2025", "2025-01-01T00:00:00+00:00", "2025-12-31T23:59:59+00:00", "year"),
        ("2024-02", "2024-02-01T00:00:00+00:00", "2024-02-29T23:59:59+00:00", "month"),
        ("2025-07-01", "2025-06-30T23:00:00+00:00", "2025-07-01T22:59:59+00:00", "day"),
        ("2025-03-14T09:30:00+01:00", "2025-03-14T08:30:00+00:00", "2025-03-14T08:30:00+00:00", "moment"),
    ],
)
def test_a_partial_date_stands_for_a_span_in_london(said: str, earliest: str, latest: str, precision: str) -> None:
    span = span_of(said)
    assert (span.earliest.isoformat(), span.latest.isoformat(), span.precision) == (earliest, latest, precision)


@pytest.mark.parametrize(
    "said",
    [
        "",
        "March 2025",
        "25",
        "2025-00",
        "2025-13",
        "2025-02-30",
        "2025-03-00",
        "0001",
        "9999-12-31T23:59:59-23:00",
        "0001-01-01T00:00:00+23:00",
        "2025-03-14T09:30:00",
        "2025-03-14T99:30:00Z",
        "２０２５",
    ],
)
def test_what_is_no_date_is_refused(said: str) -> None:
    with pytest.raises(NotADate):
        span_of(said)


def test_of_two_entries_that_begin_together_the_longer_stands_first() -> None:
    entry = {"certainty": "known", "description": "", "source": ""}
    entries = [
        entry | {"from": start, "to": end}
        for start, end in (("2025-01-01", None), ("2025", None), ("2025-01-01", "2025-03"))
    ]
    assert [(each["from"], each["to"]) for each in in_order(entries)] == [
        ("2025", None),
        ("2025-01-01", "2025-03"),
        ("2025-01-01", None),
    ]
