"""A page that is left open: it warns, lets somebody stay, and at the end has what was typed kept, and nothing done."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.visiting import Visitor, faults_of
from tests.running import Running

FORM = "/notify/emergency"
QUESTION = "Why must you see it now?"


@pytest.fixture
def lead(signed_in: Callable[..., Visitor]) -> Visitor:
    """An agency's lead at a form, whose browser's clock can be moved."""
    someone = signed_in("agency.lead", "phone")
    someone.page.clock.install()
    someone.open(FORM).get_by_label(QUESTION).fill("Typed before the time ran out.")
    return someone


def pass_by(page: Page, minutes: str) -> None:
    page.clock.fast_forward(minutes)
    page.clock.run_for(2000)


def test_before_the_time_runs_out_a_person_is_warned_and_may_stay(lead: Visitor) -> None:
    page = lead.page
    warning = page.get_by_role("alertdialog")
    pass_by(page, "24:00")
    assert warning.is_hidden()
    pass_by(page, "01:00")
    expect(warning).to_be_visible()
    expect(warning).to_be_focused()
    assert faults_of(page) == []
    with page.expect_response("**/notify/stay"):
        page.get_by_role("button", name="Stay signed in").click()
    expect(warning).to_be_hidden()
    expect(page.get_by_label(QUESTION)).to_be_focused()
    pass_by(page, "24:00")
    assert warning.is_hidden()


def test_the_warning_covers_nothing_that_has_the_focus(lead: Visitor) -> None:
    page = lead.page
    pass_by(page, "25:00")
    warning = page.get_by_role("alertdialog")
    expect(warning).to_be_visible()
    for link in page.locator("a:visible, main button:visible").all():
        link.focus()
        box, bar = link.bounding_box(), warning.bounding_box()
        assert box and bar and box["y"] + box["height"] <= bar["y"] + 1, link.inner_text()


def test_a_page_left_open_while_the_sign_in_holds_records_nothing(
    signed_in: Callable[..., Visitor], running: Running
) -> None:
    found = running.refer().json()["incident"]["id"]
    officer = signed_in("duty.officer")
    officer.page.clock.install()
    page = officer.open(f"/notify/incidents/{found}/withdrawal")
    page.locator("[name=reasons]").fill("A sentence half wri")
    with page.expect_navigation():  # the server's clock has not moved, as if somebody had worked elsewhere
        pass_by(page, "31:00")
    expect(page.get_by_text("What you had typed was kept.")).to_be_visible()
    expect(page.locator("[name=reasons]")).to_have_value("A sentence half wri")
    assert running.incident(found)["status"] != "withdrawn"


def test_a_page_asked_for_in_another_tab_moves_the_end_for_all(lead: Visitor) -> None:
    page, other = lead.page, lead.context.new_page()
    warnings = [tab.get_by_role("alertdialog") for tab in (page, other)]
    pass_by(page, "20:00")
    other.goto(lead.running.system.url + "/notify/reports")
    pass_by(page, "06:00")
    assert warnings[0].is_hidden(), "the person works in the other tab"
    pass_by(page, "19:30")
    for warning in warnings:
        expect(warning).to_be_visible()
    with other.expect_response("**/notify/stay"):
        other.get_by_role("button", name="Stay signed in").click()
    page.clock.run_for(2000)
    for warning in warnings:
        expect(warning).to_be_hidden()


def test_of_several_forms_the_one_that_was_typed_in_is_kept(lead: Visitor) -> None:
    page = lead.page
    page.evaluate(
        "document.querySelector('main').insertAdjacentHTML('afterbegin', '<form method=post data-keep>'"
        " + '<input name=other value=untouched></form>')"
    )
    with page.expect_request(lambda asked: asked.method == "POST") as sent:
        pass_by(page, "31:00")
    typed = sent.value.post_data or ""
    assert "Typed+before+the+time+ran+out." in typed and "keep_only=yes" in typed and "untouched" not in typed


def test_somebody_who_was_signed_in_as_long_as_may_be_is_warned_once_and_kept(lead: Visitor) -> None:
    page = lead.page
    page.route("**/notify/stay", lambda route: route.fulfill(body="200"))  # what the server says near the last end
    pass_by(page, "25:30")
    warning = page.get_by_role("alertdialog")
    page.get_by_role("button", name="Stay signed in").click()
    expect(warning).to_be_hidden()
    page.clock.run_for(3000)
    assert warning.is_hidden(), "it cannot be moved, and has been read"
    with page.expect_navigation():
        pass_by(page, "04:00")
    expect(page.get_by_label(QUESTION)).to_have_value("Typed before the time ran out.")
