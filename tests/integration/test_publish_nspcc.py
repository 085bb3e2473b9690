"""The NSPCC gets its record and file; on the anonymous route nothing that leaves names the partnership or its area."""

import email
import io
import re
from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pikepdf
import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import text

from deploy.run.ports import free_port
from services.publish.nspcc import note_dispatch, remind_of_receipts
from services.publish.service import SERVICE
from shared import clock
from shared.delivery.dispatching import dispatch_due
from shared.partnership import partnership
from shared.settings import settings
from tests.publishing import browse, call, get, live_publication, path_of, pdf, post, route, said

pytestmark = pytest.mark.usefixtures("ground", "own_clock")


class Mailbox:
    """Keeps what a real mail server received."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        self.messages.append(email.message_from_bytes(envelope.content, policy=default))
        return "250 OK"


@pytest.fixture
def mailbox(own_clock: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    box, port = Mailbox(), free_port()
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    monkeypatch.setenv("SMTP_URL", f"smtp://127.0.0.1:{port}")
    monkeypatch.setenv("MAIL_FROM", "Herefordshire Safeguarding Children Partnership <reviews@safeguarding.example>")
    settings.cache_clear()
    with SERVICE.transaction() as session:  # mail of other tests, which had no server to go to
        session.execute(text("UPDATE deliveries SET status = 'cancelled' WHERE status = 'pending'"))
        session.execute(text("DELETE FROM delivery_pauses"))
    yield box
    controller.stop()


def to_nspcc(mailbox: Mailbox) -> EmailMessage:
    dispatch_due(SERVICE, note_dispatch)
    (message,) = [m for m in mailbox.messages if "nspcc" in m["To"]]
    return message


def test_a_report_on_the_site_is_given_to_the_nspcc_with_its_record(mailbox: Mailbox) -> None:
    publication = live_publication()
    message = to_nspcc(mailbox)
    words = message.get_body().get_content()
    assert f"Partnership: {partnership().name}" in words
    assert f"Pseudonym: {publication['pseudonym']}" in words
    (attached,) = message.iter_attachments()
    assert attached.get_content().startswith(b"%PDF")
    assert get(f"/publications/{publication['id']}")["nspcc"][0]["sent_at"]


def every_text_of(message: EmailMessage) -> str:
    """All that a curious reader of the e-mail could find: headers, words, file names, the PDF to its last object."""
    parts = [str(message[name]) for name in message if name not in ("To", "X-Peer", "X-MailFrom", "X-RcptTo")]
    parts.append(message.get_body().get_content())
    for attached in message.iter_attachments():
        content = attached.get_content()
        parts += [attached.get_filename(), content.decode("latin-1")]
        with pikepdf.open(io.BytesIO(content)) as document:
            parts += [repr(thing) for thing in document.objects]
            parts += [t.read_bytes().decode("latin-1") for t in document.objects if isinstance(t, pikepdf.Stream)]
    return "\n".join(parts).casefold()


def named_everywhere(document: pikepdf.Pdf) -> None:
    document.docinfo["/Author"] = "Herefordshire Safeguarding Children Partnership"
    document.docinfo["/Title"] = "HSCP review"
    with document.open_metadata() as xmp:
        xmp["dc:publisher"] = ["Herefordshire Council"]
    document.attachments["Leominster.txt"] = b"Leominster"


def test_the_anonymous_route_leaves_nothing_that_names_the_partnership(mailbox: Mailbox) -> None:
    publication = live_publication(
        route("anonymous"), content=pdf("The agencies did not share what they knew.", change=named_everywhere)
    )
    everything = every_text_of(to_nspcc(mailbox))
    named = (*partnership().identifying_words, partnership().name, "herefordshire-council")
    assert [word for word in named if re.search(rf"\b{re.escape(word.casefold())}\b", everything)] == []
    assert "partnership: unnamed" in everything
    assert publication["url"] is None
    assert publication["pseudonym"].encode() not in browse("/reviews")[2]
    assert said(publication["id"], "publication.live")[0]["url"] is None


def test_local_improvements_of_an_anonymous_review_do_not_say_which_review(mailbox: Mailbox) -> None:
    decided = route("anonymous", local_improvements="Agencies in Herefordshire now meet each week.")
    publication = live_publication(decided)
    status, _, body = browse(path_of(publication))
    assert status == "200"
    assert b"Agencies in Herefordshire now meet each week." in body
    for hidden in (publication["pseudonym"], publication["title"], "nspcc reference"):
        assert hidden.casefold().encode() not in body.lower()
    slug = path_of(publication).rsplit("/", 1)[1]
    assert browse(f"/documents/{slug}-full-report")[0] == "404"
    assert "pseudonym" not in slug
    assert publication["pseudonym"].encode() not in browse("/feed.atom")[2]


def test_improvements_that_mention_the_pseudonym_are_found() -> None:
    from tests.publishing import check_documents, open_publication

    publication = open_publication()
    text_of_page = f"After the review of {publication['pseudonym']} we changed."
    post(f"/publications/{publication['id']}/route", route("anonymous", local_improvements=text_of_page))
    check_documents()
    found = get(f"/publications/{publication['id']}/findings?open=true")["items"]
    assert [f["kind"] for f in found] == ["pseudonym"]


def receipt(publication: dict[str, Any], status: int = 201) -> Any:
    body = {"reference": "NSPCC-C1234", "received_at": clock.now().isoformat()}
    return post(f"/publications/{publication['id']}/nspcc-receipt", body, status=status)


def test_the_acknowledgement_is_recorded_once_and_told() -> None:
    publication = live_publication()
    assert receipt(publication)["reference"] == "NSPCC-C1234"
    receipt(publication, status=409)
    assert said(publication["id"], "publication.deposited")[0]["nspcc_reference"] == "NSPCC-C1234"


def test_nothing_sent_cannot_be_acknowledged() -> None:
    receipt(live_publication(route("improvements", local_improvements="We train.")), status=409)


def test_the_office_is_reminded_once_of_an_acknowledgement_that_does_not_come() -> None:
    publication = live_publication()
    remind_of_receipts()
    assert get(f"/publications/{publication['id']}")["nspcc"][0]["reminded_at"] is None
    clock.advance(timedelta(days=20))
    remind_of_receipts()
    remind_of_receipts()
    assert get(f"/publications/{publication['id']}")["nspcc"][0]["reminded_at"]
    with SERVICE.transaction() as session:
        statement = text("SELECT count(*) FROM deliveries WHERE purpose = 'nspcc-reminder' AND concerns = :concerns")
        assert session.scalar(statement, {"concerns": f"publication:{publication['id']}"}) == 1


def test_another_agency_cannot_record_it() -> None:
    publication = live_publication()
    body = {"reference": "X", "received_at": clock.now().isoformat()}
    assert call("POST", f"/publications/{publication['id']}/nspcc-receipt", "example-school", body).status_code == 403
