"""Files that go with a report: taken by their content, told of, given out to whom may read the report, and scanned first."""

import io
import json
import re
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import request
from werkzeug.test import TestResponse

from services.notify.attachment_scan import scan_documents
from services.notify.attachments import forget_files
from services.notify.drafts import forget_drafts
from services.notify.file_types import LARGEST
from shared import files
from shared.delivery.signing import signed_headers
from shared.settings import settings
from tests.integration.test_reports import filled_in
from tests.notifying import (
    COUNCIL,
    HOSPITAL,
    ICB,
    OFFICE,
    POLICE,
    SCHOOL,
    Outside,
    call,
    change_rows,
    client,
    duties,
    duty,
    got,
    refer,
    rows,
    send,
)
from tests.people import Someone
from tests.scanner import EICAR, scanner_at

pytestmark = pytest.mark.usefixtures("sandbox")

PDF = b"%PDF-1.7\nA body map, invented."
NAME = "Tamsin Oakridge body map.pdf"


def upload(referral_id: str, *contents: bytes, agency: str = COUNCIL, name: str = NAME, **form: str) -> TestResponse:
    parts: dict[str, Any] = {"file": [(io.BytesIO(content), name) for content in contents], **form}
    return call("POST", f"/referrals/{referral_id}/documents", agency, data=parts)


def documents(referral_id: str, agency: str = COUNCIL) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = got(f"/referrals/{referral_id}", agency)["documents"]
    return found


def attach(someone: Someone, draft: str, content: bytes = PDF, name: str = NAME, **form: str) -> TestResponse:
    return someone.post(f"{draft}/files", file=(io.BytesIO(content), name), **form)


@pytest.fixture
def scanner(monkeypatch: pytest.MonkeyPatch, sandbox: Outside) -> Iterator[str]:
    """A scanner's address; it is not there until the test starts it."""
    with scanner_at("tcp://127.0.0.1:0") as address:
        pass
    monkeypatch.setenv("CLAMD_ADDRESS", address)
    settings.cache_clear()
    yield address


def test_a_system_adds_files_to_its_referral_and_reads_them_back() -> None:
    taken = refer()["id"]
    answer = upload(taken, PDF, b"Notes: seen twice.", title="From the ward")
    assert answer.status_code == 201, answer.text
    first, second = documents(taken)
    assert (first["filename"], first["title"], first["content_type"]) == (NAME, "From the ward", "application/pdf")
    assert (second["filename"], second["content_type"]) == (f"{NAME}.txt", "text/plain")
    given = call("GET", f"/referrals/{taken}/documents/{first['id']}", COUNCIL)
    assert given.data == PDF and given.headers["X-Content-Type-Options"] == "nosniff"
    assert given.headers["Content-Disposition"] == f'attachment; filename="{NAME}"'
    assert "documents" not in got(f"/referrals/{taken}", COUNCIL)["referral"]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"MZ\x90\x00\x03 a program", "Send a PDF, a Word or Excel file"),
        (b"", "not empty"),
        (b"x" * (LARGEST + 1), "larger than 25 MB"),
    ],
)
def test_a_file_that_is_not_taken_is_refused_in_words(content: bytes, sentence: str) -> None:
    taken = refer()["id"]
    answer = upload(taken, content)
    assert answer.status_code == 422 and sentence in answer.text
    assert documents(taken) == []


def test_more_than_a_request_may_hold_is_refused_in_words_for_systems_and_people() -> None:
    answer = upload(refer()["id"], b"x" * 26_100_000)
    assert answer.status_code == 413 and "25 MB at most" in answer.text
    someone = Someone(HOSPITAL, ["referrer"])
    answer = attach(someone, someone.post("/notify/report").location.rpartition("/incident/")[0], b"x" * 26_100_000)
    assert answer.status_code == 413 and "25 MB at most" in answer.text


