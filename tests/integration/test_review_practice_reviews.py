"""An LCSPR: commissioned with its six months, led by a reviewer, held, delayed, reported, signed off by three."""

import io
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pypdfium2
import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from services.review.app import create_app
from services.review.service import SERVICE
from shared import clock, files
from shared.calendar import add_months, end_of_day, london_day
from shared.database import new_id
from tests.people import Someone
from tests.reviewing import (
    BASE,
    COUNCIL,
    ICB,
    OFFICE,
    PARTNERS,
    POLICE,
    SCHOOL,
    call,
    commissioned,
    days_from_now,
    find_case,
    get,
    hear,
    key_of,
    open_case,
    post,
    said,
)

pytestmark = pytest.mark.usefixtures("ground")

REVIEWER: dict[str, Any] = {
    "name": "Rhian Beddoes",
    "appointed_on": "2026-01-05",
    "independence": "Never worked for an agency of this partnership.",
    "conflicts": [],
}
OWNER = {"name": "Pat Watkins", "role": "Business manager"}


def pdf(width: int = 200) -> bytes:
    document, file = pypdfium2.PdfDocument.new(), io.BytesIO()
    document.new_page(width, 200)
    document.save(file)
    document.close()
    return file.getvalue()


def upload(
    review: dict, content: bytes, kind: str = "full-report", name: str = "report.pdf", agency: str = OFFICE
) -> Any:
    path = f"/practice-reviews/{review['id']}/reports?kind={kind}"
    return call("POST", path, agency, None, data={"file": (io.BytesIO(content), name)})


def sign(review: dict, report: dict, partner: str, status: int = 201) -> Any:
    body = {"report_sha256": report["sha256"], "name": "Pat Watkins", "role": "Director"}
    return post(f"/practice-reviews/{review['id']}/sign-off", partner, body, status)


def signed_off() -> tuple[dict, dict]:
    review = commissioned(open_case())
    report = upload(review, pdf()).json
    for partner in PARTNERS:
        sign(review, report, partner)
    return review, report


def part(review: dict, name: str) -> Any:
    return get(f"/practice-reviews/{review['id']}", OFFICE)[name]


def published(review: dict, **more: Any) -> dict[str, Any]:
    common = {
        "publication_id": new_id(),
        "practice_review_id": review["id"],
        "incident_id": new_id(),
        "reference": "P-1",
    }
    return common | more


def test_a_commissioned_review_is_due_six_months_from_its_decision() -> None:
    case = open_case()
    review = commissioned(case)
    decided = london_day(datetime.fromisoformat(review["decided_at"]))
    assert datetime.fromisoformat(review["due_at"]) == end_of_day(add_months(decided, 6))
    [event] = said(f"practice-review:{review['id']}", "practice-review.commissioned")
    assert (event["pseudonym"], event["incident_id"]) == (case["pseudonym"], case["incident_id"])
    assert find_case(case["incident_id"])["stage"] == "practice-review"


def test_a_review_decided_before_the_notification_or_in_the_future_is_refused() -> None:
    case = open_case()
    commissioned(case)
    for moment in (clock.now() - timedelta(days=2), clock.now() + timedelta(days=2)):
        body = {"kind": "lcspr", "title": "Again", "decided_at": moment.isoformat()}
        answer = post(f"/cases/{case['id']}/practice-reviews", OFFICE, body, 422)
        assert answer["errors"][0]["pointer"] == "/decided_at"


def test_a_reviewer_declares_independence_and_is_replaced_only_with_reasons() -> None:
    review = commissioned(open_case())
    path = f"/practice-reviews/{review['id']}/reviewers"
    without = {name: value for name, value in REVIEWER.items() if name not in ("independence", "conflicts")}
    wrong = post(path, OFFICE, without, 422)
    assert {each["pointer"] for each in wrong["errors"]} == {"/independence", "/conflicts"}
    post(path, OFFICE, REVIEWER)
    other = REVIEWER | {"name": "Owen Lacey", "appointed_on": "2026-02-02"}
    assert "Say why they are replaced" in post(path, OFFICE, other, 409)["detail"]
    post(path, OFFICE, other | {"replaces_reasons": "A conflict of interest came to light."})
    former, present = part(review, "reviewers")
    assert former["name"] == "Rhian Beddoes"
    assert former["ended_at"] and former["ending_reasons"] == "A conflict of interest came to light."
    assert present["name"] == "Owen Lacey"
    assert present["ended_at"] is None


