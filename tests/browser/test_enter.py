"""Enter in a form goes on, as its own button would: it takes nobody out of a report and asks for no further row."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.visiting import Visitor, faults_of


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without"])
def test_enter_on_an_answer_goes_on_and_takes_no_child_out(visitor: Callable[..., Visitor], javascript: bool) -> None:
    someone = visitor("desk", javascript=javascript)
    page = someone.sign_in("referrer")
    someone.open("/notify/reports")
    page.get_by_role("button", name="Report an incident").click()
    draft = page.url.removesuffix("/incident/what-happened").removeprefix(someone.running.system.url)
    someone.open(f"{draft}/child/0/name")
    page.get_by_label("First name").fill("Dora")
    page.get_by_role("button", name="Save and continue").click()
    someone.open(f"{draft}/children")
    assert faults_of(page) == []
    page.get_by_role("radio", name="No").check()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{draft}/people")

    someone.open(f"{draft}/children")
    page.get_by_role("link", name="Remove Dora, number 1").click()
    expect(page.get_by_role("heading", name="Remove child 1 and all answers about this child?")).to_be_visible()
    assert faults_of(page) == []
    page.get_by_role("link", name="No, keep").click()
    page.get_by_role("link", name="Remove Dora").click()
    page.get_by_role("button", name="Yes, remove").click()
    page.wait_for_url(f"**{draft}/children")
    assert page.get_by_text("Dora").count() == 0

    someone.open(f"{draft}/check")
    page.get_by_role("link", name="Delete it without sending").click()
    expect(page.get_by_role("heading", name="Delete this report?")).to_be_visible()
    assert faults_of(page) == []
    page.get_by_role("button", name="Delete it").click()
    expect(page.get_by_text("What you had begun is deleted.")).to_be_visible()


def test_enter_in_a_row_sends_the_form_and_asks_for_no_further_row(visitor: Callable[..., Visitor]) -> None:
    someone = visitor("phone")
    page = someone.sign_in("office")
    someone.open("/review/cases")
    someone.follow("RR-")
    someone.follow("Record the decision")
    rows = page.locator("input[id^='immediate_actions-'][id$='-action']")
    shown = rows.count()
    rows.first.fill("The home was visited.")
    with page.expect_response(lambda answer: answer.request.method == "POST") as sent:
        rows.first.press("Enter")
    assert "immediate_actions-more" not in (sent.value.request.post_data or "")
    expect(page.locator(".govuk-error-summary")).to_be_visible()
    assert (rows.count(), rows.first.input_value()) == (shown, "The home was visited.")
    assert faults_of(page) == []
