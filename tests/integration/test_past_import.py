"""What a partnership has published before is brought over: looked at first, cleaned, and found at its old addresses."""

from collections.abc import Iterator
from pathlib import Path

import pikepdf
import pytest
import requests
from click.testing import CliRunner, Result
from sqlalchemy import text

from deploy.command_line.__main__ import safeguarding
from services.publish.going_live import publish_due
from services.publish.service import SERVICE
from shared.settings import settings
from tests.nginx import installed, nginx
from tests.people import Someone
from tests.publishing import OFFICE, SCHOOL, browse, open_publication, pdf, post

pytestmark = pytest.mark.usefixtures("ground", "own_clock")

HEAD = "type,pseudonym,title,published_on,summary,themes,report,learning_briefing,old_addresses\n"
ROW = (
    "lcspr,Child Quill,What was not asked,14/02/2025,Nobody asked.,professional curiosity; neglect,quill.pdf,brief.pdf,"
)
OLD = "/case-reviews/child-quill.aspx?id=12; https://old.example/files/Child%20Quill.pdf"


def with_author(document: pikepdf.Pdf) -> None:
    document.docinfo["/Author"] = "A. Clerk"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "reviews.csv").write_text(f"{HEAD}{ROW}{OLD}\n", "utf-8-sig")
    (tmp_path / "quill.pdf").write_bytes(pdf("Nobody asked about the feathers.", change=with_author))
    (tmp_path / "brief.pdf").write_bytes(pdf("Ask. Call 01632 960123."))
    return tmp_path


def brought(folder: Path, *words: str) -> Result:
    done = CliRunner().invoke(safeguarding, ["--var", str(folder / "var"), "site", "import", str(folder), *words])
    publish_due()
    return done


def test_it_is_shown_first_and_nothing_is_taken(folder: Path) -> None:
    shown = brought(folder)
    assert shown.exit_code == 0, shown.output
    for words in (
        "/reviews/child-quill  lcspr, Child Quill, published 2025-02-14",
        "full-report: 1 pages",
        "/case-reviews/child-quill.aspx?id=12 leads here",
        "LOOK  brief.pdf: 1 × phone",
        "Nothing was taken",
    ):
        assert words in shown.output
    assert browse("/reviews/child-quill")[0] == "404"


def test_what_is_taken_stands_on_the_site_cleaned_searched_and_at_its_old_addresses(folder: Path) -> None:
    assert brought(folder, "--apply").exit_code == 0
    page = browse("/reviews/child-quill")[2].decode()
    for words in (
        "What was not asked",
        "14 February 2025",
        "Professional curiosity",
        "/documents/child-quill-learning-briefing",
    ):
        assert words in page
    content = browse("/documents/child-quill-full-report")[2]
    assert content.startswith(b"%PDF")
    assert b"A. Clerk" not in content
    assert b"/reviews/child-quill" in browse("/search?q=feathers")[2]
    assert b"/reviews/child-quill" in browse("/themes/neglect")[2]
    for old in ("/case-reviews/child-quill.aspx?id=12", "/files/Child Quill.pdf"):
        status, headers, body = browse(old)
        assert (status, headers["Location"]) == ("301", "/reviews/child-quill")
        assert b"has moved" in body
    assert browse("/case-reviews/child-quill.aspx?id=13")[0] == "404"
    assert brought(folder, "--apply").exit_code == 0, "an import may be run again"
    assert browse("/reviews")[2].count(b"/reviews/child-quill") == 1


@pytest.mark.skipif(not installed(), reason="nginx is not installed: python3 deploy/packages.py nginx")
def test_nginx_leads_from_the_old_addresses_by_itself(folder: Path, tmp_path: Path) -> None:
    brought(folder, "--apply")
    with nginx(tmp_path / "nginx", settings().site_folder, "127.0.0.1:9") as front:
        for old in ("/case-reviews/child-quill.aspx?id=12", "/files/Child%20Quill.pdf"):
            answer = requests.get(front + old, timeout=20, allow_redirects=False)
            assert (answer.status_code, answer.headers["Location"]) == (301, "/reviews/child-quill")
        assert requests.get(front + "/case-reviews/child-quill.aspx", timeout=20).status_code == 404


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("lcspr,Child Q,T,soon,,,,,", "line 2, published_on"),
        ("novel,Child Q,T,2024-01-01,,,,,", "line 2, type: Use one of"),
        ("lcspr,Child Q,T,2024-01-01,,,absent.pdf,,", "There is no file absent.pdf"),
        ("lcspr,Child Q,T,2024-01-01,,,../../etc/passwd,,", "There is no file"),
        ("lcspr,Child Q,T,2024-01-01,,,reviews.csv,,", "line 2, report: reviews.csv:"),
        ("lcspr,Child Q,T,2024-01-01,,,,,/reviews/child-hn", "that this site does not use"),
        ("lcspr,Child Q,T,2024-01-01,,,,,/notify/sign-in", "that this site does not use"),
        ('lcspr,Child Q,T,2024-01-01,,,,,"/x"" /y"', "that this site does not use"),
    ],
)
def test_every_fault_is_said_in_words_and_nothing_is_taken(folder: Path, row: str, fault: str) -> None:
    (folder / "reviews.csv").write_text(f"{HEAD}{row}\nlcspr,,,,,,,,\n")
    refused = brought(folder, "--apply")
    assert refused.exit_code == 1
    assert fault in refused.output
    assert "line 3, pseudonym" in refused.output, "all faults at once"
    assert "nothing was taken" in refused.output


