"""The document behind a message: fetched by its recipient alone, or sealed so that its recipient alone opens it."""

import base64
import email
import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.policy import default
from pathlib import Path
from typing import Any

import orjson
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs7 import pkcs7_decrypt_der
from cryptography.x509.oid import NameOID

from shared import clock
from tests.notifying import (
    COUNCIL,
    HOSPITAL,
    ICB,
    OFFICE,
    POLICE,
    SCHOOL,
    Outside,
    call,
    duties,
    duty,
    got,
    refer,
    referral,
    rows,
    send,
)
from tests.people import Someone

pytestmark = pytest.mark.usefixtures("sandbox")


def told(recipient: str, body: dict[str, Any] | None = None) -> tuple[dict[str, Any], str]:
    """An incident whose partners were told, and the address of what one of them was sent."""
    taken = refer(body or referral())["incident"]
    send()
    (found,) = [each for each in duties(taken["id"], "tell-partner") if each["recipient"].endswith(recipient)]
    (delivery,) = got(f"/duties/{found['id']}")["deliveries"]
    return taken, f"/documents/{delivery['id']}"


def test_the_partner_fetches_what_it_was_sent_with_its_own_key_and_nobody_else_does() -> None:
    taken, path = told(POLICE)
    statuses = {agency: call("GET", path, agency).status_code for agency in (POLICE, ICB, SCHOOL, HOSPITAL)}
    assert statuses == {POLICE: 200, ICB: 404, SCHOOL: 404, HOSPITAL: 404}
    assert got(path, POLICE)["document"]["reference"] == taken["reference"]
    assert {agency: call("GET", path, agency).status_code for agency in (OFFICE, COUNCIL)} == {
        OFFICE: 200,
        COUNCIL: 200,
    }


def test_the_bytes_that_are_evidence_are_those_of_the_document() -> None:
    _, path = told(POLICE)
    shown = got(path, POLICE)
    assert hashlib.sha256(orjson.dumps(shown["document"], option=orjson.OPT_SORT_KEYS)).hexdigest() == shown["sha256"]


def test_fetching_is_the_receipt_where_one_is_awaited(another_partnership: Callable[..., None]) -> None:
    start = 'address = "safeguarding@west-mercia-police.example"\nreceipt = "not-awaited"'
    another_partnership((start, start.replace("not-awaited", "recorded-by-person")))
    taken, path = told(POLICE)
    (found,) = [each for each in duties(taken["id"], "tell-partner") if each["recipient"].endswith(POLICE)]
    assert found["status"] == "sent"
    assert call("GET", path, COUNCIL).status_code == 200
    assert got(f"/duties/{found['id']}")["status"] == "sent"
    got(path, POLICE)
    after = got(f"/duties/{found['id']}")
    assert (after["status"], after["evidence"]) == ("discharged", f"fetched by {POLICE}")


def test_a_partners_people_read_the_same_document_on_a_page_and_their_colleagues_do_not(
    sandbox: Outside, another_partnership: Callable[..., None]
) -> None:
    start = 'address = "safeguarding@west-mercia-police.example"\nreceipt = "not-awaited"'
    another_partnership((start, start.replace("not-awaited", "recorded-by-person")))
    taken, path = told(POLICE, referral(narrative="The child was found at the foot of the stairs."))
    page = f"/notify{path}"
    (message,) = sandbox.mail(taken["reference"], "safeguarding@west-mercia-police.example")
    assert f"http://127.0.0.1:8000{page}" in message["text"].split()
    (found,) = [each for each in duties(taken["id"], "tell-partner") if each["recipient"].endswith(POLICE)]
    others = [Someone(POLICE, ["referrer"]), Someone(SCHOOL, ["agency-lead"]), Someone(ICB, ["partner-approver"])]
    assert [other.get(page).status_code for other in others] == [404, 404, 404]
    scrutineer = Someone(OFFICE, ["scrutineer"])
    assert scrutineer.get(page).status_code == 200
    assert got(f"/duties/{found['id']}")["status"] == "sent"
    approver = Someone(POLICE, ["partner-approver"])
    assert "found at the foot of the stairs" in approver.get(page).text
    after = got(f"/duties/{found['id']}")
    assert (after["status"], after["evidence"]) == ("discharged", f"fetched by {POLICE}")