def test_a_file_is_opened_by_whoever_may_read_the_report_and_by_nobody_else() -> None:
    taken = refer(agency=HOSPITAL)["id"]
    upload(taken, PDF, agency=HOSPITAL)
    (file,) = documents(taken, HOSPITAL)
    path = f"/referrals/{taken}/documents/{file['id']}"
    assert {
        agency: call("GET", path, agency).status_code for agency in (HOSPITAL, OFFICE, COUNCIL, SCHOOL, POLICE)
    } == {
        HOSPITAL: 200,
        OFFICE: 200,
        COUNCIL: 200,
        SCHOOL: 404,
        POLICE: 404,
    }
    assert upload(taken, b"another", agency=SCHOOL).status_code == 404
    assert upload(taken, b"another", agency=OFFICE).status_code == 404
    page = f"/notify/reports/{taken}/files/{file['id']}"
    readers = [
        (HOSPITAL, "agency-lead"),
        (HOSPITAL, "referrer"),
        (OFFICE, "partnership-office"),
        (POLICE, "partner-approver"),
    ]
    people = [Someone(agency, [role]) for agency, role in readers]
    assert [person.get(page).status_code for person in people] == [200, 404, 200, 404]
    (entry,) = rows(
        "SELECT entry FROM audit_entries WHERE entry LIKE :on", on=f'%"document:{file["id"]}"%{people[2].id}%'
    )
    assert json.loads(entry.entry)["what"] == "read"
    incident = got(f"/referrals/{taken}", HOSPITAL)["incident"]["id"]
    assert people[2].get(f"/notify/incidents/{incident}/access").text.count("Somebody Invented") >= 1


def test_somebody_kept_from_the_incident_opens_none_of_its_files() -> None:
    taken = refer()
    upload(taken["id"], PDF)
    (file,) = documents(taken["id"])
    officer, office = Someone(COUNCIL, ["duty-officer"]), Someone(OFFICE, ["partnership-office"])
    page = f"/notify/reports/{taken['id']}/files/{file['id']}"
    assert officer.get(page).status_code == 200
    office.does(f"/notify/incidents/{taken['incident']['id']}/access", person=officer.id, reasons="Knows the family.")
    assert officer.get(page).status_code == 404


def test_the_panel_is_told_of_files_by_name_and_fingerprint_and_its_gateway_fetches_them_signed(
    sandbox: Outside,
) -> None:
    someone = Someone(COUNCIL, ["duty-officer"])
    draft = filled_in(someone)
    attach(someone, draft, title="Body map")
    someone.post(f"{draft}/check")
    send()
    (sent,) = rows(
        "SELECT id::text, incident_id::text, reference FROM referrals WHERE submitted_by = :who", who=someone.id
    )
    (told,) = sandbox.received(rows("SELECT reference FROM incidents WHERE id = :id", id=sent.incident_id)[0][0])
    sha256 = files.sha256_of(PDF)
    assert json.loads(told["body"])["documents"] == [{"title": "Body map", "filename": NAME, "sha256": sha256}]
    (delivery,) = duty(sent.incident_id, "sin-panel")["deliveries"]
    body = json.dumps({"delivery": delivery["id"], "sha256": sha256}).encode()
    secret = settings_secret()
    answer = call("POST", "/callbacks/files", None, data=body, headers=signed_headers(secret, str(uuid.uuid4()), body))
    assert answer.status_code == 200 and answer.data == PDF
    wrong = json.dumps({"delivery": delivery["id"], "sha256": "0" * 64}).encode()
    asked = call("POST", "/callbacks/files", None, data=wrong, headers=signed_headers(secret, "an-id", wrong))
    assert asked.status_code == 404
    forged = call("POST", "/callbacks/files", None, data=body, headers=signed_headers("whsec_AAAA", "an-id", body))
    assert forged.status_code == 401


def settings_secret() -> str:
    from shared.partnership import partnership

    return partnership().secret_of("panel")


def test_a_partner_that_was_told_fetches_the_file_by_the_documents_rules() -> None:
    taken = refer()
    upload(taken["id"], PDF)
    send()
    (told,) = [each for each in duties(taken["incident"]["id"], "tell-partner") if each["recipient"].endswith(POLICE)]
    (delivery,) = got(f"/duties/{told['id']}")["deliveries"]
    after = f"/documents/{delivery['id']}"
    named = got(after, POLICE)["document"]["documents"]
    if not named:  # it was told before the file came: the follow-up names it
        (again,) = [each for each in duties(taken["incident"]["id"], "follow-up") if each["recipient"].endswith(POLICE)]
        (delivery,) = got(f"/duties/{again['id']}")["deliveries"]
        after = f"/documents/{delivery['id']}"
        named = got(after, POLICE)["document"]["documents"]
    path = f"{after}/files/{named[0]['sha256']}"
    assert call("GET", path, POLICE).data == PDF
    assert [call("GET", path, agency).status_code for agency in (ICB, SCHOOL)] == [404, 404]
    assert call("GET", f"{after}/files/{'0' * 64}", POLICE).status_code == 404


