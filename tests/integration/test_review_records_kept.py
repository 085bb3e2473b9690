"""Records are kept for their time; then a person is asked, another confirms, and a certificate says what went, by hash."""

import hashlib
from datetime import timedelta
from typing import Any

import pypdfium2
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.notify.people_concerned import people_concerned
from services.review.destruction import take_files_out
from services.review.reminders import remind
from services.review.service import SERVICE
from shared import clock, files
from shared.files import FileMissing
from tests.integration.test_review_over_several_cases import taken_in
from tests.integration.test_review_pages import on, person
from tests.integration.test_review_practice_reviews import pdf, published, sign, upload
from tests.integration.test_review_recommendations import act, recommended, show
from tests.people import WRONG, Someone
from tests.referrals import USUAL
from tests.reviewing import (
    FULL_RETURN,
    HOSPITAL,
    NO_REVIEW,
    OFFICE,
    PARTNERS,
    POLICE,
    SCHOOL,
    call,
    commissioned,
    days_from_now,
    decide_and_sign,
    find_case,
    get,
    hear,
    open_case,
    post,
    put,
    request_of,
    said,
)

pytestmark = pytest.mark.usefixtures("ground", "own_clock")

EVENT = {"held_on": "2026-01-05", "who": "Midwives.", "heard": "It was busy."}
DESTROY = {"decision": "destroy", "reasons": "Their time has passed and nobody has asked for them."}


def ended(**changes: Any) -> dict[str, Any]:
    """A case whose rapid review is complete and decided on no further review."""
    case = open_case(**changes)
    put(f"/information-requests/{request_of(case, SCHOOL)}/return", SCHOOL, FULL_RETURN)
    decide_and_sign(case, NO_REVIEW)
    return case


def years_later(case: dict[str, Any], years: int) -> None:
    """As if the case were so many years older: moving the clock so far would move it past the known bank holidays."""
    with SERVICE.transaction() as session:
        for column in ("opened_at", "notified_at", "completed_at", "closed_at"):
            session.execute(
                text(f"UPDATE cases SET {column} = {column} - make_interval(years => :years) WHERE id = :id"),
                {"years": years, "id": case["id"]},
            )


def of_class(case: dict[str, Any], name: str) -> dict[str, Any]:
    return next(each for each in get(f"/cases/{case['id']}/records", OFFICE)["classes"] if each["record_class"] == name)


def decide(case: dict[str, Any], name: str, body: dict[str, Any] = DESTROY, status: int = 201) -> Any:
    return post(f"/cases/{case['id']}/retention-decisions", OFFICE, body | {"record_class": name}, status)


def confirm(decision: dict[str, Any], agency: str = POLICE, status: int = 201) -> Any:
    return post(f"/retention-decisions/{decision['id']}/confirmation", agency, {}, status)


def waits(case: dict[str, Any]) -> list[str]:
    found = [each["concerns"] for each in get("/waiting", OFFICE)["items"] if each["kind"] == "records"]
    return [each.rpartition(":")[2] for each in found if f":{case['id']}:" in each]


def count(table: str, case: dict[str, Any]) -> int:
    with SERVICE.transaction() as session:
        statement = text(f"SELECT count(*) FROM {table} WHERE case_id = :case")
        return int(session.execute(statement, {"case": case["id"]}).scalar_one())


def test_nothing_is_due_while_a_case_goes_on_or_its_time_has_not_passed() -> None:
    going_on = open_case()
    assert get(f"/cases/{going_on['id']}/records", OFFICE)["ended_on"] is None
    case = ended()
    years_later(case, 24)
    assert (of_class(case, "agency-returns")["due"], waits(case)) == (False, [])
    decide(case, "agency-returns", status=422)
    decide(case, "no-such-class", status=422)


def test_a_person_is_asked_when_the_time_of_a_class_has_passed_and_nothing_goes_by_itself() -> None:
    case = ended()
    years_later(case, 25)
    assert waits(case) == ["agency-returns"]  # of classes of which the case has nothing, nobody is asked
    remind()
    take_files_out()
    reminded = said(f"records:{case['id']}:agency-returns", "reminder.due")
    assert [each["kind"] for each in reminded] == ["records"]
    assert count("agency_returns", case) == 1


