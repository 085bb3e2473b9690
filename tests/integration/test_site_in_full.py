"""What the public site shows beside single reviews, and what its pages say of themselves."""

import re
import tomllib
from collections.abc import Callable
from xml.etree import ElementTree

import pytest

from services.publish.document_check import check_documents
from services.publish.going_live import publish_due
from services.publish.public_site.site_pages import STANDING
from services.publish.public_site.site_words import ENGLISH, FOLDER, languages, site_words
from shared.settings import settings
from tests.publishing import (
    browse,
    call,
    follow_protocol,
    get,
    open_publication,
    pass_days,
    path_of,
    pdf,
    post,
    publication_day,
    route,
    said,
    schedule,
    upload,
)

pytestmark = pytest.mark.usefixtures("ground", "own_clock")

WORDS = {
    "title": "Learning about listening",
    "summary": "What was learnt.",
    "themes": ["voice-of-the-child"],
    "warnings": ["child-death", "neglect"],
    "agency_kinds": ["school", "police"],
    "age_bands": ["5-to-10"],
}


def page(path: str) -> str:
    status, _, body = browse(path)
    assert status == "200", path
    return body.decode()


def live_with_words(**changes: object) -> dict:
    publication = open_publication(**changes)
    upload(publication, pdf("In short: listen."), kind="learning-briefing")
    upload(publication, pdf("Slide one."), kind="slides")
    post(f"/publications/{publication['id']}/page", WORDS, status=200)
    check_documents()
    chosen = route(publish=["full-report", "learning-briefing", "slides"])
    post(f"/publications/{publication['id']}/route", chosen)
    return brought_out(publication)


def brought_out(publication: dict, working_days: int = 8) -> dict:
    from tests.publishing import confirm_copies

    follow_protocol(publication)
    schedule(publication, working_days)
    confirm_copies(publication)
    pass_days()
    publish_due()
    found: dict = get(f"/publications/{publication['id']}")
    assert found["status"] == "live", found["held_because"]
    return found


def test_a_review_says_first_what_is_hard_to_read_and_then_what_it_is_about() -> None:
    body = page(path_of(live_with_words()))
    assert "This review speaks of the death of a child and neglect." in body
    assert body.index("Before you read") < body.index("Summary")
    for words in ("Schools and nurseries, Police", "5 to 10", "Childline", 'href="/themes/voice-of-the-child"'):
        assert words in body


def test_briefings_and_slides_of_all_reviews_are_on_one_page_and_themes_lead_to_their_reviews() -> None:
    publication = live_with_words()
    slug = path_of(publication).rsplit("/", 1)[1]
    learning = page("/learning")
    assert f"/documents/{slug}-learning-briefing" in learning
    assert f"/documents/{slug}-slides" in learning
    assert f"/documents/{slug}-full-report" not in learning
    assert "/themes/voice-of-the-child" in page("/themes")
    assert path_of(publication) in page("/themes/voice-of-the-child")


@pytest.mark.parametrize("kind", ["yearly-report", "rapid-review-learning"])
def test_what_belongs_to_no_review_comes_out_by_the_same_gate_without_copies_or_the_nspcc(kind: str) -> None:
    open_publication()  # a case whose people may not be named
    opened = post("/publications", {"kind": kind, "title": "What we did", "period": "2025 to 2026"})
    document = "full-report" if kind == "yearly-report" else "learning-briefing"
    upload(opened, pdf("We heard of Hester Nolan."), kind=document)
    post(f"/publications/{opened['id']}/route", route("anonymous"), status=422)
    post(f"/publications/{opened['id']}/route", route())
    follow_protocol(opened)
    assert any("Decide on" in each for each in schedule(opened, status=409)["missing"])
    upload(opened, pdf("What we did."), kind=document)
    schedule(opened, working_days=1)
    pass_days(4)
    publish_due()
    live = get(f"/publications/{opened['id']}")
    assert (live["status"], live["nspcc"], live["practice_review_id"]) == ("live", [], None)
    assert said(opened["id"], "publication.live") == []
    listed = "/yearly-reports" if kind == "yearly-report" else "/learning"
    assert path_of(live) in page(listed)
    assert path_of(live) not in page("/reviews")
    assert "Before you read" not in page(path_of(live))


