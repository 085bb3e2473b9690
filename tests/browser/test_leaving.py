"""Somebody leaves: once the office is answered, the very next page in each of the three services is refused.

The workers stand still meanwhile: the end of an access is not a matter of when one of them comes to it.
"""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.visiting import Visitor

OPEN = {"/notify/incidents": "Incidents", "/review/cases": "Reviews", "/publish/publications": "Publications"}


@pytest.fixture
def leaver(visitor: Callable[..., Visitor]) -> Visitor:
    someone = visitor("desk")
    someone.sign_in("partner.approver")
    return someone


@pytest.fixture
def at_leaver(visitor: Callable[..., Visitor]) -> Page:
    """The office's page about whoever leaves."""
    office = visitor("desk")
    office.sign_in("office")
    office.open("/notify/people")
    return office.follow("Jo Example")


def expect_open(leaver: Visitor) -> None:
    for path, title in OPEN.items():
        expect(leaver.open(path).get_by_role("heading", level=1)).to_have_text(title)


def test_who_leaves_is_out_of_every_service_at_the_next_page(leaver: Visitor, at_leaver: Page) -> None:
    expect_open(leaver)
    try:
        with leaver.running.workers_standing_still():
            at_leaver.get_by_role("button", name="End access now").click()
            expect(at_leaver.get_by_role("button", name="Give access back")).to_be_visible()
            assert [path for path in OPEN if "/sign-in" not in leaver.open(path).url] == []
            posted = leaver.context.request.post(f"{leaver.running.system.url}/review/emergency", max_redirects=0)
            assert posted.status in (303, 400)
    finally:
        at_leaver.get_by_role("button", name="Give access back").click()
    expect(at_leaver.get_by_role("button", name="End access now")).to_be_visible()
    assert "/sign-in" in leaver.open("/review/cases").url, "a sign-in that was ended stays ended"