def test_records_are_kept_longer_with_reasons_until_a_day_on_which_somebody_is_asked_again() -> None:
    case = ended()
    years_later(case, 25)
    keep = {"decision": "keep", "reasons": "An inquiry was announced."}
    decide(case, "agency-returns", keep, 422)
    decide(case, "agency-returns", keep | {"keep_until": days_from_now(0)}, 422)
    decide(case, "agency-returns", keep | {"keep_until": days_from_now(40)})
    assert "agency-returns" not in waits(case)
    assert of_class(case, "agency-returns")["due_on"] == days_from_now(40)
    clock.advance(timedelta(days=40))
    assert "agency-returns" in waits(case)


def test_destruction_needs_a_second_person_and_the_certificate_names_hashes_and_no_content() -> None:
    case = ended()
    years_later(case, 25)
    decision = decide(case, "agency-returns")
    confirm(decision, OFFICE, 409)  # who decided it does not confirm it
    assert count("agency_returns", case) == 1
    certificate = confirm(decision)
    assert count("agency_returns", case) == 0
    [gone] = certificate["destroyed"]
    assert (gone["table"], len(gone["sha256"])) == ("agency_returns", 64)
    assert "Attendance" not in str(certificate)
    confirm(decision, status=409)
    assert of_class(case, "agency-returns")["certificate_reference"] == certificate["reference"]
    assert "agency-returns" not in waits(case)
    assert get(f"/cases/{case['id']}", OFFICE)["decisions"]  # only this class went
    assert call("GET", f"/destruction-certificates/{certificate['id']}", SCHOOL).status_code == 403


def test_the_copies_that_were_shared_of_a_return_go_with_it() -> None:
    case = ended()
    shared = {"owners": [SCHOOL], "what": ["return", "chronology"], "with_agencies": [HOSPITAL]}
    copies = post(f"/cases/{case['id']}/shared-material", OFFICE, shared)["items"]
    ended_first = post(f"/shared-material/{copies[0]['id']}/end", OFFICE, {})["items"]
    years_later(case, 25)
    assert "Attendance fell." in str(get(f"/shared-material/{copies[1]['id']}", HOSPITAL))
    certificate = confirm(decide(case, "agency-returns"))
    gone = {each["id"] for each in certificate["destroyed"] if each["table"] == "shared_material"}
    assert gone == {each["id"] for each in copies} and ended_first[0]["id"] in gone
    assert (count("shared_material", case), count("agency_returns", case)) == (0, 0)
    assert call("GET", f"/shared-material/{copies[1]['id']}", HOSPITAL).status_code == 404
    lead = Someone(HOSPITAL, ["agency-lead"], service="review")
    for path in (f"/review/shared/{copies[0]['id']}", f"/review/shared/cases/{case['id']}/chronology"):
        assert lead.get(path).status_code == 404, path


def test_a_legal_hold_keeps_everything_until_it_is_lifted_with_reasons() -> None:
    case = ended()
    years_later(case, 25)
    decision = decide(case, "agency-returns")
    hold = post(f"/cases/{case['id']}/legal-holds", OFFICE, {"reasons": "A civil claim."})
    decide(case, "agency-returns", status=409)
    confirm(decision, status=409)
    assert (count("agency_returns", case), waits(case)) == (1, [])
    post(f"/legal-holds/{hold['id']}/lift", OFFICE, {}, 422)
    post(f"/legal-holds/{hold['id']}/lift", OFFICE, {"reasons": "The claim was settled."})
    confirm(decision)
    post(f"/legal-holds/{hold['id']}/lift", OFFICE, {"reasons": "Again."}, 409)


