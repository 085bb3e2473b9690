"""Every page in its states: no fault of accessibility, no sideways scrolling at 320 pixels, nothing wrong in print, valid HTML."""

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.visiting import Visitor, faults_of
from tests.npm import installed
from tests.running import Running, referral

# By whom, and what: an address, or the words of a link on the page before.
WAYS: dict[str, list[str]] = {
    "": ["/notify", "/notify/about", "/notify/sign-in", "/notify/forgotten", "/notify/link/none", "/", "/reviews", "/reviews/child-hn", "/learning", "/themes", "/yearly-reports", "/search", "/search?q=child", "/search?q=chyld", "/about", "/accessibility", "/no-such-page"],
    "duty.officer": ["/notify/today", "/notify/incidents", "link:INC-", "link:Decide", "/notify/duties?status=all", "link:Notify the Panel", "link:What to enter", "/notify/timeliness", "/notify/reports", "link:HSCP-", "/notify/account", "/notify/no-such-page", "/notify/report"],
    "office": ["/notify/incidents", "link:INC-", "link:Who may see it", "/notify/emergencies", "/notify/settings",
        "/notify/settings/recipients/nspcc", "/notify/health-in-words", "/notify/people", "link:Robin", "link:They lost their phone", "/notify/people/new/example-school",
        "/review/cases", "link:RR-", "link:Record the decision", "/review/cases", "link:RR-", "link:Ask further", "/review/cases", "link:RR-", "link:West Mercia", "link:Give more time", "/review/cases", "link:RR-", "link:The merged", "/review/cases", "link:RR-", "link:Make a recommendation", "/review/recommendations", "link:Show earlier", "/review/themes", "/review/figures",
        "/review/emergencies", "/review/cases", "link:RR-", "link:Who may see it", "/review/cases", "link:RR-", "link:Share returns", "/review/cases", "link:RR-", "link:Agenda"],
    "reviewer": ["/review/reviewing", "/review/shared"],
    "administrator": ["/notify/settings", "link:Change", "/notify/agencies/new", "/notify/settings", "link:End", "/notify/settings/contacts", "/notify/settings/recipients/local-authority:E06000051", "/notify/settings/recipients/local-authority:E06000051/code", "/notify/account/messages",
        "/publish/settings/protocol", "link:Change", "/publish/settings/protocol", "link:Take out", "/review/settings/stages", "link:Change", "/review/settings/stages", "link:Take out", "/review/settings/stages/rapid-review/words", "/review/settings/returns"],
    "editor": ["/publish/publications", "/publish/past-reviews", "/publish/publications/new", "/publish/publications", "link:LCSPR-", "link:The words of the page", "/publish/publications", "link:LCSPR-", "link:All findings"],
    "return.author": ["/review/requests", "link:RR-", "link:Period", "/review/requests", "link:RR-", "link:Key practice", "/review/requests", "link:RR-", "link:Chronology"],
    "agency.lead": ["/notify/reports", "/notify/emergency", "/notify/people", "/review/emergency", "/review/shared", "/review/meetings"],
}  # fmt: skip
WITH_FORMS = {
    "": ["/notify/sign-in", "/notify/forgotten"],
    "agency.lead": ["/notify/emergency", "/review/emergency"],
    "office": ["/notify/people/new/example-school"],
    "administrator": [
        "/notify/agencies/new",
        "/notify/settings/recipients/local-authority:E06000051",
        "/publish/settings/protocol/new",
        "/review/settings/stages/rapid-review/stages/new",
        "/review/settings/returns/change",
    ],
}
ERROR = re.compile("^Error: ")
NARROWEST = {"width": 320, "height": 800}


@pytest.fixture(scope="module")
def checker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[list[str]], str]]:
    """The Nu checker: what it finds wrong in some pages' HTML."""
    if not shutil.which("java"):
        pytest.skip("the HTML checker needs Java, which this machine has not")
    home = tmp_path_factory.mktemp("checker")
    jar = installed(Path(__file__).parent, home) / "vnu-jar" / "build" / "dist" / "vnu.jar"

    def check(pages: list[str]) -> str:
        files = []
        for number, html in enumerate(pages):
            files.append(home / f"{number}.html")
            files[-1].write_text(html, "utf-8")
        command = ["java", "-jar", str(jar), "--errors-only", *map(str, files)]
        return subprocess.run(command, capture_output=True, text=True, check=False).stderr

    yield check


@pytest.fixture(scope="module", autouse=True)
def long_names(running: Running) -> None:
    """A referral whose names and words are as long as they may be, without a blank to break at."""
    body = referral(narrative="w" * 3000)
    body["children"][0] |= {"given_name": "G" * 100, "family_name": "F" * 100}
    assert running.refer(body).status_code == 201


def led(someone: Visitor, way: str) -> Page:
    if way.startswith("link:"):
        return someone.follow(way.removeprefix("link:"))
    return someone.open(way)


def looked_at(page: Page) -> list[str]:
    """A page's faults as it is, at the narrowest width (which 400 % zoom of a desk's is), and in print."""
    found = [f"{page.url}: {line}" for line in faults_of(page)]
    size = page.viewport_size
    page.set_viewport_size(NARROWEST)  # type: ignore[arg-type]
    found += [f"{page.url} at 320: {line}" for line in faults_of(page)]
    page.set_viewport_size(size)  # type: ignore[arg-type]
    page.emulate_media(media="print")
    found += [f"{page.url} in print: {line}" for line in faults_of(page, ["color-contrast"]) if "sideways" not in line]
    page.emulate_media(media="screen")
    return found


@pytest.mark.timeout(600)  # the office has many pages, each looked at three times
@pytest.mark.parametrize("who", WAYS, ids=lambda who: who or "nobody")
def test_no_page_has_a_fault(visitor: Callable[..., Visitor], checker: Callable[[list[str]], str], who: str) -> None:
    someone, found, html = visitor("desk"), [], []
    if who:
        someone.sign_in(who)
    seen: set[str] = set()
    for way in WAYS[who]:
        page = led(someone, way)
        if page.url in seen:  # it only leads on
            continue
        seen.add(page.url)
        found += looked_at(page)
        html.append(someone.context.request.get(page.url, headers={"Accept": "text/html"}).text())
    assert found == []
    assert checker(html) == ""


@pytest.mark.parametrize("who", WITH_FORMS, ids=lambda who: who or "nobody")
def test_no_page_with_errors_has_a_fault(
    visitor: Callable[..., Visitor], checker: Callable[[list[str]], str], who: str
) -> None:
    someone, found, html = visitor("phone"), [], []
    if who:
        someone.sign_in(who)
    for path in WITH_FORMS[who]:
        page = someone.open(path)
        with page.expect_response(lambda answer: answer.request.method == "POST") as sent:
            page.locator("main form button:not([type])").first.click()
        assert sent.value.status == 422
        expect(page).to_have_title(ERROR)
        expect(page.locator(".govuk-error-summary")).to_be_focused()
        page.locator(".govuk-error-summary a").first.click()
        expect(page.locator("input:focus, textarea:focus, select:focus")).to_have_count(1)
        found += looked_at(page)
        html.append(sent.value.text())
    assert found == []
    assert checker(html) == ""
