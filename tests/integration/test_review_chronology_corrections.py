"""An entry of a chronology is put right by its own agency; what was sent before stays as it was sent."""

import html
import re

import pytest

from services.review.service import SERVICE
from tests.people import WRONG, Someone
from tests.reviewing import FULL_RETURN, HOSPITAL, OFFICE, SCHOOL, get, open_case, put, request_of
from tests.trail import entries_on

pytestmark = pytest.mark.usefixtures("ground")

EARLIER = {
    "from": "2025-03",
    "certainty": "estimated",
    "as_written": "early March 2025",
    "description": "Grandmother rang.",
    "source": "EPR",
    "persons": ["Nell Nolan", "A. Nurse"],
    "child_seen": False,
}
RETURN = FULL_RETURN | {"chronology": [EARLIER, EARLIER | {"description": "A home visit."}]}
LINK = re.compile(r'href="([^"]+/chronology/entries/[^"]+)"')
VALUE = re.compile(r'name="(when|source|persons)"[^>]*value="([^"]*)"')


def asked(*, drafted: dict | None = None) -> tuple[str, str, Someone]:
    """A hospital's request with a draft: its id, its path, and one of its people."""
    request = request_of(open_case(), HOSPITAL)
    put(f"/information-requests/{request}/return", HOSPITAL, drafted or RETURN | {"submitted": False})
    return request, f"/review/requests/{request}", Someone(HOSPITAL, ("return-author",), service="review")


def links(author: Someone, at: str, page: str = "") -> list[str]:
    return [html.unescape(each) for each in LINK.findall(author.get(f"{at}/chronology{page}").text)]


def said(form: str) -> dict[str, str]:
    return {name: html.unescape(value) for name, value in VALUE.findall(form)}


def saved(request: str) -> list[dict]:
    return get(f"/information-requests/{request}", HOSPITAL)["return"]["chronology"]


def test_a_date_left_alone_stays_as_exact_as_it_was() -> None:
    exact = {"from": "2025-07-14T20:30:15+00:00", "certainty": "known", "description": "A call.", "source": "CAD"}
    request, at, author = asked(drafted=RETURN | {"submitted": False, "chronology": [exact]})
    [first] = links(author, at)
    shown = said(author.get(first).text)
    assert shown["when"] == "14 July 2025, 21:30", "in the time of London"
    author.does(first, **shown, description="A second call.")
    assert saved(request)[0]["from"] == exact["from"]


def test_an_entry_is_corrected_in_its_place() -> None:
    request, at, author = asked()
    first = links(author, at)[0]
    shown = said(author.get(first).text)
    assert shown == {"when": "early March 2025", "source": "EPR", "persons": "Nell Nolan; A. Nurse"}
    author.does(first, **shown, description="Grandmother rang twice.", child_seen="yes")
    corrected, other = saved(request)
    before = EARLIER | {"to": None, "child_heard": None, "precision": "month"}
    assert corrected == before | {"description": "Grandmother rang twice.", "child_seen": True}
    assert other == before | {"description": "A home visit."}
    assert author.get(first).status_code == 404, "that entry is not there any more"


def test_a_corrected_date_is_read_as_a_typed_one_and_what_is_no_date_loses_nothing() -> None:
    request, at, author = asked()
    first = links(author, at)[0]
    wrong = author.post(first, when="31/02/2025", description="Kept words.", source="EPR")
    assert "Write a day that there is" in WRONG.findall(wrong.text)[0]
    assert "Kept words." in wrong.text
    author.does(first, when="14/03/2025 21:30", description="Grandmother rang.", source="EPR")
    assert [(each["from"], each["certainty"], each.get("as_written")) for each in saved(request)] == [
        ("2025-03", "estimated", "early March 2025"),
        ("2025-03-14T21:30:00+00:00", "known", None),
    ]


def test_what_was_sent_stays_and_the_next_version_shows_what_was_corrected() -> None:
    request, at, author = asked(drafted=RETURN)
    author.does(links(author, at)[0], when="early March 2025", description="Nobody rang.", source="EPR")
    office = Someone(OFFICE, ("partnership-office",), service="review")
    assert "Grandmother rang." in office.get(at).text and "Nobody rang." not in office.get(at).text
    lead = Someone(HOSPITAL, ("agency-lead",), service="review", name="Lee Lead")
    author.does(f"{at}/ready", role="Nurse")
    lead.does(f"{at}/sign-off", role="Lead")
    assert "Nobody rang." in office.get(at).text
    versions = office.get(f"{at}/versions").text
    now, _, before = versions.partition("as they were")
    assert "Nobody rang." in now and "Grandmother rang." in before
    with SERVICE.transaction() as session:
        trail = entries_on(session, [f"information-request:{request}"])
    assert next(each["why"] for each in trail if each["what"] == "saved-draft").startswith("version 2")


def test_another_agency_finds_no_entry_to_correct() -> None:
    _, at, author = asked()
    school = Someone(SCHOOL, ("return-author",), service="review")
    first = links(author, at)[0]
    assert school.get(first).status_code == 404
    assert school.post(first, when="2025", description="Theirs.", source="Ours").status_code == 404


def test_every_entry_of_a_long_chronology_is_reached_and_one_comes_back_to_its_page() -> None:
    many = [EARLIER | {"description": f"Call {number}."} for number in range(230)]
    request, at, author = asked(drafted=RETURN | {"submitted": False, "chronology": many})
    assert len(links(author, at)) == 30, "the last are shown first"
    second = links(author, at, "?page=2")
    assert len(second) == 100
    answer = author.post(second[0], when="early March 2025", description="Call put right.", source="EPR")
    assert answer.location == f"{at}/chronology?page=2"
    assert saved(request)[100]["description"] == "Call put right."
    assert author.post(f"{at}/chronology/100/remove?page=2").location == f"{at}/chronology?page=2"