def test_milestones_are_this_partnerships_stages_in_their_order() -> None:
    review = commissioned(open_case())
    path = f"/practice-reviews/{review['id']}/milestones"
    post(path, OFFICE, {"stage": "drafts", "due_on": "2026-01-05"})
    post(path, OFFICE, {"stage": "terms-of-reference", "due_on": "2026-01-05", "done_on": "2026-01-04"})
    assert post(path, OFFICE, {"stage": "coffee", "due_on": "2026-01-05"}, 422)["errors"][0]["pointer"] == "/stage"
    stages = {each["stage"]: each for each in part(review, "milestones")}
    assert list(stages)[:2] == ["decision", "terms-of-reference"]
    assert stages["drafts"]["overdue"] and not stages["terms-of-reference"]["overdue"]
    post(path, OFFICE, {"stage": "drafts", "done_on": "2026-02-01"})
    now = {each["stage"]: each for each in part(review, "milestones")}["drafts"]
    assert (now["due_on"], now["done_on"], now["overdue"]) == ("2026-01-05", "2026-02-01", False)


def test_requests_to_the_reviewer_are_in_writing_and_answered_once() -> None:
    review = commissioned(open_case())
    body = {"asks_for": "draft", "text": "Please send the draft of chapter 2.", "asked_by": OWNER}
    request = post(f"/practice-reviews/{review['id']}/reviewer-requests", OFFICE, body)
    answer = {"response": "Sent on paper.", "responded_on": days_from_now(0)}
    post(f"/reviewer-requests/{request['id']}/response", OFFICE, answer)
    post(f"/reviewer-requests/{request['id']}/response", OFFICE, answer, 409)
    [logged] = part(review, "reviewer_requests")
    assert (logged["text"], logged["response"]) == (body["text"], "Sent on paper.")


def test_a_hold_is_placed_looked_at_and_lifted() -> None:
    review = commissioned(open_case())
    body = {"reason": "criminal-trial", "owner": OWNER, "next_check_on": days_from_now(30)}
    hold = post(f"/practice-reviews/{review['id']}/holds", OFFICE, body)
    [placed] = said(f"practice-review:{review['id']}", "hold.placed")
    assert (placed["hold_id"], placed["reason"]) == (hold["id"], "criminal-trial")
    check = {"reasons": "The trial was put off.", "next_check_on": days_from_now(60)}
    assert post(f"/holds/{hold['id']}/checks", OFFICE, check)["next_check_on"] == check["next_check_on"]
    post(f"/holds/{hold['id']}/checks", OFFICE, check | {"next_check_on": days_from_now(-2)}, 422)
    post(f"/holds/{hold['id']}/lift", OFFICE, {"reasons": "The trial ended."})
    [lifted] = said(f"practice-review:{review['id']}", "hold.lifted")
    assert lifted["hold_id"] == hold["id"]
    post(f"/holds/{hold['id']}/lift", OFFICE, {"reasons": "Again."}, 409)
    post(f"/holds/{hold['id']}/checks", OFFICE, check, 409)


def test_a_hold_past_its_next_check_stays_and_says_so() -> None:
    review = commissioned(open_case())
    body = {"reason": "inquest", "owner": OWNER, "next_check_on": days_from_now(1)}
    hold = post(f"/practice-reviews/{review['id']}/holds", OFFICE, body)
    with SERVICE.transaction() as session:
        values = {"day": london_day(clock.now()) - timedelta(days=1), "id": hold["id"]}
        session.execute(text("UPDATE holds SET next_check_on = :day WHERE id = :id"), values)
    [shown] = part(review, "holds")
    assert (shown["status"], shown["check_overdue"]) == ("active", True)


def test_a_delay_tells_its_reasons() -> None:
    review = commissioned(open_case())
    body = {"reasons": "The inquest comes first.", "expected_on": days_from_now(300)}
    post(f"/practice-reviews/{review['id']}/delays", OFFICE, body)
    [event] = said(f"practice-review:{review['id']}", "practice-review.delayed")
    assert (event["reasons"], event["expected_on"]) == (body["reasons"], body["expected_on"])
    assert part(review, "expected_on") == body["expected_on"]


