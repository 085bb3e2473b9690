"""The sandbox behaves as the outside world would, and remembers what reached it."""

import hashlib
import http.client
import json
import os
import signal
import smtplib
import socket
import subprocess
import sys
import threading
import time
from base64 import b64decode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage, Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests

from deploy.sandbox.signatures import fault_in_signature, key_of, signature, signed_headers

REPOSITORY = Path(__file__).parents[2]
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
KEY = key_of(SECRET)
BODY = json.dumps({"incident": {"narrative": "Ewan, aged four, was hurt at home."}}).encode()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Listener(ThreadingHTTPServer):
    """Where receipts are called back to: keeps each with its time, and answers what `answers` says, then 204."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), TakesReceipt)
        self.heard: list[dict[str, Any]] = []
        self.heard_at: list[float] = []
        self.faults: list[str] = []
        self.answers: list[int] = []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/notify/api/v1/callbacks/receipts"

    def hear(self, headers: Message, body: bytes) -> int:
        fault = fault_in_signature(KEY, headers, body)
        if fault:
            self.faults.append(fault)
        status = self.answers.pop(0) if self.answers else 204
        if status == 204:
            self.heard_at.append(time.monotonic())
            self.heard.append(json.loads(body))
        return status


class TakesReceipt(BaseHTTPRequestHandler):
    server: Listener

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.send_response(self.server.hear(self.headers, body))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


@dataclass
class Sandbox:
    """A started sandbox process."""

    folder: Path
    callback_url: str
    http_port: int = field(default_factory=free_port)
    smtp_port: int = field(default_factory=free_port)
    more_environment: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.http_port}"

    def start(self) -> None:
        ports = ["--http-port", str(self.http_port), "--smtp-port", str(self.smtp_port)]
        kept = ["--callback-url", self.callback_url, "--folder", str(self.folder)]
        environment = {**os.environ, "WEBHOOK_SECRET": SECRET, **self.more_environment}
        command = [sys.executable, "-m", "deploy.sandbox", *ports, *kept]
        self.process = subprocess.Popen(command, env=environment, cwd=REPOSITORY)
        wait_until(self.is_up)

    def is_up(self) -> bool:
        assert self.process and self.process.poll() is None, "the sandbox stopped instead of starting"
        try:
            return requests.get(f"{self.url}/health", timeout=5).ok
        except requests.ConnectionError:
            return False

    def end(self, by: signal.Signals) -> int:
        assert self.process
        self.process.send_signal(by)
        return self.process.wait(10)

    def post(self, delivery: str, recipient: str = "panel", **changed: str) -> requests.Response:
        headers = signed_headers(KEY, delivery, BODY) | {"idempotency-key": delivery} | changed
        return requests.post(f"{self.url}/gateway/{recipient}", BODY, headers=headers, timeout=10)

    def behave(self, recipient: str, mode: str, **more: float | None) -> None:
        requests.put(f"{self.url}/control/{recipient}", json={"mode": mode, **more}, timeout=5).raise_for_status()

    def items(self, path: str) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = requests.get(f"{self.url}{path}", timeout=5).json()["items"]
        return items

    def count(self, recipient: str = "panel") -> int:
        return int(requests.get(f"{self.url}/received/count?recipient={recipient}", timeout=5).json()["count"])

    def send_mail(self, message: EmailMessage) -> None:
        with smtplib.SMTP("127.0.0.1", self.smtp_port, timeout=5) as server:
            server.send_message(message)


def wait_until(holds: Callable[[], bool], seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


@pytest.fixture(scope="module")
def listening() -> Iterator[Listener]:
    with Listener() as listener:
        yield listener
        listener.shutdown()


@pytest.fixture(scope="module")
def started(listening: Listener, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    sandbox = Sandbox(tmp_path_factory.mktemp("sandbox"), listening.url)
    sandbox.start()
    yield sandbox
    assert sandbox.end(signal.SIGTERM) == 0


@pytest.fixture
def listener(listening: Listener) -> Listener:
    for kept in (listening.heard, listening.heard_at, listening.faults, listening.answers):
        kept.clear()
    return listening


@pytest.fixture
def sandbox(started: Sandbox, listener: Listener) -> Sandbox:
    requests.delete(f"{started.url}/control", timeout=5).raise_for_status()
    requests.delete(f"{started.url}/received", timeout=5).raise_for_status()
    return started


@pytest.fixture
def mortal(listener: Listener, tmp_path: Path) -> Iterator[Sandbox]:
    """A sandbox of this test's own, to be killed."""
    sandbox = Sandbox(tmp_path / "kept", listener.url)
    sandbox.start()
    yield sandbox
    sandbox.end(signal.SIGKILL)


