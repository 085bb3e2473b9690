"""The NSPCC gets its record and file; on the anonymous route nothing that leaves names the partnership or its area."""

import email
import hashlib
import io
import itertools
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
from services.publish.document_check import check_documents
from services.publish.going_live import publish_due
from services.publish.identifying.identifying_shapes import PHONE
from services.publish.models import Publication
from services.publish.nspcc import note_dispatch, remind_of_receipts
from services.publish.nspcc_proof import prove_unnamed
from services.publish.service import SERVICE
from shared import clock
from shared.delivery.dispatching import dispatch_due
from shared.identity.keys import apply_directory_change
from shared.partnership import partnership
from shared.settings import settings
from tests.integration.test_site_in_full import brought_out
from tests.people import Someone
from tests.publishing import (
    OFFICE,
    browse,
    call,
    get,
    live_publication,
    open_publication,
    path_of,
    pdf,
    post,
    route,
    said,
    upload,
)

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


def mails_to_nspcc(mailbox: Mailbox) -> list[EmailMessage]:
    dispatch_due(SERVICE, note_dispatch)
    return [m for m in mailbox.messages if "nspcc" in m["To"]]


def test_the_nspcc_is_asked_three_times_and_the_office_told_each_time(mailbox: Mailbox) -> None:
    publication = live_publication(route("anonymous"))
    reference = get(f"/publications/{publication['id']}")["nspcc"][0]["our_reference"]
    mails_to_nspcc(mailbox)
    remind_of_receipts()
    assert get(f"/publications/{publication['id']}")["nspcc"][0]["reminded_at"] is None
    for _ in range(5):
        clock.advance(timedelta(days=20))
        remind_of_receipts()
        remind_of_receipts()
    (deposit,) = get(f"/publications/{publication['id']}")["nspcc"]
    assert (deposit["chased"], bool(deposit["reminded_at"])) == (3, True)
    sent, *asked = [message for message in mails_to_nspcc(mailbox) if reference in message["Subject"]]
    assert len(list(sent.iter_attachments())) == 1
    assert len(asked) == 3
    for message in asked:
        assert "herefordshire" not in every_text_of(message).replace("reviews@safeguarding.example", "")
        assert list(message.iter_attachments()) == []
    with SERVICE.transaction() as session:
        statement = text("SELECT count(*) FROM deliveries WHERE purpose = 'nspcc-reminder' AND concerns = :concerns")
        assert session.scalar(statement, {"concerns": f"publication:{publication['id']}"}) == 3


def test_of_a_withdrawn_report_the_nspcc_is_asked_to_hold_its_copy_back_and_for_nothing_else(mailbox: Mailbox) -> None:
    publication = live_publication(route("anonymous", local_improvements="Agencies now meet each week."))
    at = f"/publications/{publication['id']}"
    reference = get(at)["nspcc"][0]["our_reference"]
    mails_to_nspcc(mailbox)
    post(f"{at}/withdrawal", {"reasons": "A name was overlooked.", "ordered_by": "The partners"})
    for _ in range(2):
        clock.advance(timedelta(days=20))
        remind_of_receipts()
    _, asked = [message for message in mails_to_nspcc(mailbox) if reference in message["Subject"]]
    words = asked.get_body().get_content()
    assert "We have withdrawn it. Please do not show it" in words and reference in words
    assert "herefordshire" not in every_text_of(asked).replace("reviews@safeguarding.example", "")
    assert get(at)["nspcc"][0]["chased"] == 0
    publish_due()
    status, _, gone = browse(path_of(publication))
    assert status == "410" and b"National Collection" not in gone  # it may say there what had to be taken down


def test_what_was_taken_back_is_asked_for_and_acknowledged_no_more_when_the_partners_decide_anew(
    mailbox: Mailbox,
) -> None:
    publication = live_publication()
    at = f"/publications/{publication['id']}"
    first = get(at)["nspcc"][0]["our_reference"]
    mails_to_nspcc(mailbox)
    post(f"{at}/withdrawal", {"reasons": "A name was overlooked.", "ordered_by": "The partners"})
    post(f"{at}/route", route())  # under way to be published again
    for _ in range(2):
        clock.advance(timedelta(days=20))
        remind_of_receipts()
    assert len([message for message in mails_to_nspcc(mailbox) if first in message["Subject"]]) == 2  # sent, asked back
    [shown] = get(at)["nspcc"]
    assert (shown["chased"], bool(shown["taken_back_at"])) == (0, True)
    answer = {"reference": "C1001", "received_at": clock.now().isoformat()}
    post(f"{at}/nspcc-receipt", answer, status=409)
    post(f"{at}/nspcc-receipt", answer | {"our_reference": first}, status=409)
    assert said(publication["id"], "publication.deposited") == []
    brought_out(publication)
    assert post(f"{at}/nspcc-receipt", answer)["number"] == 2
    post(f"{at}/nspcc-receipt", answer | {"our_reference": first}, status=422)
    mails_to_nspcc(mailbox)
    post(f"{at}/withdrawal", {"reasons": "Another name.", "ordered_by": "The partners"})
    asked = [m for m in mails_to_nspcc(mailbox) if "We have withdrawn it" in m.get_body().get_content()]
    assert [first in message["Subject"] for message in asked if publication["pseudonym"] in message["Subject"]] == [
        True,
        False,
    ]  # each once


