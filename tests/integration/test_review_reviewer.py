"""The reviewer's account: one review, what the terms of reference allow, until a day, and nothing the moment after."""

import io
import re
import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import text

from services.review.models import Model
from services.review.service import SERVICE
from shared import clock
from shared.identity.people import SignIn, apply_person_change, viewer_of
from tests.people import Someone
from tests.publishing import pdf
from tests.reviewing import (
    FULL_RETURN,
    HOSPITAL,
    OFFICE,
    SCHOOL,
    commissioned,
    days_from_now,
    get,
    open_case,
    post,
    put,
    request_of,
)

pytestmark = pytest.mark.usefixtures("ground")

APPOINTED = {"name": "Ida Independent", "independence": "Of none of the agencies.", "conflicts": []}
OPEN = {"practice_reviews", "reports", "reviewer_requests", "milestones", "review_records", "shared_material", "reviewer_accesses"}  # fmt: skip


def person(agency: str, *roles: str, name: str = "Somebody Invented") -> Someone:
    return Someone(agency, roles, service="review", name=name)


def on(name: str, days: int) -> dict[str, str]:
    day = (clock.now() + timedelta(days=days)).date()
    return {f"{name}-day": str(day.day), f"{name}-month": str(day.month), f"{name}-year": str(day.year)}


def appoint(review: dict, **more: str) -> None:
    body = APPOINTED | {"appointed_on": clock.now().date().isoformat()} | more
    post(f"/practice-reviews/{review['id']}/reviewers", OFFICE, body)


def under_review() -> tuple[dict, dict]:
    """A case with two returns, and its practice review with a reviewer in office."""
    case = open_case(agencies=[SCHOOL, HOSPITAL])
    for agency in (SCHOOL, HOSPITAL):
        put(f"/information-requests/{request_of(case, agency)}/return", agency, FULL_RETURN)
    review = commissioned(case)
    appoint(review)
    return case, review


def let_in(office: Someone, review: dict, reviewer: Someone, *sees: str, days: int = 30) -> str:
    at = f"/review/practice-reviews/{review['id']}"
    office.does(f"{at}/reviewer-access", person=reviewer.id, sees=list(sees), **on("until", days))
    return f"/review/reviewing/{review['id']}"


def rows_seen_by(person_id: str) -> dict[str, int]:
    """How many rows of each table the database gives a person, no page being asked; those that give none are left out."""
    now = clock.machine_now()
    with SERVICE.database.sessions.begin() as session:
        assert viewer_of(session, "review", SignIn(str(uuid.uuid4()), person_id, now, now))
        counted = {t: session.scalar(text(f"SELECT count(*) FROM {t}")) or 0 for t in Model.metadata.tables}
    return {table: count for table, count in counted.items() if count}


def test_a_reviewer_works_on_one_review_and_sees_what_was_shared_with_them() -> None:
    (case, review), (_, other) = under_review(), under_review()
    office, reviewer = person(OFFICE, "partnership-office"), person(SCHOOL, "reviewer")
    assert "You lead no review now" in reviewer.get("/review/reviewing").text
    access = f"/review/cases/{case['id']}/access"
    assert "shared with the reviewer, until" not in office.get(access).text
    at = let_in(office, review, reviewer, "chronology")
    office.does(f"/review/cases/{case['id']}/sharing", owners=[SCHOOL, HOSPITAL], what=["return", "chronology"], with_agencies="reviewer")  # fmt: skip
    office.does(f"/review/practice-reviews/{review['id']}/records/terms-of-reference", scope="What can be learnt.", lines_of_enquiry="Sharing")  # fmt: skip
    office.does(f"/review/practice-reviews/{review['id']}/records/family-contribution", who="Mother", how_asked="By letter.", advocate="yes", interpreter="yes", views="In confidence.")  # fmt: skip
    assert "shared with the reviewer, until" in office.get(access).text
    assert review["reference"] in reviewer.get("/review/reviewing").text
    page = reviewer.get(at).text
    assert "What can be learnt." in page and "In confidence." not in page
    merged = f"/review/shared/cases/{case['id']}/chronology"
    assert "Attendance fell." in reviewer.get(merged).text
    assert "Return of" not in reviewer.get("/review/shared").text, "the terms of reference allow the chronology alone"
    for closed in (f"/review/cases/{case['id']}", f"/review/practice-reviews/{review['id']}", "/review/cases", "/review/recommendations", "/review/requests"):  # fmt: skip
        assert reviewer.get(closed).status_code == 403, closed
    assert reviewer.get(f"/review/reviewing/{other['id']}").status_code == 404
    seen = rows_seen_by(reviewer.id)
    assert set(seen) <= OPEN
    assert (seen["practice_reviews"], seen["shared_material"], seen["review_records"]) == (1, 2, 1)


