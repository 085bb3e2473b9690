"""A sealed mailbox gets the files themselves, which its key alone opens; what a mailbox would not take is named with the reason."""

import base64
import email
from collections.abc import Callable
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization.pkcs7 import pkcs7_decrypt_der

from tests.integration.test_attachments import NAME, PDF, scanner, upload
from tests.integration.test_documents import certificate, police_get_it_sealed
from tests.notifying import ICB, Outside, got, refer, rows, send

pytestmark = pytest.mark.usefixtures("sandbox")

__all__ = ["scanner"]  # a fixture of the files' own tests
MAILBOX = "safeguarding@west-mercia-police.example"


@pytest.fixture
def opened(
    sandbox: Outside, another_partnership: Callable[..., None], tmp_path: Path
) -> Callable[[dict[str, Any]], list[EmailMessage]]:
    """Opens what the police were sent of an incident, with their own key."""
    theirs, key = certificate(tmp_path, datetime(2120, 1, 1, tzinfo=UTC))
    police_get_it_sealed(another_partnership)
    return lambda taken: [_opened(each, theirs, key) for each in sandbox.mail(taken["reference"], MAILBOX)]


def _opened(message: dict[str, Any], theirs: x509.Certificate, key: rsa.RSAPrivateKey) -> EmailMessage:
    (attached,) = message["attachments"]
    plain = pkcs7_decrypt_der(base64.b64decode(attached["content_base64"]), theirs, key, [])
    found = email.message_from_bytes(plain, policy=default)
    assert isinstance(found, EmailMessage)
    return found


def files_in(message: EmailMessage) -> dict[str, Any]:
    """What is in an envelope beside its words and its document."""
    _, *others = message.iter_attachments()
    return {str(each.get_filename()): each.get_content() for each in others}


def words_of(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def test_the_files_are_in_the_envelope_byte_for_byte_and_nowhere_else(
    sandbox: Outside, opened: Callable[..., list[EmailMessage]]
) -> None:
    taken, content = refer(), PDF + b" Sealed for the police."  # the bytes of no other test's file
    assert upload(taken["id"], content, b"Notes: seen twice.").status_code == 201
    send()
    message = opened(taken["incident"])[-1]
    found = files_in(message)
    assert (found[NAME], found[f"{NAME}.txt"].strip()) == (content, "Notes: seen twice.")
    assert f"With this message:\n  {NAME}\n" in words_of(message).replace("\r\n", "\n")
    assert "Not with this message" not in words_of(message)
    others = sandbox.mail(taken["incident"]["reference"], "safeguarding@herefordshire-and-worcestershire-icb.example")
    assert others and all(each["attachments"] == [] for each in others), ICB
    (file, *_) = got(f"/referrals/{taken['id']}")["documents"]
    entries = rows("SELECT entry FROM audit_entries WHERE entry LIKE :on", on=f'%"document:{file["id"]}"%"enclosed"%')
    assert len(entries) == 1


def test_what_is_more_than_a_mailbox_takes_is_left_out_and_named(opened: Callable[..., list[EmailMessage]]) -> None:
    taken = refer()
    large, larger, small = (
        b"%PDF-1.7\n" + sign * size for sign, size in ((b"a", 7_000_000), (b"b", 7_000_000), (b"c", 9))
    )
    for number, content in enumerate((large, larger, small)):
        assert upload(taken["id"], content, name=f"plan-{number}.pdf").status_code == 201
    send()
    message = opened(taken["incident"])[-1]
    assert files_in(message) == {"plan-0.pdf": large, "plan-2.pdf": small}
    _, _, left_out = words_of(message).partition("Not with this message; sign in to read it:")
    assert "plan-1.pdf: It is too large: a message holds 12 MB of files." in left_out
    assert "/notify/documents/" in left_out and "plan-0.pdf" not in left_out


def test_a_file_that_waits_for_the_scanner_keeps_no_notification_back(
    scanner: str, opened: Callable[..., list[EmailMessage]]
) -> None:
    taken = refer()
    assert upload(taken["id"], PDF + b" Not seen by a scanner yet.").status_code == 201
    send()
    message = opened(taken["incident"])[-1]
    assert files_in(message) == {}
    assert f"{NAME}: This file has not been scanned for viruses yet." in words_of(message)
