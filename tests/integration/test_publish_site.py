"""The public site: its pages, its past list, what was withdrawn, how long it stays, and how it is served."""

from datetime import timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
from sqlalchemy import text

from services.publish.document_check import check_documents
from services.publish.going_live import publish_due
from services.publish.retention import ask_about_retention
from services.publish.service import SERVICE
from shared import clock
from shared.calendar import london_day
from shared.settings import settings
from tests.integration.test_site_in_full import brought_out
from tests.publishing import (
    browse,
    client,
    confirm_copies,
    follow_protocol,
    get,
    live_publication,
    open_publication,
    pass_days,
    path_of,
    pdf,
    post,
    route,
    said,
    schedule,
    upload,
)

pytestmark = pytest.mark.usefixtures("ground", "own_clock")

ATOM = "{http://www.w3.org/2005/Atom}"
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def order(publication: dict[str, Any], what: str, status: int = 201) -> Any:
    body = {"reasons": "A name was overlooked.", "ordered_by": "The three partners"}
    answer = post(f"/publications/{publication['id']}/{what}", body, status=status)
    publish_due()
    return answer


def test_the_four_past_items_are_listed_once_and_available_on_request() -> None:
    publish_due()
    publish_due()
    listed = browse("/reviews")[2].decode()
    for slug in ("child-hn", "louise", "peer-on-peer-abuse", "matthew"):
        assert listed.count(f'href="/reviews/{slug}"') == 1
        status, _, body = browse(f"/reviews/{slug}")
        assert status == "200"
        assert b"Available on request" in body
        assert b"National Collection of Case Reviews" in body
    assert b"/reviews/louise" in browse("/search?q=Louise")[2]


def test_every_page_has_a_language_a_heading_a_skip_link_a_way_out_and_the_front_door() -> None:
    publication = live_publication()
    for path in ("/", "/reviews", path_of(publication), "/accessibility", "/search", "/search?q=learning", "/nothing"):
        body = browse(path)[2].decode()
        assert '<html lang="en-GB">' in body
        assert body.count("<h1") == 1
        assert 'href="#content">Skip to main content' in body
        assert "Leave this site" in body
        assert "01432 000000" in body
        assert "<script" not in body
        assert "style=" not in body


def test_feed_and_site_map_are_well_formed_and_name_every_page() -> None:
    publication = live_publication(pseudonym="Child <R&D>")
    feed = ElementTree.fromstring(browse("/feed.atom")[2])
    links = [entry.find(f"{ATOM}link").attrib["href"] for entry in feed.iter(f"{ATOM}entry")]
    assert publication["url"] in links
    for required in ("id", "title", "updated"):
        assert all(entry.find(ATOM + required) is not None for entry in feed.iter(f"{ATOM}entry"))
    addresses = [each.text for each in ElementTree.fromstring(browse("/sitemap.xml")[2]).iter(f"{MAP}loc")]
    assert publication["url"] in addresses
    assert all(browse(address.removeprefix(settings().public_url))[0] == "200" for address in addresses)


def test_on_the_anonymous_route_a_page_does_not_come_back_at_the_address_that_names_its_review() -> None:
    publication = live_publication()
    at, former = f"/publications/{publication['id']}", path_of(publication)
    document = f"/documents/{former.rsplit('/', 1)[1]}-full-report"
    order(publication, "withdrawal")
    post(f"{at}/route", route("anonymous", local_improvements="Agencies now meet each week."))
    check_documents()
    publish_due()
    assert (browse(former)[0], browse(document)[0]) == ("410", "410")  # also on its way anew
    follow_protocol(publication)
    schedule(publication)
    confirm_copies(publication)
    pass_days()
    publish_due()
    live = get(at)
    assert path_of(live).startswith("/reviews/improvements-")
    assert b"Agencies now meet each week." in browse(path_of(live))[2]
    assert (browse(former)[0], browse(document)[0]) == ("410", "410")
    assert former.encode() not in browse("/reviews")[2] + browse("/sitemap.xml")[2] + browse("/feed.atom")[2]
    assert publication["pseudonym"] not in said(publication["id"], "publication.live")[-1]["url"]
    open_again = open_publication(pseudonym=publication["pseudonym"])  # another review may not have it either
    post(f"/publications/{open_again['id']}/route", route())
    assert path_of(brought_out(open_again)) == f"{former}-2"


def test_a_withdrawn_page_answers_410_and_everything_loses_it() -> None:
    publication = live_publication(pseudonym="Child Withdrawn")
    order(publication, "withdrawal")
    slug = path_of(publication).rsplit("/", 1)[1]
    for path in (path_of(publication), f"/documents/{slug}-full-report"):
        status, _, body = browse(path)
        assert status == "410"
        assert b"withdrawn" in body
        assert b"partnership office" in body
        assert b"Child Withdrawn" not in body
    for path in ("/", "/reviews", "/feed.atom", "/sitemap.xml", "/search?q=withdrawn"):
        assert path_of(publication).encode() not in browse(path)[2]
    assert said(publication["id"], "publication.withdrawn")[0]["reasons"] == "A name was overlooked."
    order(publication, "withdrawal", status=409)


