"""One person at one browser: their widths, their sign-in, and what axe says of the page before them."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pyotp
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from tests.running import Running

CHROMIUM = "/usr/bin/chromium-headless-shell"  # without what only a window needs
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDTHS = {"phone": 390, "desk": 1280}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
STEP = 30


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@dataclass
class Visitor:
    """One person at one browser. `see` opens a page, and whatever page it shows must have no fault of accessibility."""

    running: Running
    context: BrowserContext
    page: Page

    def open(self, path: str) -> Page:
        self.page.goto(self.running.system.url + path)
        return self.page

    def follow(self, words: str) -> Page:
        """Follow the first link of the page's content with these words."""
        with self.page.expect_navigation():
            self.page.locator("main a", has_text=words).first.click()
        return self.page

    def sign_in(self, mailbox: str) -> Page:
        """Sign in as one of the demonstration's people, by their password and their app's next unused code."""
        person = next(p for p in self.running.credentials["people"] if p["email"].startswith(f"{mailbox}@"))
        self.open("/notify/sign-in")
        self.page.get_by_label("E-mail address").fill(person["email"])
        self.page.locator("#password").fill(person["password"])
        self.page.get_by_role("button", name="Sign in").click()
        self.page.get_by_label("Code from your app").fill(unused_code(person))
        self.page.get_by_role("button", name="Continue").click()
        try:
            self.page.wait_for_url(lambda url: "sign-in" not in url)
        except PlaywrightTimeout:
            raise AssertionError(self.page.locator("main").inner_text()) from None
        return self.page


_used: dict[str, int] = {}  # by the app's secret: each system has people of its own


def unused_code(person: dict[str, Any]) -> str:
    """A code works once: where this half minute's is used up, the next one's is taken, which is accepted early."""
    now = int(time.time()) // STEP
    step = max(
        now, _used.get(person["totp_secret"], now) + 1
    )  # this half minute's may have gone into setting the account up
    while step > int(time.time()) // STEP + 1:
        time.sleep(1)
    _used[person["totp_secret"]] = step
    return pyotp.TOTP(person["totp_secret"]).at(step * STEP)


def faults_of(page: Page, rules: list[str] = RULES) -> list[str]:
    """What axe finds on a page by WCAG 2.2 A and AA, or by some of its rules, and whether it must be scrolled sideways.

    Axe cannot run where the page's own scripts may not; there only the width is looked at. A page that was just led to
    is waited for: until its content has come there is none to look at.
    """
    page.wait_for_load_state()
    expect(page.locator("body")).to_be_visible()
    found = Axe().run(page, options={"runOnly": rules}).response["violations"] if _runs_scripts(page) else []
    lines = [f"{v['id']}: {node['target']}" for v in found for node in v["nodes"]]
    wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    return [*lines, "must be scrolled sideways"] if wide else lines


def _runs_scripts(page: Page) -> bool:
    return bool(page.locator("body.js-enabled").count())
