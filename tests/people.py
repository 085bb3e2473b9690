"""People at the pages of notify, without a browser: they sign in, fill in forms with their token, and follow where they are led."""

import re
import time
import uuid
from collections.abc import Iterator, Sequence
from functools import cache
from importlib import import_module
from typing import Any

from flask import session
from flask.testing import FlaskClient
from flask_wtf.csrf import generate_csrf
from werkzeug.test import TestResponse

from services.notify.people import enter_person
from services.notify.service import SERVICE
from services.notify.sign_in import begin_sign_in
from shared import clock
from shared.identity.people import SignIn, apply_person_change
from shared.identity.viewer import SYSTEM
from tests import publishing, reviewing
from tests.notifying import OFFICE, key_of, rows

HTTPS = "https://reviews.partnership.example"
WRONG = re.compile(r'govuk-error-message">(.*?)</p>', re.S)
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
SEEN = re.compile(r'name="seen" value="([^"]+)"')


@cache
def pages(service: str = "notify") -> Any:
    return import_module(f"services.{service}.app").create_app()


def declared(service: str = "notify") -> Iterator[tuple[str, str]]:
    """Every page of a service, as (method, rule)."""
    for rule in pages(service).url_map.iter_rules():
        if rule.endpoint.startswith(f"{service}-pages."):
            for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
                yield method, rule.rule


def filled(path: str) -> str:
    """A rule's path with ids of nothing in it."""
    for part, value in {
        "<any(incident,end):part>": "incident",
        "<any(child,person):part>": "child",
        "<any(children,people):which>": "children",
        "<int:place>": "0",
        "<int:number>": "0",
        "<slug>": "name",
        "<kind>": "csv",
        "<key>": "0" * 24,
        "<token>": "no-such-token",
        "<secret>": "no-such-secret",
        "<recipient>": "no-such-recipient",
        "<sha256>": "no-such-file",
        "<agency_id>": "no-such-agency",
    }.items():
        path = path.replace(part, value)
    while "<uuid:" in path:
        before, _, after = path.partition("<uuid:")
        path = before + str(uuid.uuid4()) + after.partition(">")[2]
    return path


DIRECTORY_OF = {"review": reviewing, "publish": publishing}


def enter_in_copy(service: str, agency: str, name: str, roles: Sequence[str]) -> str:
    """A person in review's or publish's copy of the directory, as `directory.changed` tells of them; their id."""
    person_id = str(uuid.uuid4())
    tests = DIRECTORY_OF[service]
    tests.key_of(agency)
    change = {
        "id": person_id,
        "name": name,
        "email": f"{person_id}@people.example",
        "roles": list(roles),
        "ended_at": None,
        "signed_out_before": "2000-01-01T00:00:00+00:00",
        "version": 1,
        "ended_sign_ins": [],
    }
    with tests.SERVICE.transaction() as transaction:
        apply_person_change(transaction, agency, change, clock.machine_now())
    return person_id


class Someone:
    """A person with a browser of their own; signed in, unless `roles` is empty."""

    def __init__(
        self, agency: str = "", roles: Sequence[str] = (), *, service: str = "notify", name: str = "Somebody Invented"
    ) -> None:
        self.service = service
        self.client: FlaskClient = pages(service).test_client()
        self.email = f"{uuid.uuid4().hex}@people.example"
        self.id = ""
        self._token = ""
        self._seen: dict[str, str] = {}
        if roles and service in DIRECTORY_OF:
            self.id = enter_in_copy(service, agency, name, roles)
            self.let_in()
        elif roles:
            key_of(OFFICE)  # the agencies are entered with the first key
            with SERVICE.transaction() as transaction:
                self.id = enter_person(transaction, SYSTEM, agency, name, self.email, roles)
            self.let_in()

    def let_in(self) -> None:
        """A fresh sign-in, as a right password and code would give it."""
        begun = self._begun()
        with self.client.session_transaction(base_url=HTTPS) as cookie:
            cookie["who"] = begun.as_cookie()
        self._token = ""

    def _begun(self) -> SignIn:
        if self.service in DIRECTORY_OF:
            now = clock.machine_now()
            return SignIn(str(uuid.uuid4()), self.id, now, now)
        with SERVICE.transaction() as transaction:
            return begin_sign_in(transaction, self.id, "a test")

    def begin_anew(self) -> None:
        """Whatever a page before has ended."""
        self._token = ""
        if self.id:
            self.let_in()

    def get(self, path: str, **how: Any) -> TestResponse:
        answer = self.client.get(path, base_url=HTTPS, headers={"Accept": "text/html"}, **how)
        if answer.mimetype == "text/html" and (found := TOKEN.search(answer.text)):
            self._token = found[1]
        return self._looked_at(path, answer)

    def _looked_at(self, path: str, answer: TestResponse) -> TestResponse:
        """Keep which version of what is signed the page has shown: it goes with its form."""
        if answer.mimetype == "text/html" and (found := SEEN.search(answer.text)):
            self._seen[path] = found[1]
        return answer

    def post(self, path: str, *, token: str | None = None, came_from: str | None = None, **form: Any) -> TestResponse:
        """Send a form with the token of a page that was seen before, from the page at `came_from` or that of `path`."""
        if token is None and not self._token:
            self._take_token()
        form["csrf_token"] = self._token if token is None else token
        if path in self._seen:
            form.setdefault("seen", self._seen[path])
        headers = {"Accept": "text/html", "Referer": HTTPS + (path if came_from is None else came_from)}
        return self._looked_at(path, self.client.post(path, base_url=HTTPS, data=form, headers=headers))

    def _take_token(self) -> None:
        """The token that any page with a form would have given."""
        with pages(self.service).test_request_context():
            self._token, raw = generate_csrf(), session["csrf_token"]
        with self.client.session_transaction(base_url=HTTPS) as cookie:
            cookie["csrf_token"] = raw

    def does(self, path: str, **form: Any) -> str:
        """Open a form, fill it in and send it; where it leads. A page that does not lead on shows what was wrong."""
        assert self.get(path).status_code == 200, path
        answer = self.post(path, **form)
        assert answer.status_code == 303, (path, WRONG.findall(answer.text))
        return str(answer.location)

    def left_idle(self, seconds: float) -> None:
        """As if the last page had been asked for so long ago."""
        with self.client.session_transaction(base_url=HTTPS) as cookie:
            cookie["who"] = cookie["who"] | {"seen": int(time.time() - seconds)}


def mailed_link(person_id: str) -> str:
    """The link in the latest e-mail to a person."""
    from shared.encryption import unseal_json

    sealed = rows(
        "SELECT body FROM deliveries WHERE recipient = :who ORDER BY created_at DESC", who=f"person:{person_id}"
    )[0][0]
    found = re.search(r"(/notify/link/\S+)", unseal_json(bytes(sealed), "deliveries.body")["text"])
    assert found
    return found[1]