def message_to(recipient: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"] = "office@hscp.example", recipient
    message["Subject"] = "Dyletswydd HSCP-2026-0001: ŵ"
    message["Message-ID"] = "<delivery-1@hscp.example>"
    message.set_content("A document waits for you.")
    message.add_attachment(b"%PDF-1.7 report", maintype="application", subtype="pdf", filename="child-hn.pdf")
    return message


def test_signatures_agree_with_the_example_of_the_standard() -> None:
    body = b'{"test": 2432232314}'
    assert signature(KEY, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", body) == (
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    )


def test_gateway_answers_with_a_receipt_at_once(sandbox: Sandbox) -> None:
    answer = sandbox.post("delivery-1")
    assert answer.status_code == 201
    assert answer.json()["receipt"].startswith("PANEL-")
    [item] = sandbox.items("/received?delivery=delivery-1")
    assert (item["recipient"], item["attempts"], item["receipt"]) == ("panel", 1, answer.json()["receipt"])
    assert (item["body"].encode(), item["first_at"]) == (BODY, answer.json()["received_at"])


def test_repeated_delivery_gets_the_same_receipt_and_counts_once(sandbox: Sandbox) -> None:
    first, second = sandbox.post("delivery-1").json(), sandbox.post("delivery-1")
    assert second.status_code == 200
    assert second.json() == {"already_received": True} | first
    assert sandbox.count() == 1
    assert sandbox.items("/received")[0]["attempts"] == 2


def test_twenty_posts_of_one_delivery_at_once_are_taken_once(sandbox: Sandbox) -> None:
    answers: list[requests.Response] = []
    posts = [threading.Thread(target=lambda: answers.append(sandbox.post("delivery-1"))) for _ in range(20)]
    for each in posts:
        each.start()
    for each in posts:
        each.join()
    assert sorted(each.status_code for each in answers) == [200] * 19 + [201]
    assert len({each.json()["receipt"] for each in answers}) == 1


def test_no_receipt_is_given_twice_even_after_emptying(sandbox: Sandbox) -> None:
    before = sandbox.post("delivery-1").json()["receipt"]
    requests.delete(f"{sandbox.url}/received", timeout=5)
    assert sandbox.count() == 0
    assert sandbox.post("delivery-1").json()["receipt"] != before


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"webhook-signature": "v1,bm90IGl0"}, 401),
        ({"webhook-signature": ""}, 401),
        ({"webhook-timestamp": "yesterday"}, 401),
        ({"idempotency-key": "delivery-2"}, 400),
    ],
)
def test_gateway_turns_away_what_is_not_well_signed(sandbox: Sandbox, changed: dict[str, str], status: int) -> None:
    assert sandbox.post("delivery-1", **changed).status_code == status
    assert sandbox.count() == 0
    assert sandbox.items("/turned-away?recipient=panel")[0]["why"] == f"answered-{status}"


@pytest.mark.parametrize(("seconds", "status"), [(-302, 401), (302, 401), (-290, 201)])
def test_gateway_turns_away_a_good_signature_of_another_hour(sandbox: Sandbox, seconds: int, status: int) -> None:
    timestamp = str(int(time.time()) + seconds)
    signed = {"webhook-timestamp": timestamp, "webhook-signature": signature(KEY, "delivery-1", timestamp, BODY)}
    assert sandbox.post("delivery-1", **signed).status_code == status