def test_a_file_added_after_the_panel_was_told_is_one_follow_up_however_many_come_together() -> None:
    taken = refer()
    send()
    upload(taken["id"], PDF, b"Notes.")
    again = [each for each in duties(taken["incident"]["id"], "follow-up") if each["recipient"] == "panel"]
    assert len(again) == 1
    pack = got(f"/duties/{again[0]['id']}/pack")
    assert [file["filename"] for file in pack["document"]["documents"]] == [NAME, f"{NAME}.txt"]
    given = call("GET", f"/documents/{pack['delivery_id']}/files/{files.sha256_of(PDF)}", OFFICE)
    assert given.data == PDF


def test_who_enters_the_national_form_by_hand_finds_the_files_there(another_partnership: Callable[..., None]) -> None:
    gateway = 'channel = "https"\naddress = "${SANDBOX_URL}/gateway/panel"\nsecret_env = "SANDBOX_WEBHOOK_SECRET"\nreceipt = "from-gateway"'
    another_partnership((gateway, 'channel = "portal"'))
    officer = Someone(COUNCIL, ["duty-officer"])
    draft = filled_in(officer)
    attach(officer, draft)
    officer.post(f"{draft}/check")
    ((incident,),) = rows("SELECT incident_id::text FROM referrals WHERE submitted_by = :who", who=officer.id)
    page = officer.get(f"/notify/duties/{duty(incident, 'sin-panel')['id']}/form").text
    (address,) = re.findall(r'href="(/notify/documents/\S+)">', page)
    assert NAME in page and officer.get(address).data == PDF


def test_a_correction_keeps_the_files() -> None:
    taken = refer()["id"]
    upload(taken, PDF)
    body = got(f"/referrals/{taken}", COUNCIL)["referral"]
    corrected = call("POST", f"/referrals/{taken}/corrections", COUNCIL, {"referral": body, "reasons": "A date."})
    assert corrected.status_code == 201 and [file["filename"] for file in corrected.json["documents"]] == [NAME]
    assert upload(taken, PDF).status_code == 422


def test_files_are_added_to_a_draft_seen_before_sending_removed_and_sent() -> None:
    someone = Someone(HOSPITAL, ["referrer"])
    draft = filled_in(someone)
    assert attach(someone, draft, title="Body map").location == f"{draft}/files"
    attach(someone, draft, b"To be removed.", "wrong.txt")
    page = someone.get(f"{draft}/files").text
    assert NAME in page and "wrong.txt" in page
    (unwanted,) = rows(
        "SELECT id::text, file_key FROM attachments WHERE content_type = 'text/plain' AND added_by = :who",
        who=f"person:{someone.id}",
    )
    someone.post(f"{draft}/files", remove=unwanted.id)
    assert attach(someone, draft, b"Chosen, and Continue pressed at once.", "last.txt", then="on").location == draft
    page = someone.get(f"{draft}/check").text
    assert NAME in page and "Body map" in page and "last.txt" in page and "wrong.txt" not in page
    someone.post(f"{draft}/check")
    (sent,) = rows("SELECT id::text FROM referrals WHERE submitted_by = :who", who=someone.id)
    shown = someone.get(f"/notify/reports/{sent.id}").text
    assert NAME in shown and "last.txt" in shown
    (file, _) = documents(sent.id, HOSPITAL)
    given = someone.get(f"/notify/reports/{sent.id}/files/{file['id']}")
    assert given.data == PDF and given.headers["Content-Disposition"].startswith("attachment")
    assert given.headers["X-Content-Type-Options"] == "nosniff"
    forget_files()
    assert not rows("SELECT 1 FROM attachments WHERE id = :id", id=unwanted.id)
    with pytest.raises(files.FileMissing):
        files.get(unwanted.file_key)


