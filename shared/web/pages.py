"""How a page for people is written: its right, one place that commits, and a sign-in that is asked for when it lacks.

    @pages.get("/incidents/<uuid:incident_id>", allows=rights.reads_incidents)
    def show_incident(visit: Visit, incident_id: UUID) -> Page | Go: ...

The view gets a `Visit` with a transaction that sees as the person does. A form is sent to the address that showed it, so
that what was typed can be kept there when the time ran out and given back after signing in again (`Visit.typed`). What a
page sends by itself when its time runs out bears `keep_only`: it is kept, and never done.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import wraps
from typing import Any

from flask import Blueprint, Flask, Response, flash, render_template, request, session
from flask_wtf.csrf import CSRFError, CSRFProtect
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from shared import audit, clock
from shared.identity.people import SignIn, from_cookie, take_kept_form, viewer_of
from shared.identity.rights import Right, anyone
from shared.identity.viewer import NOBODY, Viewer
from shared.logs import known_from_here, request_id
from shared.service import Service
from shared.settings import settings
from shared.web.problems import Problem, answer
from shared.web.uploads import disposition
from shared.web.way_back import KEEP_ONLY, ask_to_sign_in, go_to, keep_typed, shown_at

COOKIE = "__Host-safeguarding"
SEEN_EVERY_SECONDS = 60
TITLES_FOR_PEOPLE = {
    400: "Send this page again",
    403: "You cannot see this page",
    404: "Page not found",
    405: "This page cannot be opened by its address",
    409: "This cannot be done now",
    413: "That is too large",
    422: "Something needs attention",
    429: "Wait a little",
    503: "Sorry, the service is not available",
}


@dataclass
class Visit:
    """One request for a page: who asks, in which transaction, and what they typed."""

    session: Session
    viewer: Viewer
    sign_in: SignIn | None
    _typed_before: dict[str, list[str]] | None = None
    _reads: list[audit.Entry] = field(default_factory=list)

    @property
    def typed(self) -> MultiDict[str, str] | None:
        """The form as it was sent, or as it was kept when the time ran out; None where nothing was typed."""
        if request.method == "POST":
            return request.form
        return MultiDict(self._typed_before) if self._typed_before else None

    def note_read(self, record: str) -> None:
        """Have it in the audit trail that this person read a case file (`incident:<id>`)."""
        self._reads.append(audit.Entry(self.viewer.actor, "read", record))


@dataclass(frozen=True)
class Page:
    """A page to be drawn. `title` holds no name and no fact of a case: it stays in the browser's history."""

    template: str
    title: str
    values: dict[str, Any] = field(default_factory=dict)
    status: int = 200


@dataclass(frozen=True)
class Go:
    """On to another page, with a sentence of what was done to be shown there."""

    to: str
    done: str = ""


@dataclass(frozen=True)
class Download:
    """A file for the person."""

    content: str | bytes
    content_type: str
    filename: str
    shown: bool = False  # in the browser, instead of being saved


View = Callable[..., Page | Go | Download]