def test_a_reviewer_uploads_drafts_and_answers_what_was_asked_in_writing() -> None:
    _, review = under_review()
    office, reviewer = person(OFFICE, "partnership-office"), person(SCHOOL, "reviewer")
    at, office_at = let_in(office, review, reviewer), f"/review/practice-reviews/{review['id']}"
    office.does(f"{office_at}/reviewer-request", asks_for="draft", text="Please send the draft.", role="Manager")
    request = reviewer.get(at).text.partition(f'href="{at}/requests/')[2].partition('"')[0]
    assert reviewer.post(f"{at}/requests/{request}", response="").status_code == 422
    reviewer.does(f"{at}/requests/{request}", response="It is uploaded.")
    assert reviewer.post(f"{at}/requests/{request}", response="Again.").status_code == 422
    draft = pdf("A first draft.")
    reviewer.does(f"{at}/draft", kind="full-report", file=(io.BytesIO(draft), "draft.pdf"))
    assert reviewer.post(f"{at}/draft", kind="full-report", file=(io.BytesIO(b"no"), "x.pdf")).status_code == 422
    version = reviewer.get(at).text.partition(f'href="{at}/drafts/')[2].partition('"')[0]
    assert reviewer.get(f"{at}/drafts/{version}").data == draft
    shown = office.get(office_at).text
    assert "It is uploaded." in shown and "Full report 1" in shown
    with SERVICE.transaction() as session:
        who = "SELECT entry::jsonb ->> 'what' FROM audit_entries WHERE entry LIKE :who ORDER BY number"
        did = session.scalars(text(who), {"who": f'%"who":"person:{reviewer.id}"%'}).all()
    assert {"recorded-answer", "uploaded-report", "read"} <= set(did)


def test_after_the_day_or_the_removal_there_is_nothing_at_the_next_request() -> None:
    (_, review), (_, second) = under_review(), under_review()
    office, reviewer, late = (
        person(OFFICE, "partnership-office"),
        person(SCHOOL, "reviewer"),
        person(SCHOOL, "reviewer"),
    )
    at = let_in(office, review, reviewer)
    assert reviewer.get(at).status_code == 200
    office.does(f"/review/practice-reviews/{review['id']}/reviewer-access/end", reasons="The contract ended.")
    assert [reviewer.get(at).status_code, reviewer.post(f"{at}/draft").status_code] == [404, 404]
    assert rows_seen_by(reviewer.id).keys() <= {"reviewer_accesses"}
    then = let_in(office, second, late, days=1)
    with SERVICE.transaction() as session:
        past = clock.machine_now() - timedelta(seconds=1)
        session.execute(text("UPDATE reviewer_accesses SET until = :t WHERE person_id = :p"), {"t": past, "p": late.id})
    assert late.get(then).status_code == 404
    assert rows_seen_by(late.id).keys() <= {"reviewer_accesses"}


def leave_by_replacement(_: Someone, review: dict) -> None:
    appoint(review, name="Nia New", replaces_reasons="The first fell ill.")


def leave_by_removal(office: Someone, review: dict) -> None:
    shown = office.get(f"/review/practice-reviews/{review['id']}").text
    appointment = shown.partition('href="/review/reviewers/')[2].partition('"')[0]
    office.does(f"/review/reviewers/{appointment}", reasons="A conflict came to light.")


