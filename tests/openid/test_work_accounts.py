"""Signing in with an agency's own OpenID provider: a real one, which the test starts."""

import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
import requests
from werkzeug.test import TestResponse

from deploy.run.ports import free_port
from services.notify.links import new_link
from services.notify.people import end_access, enter_person
from services.notify.service import SERVICE
from shared.identity.viewer import SYSTEM
from shared.partnership import partnership
from shared.settings import settings
from tests.notifying import HOSPITAL, POLICE, SCHOOL, key_of, rows
from tests.npm import installed
from tests.people import HTTPS, Someone

FOLDER = Path(__file__).parent
BACK = f"{HTTPS}/notify/sign-in/with/{POLICE}/back"
PROVIDER = """
[[identity_providers]]
agency = "{agency}"
issuer = "{issuer}"
client_id = "safeguarding"
secret_env = "OPENID_SECRET_OF_THE_TESTS"
"""


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    home = tmp_path_factory.mktemp("openid")
    installed(FOLDER, home)
    shutil.copy(FOLDER / "provider.mjs", home)
    port = free_port()
    process = subprocess.Popen(
        ["node", "provider.mjs", str(port), BACK], cwd=home, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout and process.stdout.readline() == "ready\n"
    yield f"http://127.0.0.1:{port}"
    process.kill()
    process.communicate()


@pytest.fixture(autouse=True)
def police_have_work_accounts(
    sandbox: object, issuer: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    key_of(POLICE)  # the agencies are entered
    words = Path(settings().partnership_file).read_text("utf-8")
    (tmp_path / "partnership.toml").write_text(words + PROVIDER.format(agency=POLICE, issuer=issuer), "utf-8")
    monkeypatch.setenv("PARTNERSHIP_FILE", str(tmp_path / "partnership.toml"))
    monkeypatch.setenv("OPENID_SECRET_OF_THE_TESTS", "a-secret-of-the-tests")
    monkeypatch.setenv("PUBLIC_URL", HTTPS)
    settings.cache_clear()
    partnership.cache_clear()
    yield
    settings.cache_clear()
    partnership.cache_clear()


def account(name: str, agency: str = POLICE) -> str:
    with SERVICE.transaction() as session:
        return enter_person(session, SYSTEM, agency, "Somebody Invented", f"{name}@people.example", ["agency-lead"])


def at_the_provider(address: str, login: str) -> str:
    """Sign in at the provider and agree, as a person does in the browser; the address that it leads back to."""
    browser = requests.Session()
    for _ in range(12):
        if urlsplit(address).netloc == urlsplit(HTTPS).netloc:
            return address
        answer = browser.get(address, allow_redirects=False)
        while not answer.is_redirect:
            form = re.search(r'action="([^"]+)"', answer.text)
            assert form, answer.text
            hidden = dict(re.findall(r'name="(prompt)" value="([^"]+)"', answer.text))
            answer = browser.post(
                urljoin(address, form[1]), data=hidden | {"login": login, "password": "any"}, allow_redirects=False
            )
        address = urljoin(address, answer.headers["Location"])
    raise AssertionError("the provider leads round in a circle")


def sign_in_as(login: str) -> tuple[Someone, TestResponse]:
    someone = Someone()
    there = someone.get(f"/notify/sign-in/with/{POLICE}").location
    back = at_the_provider(there, login)
    return someone, someone.get(back.removeprefix(HTTPS))


def test_a_work_account_lets_its_person_in_and_is_theirs_from_then_on() -> None:
    name = f"officer-{time.time_ns()}"
    person = account(name)
    assert POLICE.replace("-", " ").title() in Someone().get("/notify/sign-in").text
    for _ in range(2):
        someone, answer = sign_in_as(name)
        assert answer.status_code == 303
        assert someone.get("/notify/reports").status_code == 200
    assert len(rows("SELECT 1 FROM work_accounts WHERE person_id = :who", who=person)) == 1
    _, answer = sign_in_as(f"{name}.impostor")  # the same address, which passed to another account of the agency
    assert answer.status_code == 403


def test_a_provider_speaks_for_its_own_agency_alone() -> None:
    name = f"nurse-{time.time_ns()}"
    account(name, HOSPITAL)
    someone, answer = sign_in_as(name)
    assert answer.status_code == 403 and someone.get("/notify/account").status_code == 303


def test_an_ended_person_is_not_let_in_by_their_agency() -> None:
    name = f"leaver-{time.time_ns()}"
    person = account(name)
    assert sign_in_as(name)[1].status_code == 303
    with SERVICE.transaction() as session:
        end_access(session, SYSTEM, person)
    assert sign_in_as(name)[1].status_code == 403


def test_an_answer_that_nobody_asked_for_is_refused() -> None:
    name = f"officer-{time.time_ns()}"
    account(name)
    asked = Someone()
    back = at_the_provider(asked.get(f"/notify/sign-in/with/{POLICE}").location, name)
    other = Someone()
    assert other.get(back.removeprefix(HTTPS)).status_code == 403
    assert other.get("/notify/account").status_code == 303


def test_a_provider_that_does_not_answer_is_said_to() -> None:
    file = Path(settings().partnership_file)
    silent = PROVIDER.format(agency=SCHOOL, issuer=f"http://127.0.0.1:{free_port()}")
    file.write_text(file.read_text("utf-8") + silent, "utf-8")
    partnership.cache_clear()
    answer = Someone().get(f"/notify/sign-in/with/{SCHOOL}")
    assert answer.status_code == 503 and "does not answer" in answer.text


def test_there_are_no_passwords_here_for_an_agency_with_work_accounts() -> None:
    name = f"officer-{time.time_ns()}"
    person = account(name)
    Someone().post("/notify/forgotten", email=f"{name}@people.example")
    assert rows("SELECT 1 FROM deliveries WHERE recipient = :who", who=f"person:{person}") == []
    with SERVICE.transaction() as session:
        link = new_link(session, person, timedelta(days=1))  # sent before the agency had work accounts
    assert Someone().get(link.removeprefix(HTTPS)).status_code == 404
