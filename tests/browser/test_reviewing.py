"""A rapid review and what follows, played in the browser by the office, a hospital's two people and the three partners."""

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser.visiting import Visitor, faults_of
from tests.publishing import pdf
from tests.running import until

SAMPLE = "Date\tTime\tEvent\tSource\tChild seen\n14/03/2025\t9:30pm\tSeen with a bruise\tEPR\tyes\n2/4/25\t\tRefused\tEPR\t\n"
PARTNERS = {"council.approver": "agree", "icb.approver": "agree", "partner.approver": "dissent"}


def fill_day(page: Page, name: str, day: date) -> None:
    for part, value in (("day", day.day), ("month", day.month), ("year", day.year)):
        page.locator(f"[name={name}-{part}]").fill(str(value))


def send(page: Page, button: str) -> None:
    page.get_by_role("button", name=button, exact=True).click()
    assert page.locator(".govuk-error-summary").count() == 0, page.locator(".govuk-error-summary").all_inner_texts()


def answer(someone: Visitor, part: str, button: str = "Save", **values: str) -> None:
    page = someone.follow(part)
    for name, value in values.items():
        page.locator(f"[name={name}]").fill(value)
    send(page, button)


def write_return(author: Visitor) -> None:
    at = author.page.url
    for part in ("Summary of your", "How the child was seen", "Ethnicity", "What went well", "What has been changed"):
        answer(author, part, value="In our own words.")
    page = author.follow("Period")
    fill_day(page, "first", date(2024, 3, 1))
    fill_day(page, "last", date(2026, 3, 1))
    send(page, "Save")
    for part, values in (
        ("Key practice", {"what_happened": "A bruise.", "analysis": "Nobody asked."}),
        ("What should have been", {"what": "To ask.", "why": "A busy shift."}),
        ("Your agency's recommendations", {"text": "Teach it."}),
    ):
        answer(author, part, "Add", **values)
        author.open(at.removeprefix(author.running.system.url))
    page = author.follow("Chronology")
    page.locator("[name=pasted]").fill(SAMPLE)
    send(page, "See what is understood")
    expect(page.get_by_text("1 entry is understood, 1 row is not")).to_be_visible()
    assert faults_of(page) == []
    send(page, "Add these 1 to the draft")
    author.open(at.removeprefix(author.running.system.url))
    answer(author, "The return is whole", "Hand it over for sign-off", role="Named nurse")


def opened(someone: Visitor, path: str, reference: str) -> Page:
    someone.open(path)
    return someone.follow(reference)


