"""The way back to a page for somebody whose sign-in ran out: what they typed is kept for it, and they are led there again."""

from urllib.parse import SplitResult, quote, unquote, urlsplit

from flask import Response, current_app, flash, redirect, request
from sqlalchemy.orm import Session

from shared import clock
from shared.identity.people import SignIn, keep_form, viewer_of
from shared.settings import SERVICES

SIGN_IN = "/notify/sign-in"
KEEP_ONLY = "keep_only"  # a field of what a page sends by itself when the time runs out, and nobody by a button
NOT_TYPED = {"csrf_token", KEEP_ONLY}


def ask_to_sign_in(transaction: Session, service: str, sign_in: SignIn | None) -> Response:
    """On to the sign-in, and back here afterwards. What somebody sent whose time had merely run out is kept for them."""
    ran_out = sign_in and viewer_of(transaction, service, sign_in)
    said = ["You were signed out, to keep what is here safe."] if ran_out else []
    if request.method == "POST":
        if sign_in and ran_out and keep_typed(transaction, sign_in.person_id):
            said.append("What you had typed is kept: sign in again to go on.")
        else:
            said.append("Nothing was sent. Sign in, then press the button again.")
    elif ran_out:
        said.append("Sign in again to go on.")
    if said:
        flash(" ".join(said), "notice")
    return go_to(f"{SIGN_IN}?next={quote(shown_at())}")


def keep_typed(transaction: Session, person_id: str) -> bool:
    """Keep what was typed for the page that showed the form; False where nothing was, or that page is at another address."""
    typed = {name: values for name, values in request.form.to_dict(flat=False).items() if name not in NOT_TYPED}
    if not person_id or not typed or _shown_at()[0] != request.path:
        return False
    keep_form(transaction, person_id, request.path, typed, clock.machine_now())
    return True


def shown_at() -> str:
    """The address, its query with it, of the page that was asked for or that showed what was sent; empty if unknown."""
    path, query = _shown_at()
    return f"{quote(path)}?{query}" if query else quote(path)


def _shown_at() -> tuple[str, str]:
    if request.method == "POST":  # of a button its address may be no page, and of a form it is the page's own
        before = _split(request.referrer)
        if before.netloc == request.host and _is_page(unquote(before.path)):
            return unquote(before.path), before.query
    return (request.path, request.query_string.decode(errors="ignore")) if _is_page(request.path) else ("", "")


def _is_page(path: str) -> bool:
    return current_app.url_map.bind_to_environ(request.environ).test(path, "GET")


def safe_path(given: str | None, otherwise: str) -> str:
    """`given` if it is a page of this system, else `otherwise`: a link never leads a person elsewhere."""
    parts = _split(given)
    inside = any(parts.path == f"/{name}" or parts.path.startswith(f"/{name}/") for name in SERVICES)
    plain = given and not parts.scheme and not parts.netloc and "\\" not in given and given.isprintable()
    return given if given and plain and inside else otherwise


def _split(address: str | None) -> SplitResult:
    try:
        return urlsplit(address or "")
    except ValueError:  # it is none, such as "//["
        return urlsplit("")


def go_to(address: str) -> Response:
    return redirect(address, 303)  # type: ignore[return-value]  # werkzeug's base class
