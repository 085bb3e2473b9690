"""The rapid review: decided against regulation 11, positioned by three partners, sent to the Panel, answered."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask.testing import FlaskClient

from services.review.app import create_app
from services.review.service import SERVICE
from shared import clock
from shared.partnership import partnership
from tests.reviewing import (
    BASE,
    COUNCIL,
    DECISION,
    FULL_RETURN,
    HOSPITAL,
    ICB,
    NO_REVIEW,
    OFFICE,
    PARTNERS,
    POLICE,
    SCHOOL,
    call,
    commissioned,
    decide_and_sign,
    discharged,
    find_case,
    get,
    hear,
    key_of,
    open_case,
    post,
    put,
    request_of,
    said,
    signature,
    withdrawn,
)
from tests.trail import entries_on

pytestmark = pytest.mark.usefixtures("ground")


def completions(case: dict) -> list[dict[str, Any]]:
    return said(f"case:{case['id']}", "rapid-review.completed")


def paths(case: dict) -> tuple[str, str, str, str]:
    start = f"/cases/{case['id']}"
    ends = ("rapid-review/decision", "rapid-review/sign-off", "panel-reply", "practice-reviews")
    return tuple(f"{start}/{end}" for end in ends)


def reply(kind: str) -> dict[str, str]:
    return {"reply": kind, "received_at": clock.now().isoformat(), "reference": "PANEL-77", "text": "We have read it."}


def test_the_whole_rapid_review_from_notification_to_the_panels_reply() -> None:
    case = open_case()
    decision, sign_off, panel_reply, practice_reviews = paths(case)
    put(f"/information-requests/{request_of(case, SCHOOL)}/return", SCHOOL, FULL_RETURN)
    put(f"/information-requests/{request_of(case, HOSPITAL)}/return", HOSPITAL, {"involved": False})
    standing = post(decision, OFFICE, DECISION)
    assert [each["id"] for each in standing["awaited"]] == list(PARTNERS)
    assert not post(sign_off, COUNCIL, signature())["completed"]
    assert not post(sign_off, ICB, signature())["completed"]
    assert completions(case) == []
    assert post(sign_off, POLICE, signature())["completed"]
    [completed] = completions(case)
    assert (completed["outcome"], completed["reference"]) == ("lcspr", case["reference"])
    hear("duty.discharged", discharged(case["incident_id"]))
    assert find_case(case["incident_id"])["stage"] == "with-panel"
    post(panel_reply, OFFICE, reply("agrees"))
    whole = find_case(case["incident_id"])
    assert whole["stage"] == "panel-agreed"
    assert whole["decisions"][0]["panel_receipt"] == "PANEL-77"
    assert whole["duties"][0]["rule"] == "rapid-review"
    assert whole["panel_replies"][0]["reply"] == "agrees"
    review = {"kind": "lcspr", "title": "Information sharing", "decided_at": clock.now().isoformat()}
    assert post(practice_reviews, OFFICE, review)["pseudonym"] == case["pseudonym"]


def test_the_report_for_the_panel_is_made_from_the_record() -> None:
    case = open_case()
    put(f"/information-requests/{request_of(case, SCHOOL)}/return", SCHOOL, FULL_RETURN)
    put(f"/information-requests/{request_of(case, HOSPITAL)}/return", HOSPITAL, {"involved": False})
    decision, sign_off, *_ = paths(case)
    post(decision, OFFICE, DECISION)
    post(sign_off, COUNCIL, signature())
    post(sign_off, ICB, signature("dissent", reasons="A thematic review would serve better."))
    post(sign_off, POLICE, signature())
    report = completions(case)[0]["report"]
    assert [each["text"] for each in report["headings"]] == list(DECISION["content"].values())
    assert all("regulation 11(2)" in each["authority"] for each in report["considerations"])
    by_agency = {each["agency"]: each for each in report["agencies"]}
    assert by_agency[name_of(SCHOOL)]["what_went_well"]
    assert by_agency[name_of(HOSPITAL)]["involved"] is False
    assert by_agency[name_of(POLICE)]["returned"] is False
    assert [each["position"] for each in report["positions"]] == ["agree", "dissent", "agree"]
    assert report["pseudonym"] == case["pseudonym"]
    assert "Hester Nolan" not in str(report)


def name_of(agency: str) -> str:
    return partnership().agency(agency).name


def test_every_point_of_regulation_11_is_considered() -> None:
    decision, *_ = paths(open_case())
    three = DECISION | {"regulation_11": DECISION["regulation_11"][:3]}
    assert call("POST", decision, OFFICE, three).json["errors"][0]["pointer"] == "/regulation_11"
    twice = DECISION | {"regulation_11": [*DECISION["regulation_11"], DECISION["regulation_11"][0]]}
    assert call("POST", decision, OFFICE, twice).json["errors"][0]["pointer"] == "/regulation_11/4/consideration"
    also = {"consideration": "institutional-setting", "met": False, "reasons": "No institution."}
    post(decision, OFFICE, DECISION | {"regulation_11": [*DECISION["regulation_11"], also]})


def test_every_heading_of_the_panels_guidance_is_written() -> None:
    content = {name: text for name, text in DECISION["content"].items() if name != "next_steps"} | {"summary": "x"}
    answer = post(paths(open_case())[0], OFFICE, DECISION | {"content": content}, 422)
    assert {each["pointer"] for each in answer["errors"]} == {"/content/next_steps", "/content/summary"}


def test_a_decision_against_a_review_says_what_is_done_with_the_learning() -> None:
    answer = post(paths(open_case())[0], OFFICE, DECISION | {"outcome": "no-lcspr"}, 422)
    assert answer["errors"][0]["pointer"] == "/what_will_be_done"


def test_another_review_is_named() -> None:
    decision, *_ = paths(open_case())
    assert post(decision, OFFICE, DECISION | {"outcome": "other-review"}, 422)
    other = post(decision, OFFICE, DECISION | {"outcome": "other-review", "other_review": "dardr"})
    assert other["decision"]["other_review"] == "dardr"


def test_a_dissent_needs_reasons_completes_and_stays() -> None:
    case = open_case()
    decision, sign_off, *_ = paths(case)
    post(decision, COUNCIL, NO_REVIEW)
    assert post(sign_off, ICB, signature("dissent"), 422)["errors"][0]["pointer"] == "/reasons"
    post(sign_off, ICB, signature("dissent", reasons="The learning is not local."))
    post(sign_off, ICB, signature("agree"), 409)
    post(sign_off, COUNCIL, signature())
    assert post(sign_off, POLICE, signature())["completed"]
    positions = {each["agency"]["id"]: each for each in find_case(case["incident_id"])["decisions"][0]["positions"]}
    assert positions[ICB]["position"] == "dissent"
    assert positions[ICB]["reasons"] == "The learning is not local."


def test_a_changed_decision_voids_the_signatures_before_it_and_keeps_them() -> None:
    case = open_case()
    decision, sign_off, *_ = paths(case)
    post(decision, OFFICE, NO_REVIEW)
    post(sign_off, COUNCIL, signature())
    post(sign_off, ICB, signature())
    assert len(post(decision, OFFICE, DECISION)["awaited"]) == 3
    assert not post(sign_off, POLICE, signature())["completed"]
    assert completions(case) == []
    first, second = find_case(case["incident_id"])["decisions"]
    assert first["superseded_at"] and all(each["voided_at"] for each in first["positions"])
    assert len(first["positions"]) == 2
    assert second["superseded_at"] is None
    post(sign_off, COUNCIL, signature())
    assert post(sign_off, ICB, signature())["completed"]
    assert [each["outcome"] for each in completions(case)] == ["lcspr"]


def test_the_panels_disagreement_lets_the_partners_decide_again() -> None:
    case = open_case()
    _, _, panel_reply, practice_reviews = paths(case)
    decide_and_sign(case, NO_REVIEW)
    review = {"kind": "lcspr", "title": "Information sharing", "decided_at": clock.now().isoformat()}
    post(practice_reviews, OFFICE, review, 409)
    post(panel_reply, OFFICE, reply("disagrees"))
    decide_and_sign(case, DECISION)
    assert [each["outcome"] for each in completions(case)] == ["no-lcspr", "lcspr"]
    post(practice_reviews, OFFICE, review)


@pytest.mark.parametrize("stage", ["rapid-review-completed", "with-panel", "panel-agreed"])
def test_the_partners_may_decide_anew_once_all_have_signed_and_say_why(stage: str) -> None:
    case = open_case()
    decision, sign_off, panel_reply, practice_reviews = paths(case)
    decide_and_sign(case, NO_REVIEW)
    if stage == "with-panel":
        hear("duty.discharged", discharged(case["incident_id"]))
    if stage == "panel-agreed":
        post(panel_reply, OFFICE, reply("agrees"))
    assert find_case(case["incident_id"])["stage"] == stage
    assert post(decision, OFFICE, DECISION, 422)["errors"][0]["pointer"] == "/why_anew"
    assert find_case(case["incident_id"])["stage"] == stage
    why = "A second agency's records came to light."
    assert len(post(decision, OFFICE, DECISION | {"why_anew": why})["awaited"]) == 3
    for partner in PARTNERS:
        post(sign_off, partner, signature())
    first, second = find_case(case["incident_id"])["decisions"]
    assert (first["superseded_at"] is None, second["why_anew"]) == (False, why)
    assert [each["report"]["why_anew"] for each in completions(case)] == [None, why]
    review = {"kind": "lcspr", "title": "Information sharing", "decided_at": clock.now().isoformat()}
    post(practice_reviews, OFFICE, review)


def test_a_second_letter_of_the_panel_that_questions_the_decision_is_recorded_after_one_that_agreed() -> None:
    case = open_case()
    decision, _, panel_reply, _ = paths(case)
    decide_and_sign(case, NO_REVIEW)
    post(panel_reply, OFFICE, reply("agrees"))
    post(panel_reply, OFFICE, reply("disagrees"))
    assert find_case(case["incident_id"])["stage"] == "panel-questions"
    post(decision, OFFICE, DECISION)


def test_a_reply_from_the_future_is_refused() -> None:
    case = open_case()
    decide_and_sign(case)
    answer = post(paths(case)[2], OFFICE, reply("agrees") | {"received_at": "2100-01-01T00:00:00Z"}, 422)
    assert answer["errors"][0]["pointer"] == "/received_at"


def test_what_is_out_of_turn_is_refused_and_changes_nothing() -> None:
    case = open_case()
    decision, sign_off, panel_reply, practice_reviews = paths(case)
    review = {"kind": "lcspr", "title": "Information sharing", "decided_at": clock.now().isoformat()}
    for path, agency, body in (
        (sign_off, COUNCIL, signature()),
        (panel_reply, OFFICE, reply("agrees")),
        (practice_reviews, OFFICE, review),
    ):
        assert "Rapid review under way" in post(path, agency, body, 409)["detail"]
    post(decision, OFFICE, DECISION)
    post(panel_reply, OFFICE, reply("agrees"), 409)
    post(practice_reviews, OFFICE, review, 409)
    hear("incident.withdrawn", withdrawn(case["incident_id"]))
    for path, agency, body in (
        (decision, OFFICE, DECISION),
        (sign_off, COUNCIL, signature()),
        (panel_reply, OFFICE, reply("agrees")),
        (practice_reviews, OFFICE, review),
    ):
        post(path, agency, body, 409)
    assert find_case(case["incident_id"])["stage"] == "withdrawn"


def test_only_partners_sign_and_only_office_or_partners_decide() -> None:
    decision, sign_off, *_ = paths(open_case())
    assert call("POST", decision, SCHOOL, DECISION).status_code == 403
    post(decision, POLICE, DECISION)
    for agency in (OFFICE, SCHOOL):
        assert call("POST", sign_off, agency, signature()).status_code == 403


def test_three_partners_who_sign_at_once_complete_it_once() -> None:
    partners = [*PARTNERS, *PARTNERS]
    clients = [
        create_app().test_client() for _ in partners
    ]  # one after the other: CPython 3.11 builds routes in one thread only
    for _ in range(3):
        case = open_case()
        decision, sign_off, *_ = paths(case)
        post(decision, OFFICE, DECISION)
        with ThreadPoolExecutor(len(partners)) as pool:
            signed = [pool.submit(sign_by_itself, *who, sign_off) for who in zip(clients, partners, strict=True)]
        statuses = [each.result() for each in signed]
        assert sorted(statuses) == [201, 201, 201, 409, 409, 409]
        assert len(completions(case)) == 1


def sign_by_itself(client: FlaskClient, partner: str, path: str) -> int:
    headers = {"Authorization": f"Bearer {key_of(partner)}"}
    return client.post(BASE + path, json=signature(), headers=headers).status_code


def test_a_decision_on_a_case_that_changed_since_it_was_read_is_refused() -> None:
    case = open_case()
    decision, sign_off, *_ = paths(case)
    tag = call("GET", f"/cases/{case['id']}", OFFICE).headers["ETag"]
    assert call("POST", decision, OFFICE, DECISION, headers={"If-Match": tag}).status_code == 201
    assert call("POST", sign_off, COUNCIL, signature(), headers={"If-Match": tag}).status_code == 412


def test_a_repeated_signature_with_its_key_is_answered_again_without_effect() -> None:
    case = open_case()
    decision, sign_off, *_ = paths(case)
    post(decision, OFFICE, DECISION)
    key = {"Idempotency-Key": f"sign-{case['id']}"}
    answers = [call("POST", sign_off, COUNCIL, signature(), headers=key) for _ in range(2)]
    assert [each.status_code for each in answers] == [201, 201]
    assert answers[0].json == answers[1].json


def test_who_read_and_who_decided_is_in_the_trail_without_case_content() -> None:
    case = open_case()
    commissioned(case)
    get(f"/cases/{case['id']}", POLICE)
    with SERVICE.transaction() as session:
        trail = entries_on(session, [f"case:{case['id']}"])
    assert [each["what"] for each in trail if each["who"] == POLICE] == [
        "signed-agree",
        "completed-rapid-review",
        "read",
    ]
    assert DECISION["reasons"] not in str(trail)
