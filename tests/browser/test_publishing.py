"""A signed report's way to the public in the browser, by the partners, an editor and a communications lead: both routes."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date

import pytest
import requests
from playwright.sync_api import Page, expect

from deploy.run.environment import PROJECT
from shared.calendar import add_working_days
from tests.browser.test_reviewing import fill_day, send
from tests.browser.visiting import Visitor, faults_of
from tests.publishing import pdf
from tests.running import Running, start_under, until

SIGNED_REPORTS = """
import pathlib, sys
from deploy.demo.documents import referral
from deploy.demo.reviewing import duty_discharged, practice_review, rapid_review
from deploy.demo.stage import stage_at
from shared import clock
from shared.partnership import partnership
stage = stage_at(sys.argv[1], pathlib.Path(sys.argv[2]))
for title in sys.argv[3:]:
    sent = stage.call(partnership().authority.agency_id, "POST", "/notify/api/v1/referrals", referral(clock.now()))
    duty_discharged(stage, sent["incident"], "sin-panel")
    practice_review(stage, rapid_review(stage, sent["incident"]), title)
"""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A system of its own, whose clock this test moves, with two reports that the partners have signed."""
    started = start_under(tmp_path_factory.mktemp("publishing"))
    command = [sys.executable, "-c", SIGNED_REPORTS, started.url, str(started.var), "For the site", "For the NSPCC"]
    done = subprocess.run(
        command, env=os.environ | started.environment, cwd=PROJECT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    yield Running(started)
    started.stop_and_forget()


def today(running: Running) -> date:
    said = running.command("clock", "advance", "--days", "0").stdout
    day, month, year = re.search(r"\w+ (\d+) (\w+) (\d{4})", said).groups()  # type: ignore[union-attr]
    months = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ]
    return date(int(year), months.index(month) + 1, int(day))


@pytest.fixture
def people(visitor: Callable[..., Visitor]) -> dict[str, Visitor]:
    found = {
        who: visitor("phone" if who == "editor" else "desk")
        for who in ("council.approver", "editor", "communications.lead")
    }
    for who, someone in found.items():
        someone.sign_in(who)
    return found


def at_publication(people: dict[str, Visitor], running: Running, title: str) -> str:
    """The page of the publication with this title, which every one of them can open."""
    found = running.call("GET", "/publish/api/v1/publications", "office", params={"limit": 50}).json()["items"]
    for each in found:
        whole = running.call("GET", f"/publish/api/v1/publications/{each['id']}", "office").json()
        if whole["title"] == title:
            return f"/publish/publications/{each['id']}"
    raise AssertionError(f"no publication is called {title}")


def form(someone: Visitor, at: str, words: str) -> Page:
    """Go to a publication and follow the link to one of its forms, which has no fault."""
    someone.open(at)
    page = someone.follow(words)
    assert faults_of(page) == []
    return page


def decide_route(approver: Visitor, at: str, route: str, day: date) -> None:
    page = form(approver, at, "Decide how it is published")
    page.locator(f"[name=route][value={route}]").check()
    page.locator("[name=publish][value=full-report]").check()
    page.locator("[name=reasons]").fill("It is for everyone to learn from.")
    for text in page.locator("[name^=name_], [name^=role_]").all():
        text.fill("Director")
    if route == "anonymous":
        send_refused(page, "Record the decision", "NSPCC")
        page.locator("[name=nspcc_by]").fill("The librarian")
        fill_day(page, "nspcc_on", day)
        page.locator("[name=local_improvements]").fill("A second contact is always followed by a visit.")
    send(page, "Record the decision")


def send_refused(page: Page, button: str, words: str) -> None:
    page.get_by_role("button", name=button, exact=True).click()
    expect(page.locator(".govuk-error-summary")).to_contain_text(words)
    assert faults_of(page) == []


def prepare(editor: Visitor, at: str) -> None:
    """A new version of the report, the words of the page, and a decision on whatever the check found."""
    page = form(editor, at, "Upload a document")
    page.locator("[name=kind][value=full-report]").check()
    report = {
        "name": "Report on somebody.pdf",
        "mimeType": "application/pdf",
        "buffer": pdf("What agencies can learn. Ask twice."),
    }
    page.locator("[name=file]").set_input_files(report)  # type: ignore[arg-type]
    send(page, "Upload")
    page = form(editor, at, "The words of the page")
    page.locator("[name=title]").fill("Learning to ask twice")
    page.locator("[name=summary]").fill("Two contacts were closed without a visit.")
    page.locator("[name=themes]").fill("Information sharing\nProfessional curiosity")
    page.locator("[name=warnings][value=physical-abuse]").check()
    page.locator("[name=age_bands][value='1-to-4']").check()
    page.locator("[name=recommendations]").fill("Visit after the second contact.")
    send(page, "Save")
    until(lambda: editor.open(at).get_by_text("Being checked").count() == 0, "the check")
    while editor.open(f"{at}/findings").get_by_role("link", name="Decide").count():
        page = editor.follow("Decide")
        assert faults_of(page) == []
        page.locator("[name=resolution][value=removed]").check()
        page.locator("[name=reason]").fill("The newer version is without it.")
        send(page, "Record")