def test_a_report_that_was_not_sent_yet_does_not_go_to_the_nspcc_once_it_is_withdrawn(mailbox: Mailbox) -> None:
    publication = live_publication()
    at = f"/publications/{publication['id']}"
    post(f"{at}/withdrawal", {"reasons": "A name was overlooked.", "ordered_by": "The partners"})
    reference = get(at)["nspcc"][0]["our_reference"]
    assert [message for message in mails_to_nspcc(mailbox) if reference in message["Subject"]] == []


@pytest.mark.parametrize(("status", "asked"), [("pending", 1), ("rejected", 0)])
def test_what_was_tried_and_not_answered_is_asked_back_and_what_was_refused_is_not(
    mailbox: Mailbox, status: str, asked: int
) -> None:
    publication = live_publication()
    about = {"concerns": f"publication:{publication['id']}", "status": status}
    with SERVICE.transaction() as session:  # as a claim leaves it while the call is under way, and a refusal after it
        statement = "UPDATE deliveries SET attempts = 1, status = :status WHERE concerns = :concerns AND purpose = 'nspcc-deposit'"
        session.execute(text(statement), about)
    post(
        f"/publications/{publication['id']}/withdrawal",
        {"reasons": "A name was overlooked.", "ordered_by": "The partners"},
    )
    words = [m.get_body().get_content() for m in mails_to_nspcc(mailbox) if publication["pseudonym"] in m["Subject"]]
    assert ["We have withdrawn it." in each for each in words] == [True] * asked


def test_an_acknowledgement_is_matched_to_its_deposit_and_the_page_says_how_long_the_file_is_kept() -> None:
    publication = live_publication()
    at = f"/publications/{publication['id']}"
    upload(publication, pdf("A corrected report."))
    post(f"{at}/correction", {"reasons": "A figure.", "ordered_by": "The partners"})
    first, second = get(at)["nspcc"]
    body = {"reference": "C1001", "received_at": "2026-11-20T09:00:00+00:00", "our_reference": first["our_reference"]}
    assert post(f"{at}/nspcc-receipt", body)["number"] == 1
    post(f"{at}/nspcc-receipt", body, status=409)
    post(f"{at}/nspcc-receipt", body | {"our_reference": "SR-00000000"}, status=422)
    kept = post(f"{at}/nspcc-receipt", body | {"reference": "C1002", "our_reference": second["our_reference"].lower()})
    assert (kept["number"], kept["kept_until"]) == (2, "2031-11-20")
    publish_due()
    page = browse(path_of(publication))[2].decode()
    assert "C1002" in page
    assert "until 20 November 2031; after that, its record of it" in page


def test_the_record_has_all_that_the_collection_catalogues(mailbox: Mailbox) -> None:
    publication = open_publication()
    at = f"/publications/{publication['id']}"
    words = {
        "title": "Listening",
        "summary": "A child was not heard.",
        "themes": ["domestic-abuse", "voice-of-the-child"],
        "recommendations": "Ask the child first.",
    }
    post(f"{at}/page", words, status=200)
    check_documents()
    post(f"{at}/route", route())
    live = brought_out(publication)
    said_to_nspcc = to_nspcc(mailbox).get_body().get_content()
    for line in (
        f"Review: {live['live_at'][:4]} - {partnership().name} - {publication['pseudonym']}",
        "What happened: A child was not heard.",
        "Learning themes: Domestic abuse, Voice of the child",
        "Recommendations: Ask the child first.",
        "Keywords: family violence, voice of the child",
        f"Our reference: {live['nspcc'][0]['our_reference']}",
    ):
        assert line in said_to_nspcc, line