def test_a_legal_hold_on_one_case_keeps_the_papers_of_a_review_that_is_about_it_too() -> None:
    case, other = open_case(), open_case()
    review = commissioned(case)
    taken_in(review, other)
    post(f"/practice-reviews/{review['id']}/records/practitioner-event", OFFICE, EVENT)
    report = upload(review, pdf()).json
    for partner in PARTNERS:
        sign(review, report, partner)
    hear("publication.live", published(review, route="local", live_at=clock.now().isoformat(), url=None), "publish")
    years_later(case, 11)
    with SERVICE.transaction() as session:
        old = "UPDATE practice_reviews SET published_at = published_at - interval '11 years' WHERE id = :id"
        session.execute(text(old), {"id": review["id"]})
    decision = decide(case, "working-papers")
    hold = post(f"/cases/{other['id']}/legal-holds", OFFICE, {"reasons": "A civil claim."})
    confirm(decision, status=409)
    post(f"/legal-holds/{hold['id']}/lift", OFFICE, {"reasons": "It was settled."})
    [gone] = confirm(decision)["destroyed"]
    assert gone["table"] == "review_records"


def test_an_action_stays_as_far_as_it_was_when_its_evidence_has_gone() -> None:
    case = ended()
    action = act(recommended(case))
    show(action, "impact-shown")
    years_later(case, 11)
    confirm(decide(case, "evidence"))
    [made] = get(f"/recommendations?case_id={case['id']}", OFFICE)["items"]
    assert (made["status"], made["actions"][0]["evidence"]) == ("impact-shown", [])


def test_a_later_decision_to_keep_overtakes_one_to_destroy() -> None:
    case = ended()
    years_later(case, 25)
    decision = decide(case, "agency-returns")
    decide(case, "agency-returns", {"decision": "keep", "reasons": "Wait.", "keep_until": days_from_now(40)})
    confirm(decision, status=409)
    assert count("agency_returns", case) == 1


def test_drafts_go_with_their_files_and_the_signed_report_stays() -> None:
    case = open_case()
    review = commissioned(case)
    draft, final = upload(review, pdf()).json, upload(review, pdf(300)).json
    summary = upload(review, pdf(400), "executive-summary").json  # nobody signs it, and it is no draft
    for partner in PARTNERS:
        sign(review, final, partner)
    assert get(f"/cases/{case['id']}/records", OFFICE)["ended_on"] is None  # it is not published yet
    hear("publication.live", published(review, route="local", live_at=clock.now().isoformat(), url=None), "publish")
    years_later(case, 4)
    with SERVICE.transaction() as session:
        old = "UPDATE practice_reviews SET published_at = published_at - interval '4 years' WHERE id = :id"
        session.execute(text(old), {"id": review["id"]})
        key = session.execute(text("SELECT file_key FROM reports WHERE id = :id"), {"id": draft["id"]}).scalar_one()
    certificate = confirm(decide(case, "drafts"))
    assert [each["id"] for each in certificate["destroyed"] if each["table"] == "reports"] == [draft["id"]]
    take_files_out()
    with pytest.raises(FileMissing):
        files.get(key)
    assert get(f"/destruction-certificates/{certificate['id']}", OFFICE)["files_gone_at"]
    assert call("GET", f"/reports/{summary['id']}/file", OFFICE).status_code == 200
    answer = call("GET", f"/reports/{final['id']}/file", OFFICE)
    assert hashlib.sha256(answer.data).hexdigest() == final["sha256"]


def test_of_a_case_file_only_its_reference_and_dates_are_left_and_no_event_tells_more() -> None:
    case = ended(people=people_concerned([USUAL]))
    person(POLICE, "agency-lead").does("/review/emergency", reference=case["reference"], reasons="A sibling is there.")
    years_later(case, 75)
    with SERVICE.transaction() as session:
        session.execute(text("UPDATE event_deliveries SET confirmed_at = now() WHERE confirmed_at IS NULL"))
    certificate = confirm(decide(case, "case-file"))
    tables = {each["table"] for each in certificate["destroyed"]}
    whole = {"agency_returns", "information_requests", "rapid_review_decisions", "cases", "events"}
    assert whole | {"emergency_accesses"} <= tables  # the last of them hidden from the partner who confirms
    left = find_case(case["incident_id"])
    assert (left["reference"], left["decisions"], left["information_requests"]) == (case["reference"], [], [])
    assert person(OFFICE, "partnership-office").get(f"/review/cases/{case['id']}").status_code == 200
    with SERVICE.transaction() as session:
        assert session.execute(text("SELECT people FROM cases WHERE id = :id"), {"id": case["id"]}).scalar_one() is None
        sizes = session.execute(
            text("SELECT max(length(data)) FROM events WHERE subject = :subject AND type <> 'reminder.due'"),
            {"subject": f"case:{case['id']}"},
        ).scalar_one()
    assert sizes < 200


