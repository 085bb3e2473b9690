"""A safeguarding lead is asked to agree to a report: they read it whole, agree or send it back, and nobody waits for them."""

import io

import pytest
from sqlalchemy import text

from services.notify.service import SERVICE
from services.notify.sign_in import begin_sign_in
from shared.identity.people import viewer_of
from tests.integration.test_reports import filled_in
from tests.notifying import HOSPITAL, SCHOOL, Outside, got, rows, send
from tests.people import Someone

pytestmark = pytest.mark.usefixtures("sandbox")


def asked(reporter: Someone, lead: Someone, name: str = "Child") -> tuple[str, str]:
    """A report filled in, and a lead asked to agree to it: the addresses of the draft and of what the lead is shown."""
    draft = filled_in(reporter, name)
    assert reporter.does(f"{draft}/agreement", lead=lead.id) == f"{draft}/check"
    ((request,),) = rows(
        "SELECT id::text FROM agreement_requests WHERE asked_of = :who AND outcome IS NULL", who=lead.id
    )
    return draft, f"/notify/agreements/{request}"


def two() -> tuple[Someone, Someone]:
    return Someone(HOSPITAL, ["referrer"]), Someone(HOSPITAL, ["agency-lead"], name="Lena Lead")


def seen_in(page: str) -> str:
    return page.split('name="seen" value="')[1].split('"', maxsplit=1)[0]


def agreed_with(reporter: Someone) -> object:
    ((sent,),) = rows("SELECT id::text FROM referrals WHERE submitted_by = :who", who=reporter.id)
    return got(f"/referrals/{sent}", HOSPITAL)["referral"]["referrer"]["agreed_with_safeguarding_lead"]


def test_the_lead_reads_the_draft_whole_agrees_and_the_report_says_who_agreed() -> None:
    reporter, lead = two()
    draft, page = asked(reporter, lead, "Unmistakable")
    shown = lead.get(page).text
    assert "Unmistakable" in shown and "What was seen." in shown and page in lead.get("/notify/reports").text
    assert "has not answered yet" in reporter.get(f"{draft}/check").text
    assert lead.post(page, answer="agree", seen=seen_in(shown)).location == "/notify/reports"
    assert "Lena Lead agreed to it" in reporter.get(f"{draft}/check").text
    assert lead.get(page).status_code == 404
    reporter.post(f"{draft}/check")
    assert agreed_with(reporter) == "Lena Lead"


def test_the_message_bears_a_reference_and_no_name(sandbox: Outside) -> None:
    reporter, lead = two()
    draft, page = asked(reporter, lead, "Unmistakable")
    send()
    reference = f"WEB-{draft.rsplit('/', 1)[1][-8:].upper()}"
    (message,) = sandbox.mail(reference, lead.email)
    assert page in message["text"] and "Unmistakable" not in message["text"]
    assert "Somebody" not in message["text"] and "Lena" not in message["text"]
    lead.post(page, answer="send-back", words="Add the ward.")
    send()
    (answer,) = sandbox.mail(reference, reporter.email)
    assert "Add the ward" not in answer["text"]


def test_sent_back_the_report_shows_the_leads_words_and_can_be_asked_again() -> None:
    reporter, lead = two()
    draft, page = asked(reporter, lead)
    assert lead.post(page, answer="send-back", words="").status_code == 422
    assert lead.post(page, answer="send-back", words="Add the ward's notes.").status_code == 303
    assert "Add the ward&#39;s notes." in reporter.get(f"{draft}/check").text
    (sealed,) = rows("SELECT words FROM agreement_requests WHERE asked_of = :who", who=lead.id)[0]
    assert b"ward" not in bytes(sealed)
    reporter.does(f"{draft}/agreement", lead=lead.id)
    assert "has not answered yet" in reporter.get(f"{draft}/check").text