def test_the_address_of_a_review_of_this_system_is_not_taken(folder: Path) -> None:
    from tests.publishing import live_publication

    live_publication(pseudonym="Learning together again")
    (folder / "reviews.csv").write_text(f"{HEAD}lcspr,Learning together again,T,2024-01-01,,,,,\n")
    assert "/reviews/learning-together-again is taken" in brought(folder, "--apply").output


def test_names_known_from_any_review_are_pointed_out(folder: Path) -> None:
    open_publication()
    (folder / "quill.pdf").write_bytes(pdf("Hester Nolan was not asked."))
    assert "LOOK  quill.pdf: 1 × name" in brought(folder).output


def test_the_words_that_its_page_shows_are_looked_through_like_its_documents(folder: Path) -> None:
    open_publication()
    row = "lcspr,Child Quill,Hester Nolan,14/02/2025,Call 01632 960123.,neglect,quill.pdf,brief.pdf,/files/hester.pdf"
    (folder / "reviews.csv").write_text(f"{HEAD}{row}\n")
    shown = brought(folder).output
    for words in ("LOOK  title: 1 × name", "LOOK  summary: 1 × phone", "LOOK  old addresses: 1 × name"):
        assert words in shown


def withdrawn(folder: Path, slug: str) -> Result:
    words = ("site", "withdraw", slug, "--reasons", "It names a neighbour.", "--by", "Nia Lead")
    done = CliRunner().invoke(safeguarding, ["--var", str(folder / "var"), *words])
    publish_due()
    return done


def gone(folder: Path) -> None:
    for path in ("/reviews/child-quill", "/documents/child-quill-full-report"):
        status, _, body = browse(path)
        assert status == "410" and b"was withdrawn" in body
    assert browse("/case-reviews/child-quill.aspx?id=12")[0] == "404"
    for path in ("/reviews", "/search?q=feathers", "/feed.atom", "/sitemap.xml"):
        assert b"child-quill" not in browse(path)[2]
    again = brought(folder, "--apply")
    assert again.exit_code == 1 and "/reviews/child-quill was taken down" in again.output
    assert browse("/reviews/child-quill")[0] == "410"


@pytest.fixture
def on_the_site(folder: Path) -> Iterator[Path]:
    """The folder as it was imported; what the tests took down is forgotten again."""
    brought(folder, "--apply")
    assert browse("/reviews/child-quill")[0] == "200"
    yield folder
    with SERVICE.transaction() as session:
        session.execute(text("UPDATE past_items SET withdrawn_at = NULL WHERE slug = 'child-quill'"))


def test_what_was_brought_over_is_taken_down_by_a_command_and_does_not_come_back(on_the_site: Path) -> None:
    assert withdrawn(on_the_site, "child-quill").exit_code == 0
    gone(on_the_site)
    assert "already" in withdrawn(on_the_site, "child-quill").output
    assert withdrawn(on_the_site, "child-nobody").exit_code == 1


def test_a_communications_lead_takes_down_what_was_brought_over_and_the_page_says_who_and_why(
    on_the_site: Path,
) -> None:
    lead = Someone(OFFICE, ["communications-lead"], service="publish", name="Nia Lead")
    assert "/publish/past-reviews/child-quill/withdrawal" in lead.get("/publish/past-reviews").text
    lead.does("/publish/past-reviews/child-quill/withdrawal", reasons="It names a neighbour.")
    publish_due()
    gone(on_the_site)
    assert "by Nia Lead: It names a neighbour." in lead.get("/publish/past-reviews").text
    with SERVICE.transaction() as session:
        statement = text(
            "SELECT count(*) FROM audit_entries WHERE entry LIKE '%past-item:child-quill%' AND entry LIKE '%\"withdrew\"%'"
        )
        assert session.scalar(statement)


def test_a_system_of_the_office_takes_it_down_and_another_agencys_does_not(on_the_site: Path) -> None:
    at, order = "/past-reviews/child-quill/withdrawal", {"reasons": "A name.", "ordered_by": "The partners"}
    post(at, order, SCHOOL, status=403)
    assert post(at, order)["ordered_by"] == "The partners"
    publish_due()
    gone(on_the_site)


PAGE = """<html><head><link rel="canonical" href="https://old.example/news/child-reed.html"></head><body>
<h1>Serious Case Review: Child Reed</h1><p>Published 3rd May 2018</p><p>Child Reed lived by a river.</p>
<p><a href="/docs/reed%20report.pdf">Overview report</a>, <a href="/docs/reed-7min.pdf">7-minute briefing</a></p></body></html>"""


def test_the_former_sites_own_pages_are_understood(tmp_path: Path) -> None:
    (tmp_path / "child-reed.html").write_text(PAGE)
    (tmp_path / "about.html").write_text("<h1>About us</h1><p>No report here.</p>")
    for name in ("reed report.pdf", "reed-7min.pdf"):
        (tmp_path / name).write_bytes(pdf("A river."))
    taken = brought(tmp_path, "--apply")
    assert taken.exit_code == 0, taken.output
    page = browse("/reviews/child-reed")[2].decode()
    for words in ("Serious case review", "3 May 2018", "Child Reed lived by a river.", "You can ask for them"):
        assert words in page
    for old in ("/news/child-reed.html", "/docs/reed report.pdf", "/docs/reed-7min.pdf"):
        assert browse(old)[1]["Location"] == "/reviews/child-reed"