class Pages:
    """The pages of one service, under `/<service>`. `navigation` gives a person's links to sections, as (path, words)."""

    def __init__(self, service: Service, navigation: Callable[[Viewer], list[tuple[str, str]]]) -> None:
        self.service = service
        self.navigation = navigation
        self.blueprint = Blueprint(f"{service.name}-pages", service.name, url_prefix=f"/{service.name}")

    def get(self, path: str, *, allows: Right) -> Callable[[View], Callable[..., Response]]:
        return self._route("GET", path, allows)

    def post(self, path: str, *, allows: Right) -> Callable[[View], Callable[..., Response]]:
        return self._route("POST", path, allows)

    def _route(self, method: str, path: str, allows: Right) -> Callable[[View], Callable[..., Response]]:
        def declare(view: View) -> Callable[..., Response]:
            @wraps(view)
            def answer(**path_values: Any) -> Response:
                with self.service.transaction(NOBODY) as transaction:
                    viewer, sign_in = self._who(transaction)
                    if allows is not anyone and viewer is NOBODY:
                        return ask_to_sign_in(transaction, self.service.name, sign_in)
                    if not allows(viewer):
                        raise Problem(
                            403,
                            "Your account is not for this page. Your agency's lead or the partnership office can say who may see it.",
                        )
                    if request.form.get(KEEP_ONLY):
                        keep_typed(transaction, viewer.person_id)
                        return go_to(shown_at() or f"/{self.service.name}")
                    kept = (
                        take_kept_form(transaction, viewer.person_id, request.path) if _may_have_kept(viewer) else None
                    )
                    visit = Visit(transaction, viewer, sign_in, kept)
                    if kept:
                        flash("What you had typed was kept. Check it, then send it.", "notice")
                    response = self._answered(visit, view(visit, **path_values))
                    if visit._reads:
                        audit.append(transaction, *visit._reads)
                return response

            answer.allows = allows  # type: ignore[attr-defined]  # read by the test that every route declares its right
            self.blueprint.add_url_rule(path, endpoint=view.__name__, view_func=answer, methods=[method])
            return answer

        return declare

    def _who(self, transaction: Session) -> tuple[Viewer, SignIn | None]:
        sign_in = from_cookie(session["who"]) if "who" in session else None
        now = clock.machine_now()
        if sign_in is None or sign_in.is_idle(now):
            return NOBODY, sign_in
        viewer = viewer_of(transaction, self.service.name, sign_in)
        if viewer:
            known_from_here(viewer.actor)
        if viewer and (now - sign_in.seen).total_seconds() > SEEN_EVERY_SECONDS:
            sign_in = replace(sign_in, seen=now)
            session["who"] = session["who"] | {"seen": int(now.timestamp())}
        return viewer or NOBODY, sign_in

    def _answered(self, visit: Visit, reply: Page | Go | Download) -> Response:
        if isinstance(reply, Go):
            if reply.done:
                flash(reply.done, "success")
            return go_to(reply.to)
        if isinstance(reply, Download):
            headers = {"Content-Disposition": disposition(reply.filename, shown=reply.shown)}
            return Response(reply.content, content_type=reply.content_type, headers=headers)
        around = {"viewer": visit.viewer, "navigation": self._links(visit.viewer), **_time_of(visit)}
        html = render_template(reply.template, title=reply.title, **around, **reply.values)
        return Response(html, reply.status, content_type="text/html; charset=utf-8")

    def _links(self, viewer: Viewer) -> list[dict[str, Any]]:
        paths = self.navigation(viewer)
        at = max((path for path, _ in paths if request.path.startswith(path)), key=len, default="")
        return [{"href": path, "text": text, "active": path == at} for path, text in paths]


def _may_have_kept(viewer: Viewer) -> bool:
    return bool(viewer.person_id) and request.method == "GET"


def _time_of(visit: Visit) -> dict[str, Any]:
    """What a page warns by: the seconds for which the sign-in holds, and when it ends however busy somebody is."""
    if visit.sign_in is None:
        return {}
    return {"seconds_left": visit.sign_in.seconds_left(clock.machine_now()), "last_end": visit.sign_in.last_end}


def install_pages(app: Flask, pages: Pages) -> None:
    """Serve the pages beside what is for systems: cookie, CSRF, and errors as a page where a browser asks."""
    app.config.update(
        SECRET_KEY=settings().cookie_key,
        SESSION_COOKIE_NAME=COOKIE,
        SESSION_COOKIE_SECURE=True,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        WTF_CSRF_TIME_LIMIT=None,
    )
    csrf = CSRFProtect(app)
    for for_systems in app.blueprints.values():  # they bear a key or a seal, and no cookie
        csrf.exempt(for_systems)
    app.register_error_handler(CSRFError, _stale)
    app.register_blueprint(pages.blueprint)
    app.extensions["problem_page"] = _problem_page


def _stale(_: CSRFError) -> Response:
    return answer(
        Problem(
            400,
            "Nothing was stored. Go back, reload the page and send it again: it was open too long, or the browser keeps no cookies.",
        )
    )


def _problem_page(problem: Problem) -> Response | None:
    """A problem as a page, where a browser asked for one; None where a system asked."""
    wants = request.accept_mimetypes.best_match(["application/json", "text/html"])
    if "/api/" in request.path or wants != "text/html":
        return None
    title = TITLES_FOR_PEOPLE.get(problem.status, "Sorry, there is a problem with this service")
    html = render_template("problem.html", title=title, problem=problem, request_id=request_id() or "")
    return Response(html, problem.status, problem.headers, content_type="text/html; charset=utf-8")