def test_what_belongs_to_no_review_owes_only_the_steps_that_are_for_everything() -> None:
    body = {"kind": "yearly-report", "title": "What we did", "period": "2026"}
    own = post("/publications", body)
    steps = {step["id"] for step in own["protocol"]}
    assert {"spokesperson", "statement", "leaders", "proceedings"} <= steps
    assert {step["id"] for step in open_publication()["protocol"]} - steps == {
        "family",
        "practitioners",
        "dates",
        "monitoring",
    }
    post(f"/publications/{own['id']}/protocol/family", {"done_by": "Ruth Editor"}, status=404)
    follow_protocol(own)
    assert not any("protocol" in each for each in get(f"/publications/{own['id']}")["missing"])


def test_what_belongs_to_no_review_may_come_out_in_any_week() -> None:
    born = {"kind": "date-of-birth", "value": publication_day(8).date().isoformat()}
    assert open_publication(identifiers=[born])["weeks_to_avoid"]
    opened = post("/publications", {"kind": "yearly-report", "title": "What we did", "period": "2026"})
    upload(opened, pdf("What we did."))
    post(f"/publications/{opened['id']}/route", route())
    follow_protocol(opened)
    assert get(f"/publications/{opened['id']}")["weeks_to_avoid"] == []
    when = publication_day(8).isoformat()
    assert post(f"/publications/{opened['id']}/schedule", {"publish_at": when})["publish_at"]


def test_only_the_office_opens_such_a_thing_and_says_its_period() -> None:
    body = {"kind": "yearly-report", "title": "What we did", "period": "2026"}
    assert call("POST", "/publications", "west-mercia-police", body).status_code == 403
    assert call("POST", "/publications", body=body | {"period": "the year of Hester Nolan"}).status_code == 422


def test_a_page_describes_itself_for_libraries_and_search_engines_and_says_nothing_of_the_case_when_shared() -> None:
    body = page(path_of(live_with_words()))
    for words in (
        'itemtype="https://schema.org/Report"',
        'itemprop="datePublished"',
        'name="DCTERMS.issued"',
        'name="DCTERMS.subject" content="Voice of the child"',
        'rel="canonical"',
    ):
        assert words in body
    shared = " ".join(re.findall(r'<meta (?:property="og:|name="description")[^>]*>', body))
    assert "Local child safeguarding practice review" in shared
    for hidden in ("Learning about listening", "What was learnt", "voice", "Child T"):
        assert hidden not in shared


def test_every_standing_page_and_theme_is_in_the_site_map_and_answers() -> None:
    live_with_words()
    places = [
        each.text.removeprefix(settings().public_url)
        for each in ElementTree.fromstring(browse("/sitemap.xml")[2]).iter()
        if each.tag.endswith("loc")
    ]
    assert {*STANDING, "/themes/voice-of-the-child"} <= set(places)
    assert {browse(place)[0] for place in places} == {"200"}


def test_no_page_is_heavy() -> None:
    live_with_words()
    for path in (*STANDING, "/search?q=learning"):
        assert len(browse(path)[2]) < 150_000


def test_a_list_of_a_thousand_reviews_stays_under_150_kb() -> None:
    from dataclasses import replace

    from services.publish.public_site import site_pages
    from services.publish.public_site.site_content import snapshot
    from services.publish.service import SERVICE

    publish_due()
    with SERVICE.transaction() as session:
        day, one = (taken := snapshot(session, [])).day, taken.pages[0]
    many = tuple(
        replace(
            one,
            slug=f"a-review-with-a-long-address-{n}",
            title="A long title " * 6,
            summary="w " * 600,
            themes=("neglect",),
        )
        for n in range(1000)
    )
    for drawn in (
        site_pages.list_of_reviews(day, many),
        site_pages.theme(day, "neglect", many),
        site_pages.home(day, many),
    ):
        assert len(drawn) < 150_000


def test_the_frame_is_said_in_the_partnerships_language_and_the_reviews_stay_english(
    another_partnership: Callable[..., None],
) -> None:
    from services.publish.public_site import site_pages

    assert languages() == ["cy", "en"]
    names = {path.stem: set(tomllib.loads(path.read_text("utf-8"))) for path in FOLDER.glob("*.toml")}
    assert names["cy"] == names["en"] == set(site_words(ENGLISH))
    another_partnership(('marking = "OFFICIAL-SENSITIVE"', 'marking = "OFFICIAL-SENSITIVE"\nsite_language = "cy"'))
    body = site_pages.about().decode()
    assert '<html lang="cy">' in body
    assert "Neidio i" in body
    assert 'lang="en-GB">\n\n<h1>' in body or re.search(r'<main[^>]*lang="en-GB"', body)