@pytest.mark.parametrize("content", [b"MZ not a PDF", b"%PDF-1.7 and no more", b"%PDF-1.4\n%%EOF", b""])
def test_a_report_that_is_not_a_pdf_is_refused_whatever_its_name(content: bytes) -> None:
    answer = upload(commissioned(open_case()), content)
    assert answer.status_code == 422
    assert answer.json["errors"][0]["pointer"] == "/file"


def test_a_report_sent_as_json_is_refused() -> None:
    review = commissioned(open_case())
    assert call("POST", f"/practice-reviews/{review['id']}/reports", OFFICE, {"file": "x"}).status_code == 415


def test_every_upload_is_a_version_and_its_bytes_are_kept() -> None:
    review = commissioned(open_case())
    first = upload(review, pdf(), name="../../Draft  one?.pdf").json
    assert (first["number"], first["filename"], first["pages"]) == (1, "Draft  one_.pdf", 1)
    assert upload(review, pdf(300)).json["number"] == 2
    assert upload(review, pdf(400), "executive-summary").json["number"] == 1
    answer = call("GET", f"/reports/{first['id']}/file", POLICE)
    assert answer.content_type == "application/pdf"
    assert files.sha256_of(answer.data) == first["sha256"]
    assert call("GET", f"/reports/{first['id']}/file", SCHOOL).status_code == 404


def test_an_upload_repeated_with_its_key_is_one_version() -> None:
    review = commissioned(open_case())
    path = f"/practice-reviews/{review['id']}/reports"
    kind = "multipart/form-data; boundary=b"
    head = b'--b\r\nContent-Disposition: form-data; name="file"; filename="r.pdf"\r\n\r\n'
    body = head + pdf() + b"\r\n--b--\r\n"
    headers = {"Idempotency-Key": f"upload-{review['id']}"}
    for _ in range(2):
        answer = call("POST", path, OFFICE, headers=headers, data=body, content_type=kind)
        assert answer.status_code == 201, answer.text
    assert len(part(review, "reports")) == 1


def test_the_third_signature_signs_off_and_tells_what_must_not_be_published() -> None:
    review, report = signed_off()
    [event] = said(f"practice-review:{review['id']}", "report.signed-off")
    assert event["report"]["sha256"] == report["sha256"]
    assert files.sha256_of(files.get(event["report"]["key"])) == report["sha256"]
    assert {"kind": "name", "value": "Hester Nolan"} in event["identifiers"]
    assert part(review, "status") == "signed-off"
    stages = {each["stage"]: each for each in part(review, "milestones")}
    assert (stages["terms-of-reference"]["passed"], stages["sign-off"]["done"]) == (True, True)
    assert not stages["publication-plan"]["passed"]  # what comes after the sign-off is still to come
    for answer in (
        upload(review, pdf(500)),
        call("POST", f"/practice-reviews/{review['id']}/reviewers", OFFICE, REVIEWER),
    ):
        assert answer.status_code == 409
    sign(review, report, COUNCIL, 409)


def test_signatures_count_for_the_newest_version_only() -> None:
    review = commissioned(open_case())
    old = upload(review, pdf()).json
    sign(review, old, COUNCIL)
    sign(review, old, COUNCIL, 409)
    sign(review, old, ICB)
    new = upload(review, pdf(300)).json
    sign(review, old, POLICE, 409)
    assert len(sign(review, new, POLICE)["awaited"]) == 2
    assert said(f"practice-review:{review['id']}", "report.signed-off") == []
    assert [len(each["signatures"]) for each in part(review, "reports")] == [2, 1]


def test_signatures_under_a_summary_sign_nothing_off() -> None:
    review = commissioned(open_case())
    upload(review, pdf())
    summary = upload(review, pdf(400), "executive-summary").json
    for partner in PARTNERS:
        assert "full report" in sign(review, summary, partner, 409)["detail"]
    assert part(review, "status") == "under-way"
    assert said(f"practice-review:{review['id']}", "report.signed-off") == []


def test_three_partners_who_sign_the_report_at_once_sign_it_off_once() -> None:
    review = commissioned(open_case())
    report = upload(review, pdf()).json
    path = f"{BASE}/practice-reviews/{review['id']}/sign-off"
    body = {"report_sha256": report["sha256"], "name": "Pat Watkins", "role": "Director"}

    clients = [create_app().test_client() for _ in range(6)]  # one after the other: see the rapid review's like test

    def by_itself(client: FlaskClient, partner: str) -> int:
        headers = {"Authorization": f"Bearer {key_of(partner)}"}
        return client.post(path, json=body, headers=headers).status_code

    with ThreadPoolExecutor(6) as pool:
        statuses = sorted(pool.map(by_itself, clients, [*PARTNERS, *PARTNERS]))
    assert statuses == [201, 201, 201, 409, 409, 409]
    assert len(said(f"practice-review:{review['id']}", "report.signed-off")) == 1


