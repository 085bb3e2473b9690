"""What cannot be undone is asked first: a child or another person taken out of a report, and a report that is not sent."""

import re

import pytest

from tests.integration.test_reports import filled_in, sent_report
from tests.notifying import HOSPITAL, rows
from tests.people import Someone

pytestmark = pytest.mark.usefixtures("sandbox")
SEEN = re.compile(r'name="seen" value="([0-9a-f]*)"')


def with_two_children(someone: Someone) -> str:
    """A report of Anna and Bert; its address."""
    draft = filled_in(someone, "Anna")
    someone.post(f"{draft}/child/1/name", given_name="Bert", family_name="Invented")
    return draft


def seen_at(someone: Someone, page: str) -> str:
    found = SEEN.search(someone.get(page).text)
    assert found
    return found[1]


def test_a_child_is_taken_out_of_a_report_by_a_page_that_asks_and_says_whom() -> None:
    someone = Someone(HOSPITAL, ["referrer"])
    draft = with_two_children(someone)
    listed = someone.get(f"{draft}/children").text
    assert f'href="{draft}/child/0/remove"' in listed and "Anna Invented, number 1" in listed
    page = someone.get(f"{draft}/child/0/remove").text
    assert "Remove child 1 and all answers about this child?" in page and "You cannot undo this." in page
    assert "Anna Invented" in page and "Anna" not in page.partition("</title>")[0]
    assert f'href="{draft}/children">No, keep</a>' in page
    answer = someone.post(f"{draft}/child/0/remove", seen=seen_at(someone, f"{draft}/child/0/remove"))
    assert answer.location == f"{draft}/children"
    left = someone.get(f"{draft}/children").text
    assert "Anna" not in left and "Bert Invented" in left


def test_a_list_of_children_removes_nobody_whatever_is_sent_with_it() -> None:
    someone = Someone(HOSPITAL, ["referrer"])
    draft = with_two_children(someone)
    assert someone.post(f"{draft}/children", another="no", remove="0").location == f"{draft}/people"
    assert "Anna Invented" in someone.get(f"{draft}/children").text


def test_a_removal_that_is_sent_twice_removes_one_child() -> None:
    someone = Someone(HOSPITAL, ["referrer"])
    draft = with_two_children(someone)
    page = f"{draft}/child/0/remove"
    seen = seen_at(someone, page)
    for _ in range(2):
        assert someone.post(page, seen=seen).location == f"{draft}/children"
    left = someone.get(f"{draft}/children").text
    assert "Bert Invented" in left and "has changed since you were asked" in left


def test_another_person_is_taken_out_in_the_same_way_and_nobody_who_is_not_there() -> None:
    someone = Someone(HOSPITAL, ["referrer"])
    draft = filled_in(someone)
    someone.post(f"{draft}/person/0/person", relationship="Mother", person_given_name="Cleo")
    page = f"{draft}/person/0/remove"
    assert "Remove person 1 and all answers about this person?" in someone.get(page).text
    assert someone.post(page, seen=seen_at(someone, page)).location == f"{draft}/people"
    assert "Cleo" not in someone.get(f"{draft}/people").text
    assert someone.get(page).status_code == 404 and someone.get(f"{draft}/child/1/remove").status_code == 404


def test_a_report_that_is_not_sent_is_deleted_by_a_page_that_asks() -> None:
    someone = Someone(HOSPITAL, ["referrer"])
    draft = filled_in(someone)
    checked = someone.get(f"{draft}/check").text
    assert f'href="{draft}/delete"' in checked and f'action="{draft}/delete"' not in checked
    page = someone.get(f"{draft}/delete").text
    assert "Delete this report?" in page and "It was not sent to anybody. You cannot get it back." in page
    assert f'href="{draft}/check">Go back</a>' in page
    assert someone.post(f"{draft}/delete").location == "/notify/reports"
    assert "What you had begun is deleted." in someone.get("/notify/reports").text
    assert rows("SELECT 1 FROM drafts WHERE person_id = :who", who=someone.id) == []


def test_nobody_is_asked_about_a_report_that_is_not_theirs() -> None:
    draft = with_two_children(Someone(HOSPITAL, ["referrer"]))
    other = Someone(HOSPITAL, ["agency-lead"])
    for page in ("child/0/remove", "delete"):
        assert other.get(f"{draft}/{page}").status_code == 404, page
    assert other.post(f"{draft}/child/0/remove").status_code == 404
    assert rows("SELECT 1 FROM drafts WHERE id = :id", id=draft.rsplit("/", 1)[1])


def test_what_was_sent_meanwhile_is_not_said_to_be_deleted_and_a_correction_leaves_the_report() -> None:
    someone = Someone(HOSPITAL, ["referrer"])
    referral_id = sent_report(someone)
    draft = someone.post(f"/notify/reports/{referral_id}/correction").location.removesuffix("/check")
    page = someone.get(f"{draft}/delete").text
    assert "Delete this correction?" in page and "What you sent before stays as it is." in page
    someone.post(f"{draft}/check", reasons="A date was wrong.")
    assert someone.get(f"{draft}/delete").location == f"{draft}/sent"
    someone.post(f"{draft}/delete")
    assert "is deleted" not in someone.get("/notify/reports").text
    assert someone.get(f"{draft}/sent").status_code == 200