def test_recommendations_and_keywords_go_through_the_identifier_check_too() -> None:
    publication = open_publication()
    at = f"/publications/{publication['id']}"
    post(f"{at}/page", {"recommendations": "Remember Hester.", "keywords": ["nolan"]}, status=200)
    check_documents()
    assert {f["value"] for f in get(f"{at}/findings?open=true")["items"]} == {"Hester", "nolan"}


def test_the_record_holds_the_proof_of_what_was_searched_for_and_not_found(mailbox: Mailbox) -> None:
    publication = live_publication(route("anonymous"))
    proof = get(f"/publications/{publication['id']}")["nspcc"][0]["proof"]
    assert {"Hereford", "West Mercia Police", partnership().name} <= set(proof["words"])
    assert proof["people"] >= 4
    searched = " ".join(each["what"] for each in proof["searched"])
    for what in ("subject", "record", "sender", "text and properties", "bytes"):
        assert what in searched
    assert all(each["size"] for each in proof["searched"])
    assert (proof["found"], proof["accepted"]) == ([], [])
    office = Someone(OFFICE, ["partnership-office"], service="publish", name="Sam Office")
    assert "nothing found that names the area" in office.get(f"/publish/publications/{publication['id']}").text
    assert get(f"/publications/{live_publication()['id']}")["nspcc"][0]["proof"] is None


@pytest.fixture
def a_new_agency() -> None:
    """One of the directory that the partnership's file does not name, so that the check of documents cannot know it."""
    agency = {"id": "riverside", "name": "A Riverside Nursery", "kind": "school", "is_partner": False, "emails": []}
    with SERVICE.transaction() as session:
        apply_directory_change(session, agency | {"ended_at": None, "version": 1, "keys": []})


def test_a_number_that_stands_by_chance_in_a_files_digest_is_nobodys() -> None:
    contents = (pdf("The agencies did not share what they knew.") + b"%%%d\n" % number for number in itertools.count())
    content, digest = next((c, d) for c in contents if PHONE.search(d := hashlib.sha256(c).hexdigest()))
    words = {"record": f"Files: report (SHA-256 {digest})"}
    with SERVICE.transaction() as session:
        publication = session.get_one(Publication, live_publication(route("anonymous"))["id"])
        assert prove_unnamed(session, publication, words, [("report.pdf", content)]).found == []
        assert prove_unnamed(session, publication, words, []).found != []


@pytest.mark.usefixtures("a_new_agency")
def test_what_names_an_agency_of_the_area_is_not_sent_and_the_office_is_told(mailbox: Mailbox) -> None:
    publication = live_publication(route("anonymous"), content=pdf("The head of a riverside nursery said so."))
    (deposit,) = get(f"/publications/{publication['id']}")["nspcc"]
    assert deposit["proof"]["found"] == ["a riverside nursery"]
    assert deposit["fault"].startswith("Not sent")
    assert "nursery" not in deposit["fault"].casefold()
    assert [m for m in mails_to_nspcc(mailbox) if publication["pseudonym"] in m["Subject"]] == []
    upload(publication, pdf("The head of a school said so."))
    post(
        f"/publications/{publication['id']}/correction",
        {"reasons": "It named a nursery.", "ordered_by": "The partners"},
    )
    assert len([m for m in mails_to_nspcc(mailbox) if publication["pseudonym"] in m["Subject"]]) == 1


ORDER = {"reasons": "A name was overlooked.", "ordered_by": "The partners"}


def words_to_nspcc(mailbox: Mailbox, publication: dict[str, Any]) -> list[str]:
    mails = [m for m in mails_to_nspcc(mailbox) if publication["pseudonym"] in m["Subject"]]
    return [m.get_body().get_content() for m in mails]


@pytest.mark.parametrize("kind", ["local", "anonymous"])
def test_a_corrected_report_asks_the_nspcc_to_put_the_earlier_out_of_use(mailbox: Mailbox, kind: str) -> None:
    publication = live_publication(route(kind))
    at = f"/publications/{publication['id']}"
    (first,) = words_to_nspcc(mailbox, publication)
    assert "replaces" not in first
    upload(publication, pdf("A corrected report."))
    post(f"{at}/correction", ORDER)
    _, second = words_to_nspcc(mailbox, publication)
    for words in ("It replaces, record and files, what we sent you on", "do not show it or give it to anybody"):
        assert words in second
    one, other = get(at)["nspcc"]
    assert one["our_reference"] in second and f"Our reference: {other['our_reference']}" in second
    clock.advance(timedelta(days=20))
    remind_of_receipts()
    assert [each["chased"] for each in get(at)["nspcc"]] == [0, 1]  # not for what is replaced


