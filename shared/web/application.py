"""One Flask application per service, all of one make: problem documents, request ids, health, metrics, OpenAPI, pages."""

from collections.abc import Mapping
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import IO, Any

import structlog
from flask import Flask, Request, request
from flask_smorest import Api as Documents
from werkzeug.middleware.proxy_fix import ProxyFix

from shared.events.catalogue import Reaction
from shared.handing_over import inbox_blueprint
from shared.health import Gauges, health_blueprint
from shared.logs import begin_request, set_up_logs
from shared.service import Service
from shared.settings import settings
from shared.starting import stop_where_told_wrong
from shared.web.api import Api, echo_request_id
from shared.web.layout import install_layout
from shared.web.pages import Pages, install_pages
from shared.web.problems import install_problem_answers

log = structlog.get_logger()

NO_GAUGES: Gauges = {}
INSIDE = ("health", "inbox")  # asked by the machine's own programs, which need no TLS
LARGEST_BODY = 1_000_000
LARGEST_UPLOAD = 26_000_000  # a file of 25 MB with the other fields of its form around it


class InMemoryRequest(Request):
    """A request whose files stay in memory: large ones would otherwise lie on the disk for a moment, unsealed."""

    def _get_file_stream(self, *_: Any, **__: Any) -> IO[bytes]:
        return BytesIO()


def make_application(
    service: Service,
    api: Api,
    title: str,
    pages: Pages | None = None,
    templates: Path | None = None,
    reactions: Mapping[str, Reaction] | None = None,
    gauges: Gauges = NO_GAUGES,
) -> Flask:
    """The WSGI application of a service with its routes under `/<service>/`; `templates` draw its pages.

    `reactions` are what it does about the events that others hand over to it, `gauges` what it measures of its own work.
    """
    set_up_logs()
    stop_where_told_wrong(service)
    app = Flask(service.name, static_folder=None)
    app.request_class = InMemoryRequest
    app.config.update(
        API_TITLE=title,
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX=f"/{service.name}",
        OPENAPI_JSON_PATH="openapi.json",
        API_SPEC_OPTIONS={"components": {"securitySchemes": {"agencyKey": {"type": "http", "scheme": "bearer"}}}},
        MAX_CONTENT_LENGTH=LARGEST_UPLOAD,
        MAX_FORM_MEMORY_SIZE=LARGEST_BODY,
    )
    if proxies := settings().trusted_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=1)  # type: ignore[method-assign]  # as its documentation has it
    app.before_request(_begin)
    if settings().is_production:
        app.before_request(_expect_https)
    app.after_request(echo_request_id)
    Documents(app).register_blueprint(api.blueprint)
    install_problem_answers(app)  # after flask-smorest, whose own answers would stand in front
    app.register_blueprint(health_blueprint(service, gauges))
    if reactions:
        app.register_blueprint(inbox_blueprint(service, reactions))
    if pages and templates:
        install_pages(app, pages)
        install_layout(app, service, templates)
    return app


def _expect_https() -> None:
    if not request.is_secure and request.blueprint not in INSIDE:
        _say_that_https_is_missing()


@cache
def _say_that_https_is_missing() -> None:
    """Once for a process: whoever set up what ends TLS reads it, and the log is not filled with it."""
    log.warning("request.without_https", see="docs/deploying.md")


def _begin() -> None:
    begin_request(request.headers.get("X-Request-Id"), request.headers.get("traceparent"))
    if request.mimetype != "multipart/form-data":
        request.max_content_length = LARGEST_BODY
