"""People at the pages of notify, without a browser: they sign in, fill in forms with their token, and follow where they are led."""

import re
import time
import uuid
from collections.abc import Sequence
from functools import cache
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from services.notify.app import create_app
from services.notify.people import enter_person
from services.notify.service import SERVICE
from services.notify.sign_in import begin_sign_in
from shared.identity.viewer import SYSTEM
from tests.notifying import key_of, rows

HTTPS = "https://reviews.partnership.example"
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


@cache
def pages() -> Any:
    return create_app()


class Someone:
    """A person with a browser of their own; signed in, unless `roles` is empty."""

    def __init__(self, agency: str = "", roles: Sequence[str] = ()) -> None:
        self.client: FlaskClient = pages().test_client()
        self.email = f"{uuid.uuid4().hex}@people.example"
        self.id = ""
        self._token = ""
        if roles:
            key_of(agency)  # the agencies are entered with the first key
            with SERVICE.transaction() as session:
                self.id = enter_person(session, SYSTEM, agency, "Somebody Invented", self.email, roles)
            self.let_in()

    def let_in(self) -> None:
        """A fresh sign-in, as a right password and code would give it."""
        with SERVICE.transaction() as session:
            begun = begin_sign_in(session, self.id, "a test")
        with self.client.session_transaction(base_url=HTTPS) as cookie:
            cookie["who"] = begun.as_cookie()
        self._token = ""

    def begin_anew(self) -> None:
        """Whatever a page before has ended."""
        self._token = ""
        if self.id:
            self.let_in()

    def get(self, path: str, **how: Any) -> TestResponse:
        answer = self.client.get(path, base_url=HTTPS, headers={"Accept": "text/html"}, **how)
        if found := TOKEN.search(answer.text):
            self._token = found[1]
        return answer

    def post(self, path: str, *, token: str | None = None, **form: Any) -> TestResponse:
        """Send a form with the token of a page that was seen before."""
        if token is None and not self._token:
            self.get("/notify/account" if self.id else "/notify/sign-in")
        form["csrf_token"] = self._token if token is None else token
        headers = {"Accept": "text/html", "Referer": HTTPS + path}
        return self.client.post(path, base_url=HTTPS, data=form, headers=headers)

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