def test_a_report_that_waits_still_does_not_go_to_the_nspcc_once_it_is_corrected(mailbox: Mailbox) -> None:
    publication = live_publication()
    upload(publication, pdf("A corrected report."))
    post(f"/publications/{publication['id']}/correction", ORDER)
    (words,) = words_to_nspcc(mailbox, publication)
    assert get(f"/publications/{publication['id']}")["nspcc"][1]["our_reference"] in words
    assert "replaces" not in words


@pytest.mark.parametrize("changed", [{"summary": "A child was not heard."}, {"recommendations": "Ask the child."}])
def test_words_that_are_changed_alone_reach_the_nspccs_record_with_the_reports(
    mailbox: Mailbox, changed: dict[str, str]
) -> None:
    publication = live_publication()
    at = f"/publications/{publication['id']}"
    words_to_nspcc(mailbox, publication)
    post(f"{at}/correction", ORDER, status=409)
    post(f"{at}/page", changed, status=200)
    check_documents()
    post(f"{at}/correction", ORDER)
    _, second = words_to_nspcc(mailbox, publication)
    assert next(iter(changed.values())) in second and "It replaces" in second and "full report (SHA-256" in second
    publish_due()
    said_of_it = b"words of this page" in browse(path_of(publication))[2]
    assert said_of_it == ("summary" in changed)  # the public's page has no recommendations
    post(f"{at}/correction", ORDER, status=409)


@pytest.mark.usefixtures("a_new_agency")
def test_an_anonymous_report_kept_back_for_a_word_is_published_once_the_word_is_out(mailbox: Mailbox) -> None:
    publication = live_publication(route("anonymous"), title="What a riverside nursery saw")
    at = f"/publications/{publication['id']}"
    assert get(at)["nspcc"][0]["fault"].startswith("Not sent")
    assert said(publication["id"], "publication.live") == []
    post(f"{at}/correction", ORDER)  # nothing was changed: it is kept back again
    assert (words_to_nspcc(mailbox, publication), said(publication["id"], "publication.live")) == ([], [])
    post(f"{at}/page", {"title": "What was seen"}, status=200)
    check_documents()
    post(f"{at}/correction", ORDER)
    assert len(words_to_nspcc(mailbox, publication)) == 1
    (live,) = said(publication["id"], "publication.live")
    assert live["live_at"] == get(at)["nspcc"][-1]["created_at"]
    post(f"{at}/page", {"title": "What was learnt"}, status=200)
    check_documents()
    post(f"{at}/correction", ORDER)
    assert len(said(publication["id"], "publication.live")) == 1


@pytest.mark.usefixtures("a_new_agency")
def test_where_a_correction_is_kept_back_the_nspcc_is_asked_to_hold_the_former_back(mailbox: Mailbox) -> None:
    publication = live_publication(route("anonymous"))
    words_to_nspcc(mailbox, publication)
    upload(publication, pdf("The head of a riverside nursery said so."))
    post(f"/publications/{publication['id']}/correction", ORDER)
    _, asked = words_to_nspcc(mailbox, publication)
    assert "Please do not show it" in asked


def test_who_has_a_copy_from_before_is_told_of_a_correction_and_a_withdrawal() -> None:
    publication = open_publication()
    at = f"/publications/{publication['id']}"
    reader = {"name": "Ada Early", "role": "The family's solicitor", "embargo_agreed_on": "2026-01-05"}
    post(f"{at}/early-readers", reader)
    post(f"{at}/route", route())
    brought_out(publication)
    post(f"{at}/page", {"summary": "Words alone."}, status=200)
    check_documents()
    post(f"{at}/correction", ORDER)
    assert said(publication["id"], "publication.corrected") == []  # no copy had the words of the page
    upload(publication, pdf("A corrected report."))
    post(f"{at}/correction", ORDER)
    assert len(said(publication["id"], "publication.corrected")) == 1
    post(f"{at}/withdrawal", ORDER)
    with SERVICE.transaction() as session:
        statement = text("SELECT count(*) FROM deliveries WHERE purpose = 'early-readers-to-tell' AND concerns = :c")
        assert session.scalar(statement, {"c": f"publication:{publication['id']}"}) == 2


def test_another_agency_cannot_record_it() -> None:
    publication = live_publication()
    body = {"reference": "X", "received_at": clock.now().isoformat()}
    assert call("POST", f"/publications/{publication['id']}/nspcc-receipt", "example-school", body).status_code == 403
