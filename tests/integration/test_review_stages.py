"""The stages of a review are the partnership's: kept from the day it began, shown with what comes next, explained in plain words."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pypdfium2
import pytest

from shared.calendar import add_working_days, london_day
from shared.partnership import partnership
from tests.people import WRONG, Someone
from tests.reviewing import (
    HOSPITAL,
    OFFICE,
    PARTNERS,
    POLICE,
    SCHOOL,
    commissioned,
    days_from_now,
    decide_and_sign,
    find_case,
    get,
    open_case,
    post,
    put,
    request_of,
)

pytestmark = pytest.mark.usefixtures("ground")

NIL = {"submitted": True, "involved": False, "prepared_by": {"name": "Ada", "role": "Lead"}}
A_NEW_LCSPR = """
[[reviews]]
kind = "lcspr"
name = "Local review"
in_force_from = 2020-01-01
[[reviews.stages]]
id = "only-stage"
name = "The only stage"

# ---- What the partnership published before"""


def stages(review: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {each["stage"]: each for each in get(f"/practice-reviews/{review['id']}", OFFICE)["milestones"]}


def of_case(case: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {each["stage"]: each for each in find_case(case["incident_id"])["stages"]}


def office() -> Someone:
    return Someone(OFFICE, ["partnership-office"], service="review")


def test_systems_are_given_the_explanations_without_the_files_broken_lines() -> None:
    plans = get("/stages", OFFICE)["items"]
    assert plans and not [plan["kind"] for plan in plans if "\n" in plan["explanation"]]


def test_each_stage_is_planned_so_many_working_days_after_the_review_began() -> None:
    review = commissioned(open_case())
    began = london_day(datetime.fromisoformat(review["decided_at"]))
    planned = add_working_days(began, 25, bank_holidays=partnership().bank_holidays)
    assert stages(review)["reviewer-appointed"]["due_on"] == planned.isoformat()


def test_an_open_review_keeps_its_stages_when_the_partnership_changes_them(
    another_partnership: Callable[..., None],
) -> None:
    before = commissioned(open_case())
    another_partnership(("# ---- What the partnership published before", A_NEW_LCSPR))
    after = commissioned(open_case())
    assert "only-stage" not in stages(before)
    assert list(stages(before))[-1] == "impact"
    assert list(stages(after)) == ["only-stage"]
    post(f"/practice-reviews/{before['id']}/milestones", OFFICE, {"stage": "drafts", "due_on": days_from_now(9)})
    post(f"/practice-reviews/{after['id']}/milestones", OFFICE, {"stage": "drafts", "due_on": days_from_now(9)}, 422)


def test_a_stage_changed_in_its_place_does_not_reach_back_either(another_partnership: Callable[..., None]) -> None:
    case = open_case()
    another_partnership(('name = "Rapid review meeting held"', 'name = "Panel of experts met"'))
    assert of_case(case)["meeting"]["name"] == "Rapid review meeting held"
    assert of_case(open_case())["meeting"]["name"] == "Panel of experts met"


def test_what_the_record_shows_needs_no_further_recording() -> None:
    case = open_case()
    assert of_case(case)["asked"]["done"]
    assert not of_case(case)["returns"]["done"]
    for agency in (SCHOOL, HOSPITAL, *PARTNERS):
        put(f"/information-requests/{request_of(case, agency)}/return", agency, NIL)
    decide_and_sign(case)
    done = {name for name, each in of_case(case).items() if each["done"]}
    assert done == {"asked", "returns", "decision", "signatures"}
    assert of_case(case)["meeting"]["passed"]  # complete without it, so it is neither next nor overdue
    assert "Next: <strong>Sent to the Panel</strong>" in office().get(f"/review/cases/{case['id']}").text


def test_a_stage_is_done_once_its_required_steps_are() -> None:
    review = commissioned(open_case())
    path = f"/practice-reviews/{review['id']}/milestones"
    early = {"stage": "publication-plan", "done_on": days_from_now(0)}
    assert "asked about the day" in post(path, OFFICE, early, 409)["detail"]
    assert post(path, OFFICE, early | {"steps": ["no-such-step"]}, 422)["errors"][0]["pointer"] == "/steps"
    post(path, OFFICE, {"stage": "publication-plan", "steps": ["family-told"]})
    assert post(path, OFFICE, early)["done"]
    post(path, OFFICE, {"stage": "family-contribution", "done_on": days_from_now(0)})  # its step is not required
    assert stages(review)["family-contribution"]["done"]


def test_a_rapid_reviews_stage_is_moved_with_a_note() -> None:
    case = open_case()
    body = {"stage": "meeting", "due_on": days_from_now(20), "note": "The police asked for a later day."}
    post(f"/cases/{case['id']}/milestones", POLICE, body)
    moved = of_case(case)["meeting"]
    assert (moved["due_on"], moved["note"], moved["done"]) == (body["due_on"], body["note"], False)
    post(f"/cases/{case['id']}/milestones", SCHOOL, body, 403)


@pytest.mark.parametrize(
    ("kind", "series"), [("thematic", "THEMATIC"), ("single-agency", "AGENCY"), ("other", "REVIEW")]
)
def test_every_kind_of_review_has_stages_and_references_of_its_own(kind: str, series: str) -> None:
    case = open_case()
    first = commissioned(case)
    body = {"kind": kind, "title": "Looked at in another way", "decided_at": first["decided_at"]}
    review = post(f"/cases/{case['id']}/practice-reviews", OFFICE, body)
    assert stages(review)["decision"]["done"]
    assert (first["reference"].split("-")[1], review["reference"].split("-")[1]) == ("LCSPR", series)
    assert (review["authority"] == first["authority"]) is (kind == "thematic")


def test_the_page_says_what_comes_next_and_its_task_list_leads_to_each_stage() -> None:
    review, someone = commissioned(open_case()), office()
    at = f"/review/practice-reviews/{review['id']}"
    assert "Next: <strong>Terms of reference agreed</strong>, by" in someone.get(at).text
    form = {"done_on-day": "1", "done_on-month": "2", "done_on-year": "2026"}
    someone.does(f"{at}/stages/terms-of-reference", **form, note="Agreed by e-mail.")
    shown = someone.get(at).text
    assert "Next: <strong>Reviewer appointed</strong>" in shown
    assert "Agreed by e-mail." in shown
    early = someone.post(f"{at}/stages/publication-plan", **form)
    assert "asked about the day" in WRONG.findall(early.text)[0]
    assert someone.get(f"{at}/stages/no-such-stage").status_code == 404


def test_a_family_can_be_given_the_course_of_the_review_without_a_word_of_the_case() -> None:
    case = open_case()
    review, someone = commissioned(case), office()
    for path in (f"/review/practice-reviews/{review['id']}/explained", f"/review/cases/{case['id']}/explained"):
        shown = someone.get(path).text
        assert '<h2 class="govuk-heading-m">Step by step</h2>' in shown
        with pypdfium2.PdfDocument(someone.get(f"{path}.pdf").data) as document:
            handed = " ".join(" ".join(each.get_textpage().get_text_range() for each in document).split())
        assert partnership().marking not in handed
        assert partnership().name in handed
        for kept_back in (case["pseudonym"], case["reference"], review["reference"], review["title"]):
            assert kept_back not in shown
            assert kept_back not in handed
    assert (
        "The family is asked whether and how it wants to take part"
        in someone.get(path.replace(f"cases/{case['id']}", f"practice-reviews/{review['id']}")).text
    )
