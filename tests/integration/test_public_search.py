"""The public search: what it finds and shows, what it thinks was meant, and what it no longer knows."""

import re
from datetime import date
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from services.publish.document_check import check_documents
from services.publish.going_live import publish_due
from services.publish.public_site.search import SearchQuery, meant, search
from services.publish.public_site.search_index import SearchEntry, SearchIndex, open_index, write_index
from services.publish.service import SERVICE
from tests.integration.test_site_in_full import brought_out
from tests.publishing import browse, open_publication, path_of, pdf, post, route

pytestmark = pytest.mark.usefixtures("ground", "own_clock")


def found(query: str) -> str:
    status, _, body = browse(f"/search?{query}")
    assert status == "200"
    return unescape(body.decode())


def live_about(word: str, **words: Any) -> dict[str, Any]:
    publication = open_publication(pdf(f"Everybody spoke of {word} and nobody of the child."))
    post(f"/publications/{publication['id']}/page", {"summary": f"About {word}."} | words, status=200)
    check_documents()
    post(f"/publications/{publication['id']}/route", route())
    return brought_out(publication)


def test_it_finds_words_of_the_title_the_summary_and_the_whole_report_in_any_of_their_forms() -> None:
    publication = live_about("safeguarding dogs")
    for query in (
        "q=safeguarded+dog",
        "q=everybody+spoke",
        f"q={publication['pseudonym'].replace(' ', '+')}",
        'q="spoke+of+safeguarding"',
    ):
        assert path_of(publication) in found(query), query
    assert path_of(publication) not in found("q=dogs+-everybody")


def test_what_was_found_is_marked_and_nothing_else_of_a_text_becomes_part_of_the_page() -> None:
    live_about("marmalade <b>bold</b> & spoons")
    page = browse("/search?q=marmalade")[2].decode()
    assert "<mark>marmalade</mark>" in page
    assert "<b>" not in page
    assert "&lt;b&gt;bold" in page


def test_a_misspelt_word_is_answered_with_what_was_meant() -> None:
    publication = live_about("kaleidoscopes")
    page = found("q=kaliedoscope")
    suggestion = re.search(r'Did you mean <a href="([^"]+)"><strong>([a-z]+)', page)
    assert suggestion is not None
    assert path_of(publication) in browse(suggestion[1])[2].decode()
    assert "Did you mean" not in found("q=kaleidoscope")
    assert "Did you mean" not in found("q=zzzzzzzz")


def test_a_word_that_stood_on_a_withdrawn_page_alone_is_suggested_to_nobody() -> None:
    publication = live_about("quincunx")
    assert "quincunx" in found("q=quincunz")
    post(f"/publications/{publication['id']}/withdrawal", {"reasons": "A name.", "ordered_by": "The partners"})
    publish_due()
    page = found("q=quincunz")
    assert "Did you mean" not in page
    assert path_of(publication) not in found("q=quincunx")


def test_results_divide_by_type_year_theme_agency_and_age_and_each_choice_can_be_taken_away() -> None:
    publication = live_about("lanterns", themes=["listening-well"], agency_kinds=["housing"], age_bands=["16-to-17"])
    page = found("q=lanterns")
    for words in ("Listening well (1)", "Housing (1)", "16 to 17 (1)", "Local child safeguarding practice review (1)"):
        assert words in page
    narrowed = found("q=lanterns&agency=housing&age=16-to-17&theme=listening-well&type=lcspr")
    assert path_of(publication) in narrowed
    assert 'href="/search?q=lanterns&type=lcspr&theme=listening-well&age=16-to-17">Agency: Housing' in narrowed
    assert path_of(publication) not in found("q=lanterns&agency=police")


def test_a_reader_is_led_on_to_the_nspccs_own_search() -> None:
    publish_due()
    assert "library.nspcc.org.uk" in found("q=neglect")


def test_it_answers_when_the_database_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    publication = live_about("umbrellas")

    def gone(*_: object) -> None:
        raise AssertionError("the search asked the database")

    monkeypatch.setattr(SERVICE, "transaction", gone)
    assert path_of(publication) in found("q=umbrellas")


@pytest.fixture
def index(tmp_path: Path) -> SearchIndex:
    write_index(tmp_path / "index", (entry(n) for n in range(25)))
    return open_index(tmp_path / "index")


def entry(n: int) -> SearchEntry:
    body = ("First words. " * 9000) + f"Far down stands ewe number{n}. Déjà vu. " + ("Last words. " * 900)
    facets = {"type": ("scr",), "year": (str(2000 + n),), "theme": (), "agency": (), "age": ()}
    return SearchEntry(f"slug-{n}", f"Title {n}", "A summary.", body, date(2000 + n, 5, 1), facets)


def test_without_words_the_newest_come_first_by_pages(index: SearchIndex) -> None:
    first, third = search(index, SearchQuery()), search(index, SearchQuery(page=3))
    assert (first.total, len(first.found), len(third.found)) == (25, 10, 5)
    assert [each.published_on.year for each in first.found] == list(range(2024, 2014, -1))


def test_a_passage_comes_from_where_the_word_stands_however_far_down(index: SearchIndex) -> None:
    (one,) = search(index, SearchQuery(q="number7 ewe")).found
    assert "Far down stands" in one.passage
    assert {one.passage[start:end] for start, end in one.marks} >= {"ewe", "number7"}
    cut = search(index, SearchQuery(q="stands")).found[0]
    assert cut.passage.split()[0] in ("First", "words.")  # a whole word
    accented = search(index, SearchQuery(q="vu")).found[0]
    assert [accented.passage[start:end] for start, end in accented.marks] == ["vu"]


def test_of_two_words_as_near_the_one_on_more_pages_was_meant(index: SearchIndex) -> None:
    assert meant(index, "sumary furst") == "summary first"
    assert meant(index, "wurds") == "words", "a letter in its middle leaves no three of the right ones in a row"
    assert meant(index, "summary first") is None
    assert meant(index, "") is None