def test_no_code_deletes_a_record_without_a_certificate() -> None:
    case = ended()
    with pytest.raises(DBAPIError, match="under a certificate alone"), SERVICE.transaction() as session:
        session.execute(text("DELETE FROM agency_returns WHERE case_id = :case"), {"case": case["id"]})


def test_people_decide_and_confirm_on_pages_and_keep_the_certificate() -> None:
    case, office = ended(), person(OFFICE, "partnership-office", name="Olu Office")
    years_later(case, 25)
    at = f"/review/cases/{case['id']}/records"
    office.does(f"{at}/decision", record_class="agency-returns", **DESTROY)
    confirmation = office.get(at).text.split('href="/review/retention-decisions/')[1].split('"')[0]
    own = office.post(f"/review/retention-decisions/{confirmation}", sure="yes")
    assert "Somebody else must confirm it" in WRONG.findall(own.text)[0]
    second = Someone(POLICE, ["partner-approver"], service="review", name="Sal Second")
    page = second.does(f"/review/retention-decisions/{confirmation}", sure="yes")
    assert "Certificate of destruction" in second.get(page).text
    with pypdfium2.PdfDocument(second.get(f"{page}.pdf").data) as document:
        told = " ".join(" ".join(each.get_textpage().get_text_range() for each in document).split())
    for words in ("Olu Office", "Sal Second", case["reference"], "Agency returns"):
        assert words in told
    assert "Attendance" not in told


def test_a_legal_hold_is_placed_and_lifted_on_pages() -> None:
    case, office = ended(), person(OFFICE, "partnership-office")
    years_later(case, 25)
    at = f"/review/cases/{case['id']}"
    office.does(f"{at}/legal-hold", reasons="A coroner's order.")
    shown = office.get(f"{at}/records").text
    assert "A coroner&#39;s order." in shown
    assert "/records/decision" not in shown
    late = office.post(f"{at}/records/decision", record_class="agency-returns", **DESTROY)
    assert "A legal hold stands" in WRONG.findall(late.text)[0]
    office.post(
        f"{at}/records/decision", record_class="agency-returns", decision="keep", reasons="x", **on("keep_until", 9)
    )
    hold = shown.split('href="/review/legal-holds/')[1].split('"')[0]
    office.does(f"/review/legal-holds/{hold}", reasons="The inquest is over.")
    assert "The inquest is over." in office.get(f"{at}/records").text


@pytest.mark.parametrize("how", ["withheld", "ended"])
def test_a_case_whose_review_is_not_published_has_ended_too(how: str) -> None:
    case = open_case()
    review, now = commissioned(case), clock.now().isoformat()

    def ended_on() -> Any:
        return get(f"/cases/{case['id']}/records", OFFICE)["ended_on"]

    if how == "ended":
        agreed = [{"agency_id": each, "name": "Pat Watkins", "role": "Director"} for each in PARTNERS]
        post(f"/practice-reviews/{review['id']}/end", OFFICE, {"reasons": "No basis.", "agreed_by": agreed})
    else:
        report = upload(review, pdf()).json
        for partner in PARTNERS:
            sign(review, report, partner)
        assert ended_on() is None
        decided = published(review, route="withheld", reasons="A sibling.", decided_at=now)
        hear("publication.route-decided", decided, "publish")
    assert ended_on() == clock.now().date().isoformat()
    if how == "withheld":
        later = (clock.now() + timedelta(minutes=1)).isoformat()
        decided = published(review, route="local", reasons="She is of age.", decided_at=later)
        hear("publication.route-decided", decided, "publish")
        assert ended_on() is None