def test_a_wrong_file_is_said_at_its_question_and_the_report_is_as_before() -> None:
    someone = Someone(HOSPITAL, ["referrer"])
    draft = filled_in(someone)
    answer = attach(someone, draft, b"MZ\x90\x00\x03")
    assert answer.status_code == 422 and "Send a PDF, a Word" in answer.text and 'href="#file"' in answer.text
    answer = someone.post(f"{draft}/files", then="stay")
    assert answer.status_code == 422 and "Choose a file to add" in answer.text
    attach(someone, draft)
    assert "with the report already" in attach(someone, draft).text
    assert someone.post(f"{draft}/files", remove="not-an-id").status_code == 303
    assert someone.get(f"{draft}/files").text.count("Remove<") == 1


def test_a_file_is_added_later_as_a_correction_and_the_first_cannot_be_taken_back() -> None:
    someone = Someone(HOSPITAL, ["referrer"])
    draft = filled_in(someone)
    attach(someone, draft)
    someone.post(f"{draft}/check")
    (sent,) = rows("SELECT id::text FROM referrals WHERE submitted_by = :who", who=someone.id)
    again = someone.post(f"/notify/reports/{sent.id}/correction").location.removesuffix("/check")
    attach(someone, again, b"What came in later.", "later.txt")
    assert someone.get(f"{again}/files").text.count("Remove<") == 1
    (first, *_) = documents(sent.id, HOSPITAL)
    someone.post(f"{again}/files", remove=first["id"])
    assert someone.post(f"{again}/check", reasons="Notes came in.").location == f"{again}/sent"
    assert [file["filename"] for file in documents(sent.id, HOSPITAL)] == [NAME, "later.txt"]


def test_nobody_else_sees_the_files_of_a_draft_and_they_go_with_it() -> None:
    someone, lead = Someone(HOSPITAL, ["referrer"]), Someone(HOSPITAL, ["agency-lead"])
    draft = filled_in(someone)
    attach(someone, draft)
    (file,) = rows("SELECT id::text, file_key FROM attachments WHERE added_by = :who", who=f"person:{someone.id}")
    assert [one.get(f"{draft}/files/{file.id}").status_code for one in (someone, lead)] == [200, 404]
    someone.post(f"{draft}/delete")
    forget_drafts()
    forget_files()
    with pytest.raises(files.FileMissing):
        files.get(file.file_key)


def test_a_large_file_is_never_laid_on_the_disk_while_it_is_read() -> None:
    sent = {"file": (io.BytesIO(b"x" * 2_000_000), "a.txt")}
    with client().application.test_request_context(method="POST", data=sent):
        assert type(request.files["file"].stream) is io.BytesIO


def test_a_files_name_stands_in_no_row_in_the_clear_and_in_no_address() -> None:
    someone = Someone(HOSPITAL, ["referrer"])
    draft = filled_in(someone)
    attach(someone, draft, name="Unmistakable child.pdf")
    someone.post(f"{draft}/check")
    for table in ("attachments", "drafts", "referrals", "audit_entries", "events", "deliveries"):
        assert not any("Unmistakable" in str(row) for row in rows(f"SELECT t::text FROM {table} t")), table
        assert not any(b"Unmistakable".hex() in str(row) for row in rows(f"SELECT t::text FROM {table} t")), table
    (sent,) = rows("SELECT id::text FROM referrals WHERE submitted_by = :who", who=someone.id)
    assert 'href="/notify/reports/' in (page := someone.get(f"/notify/reports/{sent.id}").text)
    assert not [line for line in page.splitlines() if "href" in line and "Unmistakable" in line.split(">")[0]]


def test_a_file_is_kept_and_not_given_out_until_the_scanner_that_was_away_has_answered(scanner: str) -> None:
    taken = refer()["id"]
    assert upload(taken, PDF).status_code == 201
    (file,) = documents(taken)
    assert file["scan"] == "waiting" and scan_documents() == 0
    path = f"/referrals/{taken}/documents/{file['id']}"
    answer = call("GET", path, COUNCIL)
    assert answer.status_code == 409 and "not been scanned" in answer.text
    with scanner_at(scanner):
        assert scan_documents() >= 1
    assert documents(taken)[0]["scan"] == "clean"
    assert call("GET", path, COUNCIL).data == PDF