def test_a_correction_puts_the_new_checked_version_in_the_place_of_the_old() -> None:
    publication = live_publication()
    address = f"/documents/{path_of(publication).rsplit('/', 1)[1]}-full-report"
    before = browse(address)[1]["ETag"]
    upload(publication, pdf("Hester is named."))
    publish_due()
    assert browse(address)[1]["ETag"] == before
    problem = order(publication, "correction", status=409)
    assert any("Decide on 1 thing" in sentence for sentence in problem["missing"])
    upload(publication, pdf("Nobody is named."))
    order(publication, "correction")
    assert browse(address)[1]["ETag"] != before
    assert [each["number"] for each in get(f"/publications/{publication['id']}")["nspcc"]] == [1, 2]


def test_new_words_for_a_live_page_wait_for_a_correction() -> None:
    publication = live_publication()
    post(f"/publications/{publication['id']}/page", {"summary": "A better summary."}, status=200)
    with SERVICE.transaction() as session:
        session.execute(text("UPDATE site_state SET wanted = wanted + 1"))
    publish_due()
    assert b"A better summary." not in browse(path_of(publication))[2]


def end_display(publication: dict[str, Any]) -> None:
    """The display period of a page ends yesterday."""
    with SERVICE.transaction() as session:
        values = {"day": london_day(clock.now()) - timedelta(days=1), "id": publication["id"]}
        session.execute(text("UPDATE publications SET display_until = :day WHERE id = :id"), values)


def retain(publication: dict[str, Any], status: int = 201, **decision: Any) -> Any:
    body = {"reasons": "The partners decided."} | decision
    answer = post(f"/publications/{publication['id']}/retention", body, status=status)
    publish_due()
    return answer


def test_a_page_is_shown_for_three_years() -> None:
    publication = live_publication()
    live = publication["live_at"][:10]
    assert int(publication["display_until"][:4]) - int(live[:4]) == 3 or live.endswith("01-01")


def test_after_the_display_period_a_person_is_asked_once_and_until_then_the_page_stays() -> None:
    publication = live_publication()
    retain(publication, 409, decision="archive")
    end_display(publication)
    ask_about_retention()
    ask_about_retention()
    publish_due()
    found = get(f"/publications/{publication['id']}")
    assert found["needs_decision"]
    assert len(found["retention"]) == 1
    assert browse(path_of(publication))[0] == "200"


def test_an_archived_review_keeps_its_entry_with_its_documents_on_request() -> None:
    publication = live_publication()
    address = f"/documents/{path_of(publication).rsplit('/', 1)[1]}-full-report"
    end_display(publication)
    ask_about_retention()
    retain(publication, decision="archive")
    status, _, body = browse(path_of(publication))
    assert status == "200"
    assert b"The documents are no longer on this site" in body
    assert b"This review is no longer shown" not in body, "its summary stands above"
    assert browse(address)[0] == "404"


def test_a_page_that_is_kept_is_asked_about_again_at_the_day_given() -> None:
    publication = live_publication()
    end_display(publication)
    ask_about_retention()
    retain(publication, 422, decision="keep")
    until = (london_day(clock.now()) + timedelta(days=400)).isoformat()
    retain(publication, decision="keep", until=until)
    ask_about_retention()
    found = get(f"/publications/{publication['id']}")
    assert (found["needs_decision"], found["display_until"]) == (False, until)


def test_what_is_known_is_not_sent_again_and_head_sends_no_body() -> None:
    publish_due()
    _, headers, body = browse("/reviews")
    assert int(headers["Content-Length"]) == len(body)
    assert browse("/reviews", HTTP_IF_NONE_MATCH=headers["ETag"])[0] == "304"
    assert browse("/reviews", HTTP_IF_MODIFIED_SINCE=headers["Last-Modified"])[0] == "304"
    status, head, nothing = browse("/reviews", "HEAD")
    assert (status, head["Content-Length"], nothing) == ("200", headers["Content-Length"], b"")
    assert browse("/reviews", "POST")[0] == "405"
    assert "default-src 'none'" in headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "path",
    [
        "/../manifest.json",
        "/manifest.json",
        "/%2e%2e/x",
        "/reviews/../../current",
        "//etc/passwd",
        "/404.html",
        "/\x00",
    ],
)
def test_only_addresses_of_the_site_are_answered(path: str) -> None:
    publish_due()
    assert browse(path)[0] == "404"


def test_an_address_with_a_slash_at_its_end_leads_to_the_page() -> None:
    publish_due()
    status, headers, _ = browse("/reviews/")
    assert (status, headers["Location"]) == ("308", "/reviews")


@pytest.mark.parametrize(
    "query",
    [
        "q=%00",
        "q=%ff%fe",
        "q='%3B--",
        "year=20x6",
        "year=99999999",
        "page=-1",
        "page=9999999999999",
        "q=" + "a" * 5000,
        "q=&&&=",
    ],
)
def test_the_search_takes_whatever_a_stranger_sends(query: str) -> None:
    assert browse(f"/search?{query}")[0] == "200"
    assert client().get(f"/search?{query}").status_code == 200


def test_the_search_filters_by_type_year_and_theme_and_escapes_what_was_asked() -> None:
    publish_due()
    assert b"/reviews/louise" in browse("/search?type=scr&year=2022")[2]
    assert b"/reviews/louise" not in browse("/search?type=lcspr")[2]
    titles = [browse(f"/search?type=scr{more}")[2].decode().partition("<title>")[2] for more in ("", "&page=2")]
    assert [" – page 2 – " in each.partition("</title>")[0] for each in titles] == [False, True]
    body = browse("/search?q=%3Cscript%3E")[2]
    assert b"<script>" not in body
