"""Tables: on a phone each row stands as a block that says what each cell is; a tab stop only where something scrolls."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.visiting import Visitor, faults_of

PATH = "/notify/duties?status=all"


@pytest.fixture
def officer(signed_in: Callable[..., Visitor]) -> Callable[..., Visitor]:
    def at(width: str, **how: bool) -> Visitor:
        someone = signed_in("duty.officer", width, **how)
        someone.open(PATH)
        return someone

    return at


@pytest.mark.parametrize("javascript", [True, False], ids=["with a script", "without"])
def test_on_a_phone_each_cell_says_what_it_is_and_nothing_scrolls(
    officer: Callable[..., Visitor], javascript: bool
) -> None:
    page = officer("phone", javascript=javascript).page
    cells = page.locator("tbody tr").first.locator("th, td")
    named = cells.evaluate_all("cells => cells.map(cell => getComputedStyle(cell, '::before').content)")
    assert [name.replace('"', "").strip(": ") for name in named[:3]] == ["Duty", "Due", "State"]
    tops = cells.evaluate_all("cells => cells.map(cell => cell.getBoundingClientRect().top)")
    assert tops == sorted(set(tops)), "one under the other"
    assert page.locator(".house-scroll").evaluate("box => box.scrollWidth <= box.clientWidth")


@pytest.mark.parametrize("width", ["phone", "desk"])
def test_a_table_stays_one_for_a_screen_reader(officer: Callable[..., Visitor], width: str) -> None:
    page = officer(width).page
    table = page.get_by_role("table", name="Duties")
    expect(table).to_have_count(1)
    expect(table.get_by_role("columnheader").first).to_have_accessible_name("Duty")
    row = table.get_by_role("row").nth(1)
    expect(row.get_by_role("rowheader")).to_have_count(1)
    assert row.get_by_role("cell").count() >= 3
    assert faults_of(page) == []


def test_a_table_is_a_tab_stop_only_where_it_scrolls(officer: Callable[..., Visitor]) -> None:
    page = officer("desk").page
    box = page.locator(".house-scroll")
    expect(box).not_to_have_attribute("tabindex", "0")
    expect(page.get_by_role("region", name="Duties")).to_have_count(0)
    page.locator(".house-scroll table").evaluate("table => { table.style.minWidth = '3000px' }")
    page.set_viewport_size({"width": 1000, "height": 800})
    expect(box).to_have_attribute("tabindex", "0")
    expect(page.get_by_role("region", name="Duties")).to_have_count(1)
