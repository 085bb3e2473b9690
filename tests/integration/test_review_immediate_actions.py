"""Immediate actions of a rapid review are given in rows: what, and who does it; a row more loses nothing typed."""

import re
from html import unescape

import pytest

from tests.integration.test_review_pages import met, person
from tests.people import WRONG, Someone
from tests.reviewing import COUNCIL, ICB, OFFICE, POLICE, get, open_case

pytestmark = pytest.mark.usefixtures("ground")

ROW = re.compile(r'name="(immediate_actions-\d+-(?:action|by))"[^>]*?(?:value="([^"]*)")?>')
TYPED = {
    "immediate_actions-0-action": "Visit the siblings | the same day",
    "immediate_actions-0-by": "Council",
    "immediate_actions-2-action": "Brief the ward.",
    "reasons": "Agencies did not share.",
}


def rows(page: str) -> dict[str, str]:
    return {name: unescape(value) for name, value in ROW.findall(page)}


def at_fault(page: str) -> list[str]:
    """The inputs that are red and read out with what is wrong with them."""
    red = re.findall(r'<input class="[^"]*--error" id="([^"]+)"[^>]*aria-describedby="\1-error"', page)
    return [name for name in red if re.search(f'id="{name}-error"[^>]*>\\s*<span[^>]*>Error:</span>', page)]


def deciding() -> tuple[Someone, str, dict[str, str]]:
    """The office at the page of a decision, and the answers that every decision needs."""
    case, office = open_case(), person(OFFICE, "partnership-office")
    met(office, case, COUNCIL, ICB, POLICE)
    at = f"/review/cases/{case['id']}/decision"
    page = office.get(at).text
    form = {name: f"Words on {name}." for name in re.findall(r'name="((?:heading_|why_)[^"]+)"', page)}
    return office, at, form | dict.fromkeys(re.findall(r'name="(met_\d+)"', page), "yes") | {"outcome": "lcspr"}


def test_actions_are_given_with_who_does_each_and_empty_rows_are_none() -> None:
    office, at, form = deciding()
    assert set(rows(office.get(at).text)) == {
        f"immediate_actions-{row}-{what}" for row in range(3) for what in ("action", "by")
    }
    office.does(at, **form, **TYPED)
    [decision] = get(at.removeprefix("/review").removesuffix("/decision"), OFFICE)["decisions"]
    assert decision["immediate_actions"] == [
        {"action": "Visit the siblings | the same day", "by": "Council"},
        {"action": "Brief the ward."},
    ]


def test_another_row_keeps_what_was_typed_and_records_nothing() -> None:
    office, at, form = deciding()
    empty = {f"immediate_actions-{row}-by": "" for row in (1, 2)}
    answer = office.post(at, **TYPED, **empty, **{"immediate_actions-more": "yes"})
    assert answer.status_code == 200
    assert WRONG.findall(answer.text) == [], "nothing is judged yet"
    assert len(rows(answer.text)) == 8
    assert {name: said for name, said in rows(answer.text).items() if said} == {
        name: said for name, said in TYPED.items() if name != "reasons"
    }
    assert "Agencies did not share." in answer.text
    assert 'formaction="#immediate_actions-4-action"' in answer.text
    again = office.post(at, **TYPED, **form)
    assert again.status_code == 303


def test_who_does_it_without_what_is_asked_for_at_the_row() -> None:
    office, at, form = deciding()
    answer = office.post(at, **form, reasons="Why.", **{"immediate_actions-1-by": "Council"})
    assert answer.status_code == 422
    assert "Action 2: write it, or empty the rest of its row" in WRONG.findall(answer.text)[0]
    assert 'href="#immediate_actions-1-action"' in answer.text
    assert at_fault(answer.text) == ["immediate_actions-1-action"]
    long = office.post(at, **form | TYPED | {"immediate_actions-0-by": "x" * 500})
    assert long.status_code == 422
    assert 'href="#immediate_actions-0-action"' in long.text, "what the interface refuses stands there too"
    hidden = office.post(at, **form | TYPED | {"immediate_actions-2-by": "The wa\u200brd"})
    assert at_fault(hidden.text) == ["immediate_actions-2-by"]