def bring_out(lead: Visitor, at: str, day: date) -> None:
    """The protocol, step by step; an early reader with the embargo in writing; and the time."""
    while True:
        page = form(lead, at, "Record a step of the protocol")
        open_steps = page.locator("[name=step]")
        if not open_steps.count():
            break
        open_steps.first.check()
        send(page, "It is done")
    page = form(lead, at, "Name an early reader")
    page.locator("[name=name]").fill("Ada Invented")
    page.locator("[name=role]").fill("Leader of the council")
    send(page, "Record")
    send_time(lead, at, day, refused="embargo")
    page = form(lead, at, "Record the embargo")
    page.locator("[name=reader]").check()
    page.locator("[name=what][value=agreed]").check()
    send(page, "Record")
    send_time(lead, at, day)
    expect(lead.page.get_by_text("It is scheduled.")).to_be_visible()
    assert faults_of(lead.page) == []


def send_time(lead: Visitor, at: str, day: date, refused: str = "") -> None:
    page = form(lead, at, "Set the time")
    fill_day(page, "day", day)
    page.locator("[name=time]").fill("9:30am")
    if "Avoid" in page.locator("main").inner_text():
        page.locator("[name=avoided_week_reasons]").fill("The inquest ends then.")
    if refused:
        send_refused(page, "Schedule it", refused)
    else:
        send(page, "Schedule it")


def wait_for_its_day(running: Running, at: str, day: date) -> None:
    path = at.replace("/publish/", "/publish/api/v1/")

    def copies_sent() -> bool:
        told = running.call("GET", path, "office").json()["told"]
        return sum(1 for one in told if one["rule"] == "prior-copy" and one["discharged_at"]) == 3

    until(copies_sent, "the prior copies")
    running.command("clock", "advance", "--days", str((day - today(running)).days + 1))
    until(lambda: running.call("GET", path, "office").json()["status"] == "live", "the publication to be live")


@pytest.mark.timeout(300)
def test_a_report_comes_out_on_the_site_is_corrected_and_taken_down(
    running: Running, people: dict[str, Visitor], visitor: Callable[..., Visitor]
) -> None:
    approver, editor, lead = people.values()
    at = at_publication(people, running, "For the site")
    now = today(running)
    decide_route(approver, at, "local", now)
    prepare(editor, at)
    day = add_working_days(now, 9)
    bring_out(lead, at, day)
    editor.open(at)
    preview = editor.follow("See the page as the public will")
    expect(preview.get_by_text("This review speaks of physical abuse.")).to_be_visible()
    wait_for_its_day(running, at, day)

    public = visitor("phone", javascript=False)
    page = public.open("/")
    page.get_by_label("Search the reviews").fill("ask twyce")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="ask twice").click()
    expect(page.locator("mark").first).to_be_visible()
    page.get_by_role("link", name="Learning to ask twice").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    address = page.url
    document = page.locator(".documents a").get_attribute("href")
    assert requests.get(running.system.url + str(document), timeout=20).content.startswith(b"%PDF")
    desk = visitor("desk")
    for path in (
        "/",
        "/reviews",
        "/learning",
        "/themes",
        "/themes/information-sharing",
        address.removeprefix(running.system.url),
        "/search?q=twice",
    ):
        assert axe(desk.open(path)) == [], path

    page = form(editor, at, "The words of the page")
    page.locator("[name=summary]").fill("Two contacts were closed, and nobody visited.")
    send(page, "Save")
    until(lambda: editor.open(at).get_by_text("Being checked").count() == 0, "the check")
    page = form(lead, at, "Correct the live page")
    page.locator("[name=reasons]").fill("The summary was not clear.")
    send(page, "Correct it")
    until(lambda: "Corrected on" in requests.get(address, timeout=20).text, "the correction")
    page = form(lead, at, "Take the page down")
    page.locator("[name=reasons]").fill("A name was overlooked.")
    send(page, "Take it down now")
    until(lambda: requests.get(address, timeout=20).status_code == 410, "the page to be gone")
    page = lead.open(at)
    expect(page.get_by_text("Withdrawal ordered by Nia Example")).to_be_visible()


def axe(page: Page) -> list[str]:
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    return [f"{each['id']}: {node['target']}" for each in found for node in each["nodes"]] + ["too wide"] * wide


@pytest.mark.timeout(300)
def test_a_report_goes_to_the_nspcc_without_a_name_and_is_acknowledged(
    running: Running, people: dict[str, Visitor]
) -> None:
    approver, editor, lead = people.values()
    at = at_publication(people, running, "For the NSPCC")
    now = today(running)
    decide_route(approver, at, "anonymous", now)
    prepare(editor, at)
    day = add_working_days(now, 9)
    bring_out(lead, at, day)
    wait_for_its_day(running, at, day)
    until(lambda: lead.open(at).get_by_text("acknowledgement awaited").count(), "the deposit to be sent")
    lead.page.get_by_text("nothing found that names the area").click()
    expect(lead.page.get_by_text("Hereford County Hospital").first).to_be_visible()
    assert faults_of(lead.page) == []
    reference = re.search(r"SR-[0-9A-F]{8}", lead.page.content())
    assert reference is not None
    page = form(lead, at, "Record the NSPCC's acknowledgement")
    page.locator("[name=reference]").fill("C9001")
    page.locator("[name=our_reference]").fill(reference[0])
    fill_day(page, "day", today(running))
    send(page, "Record")
    expect(lead.page.get_by_text(re.compile("acknowledged on .* C9001"))).to_be_visible()
    expect(lead.page.get_by_text(re.compile(f"keeps the file until .* {today(running).year + 5}"))).to_be_visible()
    site = requests.get(f"{running.system.url}/reviews", timeout=20).text
    assert "Information about improvements" in site
    assert "Learning to ask twice" not in site