def test_either_of_two_signatures_serves_while_a_secret_is_rotated(sandbox: Sandbox) -> None:
    good = signed_headers(KEY, "delivery-1", BODY)["webhook-signature"]
    assert sandbox.post("delivery-1", **{"webhook-signature": f"v1,b2xk {good}"}).status_code == 201


def test_receipt_by_callback_follows_the_answer_once(sandbox: Sandbox, listener: Listener) -> None:
    sandbox.behave("panel", "receipt-by-callback")
    answer = sandbox.post("delivery-1")
    assert (answer.status_code, answer.json()) == (202, {"status": "accepted"})
    wait_until(lambda: sandbox.items("/received")[0]["callbacks_answered"] == 1)
    [item] = sandbox.items("/received")
    receipt = {"receipt": item["receipt"], "received_at": item["first_at"]}
    assert listener.heard == [{"type": "receipt", "delivery": "delivery-1"} | receipt]
    assert listener.faults == []


def test_callback_is_sent_again_until_it_is_heard(sandbox: Sandbox, listener: Listener) -> None:
    listener.answers = [503, 404]
    sandbox.behave("panel", "receipt-by-callback")
    sandbox.post("delivery-1")
    wait_until(lambda: len(listener.heard) == 1)
    assert listener.answers == []


def test_late_receipt_comes_after_its_seconds(sandbox: Sandbox, listener: Listener) -> None:
    sandbox.behave("panel", "receipt-late", seconds=0.4)
    posted = time.monotonic()
    assert sandbox.post("delivery-1").status_code == 202
    wait_until(lambda: len(listener.heard) == 1)
    assert listener.heard_at[0] - posted >= 0.4


def test_receipt_comes_twice(sandbox: Sandbox, listener: Listener) -> None:
    sandbox.behave("panel", "receipt-twice")
    assert sandbox.post("delivery-1").status_code == 202
    wait_until(lambda: len(listener.heard) == 2)
    assert listener.heard[0] == listener.heard[1]


def test_receipt_comes_before_the_answer(sandbox: Sandbox, listener: Listener) -> None:
    sandbox.behave("panel", "receipt-before-answer")
    assert sandbox.post("delivery-1").status_code == 202
    assert len(listener.heard) == 1


def test_receipts_come_newest_first(sandbox: Sandbox, listener: Listener) -> None:
    sandbox.behave("panel", "receipts-out-of-order", seconds=30)
    sandbox.post("delivery-1")
    sandbox.post("delivery-2")
    wait_until(lambda: len(listener.heard) == 2)
    assert [each["delivery"] for each in listener.heard] == ["delivery-2", "delivery-1"]


def test_receipt_held_alone_comes_when_its_seconds_pass(sandbox: Sandbox, listener: Listener) -> None:
    sandbox.behave("panel", "receipts-out-of-order", seconds=0.3)
    sandbox.post("delivery-1")
    wait_until(lambda: len(listener.heard) == 1)


def test_gateway_answers_twice(sandbox: Sandbox, listener: Listener) -> None:
    sandbox.behave("panel", "answer-twice")
    answer = sandbox.post("delivery-1")
    wait_until(lambda: len(listener.heard) == 1)
    assert answer.status_code == 201
    assert listener.heard[0]["receipt"] == answer.json()["receipt"]


def test_lost_answer_is_made_good_by_the_next_attempt(sandbox: Sandbox) -> None:
    sandbox.behave("panel", "lose-answer", times=1)
    with pytest.raises(requests.ConnectionError):
        sandbox.post("delivery-1")
    assert sandbox.count() == 1
    assert sandbox.post("delivery-1").json()["already_received"] is True


def test_refusing_gateway_takes_nothing_and_says_nothing(sandbox: Sandbox) -> None:
    sandbox.behave("panel", "refuse", times=1)
    with pytest.raises(requests.ConnectionError):
        sandbox.post("delivery-1")
    assert sandbox.count() == 0
    assert sandbox.items("/turned-away")[0]["why"] == "refuse"
    assert sandbox.post("delivery-1").status_code == 201