@pytest.mark.parametrize("leave", [leave_by_replacement, leave_by_removal])
def test_a_reviewer_who_is_replaced_or_removed_opens_no_page_and_no_file_any_more(
    leave: Callable[[Someone, dict], None],
) -> None:
    case, review = under_review()
    office, reviewer = person(OFFICE, "partnership-office"), person(SCHOOL, "reviewer")
    at = let_in(office, review, reviewer, "return", "chronology")
    office.does(f"/review/cases/{case['id']}/sharing", owners=[HOSPITAL], what=["return", "chronology"], with_agencies="reviewer")  # fmt: skip
    reviewer.does(f"{at}/draft", kind="full-report", file=(io.BytesIO(pdf("A first draft.")), "draft.pdf"))
    draft = reviewer.get(at).text.partition(f'href="{at}/drafts/')[2].partition('"')[0]
    material = re.findall(r'href="/review/shared/([0-9a-f-]{36})"', reviewer.get("/review/shared").text)
    merged = f"/review/shared/cases/{case['id']}/chronology"
    paths = [at, f"{at}/draft", f"{at}/drafts/{draft}", f"/review/shared/{material[0]}", merged, f"{merged}.csv"]
    assert [reviewer.get(path).status_code for path in paths] == [200] * len(paths)
    leave(office, review)
    assert [reviewer.get(path).status_code for path in paths] == [404] * len(paths)
    assert reviewer.post(f"{at}/draft").status_code == 404
    assert "You lead no review now" in reviewer.get("/review/reviewing").text
    assert rows_seen_by(reviewer.id).keys() <= {"reviewer_accesses"}


def test_who_loses_the_role_loses_the_review() -> None:
    _, review = under_review()
    office, reviewer = person(OFFICE, "partnership-office"), person(SCHOOL, "reviewer")
    at = let_in(office, review, reviewer)
    with SERVICE.transaction() as session:
        change = {"id": reviewer.id, "name": "Somebody", "email": f"{reviewer.id}@people.example", "roles": ["return-author"], "ended_at": None, "signed_out_before": "2000-01-01T00:00:00+00:00", "version": 2, "ended_sign_ins": []}  # fmt: skip
        apply_person_change(session, SCHOOL, change, clock.machine_now())
    assert reviewer.get(at).status_code == 403
    assert rows_seen_by(reviewer.id).get("practice_reviews", 0) == 0


def test_access_goes_to_a_reviewer_with_an_appointment_and_a_day_that_has_not_passed() -> None:
    case = open_case()
    review = commissioned(case)
    office, reviewer, author = person(OFFICE, "partnership-office"), person(SCHOOL, "reviewer"), person(SCHOOL, "return-author")  # fmt: skip
    at = f"/review/practice-reviews/{review['id']}/reviewer-access"
    before = office.post(at, person=reviewer.id, **on("until", 3))
    assert before.status_code == 422 and "Appoint a reviewer first" in before.text
    appoint(review)
    assert office.post(at, person=author.id, **on("until", 3)).status_code == 422
    assert office.post(at, person=reviewer.id, **on("until", -1)).status_code == 422
    assert office.post(f"{at}/end", reasons="None.").status_code == 422
    office.does(at, person=reviewer.id, **on("until", 3))


def test_the_offices_system_gives_and_ends_a_reviewers_access_as_its_people_do() -> None:
    _, review = under_review()
    reviewer, author = person(SCHOOL, "reviewer", name="Ida Account"), person(SCHOOL, "return-author")
    at, led = f"/practice-reviews/{review['id']}/reviewer-access", f"/review/reviewing/{review['id']}"
    body = {"person_id": reviewer.id, "until": days_from_now(30), "sees": ["return"]}
    for wrong, pointer in (({"person_id": author.id}, "/person_id"), ({"until": days_from_now(-1)}, "/until")):
        assert [each["pointer"] for each in post(at, OFFICE, body | wrong, 422)["errors"]] == [pointer]
    assert reviewer.id in [each["person_id"] for each in get(at, OFFICE)["may_be_given"]]
    first, second = post(at, OFFICE, body), post(at, OFFICE, body | {"sees": []})
    assert reviewer.get(led).status_code == 200
    assert [(each["id"], bool(each["ended_at"])) for each in get(at, OFFICE)["items"]] == [
        (second["id"], False),
        (first["id"], True),
    ]
    assert post(f"{at}/end", OFFICE, {"reasons": "The contract ended."})["ending_reasons"] == "The contract ended."
    assert reviewer.get(led).status_code == 404
    post(f"{at}/end", OFFICE, {"reasons": "Again."}, 409)