def test_the_reporter_sends_without_waiting_and_nobody_is_asked_any_more() -> None:
    reporter, lead = two()
    draft, page = asked(reporter, lead)
    assert "You can send the report without waiting" in reporter.get(f"{draft}/check").text
    assert reporter.post(f"{draft}/check").location == f"{draft}/sent"
    assert agreed_with(reporter) is None
    assert lead.get(page).status_code == 404 and lead.post(page, answer="agree").status_code == 404
    assert page not in lead.get("/notify/reports").text


def test_an_agreement_is_to_what_was_read_and_lapses_with_a_change() -> None:
    reporter, lead = two()
    draft, page = asked(reporter, lead)
    seen = seen_in(lead.get(page).text)
    reporter.post(f"{draft}/incident/account", narrative="Told otherwise.")
    answer = lead.post(page, answer="agree", seen=seen)
    assert answer.status_code == 422 and "changed while you read it" in answer.text and "Told otherwise." in answer.text
    lead.post(page, answer="agree", seen=seen_in(answer.text))
    reporter.post(f"{draft}/incident/account", narrative="Told a third way.")
    assert "it was changed since" in reporter.get(f"{draft}/check").text
    reporter.post(f"{draft}/check")
    assert agreed_with(reporter) is None


def test_only_a_lead_of_the_own_agency_is_asked_and_only_the_one_who_was_asked_reads_it() -> None:
    reporter, lead = two()
    other, stranger = Someone(HOSPITAL, ["agency-lead"]), Someone(SCHOOL, ["agency-lead"])
    draft, page = asked(reporter, lead)
    assert [one.get(page).status_code for one in (other, stranger, reporter)] == [404, 404, 403]
    assert reporter.post(f"{draft}/agreement", lead=stranger.id).status_code == 422
    reporter.does(f"{draft}/agreement", lead=other.id)
    assert lead.get(page).status_code == 404


def test_the_lead_opens_the_files_and_each_reading_is_logged() -> None:
    reporter, lead = two()
    draft = filled_in(reporter)
    reporter.post(f"{draft}/files", file=(io.BytesIO(b"Notes of the ward."), "ward.txt"))
    reporter.does(f"{draft}/agreement", lead=lead.id)
    ((request, file),) = rows(
        "SELECT a.id::text, t.id::text FROM agreement_requests a JOIN attachments t ON t.draft_id = a.draft_id"
        " WHERE a.asked_of = :who", who=lead.id,
    )  # fmt: skip
    assert lead.get(f"/notify/agreements/{request}").status_code == 200
    assert lead.get(f"/notify/agreements/{request}/files/{file}").data == b"Notes of the ward."
    read = [
        entry for (entry,) in rows("SELECT entry FROM audit_entries ORDER BY number DESC LIMIT 4") if "read" in entry
    ]
    assert any(draft.rsplit("/", 1)[1] in entry for entry in read) and any(file in entry for entry in read)


def test_the_database_shows_a_draft_to_nobody_but_its_writer_and_the_lead_who_is_asked() -> None:
    reporter, lead = two()
    draft, _ = asked(reporter, lead)
    other = Someone(HOSPITAL, ["agency-lead"])
    for person, sees in ((reporter, 1), (lead, 1), (other, 0)):
        with SERVICE.transaction() as session:
            begun = begin_sign_in(session, person.id, "a test")
        with SERVICE.database.sessions.begin() as session:
            assert viewer_of(session, "notify", begun)
            found = session.scalar(text("SELECT count(*) FROM drafts WHERE id = :id"), {"id": draft.rsplit("/", 1)[1]})
            assert found == sees
            changed = session.execute(
                text("UPDATE drafts SET answers = answers WHERE id = :id RETURNING id"), {"id": draft.rsplit("/", 1)[1]}
            )
            assert len(changed.all()) == (1 if person is reporter else 0)


def test_where_no_lead_has_an_account_the_page_says_what_to_do() -> None:
    alone = Someone("example-housing", ["referrer"])
    draft = filled_in(alone)
    assert "Speak to yours" in alone.get(f"{draft}/agreement").text