@pytest.mark.parametrize(("mode", "status"), [("reject", 422), ("error", 500), ("busy", 429)])
def test_gateway_answers_as_it_was_told_and_takes_nothing(sandbox: Sandbox, mode: str, status: int) -> None:
    sandbox.behave("panel", mode, seconds=7)
    answer = sandbox.post("delivery-1")
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert answer.headers.get("retry-after") == ("7" if mode == "busy" else None)
    assert sandbox.count() == 0


def test_hanging_gateway_takes_the_notification_in_the_end(sandbox: Sandbox) -> None:
    sandbox.behave("panel", "hang", seconds=0.5, times=1)
    headers = signed_headers(KEY, "delivery-1", BODY) | {"idempotency-key": "delivery-1"}
    with pytest.raises(requests.ReadTimeout):
        requests.post(f"{sandbox.url}/gateway/panel", BODY, headers=headers, timeout=0.1)
    assert sandbox.count() == 0
    wait_until(lambda: sandbox.count() == 1)


def test_mode_holds_for_so_many_times_and_for_one_recipient(sandbox: Sandbox) -> None:
    sandbox.behave("*", "reject")
    sandbox.behave("panel", "error", times=2)
    assert [sandbox.post("delivery-1").status_code for _ in range(3)] == [500, 500, 422]
    partner = "safeguarding-partner%3Awest-mercia-police"
    sandbox.behave(partner, "busy")
    assert sandbox.post("delivery-2", partner).status_code == 429
    requests.delete(f"{sandbox.url}/control/{partner}", timeout=5)
    assert sandbox.post("delivery-2", partner).status_code == 422
    assert requests.get(f"{sandbox.url}/control", timeout=5).json().keys() == {"*"}


@pytest.mark.parametrize(
    "wish",
    [
        {"mode": "sulk"},
        {"mode": "error", "times": 0},
        {"mode": "hang", "seconds": -1},
        {"mode": "hang", "after": 1},
        [],
    ],
)
def test_mode_that_does_not_exist_is_refused(sandbox: Sandbox, wish: object) -> None:
    answer = requests.put(f"{sandbox.url}/control/panel", json=wish, timeout=5)
    assert answer.status_code == 422
    assert sandbox.post("delivery-1").status_code == 201


def test_repeat_meets_a_failure_but_no_way_of_giving_receipts(sandbox: Sandbox, listener: Listener) -> None:
    sandbox.post("delivery-1")
    sandbox.behave("panel", "error", times=1)
    assert [sandbox.post("delivery-1").status_code for _ in range(2)] == [500, 200]
    sandbox.behave("panel", "receipt-by-callback", times=1)
    assert [sandbox.post(each).status_code for each in ("delivery-1", "delivery-2")] == [200, 202]
    wait_until(lambda: [each["delivery"] for each in listener.heard] == ["delivery-2"])


def test_killed_sandbox_still_knows_what_it_took(mortal: Sandbox) -> None:
    receipt = mortal.post("delivery-1").json()["receipt"]
    mortal.end(signal.SIGKILL)
    with (mortal.folder / "arrivals.jsonl").open("a") as journal:
        journal.write('{"kind":"delivery","deliv')  # what a kill in mid-write leaves
    mortal.start()
    assert mortal.count() == 1
    assert mortal.post("delivery-1").json()["receipt"] == receipt
    assert mortal.post("delivery-2").json()["receipt"] != receipt


def test_killed_sandbox_still_sends_the_receipt_it_owes(mortal: Sandbox, listener: Listener) -> None:
    mortal.behave("panel", "receipt-late", seconds=60)
    assert mortal.post("delivery-1").status_code == 202
    mortal.end(signal.SIGKILL)
    mortal.start()
    wait_until(lambda: [each["delivery"] for each in listener.heard] == ["delivery-1"])