def test_a_person_who_is_kept_from_the_incident_reads_no_document_of_it() -> None:
    taken, path = told(POLICE)
    approver, office = Someone(POLICE, ["partner-approver"]), Someone(OFFICE, ["partnership-office"])
    office.does(f"/notify/incidents/{taken['id']}/access", person=approver.id, reasons="Knows the family.")
    assert approver.get(f"/notify{path}").status_code == 404


def test_what_is_no_notification_is_shown_on_a_page_too() -> None:
    taken = refer(agency=HOSPITAL)["incident"]
    (delivery,) = duty(taken["id"], "tell-authority")["deliveries"]
    page = Someone(COUNCIL, ["duty-officer"]).get(f"/notify/documents/{delivery['id']}").text
    assert taken["reference"] in page and "Wye Valley NHS Trust" in page


def test_every_fetch_is_in_the_audit_trail() -> None:
    _, path = told(POLICE)
    got(path, POLICE)
    delivery = path.rpartition("/")[2]
    (entry,) = rows("SELECT entry FROM audit_entries WHERE entry LIKE :on", on=f'%"delivery:{delivery}"%"read"%')
    assert orjson.loads(entry.entry)["who"] == POLICE


def certificate(folder: Path, valid_until: datetime) -> tuple[x509.Certificate, rsa.RSAPrivateKey]:
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "safeguarding@west-mercia-police.example")])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(7).not_valid_before(datetime(2020, 1, 1, tzinfo=UTC)).not_valid_after(valid_until)
    signed = made.sign(key, hashes.SHA256())
    (folder / "police.pem").write_bytes(signed.public_bytes(Encoding.PEM))
    return signed, key


def police_get_it_sealed(another_partnership: Callable[..., None]) -> None:
    start = 'address = "safeguarding@west-mercia-police.example"\n'
    another_partnership((start, start + 'document = "attached-encrypted"\ncertificate = "police.pem"\n'))


def test_an_encrypted_attachment_opens_with_the_recipients_key_and_holds_the_document(
    sandbox: Outside, another_partnership: Callable[..., None], tmp_path: Path
) -> None:
    theirs, key = certificate(tmp_path, datetime(2120, 1, 1, tzinfo=UTC))
    police_get_it_sealed(another_partnership)
    body = referral(narrative="The child was found at the foot of the stairs.")
    taken, path = told(POLICE, body)
    (message,) = sandbox.mail(taken["reference"], "safeguarding@west-mercia-police.example")
    (attached,) = message["attachments"]
    assert (attached["filename"], attached["content_type"]) == ("smime.p7m", "application/pkcs7-mime")
    sealed = base64.b64decode(attached["content_base64"])
    assert b"stairs" not in sealed
    opened = email.message_from_bytes(pkcs7_decrypt_der(sealed, theirs, key, []), policy=default)
    words = opened.get_body(("plain",))
    assert words is not None
    assert "found at the foot of the stairs" in words.get_content()
    (file,) = opened.iter_attachments()
    assert hashlib.sha256(file.get_content()).hexdigest() == got(path)["sha256"]
    (other,) = sandbox.mail(taken["reference"], "safeguarding@herefordshire-and-worcestershire-icb.example")
    assert other["attachments"] == []


def test_a_certificate_that_has_run_out_calls_a_person(
    sandbox: Outside, another_partnership: Callable[..., None], tmp_path: Path
) -> None:
    certificate(tmp_path, clock.machine_now() - timedelta(days=1))
    police_get_it_sealed(another_partnership)
    taken = refer()["incident"]
    send()
    (found,) = [each for each in duties(taken["id"], "tell-partner") if each["recipient"].endswith(POLICE)]
    (attempt,) = got(f"/duties/{found['id']}")["attempts"]
    assert (found["status"], attempt["outcome"]) == ("waiting-for-person", "rejected")
    assert "not valid now" in attempt["answer"]


def test_a_document_that_does_not_exist_is_404() -> None:
    assert call("GET", "/documents/7f0c66d2-8d1c-4ac7-9b52-1df1b7a4a111", OFFICE).status_code == 404


def test_a_duty_that_nobody_prepared_has_no_pack() -> None:
    taken = refer(agency=SCHOOL)["incident"]
    found = duty(taken["id"], "decide-whether-to-notify")
    assert call("GET", f"/duties/{found['id']}/pack", OFFICE).status_code == 404
