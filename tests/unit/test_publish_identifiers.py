"""What the identifier check finds in a text, and what it leaves alone."""

import time
from typing import Any

import pytest

from services.publish.identifiers import Passage, find_identifiers, known_identifiers

CHILD = [
    {"kind": "name", "value": "Zoë Sample-Jones"},
    {"kind": "date-of-birth", "value": "2019-03-12"},
    {"kind": "nhs-number", "value": "9434765919"},
    {"kind": "address", "value": "12 Invented Street, Hereford, HR1 1AA"},
    {"kind": "setting", "value": "St Invented's Primary School"},
]


def found(text: str, identifiers: Any = CHILD, area: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    passages = [Passage("text", 1, text)]
    return [(each.kind, each.value) for each in find_identifiers(passages, known_identifiers(identifiers, area))]


@pytest.mark.parametrize(
    "text",
    ["Zoë said", "ZOE's mother", "Zo\u00ad\u200bë", "Sample-\nJones", "Sam-\nple-Jones", "Jones, Zoë", "Mr Jones"],
)
def test_a_name_is_found_however_it_is_written(text: str) -> None:
    assert {kind for kind, _ in found(text)} == {"name"}


@pytest.mark.parametrize(
    "text",
    [
        "12/03/2019",
        "12.3.19",
        "12-03-2019",
        "2019-03-12",
        "12 March 2019",
        "12th of March 2019",
        "March 12, 2019",
        "12 Mar 19",
    ],
)
def test_a_date_of_birth_is_found_in_every_usual_form(text: str) -> None:
    assert found(f"born {text} in the town") == [("date-of-birth", text.casefold())]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("943 476 5919", "nhs-number"),
        ("hr11aa", "postcode"),
        ("AB 12 34 56 C", "ni-number"),
        ("+44 1432 000000", "phone"),
        ("(01432) 000 000", "phone"),
        ("a.worker@agency.example", "email"),
        ("on 4 May 2024", "full-date"),
        ("near Invented Street", "address"),
        ("at St Invented's", "setting"),
    ],
)
def test_a_shape_that_identifies_is_found(text: str, kind: str) -> None:
    assert [each for each, _ in found(f"It was {text}, they said.")] == [kind]


@pytest.mark.parametrize(
    "text",
    [
        "In spring 2019 agencies met; section 16C(1) of the Act.",
        "943 476 5918 is no NHS number, nor is 12,000,000.",
        "The year 2019-20 and 31/31/2020.",
        "Joneses and the sampled.",
    ],
)
def test_what_identifies_nobody_is_left_alone(text: str) -> None:
    assert found(text) == []


def test_words_of_the_area_are_found_as_whole_words() -> None:
    assert found("The Wye at Hay-on-Wye, and byewye", (), ("Wye", "Hay-on-Wye")) == [
        ("area", "wye"),
        ("area", "hay-on-wye"),
    ]


def test_a_report_of_a_hundred_pages_takes_no_more_than_five_seconds() -> None:
    page = "The agencies shared what they knew with Zoë on 4 May 2024 and 01432 000000. " * 45
    started = time.perf_counter()
    hits = find_identifiers([Passage("text", n, page) for n in range(100)], known_identifiers(CHILD))
    assert time.perf_counter() - started < 5
    assert len(hits) == 300