@pytest.mark.timeout(300)
def test_a_rapid_review_with_a_dissent_and_the_practice_review_that_follows(visitor: Callable[..., Visitor]) -> None:
    author = visitor("phone")
    author.sign_in("return.author")
    until(
        lambda: author.open("/review/requests").locator("main a", has_text="RR-").count() > 0,
        "a request to the hospital",
    )
    reference = author.page.locator("main a", has_text="RR-").last.inner_text()
    opened(author, "/review/requests", reference)
    write_return(author)
    lead = visitor("desk")
    lead.sign_in("agency.lead")
    opened(lead, "/review/requests", reference)
    answer(lead, "Sign off and send", "Sign off and send", role="Safeguarding lead")

    office = visitor("desk")
    office.sign_in("office")
    page = opened(office, "/review/cases", reference)
    expect(page.get_by_text(re.compile("Who has answered: 1 of"))).to_be_visible()
    page = office.follow("Record a meeting")
    fill_day(page, "day", date.today())
    page.locator("[name=time]").fill("00:00")
    for came in page.locator("[name^=came_]").all():
        came.fill("Somebody, director")
    page.locator("[name=minutes]").fill("What was said and agreed.")
    send(page, "Record the meeting")
    page = office.follow("Record the decision")
    page.locator("[name=outcome][value=lcspr]").check()
    for yes in page.locator("input[name^=met_][value=yes]").all():
        yes.check()
    for text in page.locator("textarea").all():
        text.fill("Considered together.")
    send(page, "Record the decision")
    expect(page.get_by_text("Awaited:")).to_be_visible()

    partners = {}
    for who, position in PARTNERS.items():
        partner = partners[who] = visitor("desk")
        partner.sign_in(who)
        opened(partner, "/review/cases", reference)
        page = partner.follow("Take your agency's position")
        page.locator(f"[name=position][value={position}]").check()
        page.locator("[name=role]").fill("Director")
        page.locator("[name=reasons]").fill("As the minutes say.")
        send(page, "Sign")
    page = opened(office, "/review/cases", reference)
    expect(page.get_by_text("dissents")).to_be_visible()
    assert faults_of(page) == []
    with page.expect_download() as download:
        page.get_by_role("link", name="PDF").click()
    assert download.value.path().read_bytes().startswith(b"%PDF-")
    page = office.follow("Commission a practice review")
    page.locator("[name=kind][value=lcspr]").check()
    page.locator("[name=title]").fill("Sharing what is known")
    fill_day(page, "day", date.today())
    send(page, "Commission it")
    page = office.follow("LCSPR-")
    assert faults_of(page) == []
    page = office.follow("Hold publication")
    page.locator("[name=reason][value=criminal-trial]").check()
    page.locator("[name=owner_name]").fill("Ola Example")
    page.locator("[name=owner_role]").fill("Lawyer")
    fill_day(page, "next_check_on", date.today() + timedelta(days=14))
    send(page, "Hold it")
    expect(page.get_by_text("Publication is held").first).to_be_visible()
    assert faults_of(page) == []
    review = page.url.removeprefix(office.running.system.url)
    page = office.follow("Upload a report")
    page.locator("[name=kind][value=full-report]").check()
    page.locator("[name=file]").set_input_files(
        {"name": "r.pdf", "mimeType": "application/pdf", "buffer": pdf("What was learnt.")}
    )
    send(page, "Upload")
    for partner in partners.values():
        partner.open(review)
        answer(partner, "Sign the report", "Sign", role="Director")
    page = office.open(review)
    expect(page.get_by_text("Signed off").first).to_be_visible()
    answer(office, "Lift it", "Lift it", reasons="The trial is over.")
    look_at_publication(visitor, partners["council.approver"])


def look_at_publication(visitor: Callable[..., Visitor], approver: Visitor) -> None:
    """Publishing opened by itself; its pages and forms have no fault, and say what is missing."""
    until(
        lambda: approver.open("/publish/publications").locator("main a", has_text="LCSPR-").count() > 0, "a publication"
    )
    page = approver.follow("LCSPR-")
    at = page.url.removeprefix(approver.running.system.url)
    expect(page.get_by_text("What is missing before it may go live")).to_be_visible()
    page = approver.follow("Decide how it is published")
    assert faults_of(page) == []
    page.locator("[name=route][value=local]").check()
    page.locator("[name=reasons]").fill("It is for everyone to learn from.")
    page.locator("[name=publish][value=full-report]").check()
    for text in page.locator("[name^=name_], [name^=role_]").all():
        text.fill("Director")
    send(page, "Record the decision")
    editor, lead = visitor("phone"), visitor("desk")
    editor.sign_in("editor")
    for rest in ("", "/findings", "/words", "/document"):
        assert faults_of(editor.open(at + rest)) == []
    lead.sign_in("communications.lead")
    for rest in ("", "/protocol", "/schedule"):
        assert faults_of(lead.open(at + rest)) == []
    lead.page.locator("[name=day-day]").fill("1")
    lead.page.locator("[name=day-month]").fill("3")
    lead.page.locator("[name=day-year]").fill("2027")
    lead.page.get_by_role("button", name="Schedule it").click()
    expect(lead.page.locator(".govuk-error-summary")).to_contain_text("protocol")
