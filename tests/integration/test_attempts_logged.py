"""What may be an attack stands in the logs: from where, at which route, against or by whom; never what was typed."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import orjson
import pytest

from services.notify.sign_in import mark_of
from tests.notifying import HOSPITAL
from tests.people import Someone

pytestmark = pytest.mark.usefixtures("ground")
ROOT = Path(__file__).parent.parent.parent
KEY = "sgr_invented-by-somebody"
# In a process of its own, whose standard error is read as an operator would.
TRIES = """
import sys
from tests.people import HTTPS, Someone, pages
email, person, key = sys.argv[1:]
nobody = Someone()
for _ in range(6):
    nobody.post("/notify/sign-in", email=email, password="wrong-horse-battery")
known = Someone()
known.id = person
known.let_in()
assert known.get("/notify/people/00000000-0000-4000-8000-00000000abcd").status_code == 403
system = pages().test_client()
assert system.get("/notify/api/v1/duties", headers={"Authorization": f"Bearer {key}"}).status_code == 401
"""


@pytest.fixture(scope="module")
def logged(ground: dict[str, str]) -> tuple[str, dict[str, list[dict[str, Any]]], Someone]:
    """What was logged as it stands there, its lines by event, and who was refused a page."""
    someone = Someone(HOSPITAL, ["referrer"])
    command = [sys.executable, "-c", TRIES, someone.email, someone.id, KEY]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    lines: dict[str, list[dict[str, Any]]] = {}
    for line in map(orjson.loads, done.stderr.splitlines()):
        lines.setdefault(line["event"], []).append(line)
    return done.stderr, lines, someone


Logged = tuple[str, dict[str, list[dict[str, Any]]], Someone]


def test_wrong_passwords_are_logged_with_the_accounts_mark_and_the_address(logged: Logged) -> None:
    text, lines, someone = logged
    found = [(one["account"], one["address"], one["route"]) for one in lines["sign_in.failed"]]
    assert found == [(mark_of(someone.email), "127.0.0.1", "/notify/sign-in")] * 5
    assert someone.email not in text and "wrong-horse" not in text


def test_who_is_made_to_wait_is_logged(logged: Logged) -> None:
    [line] = logged[1]["too.many"]
    assert (line["address"], line["route"], line["method"]) == ("127.0.0.1", "/notify/sign-in", "POST")


def test_a_page_that_a_role_may_not_open_is_logged_with_who_asked_and_without_the_id_in_its_path(
    logged: Logged,
) -> None:
    text, lines, someone = logged
    [line] = lines["right.refused"]
    assert (line["actor"], line["route"]) == (f"person:{someone.id}", "/notify/people/<uuid:person_id>")
    assert "00000000abcd" not in text


def test_a_key_that_nobody_has_is_logged_and_not_what_it_was(logged: Logged) -> None:
    text, lines, _ = logged
    [line] = lines["key.unknown"]
    assert line["address"] == "127.0.0.1" and line["route"] == "/notify/api/v1/duties" and KEY not in text
