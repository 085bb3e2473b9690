"""Browsers that signed in as an account before, by a signed cookie that holds no name and opens nothing.

It says only whose wrong tries count together (sign_in.py): strangers who try an account elsewhere keep nobody out of it here.
"""

import secrets
from collections.abc import Sequence
from datetime import timedelta

from flask import Response, after_this_request, request
from itsdangerous import BadSignature, URLSafeTimedSerializer

from services.notify.sign_in import mark_of
from shared.settings import settings

COOKIE = "__Host-known-browser"
KNOWN_FOR = timedelta(days=180)
MOST = 5  # accounts that share a browser; of more, those that signed in last


def browser_known_to(email: str) -> str:
    """The id of the browser at hand if it signed in as this account before; else ""."""
    browser, accounts = _read()
    return browser if mark_of(email) in accounts else ""


def know_browser(email: str) -> None:
    """Have the browser at hand known as this account's, with the answer to the request."""
    browser, accounts = _read()
    known = [mark_of(email), *(each for each in accounts if each != mark_of(email))][:MOST]
    value = _signer().dumps([browser or secrets.token_urlsafe(16), known])

    @after_this_request
    def send(response: Response) -> Response:
        age = int(KNOWN_FOR.total_seconds())
        response.set_cookie(COOKIE, value, max_age=age, secure=True, httponly=True, samesite="Lax")
        return response


def _read() -> tuple[str, Sequence[str]]:
    try:
        browser, accounts = _signer().loads(request.cookies.get(COOKIE, ""), max_age=int(KNOWN_FOR.total_seconds()))
    except BadSignature:
        return "", ()
    return browser, accounts


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(settings().cookie_key, salt="known-browser")
