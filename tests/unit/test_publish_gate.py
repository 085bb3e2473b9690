"""Each check of the gate has its sentence, and together they say everything that is missing."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.publish.gate import CopyFact, DocumentFact, Facts, failing_sentences, waits_for_checks_alone

READY = Facts(
    going_live=False,
    route="local",
    partners_missing=(),
    nspcc_agreed=False,
    needed=("full-report",),
    documents=(DocumentFact("full-report", "checked", 0),),
    steps_missing=(),
    hold_checks=(),
    in_future=True,
    today=date(2026, 3, 23),
    copies_by=date(2026, 3, 23),
    notice="7 working days",
    earliest=date(2026, 4, 1),
    copies=(CopyFact("Ofsted", None),),
    copies_are_current=False,
)
SENT = replace(READY, going_live=True, copies=(CopyFact("Ofsted", date(2026, 3, 23)),), copies_are_current=True)


def test_with_everything_done_the_gate_is_open() -> None:
    assert failing_sentences(READY) == []
    assert failing_sentences(SENT) == []


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"route": None}, "Decide the route"),
        ({"route": "withheld"}, "decided to withhold"),
        ({"partners_missing": ("West Mercia Police",)}, "agreement of West Mercia Police"),
        ({"route": "anonymous"}, "NSPCC's agreement"),
        ({"documents": ()}, "Upload the full report."),
        ({"documents": (DocumentFact("full-report", "received", 0),)}, "Wait until the full report"),
        ({"documents": (DocumentFact("full-report", "refused", 0, "It is damaged."),)}, "It is damaged."),
        ({"documents": (DocumentFact("full-report", "checked", 2),)}, "Decide on 2 things"),
        (
            {"documents": (DocumentFact("full-report", "checked", 0, by_todays_knowledge=False),)},
            "checked again: more is known",
        ),
        ({"documents": (DocumentFact("full-report", "checked", 0, unchanged=False),)}, "not the one that was checked"),
        ({"steps_missing": ("Tell the family.",)}, "Tell the family."),
        ({"hold_checks": (date(2026, 5, 1),)}, "next checked on 1 May 2026"),
        ({"in_future": False}, "Choose a time in the future."),
        ({"copies_by": date(2026, 3, 22)}, "Choose a time on or after 1 April 2026: Ofsted"),
        ({"copies_by": date(2026, 3, 22), "earliest": None}, "whose bank holidays are known: Ofsted"),
    ],
)
def test_each_thing_missing_has_its_sentence(change: dict[str, Any], sentence: str) -> None:
    (said,) = failing_sentences(replace(READY, **change))
    assert sentence in said


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"copies": (CopyFact("Ofsted", None),)}, "not confirmed that a prior copy was sent to Ofsted"),
        ({"copies": (CopyFact("Ofsted", date(2026, 3, 24)),)}, "had to be sent by 23 March 2026"),
        ({"copies_are_current": False}, "changed after the prior copies"),
    ],
)
def test_at_its_time_the_copies_must_have_gone(change: dict[str, Any], sentence: str) -> None:
    (said,) = failing_sentences(replace(SENT, **change))
    assert sentence in said


def test_everything_that_is_missing_is_said_at_once() -> None:
    nothing = replace(READY, route=None, documents=(), steps_missing=("One.", "Two."), hold_checks=(date(2026, 5, 1),))
    assert len(failing_sentences(nothing)) == 5


@pytest.mark.parametrize(
    ("change", "waits"),
    [
        ({}, False),
        ({"documents": (DocumentFact("full-report", "received", 0),)}, True),
        ({"documents": (DocumentFact("full-report", "checked", 0, by_todays_knowledge=False),)}, True),
        ({"documents": (DocumentFact("full-report", "received", 1),)}, False),
        ({"documents": (DocumentFact("full-report", "refused", 0, "It is damaged."),)}, False),
        ({"documents": (DocumentFact("full-report", "received", 0),), "copies_are_current": False}, False),
    ],
)
def test_only_a_check_that_is_under_way_is_waited_for(change: dict[str, Any], waits: bool) -> None:
    assert waits_for_checks_alone(replace(SENT, **change)) is waits
