"""A process that was told wrong does not start, and says every fault in a sentence; what it is told it keeps to itself."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.integration.test_compose import ROOT, command_of

pytestmark = pytest.mark.usefixtures("ground")

WEB, WORKER = "from services.{}.app import create_app; create_app()", "import services.{}.worker"


def run(code: str, **changed: str) -> "subprocess.CompletedProcess[str]":
    told = {**os.environ, **changed}
    return subprocess.run([sys.executable, "-c", code], env=told, cwd=ROOT, capture_output=True, text=True, check=False)


def reasons(code: str, **changed: str) -> list[str]:
    done = run(code, **changed)
    assert done.returncode == 1, done.stderr
    return done.stderr.splitlines()


@pytest.mark.parametrize("process", [WEB, WORKER])
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ENCRYPTION_KEYS", "no-colon-in-it"),
        ("ENCRYPTION_KEYS", "k1:c2hvcnQ="),
        ("ENCRYPTION_KEYS", "k1:not base64 at all"),
        ("COOKIE_KEY", "k"),
        ("SEARCH_KEY", "k" * 31),
        ("AUDIT_SIGNING_KEY", "k"),
        ("REVIEW_DATABASE_URL", ""),
    ],
)
def test_a_wrong_key_stops_it_with_a_sentence_that_does_not_show_the_key(process: str, name: str, value: str) -> None:
    (sentence,) = reasons(process.format("review"), **{name: value})
    assert sentence.startswith(f"Set {name}")
    assert not value or value not in sentence.replace(name, "").split()


def test_every_fault_of_the_partnerships_file_is_said_with_the_other_faults(tmp_path: Path) -> None:
    words = (ROOT / "deploy" / "partnership.toml").read_text()
    wrong = words.replace('notification_mode = "', 'notification_mode = "never-', 1).replace(
        "channel = ", "chanel = ", 1
    )
    assert wrong != words
    (tmp_path / "partnership.toml").write_text(wrong)
    said = reasons(WEB.format("publish"), PARTNERSHIP_FILE=str(tmp_path / "partnership.toml"), ENCRYPTION_KEYS="k")
    assert said[0].startswith("Set ENCRYPTION_KEYS")
    assert said[1] == "partnership.toml needs attention:"
    assert any("notification_mode" in each for each in said) and any("recipients, entry 1" in each for each in said)


def test_a_gateways_secret_is_missed_at_the_start_where_it_is_needed_and_nowhere_else() -> None:
    for process in (WEB, WORKER):
        (sentence,) = reasons(process.format("notify"), SANDBOX_WEBHOOK_SECRET="")
        assert sentence == "Set SANDBOX_WEBHOOK_SECRET: the partnership's file names it."
        assert run(process.format("review"), SANDBOX_WEBHOOK_SECRET="").returncode == 0


@pytest.mark.parametrize("container", ["review", "worker-review"])
def test_a_containers_command_ends_with_the_sentence(container: str) -> None:
    told = os.environ | {"ENCRYPTION_KEYS": "k", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        command_of(container), env=told, cwd=ROOT, capture_output=True, text=True, timeout=90, check=False
    )
    assert done.returncode != 0
    assert "Set ENCRYPTION_KEYS to name:base64" in done.stderr + done.stdout


ASK = """
from services.notify.app import create_app
asked = create_app().test_client()
for path in ("/notify/health/live", "/notify/sign-in", "/notify/sign-in"):
    asked.get(path, base_url="{}://reviews.partnership.example")
"""


def test_production_says_once_that_requests_come_without_https() -> None:
    def said(scheme: str, environment: str) -> int:
        told = {"ENVIRONMENT": environment} | ({"CLOCK_FILE": ""} if environment == "production" else {})
        done = run(ASK.format(scheme), **told)
        assert done.returncode == 0, done.stderr
        return done.stderr.count("request.without_https")

    assert [said("http", "production"), said("https", "production"), said("http", "test")] == [1, 0, 0]


IS_READABLE = """
import ctypes, os
from celery.signals import worker_init
import shared.worker
worker_init.send(sender=None)
child = os.fork()
if child == 0:
    os._exit(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))  # PR_GET_DUMPABLE
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="asked of Linux")
def test_a_workers_children_cannot_be_made_to_read_it_in_production() -> None:
    assert run(IS_READABLE, ENVIRONMENT="production", CLOCK_FILE="").stdout == "0\n"
    assert run(IS_READABLE, ENVIRONMENT="test").stdout == "1\n"
