"""Errors as RFC 9457 problem documents: what is wrong and what to do, never what the caller sent."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
import structlog
from flask import Flask, Response, current_app, request
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from shared.logs import describe_error

log = structlog.get_logger()

TITLES = {
    400: "The request is not valid JSON",
    401: "Credentials are missing or wrong",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    409: "This conflicts with the state of the record",
    410: "No longer here",
    412: "The record has changed since you read it",
    413: "Too large",
    415: "Send JSON",
    422: "Some fields need attention",
    429: "Too many requests",
    500: "Something went wrong here",
    503: "Cannot take it now",
}

TOO_LARGE = "A file may have 25 MB at most. Nothing was stored: send a smaller one, or send it in parts."


NOTED = {403: "right.refused", 429: "too.many"}


@dataclass
class Problem(Exception):
    """An answer other than success. `errors` pairs RFC 6901 pointers with what to do; `extra` adds members."""

    status: int
    detail: str
    errors: list[dict[str, str]] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)


def not_found() -> Problem:
    """Absent, or not the caller's to see: the two look the same."""
    return Problem(404, "There is nothing at this address, or nothing that is yours to see.")


def conflict(detail: str, **extra: Any) -> Problem:
    return Problem(409, detail, extra=extra)


def refused(pointer: str, message: str) -> Problem:
    """422 for one field."""
    return Problem(422, "Correct the field named in errors and send again.", [{"pointer": pointer, "message": message}])


def refused_fields(messages: Any) -> Problem:
    """422 from marshmallow's nested messages, every field at once."""
    errors = [{"pointer": pointer, "message": message} for pointer, message in _flatten(messages, "")]
    return Problem(422, "Correct the fields named in errors and send again. Nothing was stored.", errors)


def _flatten(messages: Any, pointer: str) -> Iterator[tuple[str, str]]:
    if isinstance(messages, Mapping):
        for key, inner in messages.items():
            part = "" if key == "_schema" else "/" + str(key).replace("~", "~0").replace("/", "~1")
            yield from _flatten(inner, pointer + part)
    elif isinstance(messages, list):
        for message in messages:
            yield from _flatten(message, pointer)
    else:
        yield pointer, str(messages)


def log_attempt(event: str, **facts: str) -> None:
    """Log what may be an attack: from which address, and at which route; never the path, which may hold ids or a secret.

    Who it was stands in every line of the request once that is known.
    """
    rule = request.url_rule.rule if request.url_rule else None
    log.warning(event, address=request.remote_addr, route=rule, method=request.method, **facts)


def answer(problem: Problem) -> Response:
    """The problem as a document, or as a page where a browser asked for one."""
    if problem.status in NOTED:
        log_attempt(NOTED[problem.status])
    draw = current_app.extensions.get("problem_page")
    if draw and (page := draw(problem)):
        drawn: Response = page
        return drawn
    document: dict[str, Any] = {
        "type": "about:blank",
        "title": TITLES.get(problem.status, "Error"),
        "status": problem.status,
        "detail": problem.detail,
        "instance": request.path,
    }
    if problem.errors:
        document["errors"] = problem.errors
    body = orjson.dumps(document | problem.extra)
    return Response(body, problem.status, problem.headers, content_type="application/problem+json")


def _from_http(error: HTTPException) -> Response:
    status = error.code or 500
    details = {
        404: not_found().detail,
        405: "This address answers to another method. In a browser, go there by a link or button on its page.",
        413: TOO_LARGE if request.mimetype == "multipart/form-data" else "Send less at once: at most 1 MB of JSON.",
    }
    return answer(Problem(status, details.get(status, TITLES.get(status, "Error")), headers=_allow(error)))


def _allow(error: HTTPException) -> dict[str, str]:
    methods = getattr(error, "valid_methods", None)
    return {"Allow": ", ".join(methods)} if methods else {}


def _unavailable(error: DBAPIError | PoolTimeout) -> Response:
    log.error("database.unavailable", **describe_error(error))
    detail = "The database cannot be reached. Nothing was stored; send the same again in a few seconds."
    return answer(Problem(503, detail, headers={"Retry-After": "5"}))


def _unexpected(error: Exception) -> Response:
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return _unavailable(error)
    log.error("request.failed", path=request.url_rule.rule if request.url_rule else None, **describe_error(error))
    detail = "Nothing was stored. Try again in a minute. If it goes on, the partnership office can look for this request by its number."
    return answer(Problem(500, detail))


def install_problem_answers(app: Flask) -> None:
    """Answer every error of an application with a problem document."""
    app.register_error_handler(Problem, answer)
    app.register_error_handler(HTTPException, _from_http)
    app.register_error_handler(OperationalError, _unavailable)
    app.register_error_handler(PoolTimeout, _unavailable)
    app.register_error_handler(Exception, _unexpected)