def test_files_that_the_scanner_cannot_scan_keep_no_other_from_being_scanned(scanner: str) -> None:
    taken = refer()["id"]
    upload(taken, *(f"too long for this scanner {n}".encode() for n in range(12)))
    upload(taken, PDF)
    with scanner_at(scanner):
        for _ in range(4):
            scan_documents()
    assert {file["scan"] for file in documents(taken) if file["filename"] == NAME} == {"clean"}
    assert {file["scan"] for file in documents(taken) if file["filename"] != NAME} == {"waiting"}
    change_rows("UPDATE attachments SET scan = 'clean' WHERE referral_id = :id", id=taken)


def test_malware_in_a_draft_stops_the_report_until_the_file_is_removed(scanner: str) -> None:
    someone = Someone(HOSPITAL, ["referrer"])
    draft = filled_in(someone)
    attach(someone, draft, EICAR, "notes.txt")
    with scanner_at(scanner):
        scan_documents()
    answer = someone.post(f"{draft}/check")
    assert answer.status_code == 422 and "Remove the file in which malware was found" in answer.text
    (file,) = rows("SELECT id::text FROM attachments WHERE added_by = :who", who=f"person:{someone.id}")
    assert someone.get(f"{draft}/files/{file.id}").status_code == 409
    someone.post(f"{draft}/files", remove=file.id)
    assert someone.post(f"{draft}/check").location == f"{draft}/sent"


def test_malware_found_after_sending_is_taken_out_and_those_who_were_told_hear_of_it(
    scanner: str, sandbox: Outside
) -> None:
    taken = refer()
    send()
    upload(taken["id"], EICAR, name="notes.txt")
    send()
    incident = taken["incident"]["id"]
    before = len(duties(incident, "follow-up"))
    with scanner_at(scanner):
        scan_documents()
    send()
    (file,) = documents(taken["id"])
    assert file["scan"] == "infected"
    assert call("GET", f"/referrals/{taken['id']}/documents/{file['id']}", COUNCIL).status_code == 409
    again = [each for each in duties(incident, "follow-up") if each["recipient"] == "panel"]
    assert len(duties(incident, "follow-up")) == 2 * before
    packs = [got(f"/duties/{each['id']}/pack")["document"]["documents"] for each in again]
    assert sorted(len(named) for named in packs) == [0, 1]
    assert "Malware was found" in sandbox.mail(taken["incident"]["reference"], "duty.officer@hscp.example")[-1]["text"]


def test_what_came_before_there_was_a_scanner_is_looked_at_too(
    monkeypatch: pytest.MonkeyPatch, sandbox: Outside
) -> None:
    taken = refer()["id"]
    upload(taken, PDF)
    assert documents(taken)[0]["scan"] == "not-scanned"
    with scanner_at("tcp://127.0.0.1:0") as address:
        monkeypatch.setenv("CLAMD_ADDRESS", address)
        settings.cache_clear()
        change_rows(
            "UPDATE attachments SET scan = 'clean' WHERE referral_id IS DISTINCT FROM CAST(:id AS uuid)", id=taken
        )
        scan_documents()
    assert documents(taken)[0]["scan"] == "clean"


def test_while_a_file_waits_for_its_scan_no_other_of_the_same_bytes_is_given_out_unscanned(scanner: str) -> None:
    referral = refer()
    taken = referral["id"]
    send()
    upload(taken, PDF)
    again = [each for each in duties(referral["incident"]["id"], "follow-up") if each["recipient"] == "panel"]
    pack = got(f"/duties/{again[0]['id']}/pack")
    path = f"/documents/{pack['delivery_id']}/files/{files.sha256_of(PDF)}"
    change_rows("UPDATE attachments SET scan = 'not-scanned' WHERE sha256 = :sha", sha=files.sha256_of(PDF))
    assert call("GET", path, OFFICE).data == PDF
    upload(refer()["id"], PDF)
    answer = call("GET", path, OFFICE)
    assert answer.status_code == 409 and "not been scanned" in answer.text
    with scanner_at(scanner):
        while scan_documents():
            pass
    assert call("GET", path, OFFICE).data == PDF
