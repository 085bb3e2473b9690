"""Somebody leaves: their access ends in all three services of a running system, and nothing they had open goes on."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.visiting import Visitor
from tests.running import until

SOON = 5.0  # seconds: notify knows at once; the others hear of it by `directory.changed`
OPEN = {"/notify/incidents": "Incidents", "/review/cases": "Reviews", "/publish/publications": "Publications"}


@pytest.fixture
def leaver(visitor: Callable[..., Visitor]) -> Visitor:
    someone = visitor("desk")
    someone.sign_in("partner.approver")
    return someone


def test_who_leaves_is_out_of_every_service_at_the_next_page(visitor: Callable[..., Visitor], leaver: Visitor) -> None:
    for path, title in OPEN.items():
        expect(leaver.open(path).get_by_role("heading", level=1)).to_have_text(title)
    office = visitor("desk")
    office.sign_in("office")
    office.open("/notify/people")
    page = office.follow("Jo Example")
    page.get_by_role("button", name="End access now").click()
    try:
        for path in OPEN:
            until(lambda at=path: "/sign-in" in leaver.open(at).url, f"{path} to be closed", SOON)  # type: ignore[misc]
        posted = leaver.context.request.post(f"{leaver.running.system.url}/review/emergency", max_redirects=0)
        assert posted.status in (303, 400)
    finally:
        page.get_by_role("button", name="Give access back").click()
    expect(page.get_by_role("button", name="End access now")).to_be_visible()
    assert "/sign-in" in leaver.open("/review/cases").url, "a sign-in that was ended stays ended"
