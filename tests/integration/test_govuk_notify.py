"""E-mail by GOV.UK Notify: what it answers becomes one of our four outcomes, and no message holds a name."""

import subprocess
import sys
import uuid
from collections.abc import Iterator

import pytest

from shared.delivery.channels import send
from shared.delivery.letters import Attachment, Letter
from shared.delivery.outcomes import AlreadyReceived, Delivered, Rejected, RetryAfter
from shared.settings import SettingMissing, settings
from tests.govuk_notify import KEY, TEMPLATE, Notify, notify_running
from tests.notifying import COUNCIL, Outside, refer, referral, rows
from tests.notifying import send as send_due

pytestmark = pytest.mark.usefixtures("sandbox")


@pytest.fixture
def notify(monkeypatch: pytest.MonkeyPatch, sandbox: Outside) -> Iterator[Notify]:
    with notify_running() as running:
        given = {"MAIL_BY": "govuk-notify", "GOVUK_NOTIFY_KEY": KEY, "GOVUK_NOTIFY_TEMPLATE": TEMPLATE}
        for name, value in (given | {"GOVUK_NOTIFY_URL": running.url}).items():
            monkeypatch.setenv(name, value)
        settings.cache_clear()
        yield running


def letter(address: str = "office@hscp.example", **more: object) -> Letter:
    words = {"subject": "INC-2026-0001", "text": "Sign in to answer.", "payload": b""}
    return Letter(delivery_id=str(uuid.uuid4()), address=address, **words | more)  # type: ignore[arg-type]


def test_a_message_goes_under_the_deliverys_id_with_its_subject_and_text(notify: Notify) -> None:
    sent = letter()
    assert send("email", sent) == Delivered()
    (taken,) = notify.taken
    assert taken["reference"] == sent.delivery_id and taken["email_address"] == "office@hscp.example"
    assert taken["personalisation"] == {"subject": "INC-2026-0001", "text": "Sign in to answer."}


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (400, Rejected("GOV.UK Notify: HTTP 400")),
        (403, RetryAfter("GOV.UK Notify does not take our key (HTTP 403)")),
        (429, RetryAfter("GOV.UK Notify: HTTP 429", 7.0, unreachable=True)),
        (500, RetryAfter("GOV.UK Notify: HTTP 500")),
        ("hang-up", RetryAfter("no answer from GOV.UK Notify", unreachable=True)),
    ],
)
def test_each_answer_is_an_outcome_by_what_to_do_next(notify: Notify, answer: str | int, outcome: object) -> None:
    notify.answers = answer
    assert send("email", letter()) == outcome
    assert notify.taken == []


def test_a_key_that_notify_does_not_know_keeps_the_message_for_when_it_is_mended(
    notify: Notify, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOVUK_NOTIFY_KEY", f"a_key-{uuid.uuid4()}-{uuid.uuid4()}")
    settings.cache_clear()
    assert send("email", letter()) == RetryAfter("GOV.UK Notify does not take our key (HTTP 403)")


def test_where_the_answer_was_lost_the_message_goes_once(notify: Notify) -> None:
    sent = letter()
    notify.answers = "lose-answer"
    assert send("email", sent) == RetryAfter("no answer from GOV.UK Notify", unreachable=True)
    notify.answers = "well"
    assert send("email", sent) == AlreadyReceived()
    assert len(notify.taken) == 1


@pytest.mark.parametrize(
    ("status", "outcome", "sent"),
    [
        ("delivered", AlreadyReceived(), 1),
        ("permanent-failure", Rejected("GOV.UK Notify: no such mailbox"), 1),
        ("technical-failure", Delivered(), 2),
    ],
)
def test_what_became_of_an_earlier_attempt_decides(notify: Notify, status: str, outcome: object, sent: int) -> None:
    one = letter()
    send("email", one)
    notify.status = status
    assert send("email", one) == outcome
    assert len(notify.taken) == sent


def test_what_carries_a_file_goes_by_the_mail_server(notify: Notify, sandbox: Outside) -> None:
    reference = f"INC-{uuid.uuid4()}"
    file = Attachment("smime.p7m", "application/pkcs7-mime", b"sealed")
    assert send("email", letter(subject=reference, attachments=(file,))) == Delivered()
    assert notify.taken == [] and len(sandbox.mail(reference, "office@hscp.example")) == 1


def test_a_real_address_and_the_real_notify_are_refused_in_a_test(
    notify: Notify, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert isinstance(send("email", letter("office@herefordshire.gov.uk")), Rejected)
    monkeypatch.delenv("GOVUK_NOTIFY_URL")
    settings.cache_clear()
    assert isinstance(send("email", letter()), Rejected)
    assert notify.asked == 0


def test_an_incidents_messages_go_by_notify_and_hold_no_name_and_no_account(notify: Notify) -> None:
    body = referral(narrative="Unmistakable words of what was seen.")
    taken = refer(body, COUNCIL)["incident"]
    send_due()
    about = [each for each in notify.taken if each["personalisation"]["subject"] == taken["reference"]]
    assert len(about) >= 2
    said = str(about)
    child = body["children"][0]
    assert not any(secret in said for secret in (child["given_name"], child["family_name"], "Unmistakable"))
    attempts = rows("SELECT outcome FROM delivery_attempts WHERE delivery_id = :id", id=about[0]["reference"])
    assert [attempt.outcome for attempt in attempts] == ["delivered"]


@pytest.mark.parametrize("missing", ["GOVUK_NOTIFY_KEY", "GOVUK_NOTIFY_TEMPLATE"])
def test_without_its_key_or_template_the_process_stops_with_a_sentence(
    notify: Notify, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    monkeypatch.delenv(missing)
    settings.cache_clear()
    with pytest.raises(SettingMissing, match=missing):
        settings()


def test_the_client_works_without_the_package_that_is_kept_out_of_the_lock() -> None:
    program = (
        "import sys; sys.modules['docopt'] = None; import notifications_python_client.notifications as n;"
        " print(n.NotificationsAPIClient.__name__)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "NotificationsAPIClient"
