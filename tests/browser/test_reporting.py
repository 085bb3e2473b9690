"""A newcomer reports an incident from the start page to the confirmation; the Panel has it; the officer's list shows it."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.visiting import Visitor, faults_of
from tests.running import until

ANSWERS: list[tuple[str, list[tuple[str, str, str]]]] = [
    ("What happened?", [("pick", "kind", "serious-harm")]),
    ("Is abuse or neglect known or suspected?", [("pick", "abuse_or_neglect", "suspected")]),
    ("What kinds of abuse or neglect?", [("pick", "abuse_types", "neglect")]),
    (
        "When it happened",
        [("day", "occurred_day", "20 11 2026"), ("type", "occurred_time", "9:30pm"), ("pick", "certainty", "known")],
    ),
    ("Where did it happen?", [("pick", "country", "here")]),
    ("The place", [("type", "place", "At home")]),
    (
        "What is known of the incident?",
        [("type", "narrative", "A child was found with injuries that nobody could explain.")],
    ),
    ("What was done at once to keep children safe?", [("type", "immediate_action", "A place of safety was found.")]),
    ("The child's name", [("type", "given_name", "{name}"), ("type", "family_name", "Invented")]),
    ("How is this child's age known?", [("pick", "age_known_by", "born")]),
    ("When was this child born?", [("day", "date_of_birth", "1 4 2020")]),
    ("What is the outcome for this child?", [("pick", "outcome", "seriously-harmed")]),
    ("What harm was done to this child?", [("type", "harm", "A broken arm")]),
    ("More about the child", [("pick", "sex", "female")]),
    ("Where the child lived", [("type", "home_postcode", "HR4 0AA")]),
    ("Does this child usually live in the authority's area?", [("pick", "resident_here", "yes")]),
    ("Care and plans", [("pick", "looked_after", "no"), ("pick", "child_protection_plan", "never")]),
    ("Which agencies know this child?", [("pick", "agencies_known_to", "west-mercia-police")]),
    ("Children in this report", [("pick", "another", "no")]),
    ("Other people in this report", [("pick", "another", "yes")]),
    ("Another person", [("type", "relationship", "Mother")]),
    ("Other people in this report", [("pick", "another", "no")]),
    ("Files that go with the report", [("attach", "file", "Notes of the {name} meeting."), ("type", "title", "Notes")]),
    ("When your agency became aware", [("day", "aware_day", "21 11 2026"), ("type", "aware_time", "10am")]),
    (
        "When the local authority became aware",
        [("day", "authority_day", "21 11 2026"), ("type", "authority_time", "11:15")],
    ),
    ("What else is under way", [("pick", "proceedings", "police-investigation"), ("pick", "media_interest", "no")]),
    ("Your details", [("type", "referrer_role", "Duty officer"), ("type", "referrer_email", "duty@agency.example")]),
]


def choose_file(page: Page, name: str, words: str) -> None:
    file = {"name": "notes.txt", "mimeType": "text/plain", "buffer": words.encode()}
    page.locator(f"[name={name}]").set_input_files(file)  # type: ignore[arg-type]  # the shape that Playwright documents


def by_mouse(page: Page, how: str, name: str, value: str) -> None:
    if how == "pick":
        page.locator(f"[name={name}][value='{value}']").check()
    elif how == "attach":
        choose_file(page, name, value)
    elif how == "day":
        for part, typed in zip(("day", "month", "year"), value.split(), strict=True):
            page.locator(f"#{name}-{part}").fill(typed)
    else:
        page.locator(f"[name={name}]").fill(value)


def by_keyboard(page: Page, how: str, name: str, value: str) -> None:
    """Reach the question with the tab key alone, and answer it."""
    wanted = f"{name}-day" if how == "day" else name
    reach(page, f"document.activeElement.name === '{wanted}'")
    if how == "attach":
        choose_file(page, name, value)  # the browser's own window for it is not ours to test
    elif how == "day":
        for typed in value.split():
            page.keyboard.type(typed)
            page.keyboard.press("Tab")
    elif how == "type":
        page.keyboard.press("Control+A")
        page.keyboard.type(value)
    elif page.evaluate("document.activeElement.type") == "radio":
        for _ in range(12):
            if page.evaluate("document.activeElement.checked && document.activeElement.value") == value:
                return
            page.keyboard.press("Space" if not page.evaluate("document.activeElement.checked") else "ArrowDown")
        raise AssertionError(f"{value} cannot be reached by the arrow keys")
    else:
        reach(page, f"document.activeElement.value === '{value}'")
        page.keyboard.press("Space")


def reach(page: Page, condition: str) -> None:
    for _ in range(80):
        if page.evaluate(condition):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the tab key does not lead to {condition} on {page.url}")


def go_on(page: Page, keyboard: bool) -> None:
    if keyboard:
        reach(
            page,
            "document.activeElement.type === 'submit' && document.activeElement.textContent.match(/ontinue|Send the report/) !== null",
        )
        page.keyboard.press("Enter")
    else:
        page.get_by_role("button", name="ontinue", exact=False).click()


def fill_in(page: Page, name: str, *, keyboard: bool = False) -> None:
    """From the list of reports to the answers that are checked. Every page on the way is looked at by axe."""
    page.get_by_role("button", name="Report an incident").click()
    for heading, questions in ANSWERS:
        expect(page.get_by_role("heading", level=1, name=heading)).to_be_visible()
        assert faults_of(page) == [], page.url
        for how, question, value in questions:
            (by_keyboard if keyboard else by_mouse)(page, how, question, value.format(name=name))
        go_on(page, keyboard)
    expect(page.get_by_role("heading", name="Check your answers")).to_be_visible()
    assert faults_of(page) == []


def report(page: Page, name: str, *, keyboard: bool = False) -> str:
    """From the start page to the confirmation; the reference that it shows."""
    fill_in(page, name, keyboard=keyboard)
    expect(page.get_by_text("A broken arm")).to_be_visible()
    expect(page.get_by_role("link", name="notes.txt")).to_be_visible()
    page.get_by_role("button", name="Send the report").click()
    expect(page.get_by_role("heading", name="Report sent")).to_be_visible()
    assert faults_of(page) == []
    return page.locator(".govuk-panel__body strong").inner_text()


@pytest.mark.parametrize(
    ("width", "javascript", "keyboard"),
    [("phone", True, False), ("desk", False, False), ("desk", True, True)],
    ids=["on a phone", "without JavaScript", "by keyboard alone"],
)
def test_a_report_goes_from_the_start_page_to_the_panel_and_the_officers_list(
    visitor: Callable[..., Visitor], width: str, javascript: bool, keyboard: bool
) -> None:
    someone = visitor(width, javascript=javascript)
    page = someone.open("/notify")
    assert faults_of(page) == []
    expect(page.get_by_text("Is a child at risk now?").first).to_be_visible()
    page = someone.sign_in("duty.officer")
    someone.open("/notify")
    reference = report(page, f"Case-{width}-{keyboard}", keyboard=keyboard)
    assert reference.startswith("HSCP-")

    someone.open("/notify/incidents")
    page.get_by_role("link", name="INC-").first.click()

    def notified() -> Any:
        page.reload()
        return page.get_by_role("row", name="Notify the Panel").get_by_text("Done").count()

    until(notified, "the Panel's receipt on the incident's page", 20)
    assert faults_of(page) == []


@pytest.mark.timeout(240)
def test_a_lead_reads_a_report_and_sends_it_back_and_the_reporter_sends_it_without_waiting(
    visitor: Callable[..., Visitor],
) -> None:
    reporter, lead = visitor("phone"), visitor("desk")
    page = reporter.sign_in("referrer")
    fill_in(page, "Agreed")
    page = reporter.follow("Ask a safeguarding lead")
    assert faults_of(page) == []
    page.get_by_role("radio").first.check()
    page.get_by_role("button", name="Ask them").click()
    expect(page.get_by_text("has not answered yet")).to_be_visible()
    lead.sign_in("agency.lead")
    shown = lead.open("/notify/reports")
    shown = lead.follow("An incident report by Robin Example")
    assert faults_of(shown) == []
    shown.get_by_role("button", name="Answer").click()
    assert faults_of(shown) == []
    shown.get_by_label("Something should be changed first").check()
    shown.get_by_label("What should be changed?").fill("Say who saw it first.")
    shown.get_by_role("button", name="Answer").click()
    page.reload()
    expect(page.get_by_text("Say who saw it first.")).to_be_visible()
    assert faults_of(page) == []
    page.get_by_role("button", name="Send the report").click()
    expect(page.get_by_role("heading", name="Report sent")).to_be_visible()