def test_what_publish_says_is_noted() -> None:
    review, _ = signed_off()
    now = clock.now().isoformat()
    hear("publication.live", published(review, route="local", live_at=now, url="https://site.example/r"), "publish")
    deposited = published(review, nspcc_reference="NSPCC-9", deposited_at=now)
    hear("publication.deposited", deposited, "publish")
    shown = get(f"/practice-reviews/{review['id']}", OFFICE)
    assert shown["status"] == "published"
    assert shown["publication"]["url"] == "https://site.example/r"
    assert shown["publication"]["nspcc_reference"] == "NSPCC-9"
    later = (clock.now() + timedelta(minutes=1)).isoformat()
    hear("publication.withdrawn", published(review, reasons="An error.", withdrawn_at=later), "publish")
    assert part(review, "status") == "publication-withdrawn"


def test_a_publication_withdrawn_is_noted_even_if_its_going_live_is_heard_later() -> None:
    review, _ = signed_off()
    live, gone = clock.now(), clock.now() + timedelta(minutes=1)
    hear("publication.withdrawn", published(review, reasons="An error.", withdrawn_at=gone.isoformat()), "publish")
    hear("publication.live", published(review, route="local", live_at=live.isoformat(), url=None), "publish")
    assert part(review, "status") == "publication-withdrawn"
    assert part(review, "publication")["published_at"] is not None


def test_a_practice_review_is_not_there_for_other_agencies() -> None:
    review = commissioned(open_case())
    assert call("GET", f"/practice-reviews/{review['id']}", SCHOOL).status_code == 404
    assert call("POST", f"/practice-reviews/{review['id']}/delays", SCHOOL, {}).status_code == 403


AGREED = [{"agency_id": partner, "name": "Pat Watkins", "role": "Director"} for partner in PARTNERS]


def test_the_three_partners_end_a_review_without_a_report_and_it_goes_on_no_more() -> None:
    review = commissioned(open_case())
    at, body = f"/practice-reviews/{review['id']}", {"reasons": "The criteria were not met after all."}
    for agreed in (AGREED[:2], [*AGREED[:2], AGREED[0]]):
        assert post(f"{at}/end", OFFICE, body | {"agreed_by": agreed}, 422)["errors"][0]["pointer"] == "/agreed_by"
    post(f"{at}/end", SCHOOL, body | {"agreed_by": AGREED}, 403)
    ended = post(f"{at}/end", OFFICE, body | {"agreed_by": AGREED})
    assert (ended["status"], ended["ending"], bool(ended["ended_at"])) == ("ended", body | {"agreed_by": AGREED}, True)
    [event] = said(f"practice-review:{review['id']}", "practice-review.ended")
    assert event["reasons"] == body["reasons"]
    assert upload(review, pdf()).status_code == 409
    delay = {"reasons": "It is late.", "expected_on": days_from_now(30)}
    for path, sent in (("delays", delay), ("end", body | {"agreed_by": AGREED}), ("reviewers", REVIEWER)):
        post(f"{at}/{path}", OFFICE, sent, 409)
    finished, _ = signed_off()
    post(f"/practice-reviews/{finished['id']}/end", OFFICE, body | {"agreed_by": AGREED}, 409)


def test_people_end_a_review_by_a_page_that_names_who_agreed_for_each_partner() -> None:
    review = commissioned(open_case())
    office, at = Someone(OFFICE, ["partnership-office"], service="review"), f"/review/practice-reviews/{review['id']}"
    assert f'href="{at}/end"' in office.get(at).text
    named = {f"{what}_{partner}": f"The {what} at {partner}" for partner in PARTNERS for what in ("name", "role")}
    lacking = office.post(f"{at}/end", reasons="No more is learnt.", **(named | {f"name_{POLICE}": ""}))
    assert (lacking.status_code, part(review, "status")) == (422, "under-way")
    office.does(f"{at}/end", reasons="No more is learnt.", **named)
    shown = office.get(at).text
    assert "No more is learnt." in shown and f"The name at {POLICE}" in shown and f'href="{at}/end"' not in shown
