"""What every page of a service is drawn with: templates, styles, script, the words around it, and its security headers."""

import hashlib
from datetime import date, datetime
from pathlib import Path
from typing import Any

from flask import Flask, Response, request, send_from_directory
from jinja2 import ChoiceLoader, FileSystemLoader, PackageLoader, PrefixLoader

from shared import clock
from shared.calendar import LONDON, day_in_words
from shared.identity.people import WARNED_BEFORE
from shared.identity.viewer import NOBODY
from shared.partnership import partnership
from shared.service import Service
from shared.web.forms import items_of
from shared.web.tables import under

WEB = Path(__file__).parent
STATIC = WEB / "static"
LEAVE_TO = "https://www.bbc.co.uk/weather"
ONE_YEAR = 31_536_000

SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
FOR_HTTPS = (("Strict-Transport-Security", "max-age=31536000"),)


def install_layout(app: Flask, service: Service, templates: Path) -> None:
    """Let `app` draw pages from `templates` and the shared ones, and serve what they are drawn with."""
    version = _fingerprint()
    folders = ChoiceLoader([FileSystemLoader(templates), FileSystemLoader(WEB / "templates")])
    components = PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")})
    app.jinja_env.loader = ChoiceLoader([folders, components])
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters |= {"day": day, "due": due, "moment": moment, "under": under, "words": words}
    app.jinja_env.globals |= {
        "asset": lambda name: f"/{service.name}/assets/{version}/{name}",
        "service": service.name,
        "items_of": items_of,
        "leave_to": LEAVE_TO,
        "warn_seconds": int(WARNED_BEFORE.total_seconds()),
        "errors": [],
        "takes_file": False,
        "navigation": [],
        "back": "",
        "viewer": NOBODY,
        "now": clock.now,
    }
    app.context_processor(lambda: {"here": partnership()})
    app.add_url_rule(f"/{service.name}/assets/<version>/<name>", "asset", _asset)
    app.after_request(_secure)


def _fingerprint() -> str:
    """Names what lies in the static folder, so that a browser may keep it and still gets a new release's at once."""
    contents = b"".join(path.read_bytes() for path in sorted(STATIC.iterdir()))
    return hashlib.sha256(contents).hexdigest()[:12]


def _asset(version: str, name: str) -> Response:
    answer = send_from_directory(STATIC, name, max_age=ONE_YEAR)
    answer.cache_control.public, answer.cache_control.immutable = True, True
    return answer


def _secure(response: Response) -> Response:
    there = {name.lower() for name, _ in response.headers}
    wanted = [*SECURITY_HEADERS.items(), *(FOR_HTTPS if request.is_secure else ())]
    response.headers.extend([(name, value) for name, value in wanted if name.lower() not in there])
    return response


def day(value: Any) -> str:
    """`4 April 2026`; of a moment, its day in London."""
    return day_in_words(_in_london(value))


def moment(value: Any) -> str:
    """`4 April 2026 at 11:59pm`, in the time of London."""
    return f"{day(value)} at {_time_of(_in_london(value))}"


def due(value: Any, then: str = ", by") -> str:
    """`Saturday 4 April 2026, by 11:59pm`, or of a day alone without a time; what begins then is `due(" at")`."""
    here = _in_london(value)
    at = f"{then} {_time_of(here)}" if isinstance(here, datetime) else ""
    return f"{here:%A} {day(here)}{at}"


def _in_london(value: Any) -> Any:
    """A day, or a moment in the time of London; either may be given as text."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value)
    return value.astimezone(LONDON) if isinstance(value, datetime) else value


def _time_of(here: datetime) -> str:
    return f"{here.hour % 12 or 12}:{here:%M}{'am' if here.hour < 12 else 'pm'}"


def words(value: str) -> str:
    """A word of a closed list as a person says it: `must-notify` is "Must notify"."""
    said = value.replace("-", " ").replace("_", " ")
    return said[:1].upper() + said[1:]
