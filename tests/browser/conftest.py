"""A running system with a few cases, and a real browser at a phone's width and a desk's, with JavaScript and without."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, StorageState

from tests.browser.visiting import WIDTHS, Visitor, chromium
from tests.running import Running, start_with_examples


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    started = start_with_examples(tmp_path_factory.mktemp("browser"))
    yield Running(started)
    started.stop_and_forget()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def visitor(running: Running, browser: Browser) -> Iterator[Callable[..., Visitor]]:
    """Makes a visitor: `visitor("phone", javascript=False)`."""
    contexts: list[BrowserContext] = []

    def make(width: str = "desk", *, javascript: bool = True, **how: Any) -> Visitor:
        size = {"width": WIDTHS[width], "height": 900}
        context = browser.new_context(viewport=size, java_script_enabled=javascript, locale="en-GB", **how)
        context.set_default_timeout(10_000)
        contexts.append(context)
        return Visitor(running, context, context.new_page())

    yield make
    for context in contexts:
        context.close()


@pytest.fixture(scope="module")
def cookies() -> dict[str, StorageState]:
    """What a browser holds of those who have signed in."""
    return {}


@pytest.fixture
def signed_in(visitor: Callable[..., Visitor], cookies: dict[str, StorageState]) -> Callable[..., Visitor]:
    """Makes a visitor who is signed in: `signed_in("duty.officer", "phone")`. A code opens only once in half a minute."""

    def make(mailbox: str, width: str = "desk", **how: Any) -> Visitor:
        someone = visitor(width, storage_state=cookies.get(mailbox), **how)
        if mailbox not in cookies:
            someone.sign_in(mailbox)
            cookies[mailbox] = someone.context.storage_state()
        return someone

    return make
