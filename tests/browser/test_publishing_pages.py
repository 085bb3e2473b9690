"""The editor's pages of publishing, as a browser shows them: accessible, narrow, in print, and valid."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route

from services.publish.document_check import check_documents
from tests.browser.test_every_page import checker, looked_at  # noqa: F401  # a fixture
from tests.browser.visiting import WIDTHS
from tests.integration.test_publish_once_live import learn, live
from tests.people import Someone
from tests.publishing import OFFICE, open_publication, pdf, upload
from tests.word_files import PLACES, heading, paragraph, picture, split_photograph, word

ADDRESS = "http://publish.example"
REPORT = (
    "As Bowlby wrote, Hester Nolan, born 12 March 2019, lived at Invented Street. Hestor told Dr Quillfeather of "
    "Marlbury Primary School on 4 May 2024. The twins and a brother aged 6 were at home. Call 01432 000000.",
    "Mother was a serving police officer. Bowlby again. See https://news.example/story.",
)


def publication_with_findings() -> str:
    """A publication whose report names somebody and whose slides came as Word and lack something."""
    publication = open_publication(pdf(*REPORT))
    body = (
        heading("What we learnt", 2)
        + paragraph("Agencies share.")
        + paragraph(picture())
        + paragraph(picture(alt=""))
        + PLACES["a black bar"].body
    )
    parts = {"word/media/image1.png": split_photograph(), **PLACES["a header"].parts}
    content = word(body, parts, {"rIdP": "media/image1.png"})
    upload(publication, content, "slides.docx", kind="slides")
    upload(publication, b"%PDF-1.7 nothing more", "briefing.pdf", kind="learning-briefing")
    check_documents()
    return f"/publish/publications/{publication['id']}"


def shown_by(page: Page, someone: Someone) -> None:
    """Let a browser's page be answered by the application in this process, as somebody who is signed in."""

    def answer(route: Route) -> None:
        answered: Any = someone.get(route.request.url.removeprefix(ADDRESS))
        headers = {name: value for name, value in answered.headers.items() if name.lower() != "content-length"}
        route.fulfill(status=answered.status_code, headers=headers, body=answered.data)

    page.route("**/*", answer)


def ways(at: str, someone: Someone) -> list[str]:
    """The pages of a publication's documents and findings."""
    from re import findall

    documents = findall(rf'href="({at}/documents/[^"/]+)"', someone.get(at).text)
    one = findall(rf'href="({at}/findings/[0-9a-f-]+)"', someone.get(f"{at}/findings").text)[0]
    shown = findall(rf'src="({at}/findings/[0-9a-f-]+)/picture"', someone.get(f"{at}/findings").text)[0]
    return [at, *documents, f"{at}/findings", f"{at}/findings/several", one, shown, f"{at}/document"]


def live_and_naming_somebody() -> str:
    """The page of a publication that is live, and of whose case a name was learnt since that stands in it."""
    publication = live()
    learn(publication, "Hollis")
    check_documents()
    return f"/publish/publications/{publication['id']}"


@pytest.mark.usefixtures("ground", "own_clock")
def test_the_editors_pages_have_no_fault(browser: Browser, checker: Callable[[list[str]], str]) -> None:  # noqa: F811
    editor = Someone(OFFICE, ["editor", "communications-lead"], service="publish", name="Sian Second")
    at = publication_with_findings()
    found, html = [], []
    page = browser.new_page(viewport={"width": WIDTHS["desk"], "height": 900})
    shown_by(page, editor)
    now = live_and_naming_somebody()
    assert "It comes down in one step" in editor.get(now).text
    for way in [*ways(at, editor), now, "/publish/publications"]:
        page.goto(ADDRESS + way)
        found += looked_at(page)
        html.append(editor.get(way).text)
    page.close()
    assert found == []
    assert checker(html) == ""
