"""What agencies return: nil, draft, full, late, revised; and the one chronology made of it."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from services.review.chasing import remind_of_returns, tell_overdue_returns
from services.review.service import SERVICE
from shared import clock
from tests.reviewing import (
    COUNCIL,
    FULL_RETURN,
    HOSPITAL,
    ICB,
    OFFICE,
    POLICE,
    SCHOOL,
    call,
    get,
    open_case,
    put,
    request_of,
    said,
)

pytestmark = pytest.mark.usefixtures("ground")


def return_of(case: dict, agency: str = SCHOOL) -> str:
    return f"/information-requests/{request_of(case, agency)}/return"


def make_due(case: dict, days_ago: int) -> None:
    statement = text("UPDATE information_requests SET due_at = now() - :ago WHERE case_id = :case")
    with SERVICE.transaction() as session:
        session.execute(statement, {"ago": timedelta(days=days_ago), "case": case["id"]})


def pointers(answer: dict) -> set[str]:
    return {error["pointer"] for error in answer["errors"]}


def test_an_agency_finds_its_own_request_and_no_other() -> None:
    case = open_case()
    own = get(f"/information-requests?case_id={case['id']}", SCHOOL)["items"]
    assert [each["agency"]["id"] for each in own] == [SCHOOL]
    assert own[0]["reference"] == case["reference"]
    assert len(get(f"/information-requests?case_id={case['id']}", OFFICE)["items"]) == 5


def test_a_nil_return_is_a_return() -> None:
    case = open_case()
    answer = put(return_of(case), SCHOOL, {"involved": False})
    assert answer["status"] == "returned"
    assert answer["return"]["involved"] is False
    assert answer["return"]["status"] == "submitted"


def test_a_draft_stays_the_agencys_own_until_it_is_submitted() -> None:
    case = open_case()
    put(return_of(case), SCHOOL, {"involved": True, "involvement_summary": "Still to be written up."})
    path = f"/information-requests/{request_of(case, SCHOOL)}"
    assert get(path, SCHOOL)["return"]["content"] == {"involvement_summary": "Still to be written up."}
    assert get(path, OFFICE)["return"] is None
    assert get(path, OFFICE)["status"] == "draft"
    assert put(return_of(case), SCHOOL, FULL_RETURN)["status"] == "returned"
    assert get(path, POLICE)["return"]["content"]["what_went_well"] == "The tutor's persistence."
    assert [each["status"] for each in get(path, OFFICE)["versions"]] == ["submitted"]


def test_a_full_return_lacking_anything_is_told_everything_at_once() -> None:
    case = open_case()
    answer = put(return_of(case), SCHOOL, {"involved": True, "submitted": True, "chronology": []}, 422)
    assert {"/period", "/chronology", "/signed_off_by", "/inequalities_considered"} <= pointers(answer)
    assert get(f"/information-requests/{request_of(case, SCHOOL)}", SCHOOL)["status"] == "requested"


def test_the_one_who_prepared_a_return_does_not_sign_it_off() -> None:
    body = FULL_RETURN | {"signed_off_by": {"name": "ada  PROSSER", "role": "Head teacher"}}
    assert pointers(put(return_of(open_case()), SCHOOL, body, 422)) == {"/signed_off_by/name"}


def test_a_nil_return_with_involvement_in_it_is_refused() -> None:
    body = {"involved": False, "involvement_summary": "We knew the child."}
    assert pointers(put(return_of(open_case()), SCHOOL, body, 422)) == {"/involvement_summary"}


def test_dates_out_of_order_or_in_the_future_are_refused() -> None:
    entry = FULL_RETURN["chronology"][0]
    entries = [
        entry | {"to": "2025-01"},
        entry | {"from": "2099-01"},
        entry | {"from": None},
        entry | {"from": "March"},
    ]
    body = FULL_RETURN | {"chronology": entries, "period": {"from": "2026-01-02", "to": "2026-01-01"}}
    wrong = {"/chronology/0/to", "/chronology/1/from", "/chronology/2/from", "/chronology/3/from", "/period/to"}
    assert pointers(put(return_of(open_case()), SCHOOL, body, 422)) == wrong


def test_a_late_return_is_taken_and_marked_late() -> None:
    case = open_case()
    make_due(case, 3)
    answer = put(return_of(case), SCHOOL, FULL_RETURN)
    assert answer["late"] and not answer["overdue"]
    assert answer["versions"][0]["late"]


def test_a_revised_return_is_a_new_version_and_the_submitted_one_is_kept() -> None:
    case = open_case()
    put(return_of(case), SCHOOL, {"involved": False})
    draft = put(return_of(case), SCHOOL, {"involved": True, "what_went_well": "Found in an archive."})
    assert [each["status"] for each in draft["versions"]] == ["submitted", "draft"]
    assert get(f"/information-requests/{request_of(case, SCHOOL)}", OFFICE)["return"]["involved"] is False
    revised = put(return_of(case), SCHOOL, FULL_RETURN)
    assert [(each["number"], each["involved"]) for each in revised["versions"]] == [(1, False), (2, True)]


def test_an_overdue_return_is_told_once_whatever_restarts() -> None:
    case = open_case()
    put(return_of(case), SCHOOL, {"involved": False})
    make_due(case, 1)
    assert tell_overdue_returns() >= 4
    assert tell_overdue_returns() == 0
    told = sorted(event["agency_id"] for event in said(f"case:{case['id']}", "information.overdue"))
    assert SCHOOL not in told
    assert len(told) == len(set(told)) == 4


def test_a_late_return_is_chased_again_after_the_partnerships_working_days_until_it_comes() -> None:
    case = open_case()
    put(return_of(case, HOSPITAL), HOSPITAL, {"involved": False})
    make_due(case, 1)
    tell_overdue_returns()
    with SERVICE.transaction() as session:
        [chase_at] = session.scalars(
            text("SELECT DISTINCT chase_at FROM information_requests WHERE case_id = :case AND chased = 1"),
            {"case": case["id"]},
        )
        assert chase_at > clock.now()
        passed = text("UPDATE information_requests SET chase_at = now() - interval '1 hour' WHERE case_id = :case")
        session.execute(passed, {"case": case["id"]})
    put(return_of(case, POLICE), POLICE, {"involved": False})
    tell_overdue_returns()
    assert tell_overdue_returns() == 0
    told = [(event["agency_id"], event["times"]) for event in said(f"case:{case['id']}", "information.overdue")]
    assert sorted(told) == sorted(
        [(POLICE, 1), *((each, times) for each in (COUNCIL, ICB, SCHOOL) for times in (1, 2))]
    )


def test_an_agency_is_reminded_once_before_its_return_is_due_and_not_on_the_day_it_is_asked() -> None:
    case = open_case()
    soon = text("UPDATE information_requests SET due_at = now() + interval '1 hour', requested_at = requested_at - :ago WHERE case_id = :case")  # fmt: skip
    put(return_of(case, HOSPITAL), HOSPITAL, {"involved": False})
    with SERVICE.transaction() as session:
        session.execute(soon, {"case": case["id"], "ago": timedelta(0)})
    remind_of_returns()
    assert said(f"case:{case['id']}", "information.due-soon") == []
    with SERVICE.transaction() as session:
        session.execute(soon, {"case": case["id"], "ago": timedelta(days=3)})
    remind_of_returns()
    remind_of_returns()
    reminded = sorted(event["agency_id"] for event in said(f"case:{case['id']}", "information.due-soon"))
    assert reminded == sorted((COUNCIL, ICB, POLICE, SCHOOL))


def test_another_agencys_request_is_not_there() -> None:
    case = open_case()
    theirs = request_of(case, HOSPITAL)
    assert call("GET", f"/information-requests/{theirs}", SCHOOL).status_code == 404
    for agency in (SCHOOL, POLICE, OFFICE):
        put(f"/information-requests/{theirs}/return", agency, {"involved": False}, 404)


def test_two_people_do_not_overwrite_each_others_draft() -> None:
    case = open_case()
    path = f"/information-requests/{request_of(case, SCHOOL)}"
    tag = call("GET", path, SCHOOL).headers["ETag"]
    body = {"involved": True, "what_went_well": "One."}
    first = call("PUT", f"{path}/return", SCHOOL, body, headers={"If-Match": tag})
    second = call("PUT", f"{path}/return", SCHOOL, body, headers={"If-Match": tag})
    assert (first.status_code, second.status_code) == (200, 412)
    third = call("PUT", f"{path}/return", SCHOOL, body, headers={"If-Match": first.headers["ETag"]})
    assert third.status_code == 200


def entry(when: str | None, description: str, certainty: str = "known") -> dict:
    return {"from": when, "certainty": certainty, "description": description, "source": "Record"}


def test_the_chronology_is_one_in_time_and_honest_about_dates() -> None:
    case = open_case()
    school = [
        entry(None, "undated", "unknown"),
        entry("2025-03-14T15:00:00+00:00", "afternoon"),
        entry("2025", "that year", "estimated"),
    ]
    hospital = [
        entry("2025-03-14", "that day"),
        entry("2025-03", "that month", "estimated"),
        entry("2024-12", "before"),
    ]
    put(return_of(case), SCHOOL, FULL_RETURN | {"chronology": school})
    put(return_of(case, HOSPITAL), HOSPITAL, FULL_RETURN | {"chronology": hospital})
    items = get(f"/cases/{case['id']}/chronology", COUNCIL)["items"]
    assert [(each["description"], each["precision"], each["agency"]["id"]) for each in items] == [
        ("before", "month", HOSPITAL),
        ("that year", "year", SCHOOL),
        ("that month", "month", HOSPITAL),
        ("that day", "day", HOSPITAL),
        ("afternoon", "moment", SCHOOL),
        ("undated", "unknown", SCHOOL),
    ]
    assert items[1]["from"] == "2025"
    assert items[0]["source"] == "Record"


def test_the_chronology_in_pages_is_the_same_chronology() -> None:
    case = open_case()
    same_day = [entry("2025-03-14", f"school {n}") for n in range(5)]
    put(return_of(case), SCHOOL, FULL_RETURN | {"chronology": same_day})
    put(return_of(case, HOSPITAL), HOSPITAL, FULL_RETURN | {"chronology": [*same_day, entry("2024", "x", "estimated")]})
    whole = get(f"/cases/{case['id']}/chronology", OFFICE)
    paged, cursor = [], ""
    while cursor is not None:
        page = get(f"/cases/{case['id']}/chronology?limit=4&cursor={cursor}", OFFICE)
        paged += page["items"]
        cursor = page["next"]
    assert paged == whole["items"]
    assert whole["next"] is None
    assert call("GET", f"/cases/{case['id']}/chronology?cursor=nonsense", OFFICE).status_code == 422


def test_a_long_chronology_is_merged_whole() -> None:
    case = open_case()
    long = [entry(f"20{10 + n % 15}-0{1 + n % 9}-1{n % 10}", f"Event {n}. " + "x" * 150) for n in range(2000)]
    for agency in (SCHOOL, HOSPITAL, COUNCIL, POLICE):
        put(return_of(case, agency), agency, FULL_RETURN | {"chronology": long})
    items = get(f"/cases/{case['id']}/chronology", OFFICE)["items"]
    assert len(items) == 8000