def test_receipts_follow_the_moved_clock_of_a_demonstration(mortal: Sandbox, tmp_path: Path) -> None:
    clock_file = tmp_path / "clock"
    clock_file.write_text(str(15 * 86400))
    mortal.end(signal.SIGTERM)
    mortal.more_environment = {"CLOCK_FILE": str(clock_file)}
    mortal.start()
    received_at = datetime.fromisoformat(mortal.post("delivery-1").json()["received_at"])
    assert received_at - datetime.now(UTC) > timedelta(days=14)


def test_mailbox_keeps_a_message_with_its_attachment(sandbox: Sandbox) -> None:
    sandbox.send_mail(message_to("library@nspcc.example"))
    [kept] = sandbox.items("/mail?to=library@nspcc.example")
    assert (kept["from"], kept["to"]) == ("office@hscp.example", ["library@nspcc.example"])
    assert (kept["subject"], kept["text"].strip()) == ("Dyletswydd HSCP-2026-0001: ŵ", "A document waits for you.")
    [attachment] = kept["attachments"]
    content = b64decode(attachment.pop("content_base64"))
    assert content == b"%PDF-1.7 report"
    assert attachment == {
        "filename": "child-hn.pdf",
        "content_type": "application/pdf",
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    assert sandbox.items("/mail?to=somebody@else.example") == []


def test_message_sent_twice_is_kept_once_and_counted(sandbox: Sandbox) -> None:
    for _ in range(2):
        sandbox.send_mail(message_to("library@nspcc.example"))
    sandbox.send_mail(message_to("duty@partner.example"))
    assert [each["times"] for each in sandbox.items("/mail")] == [2, 1]


def test_mail_server_that_is_away_says_421_to_whoever_connects(sandbox: Sandbox) -> None:
    sandbox.behave("smtp", "refuse", times=1)
    with pytest.raises(smtplib.SMTPConnectError) as refusal:
        sandbox.send_mail(message_to("library@nspcc.example"))
    assert refusal.value.smtp_code == 421
    sandbox.send_mail(message_to("library@nspcc.example"))
    assert len(sandbox.items("/mail")) == 1


@pytest.mark.parametrize(("mode", "code"), [("temporary", 451), ("reject", 550)])
def test_mailbox_takes_nothing_now_or_ever(sandbox: Sandbox, mode: str, code: int) -> None:
    sandbox.behave("smtp", mode)
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refusal:
        sandbox.send_mail(message_to("library@nspcc.example"))
    assert refusal.value.recipients["library@nspcc.example"][0] == code
    assert sandbox.items("/mail") == []


def test_hanging_mail_server_takes_the_message_though_the_sender_gave_up(sandbox: Sandbox) -> None:
    sandbox.behave("smtp", "hang", seconds=0.5)
    with (
        pytest.raises(smtplib.SMTPServerDisconnected),
        smtplib.SMTP("127.0.0.1", sandbox.smtp_port, timeout=0.2) as server,
    ):
        server.send_message(message_to("library@nspcc.example"))
    assert sandbox.items("/mail") == []
    wait_until(lambda: len(sandbox.items("/mail")) == 1)


def test_page_lists_references_and_times_and_no_story(sandbox: Sandbox) -> None:
    receipt = sandbox.post("delivery-<1>").json()["receipt"]
    sandbox.send_mail(message_to("library@nspcc.example"))
    page = requests.get(sandbox.url, timeout=5)
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    for shown in (receipt, "delivery-&lt;1&gt;", "&lt;delivery-1@hscp.example&gt;", '<html lang="en-GB">'):
        assert shown in page.text
    for hidden in ("Ewan", "narrative", "library@nspcc.example", "Dyletswydd"):
        assert hidden not in page.text


def test_gateway_keeps_a_connection_open_between_notifications(sandbox: Sandbox) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", sandbox.http_port, timeout=5)
    for delivery in ("delivery-1", "delivery-2"):
        headers = signed_headers(KEY, delivery, BODY) | {"idempotency-key": delivery}
        connection.request("POST", "/gateway/panel", BODY, headers)
        opened = connection.sock
        assert connection.getresponse().read().startswith(b'{"receipt"')
        assert connection.sock is opened
    connection.close()
