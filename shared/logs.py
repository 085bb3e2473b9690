"""Structured logs, one JSON object a line, with the request's id carried through events and tasks.

What is logged are ids, names of things and times. A case's content has no way in: callers pass named values, and
exceptions are logged by type and place, without their message, since a message may quote a value.
"""

import logging
import re
import sys
import traceback
import uuid
from typing import Any

import structlog
from structlog.contextvars import bind_contextvars, clear_contextvars, get_contextvars

_SAFE_ID = re.compile(r"[A-Za-z0-9._:/+=-]{1,128}")


def set_up_logs() -> None:
    """Send every log of this process, the libraries' included, to standard error as JSON lines."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_OneLine())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)


class _OneLine(logging.Formatter):
    """Libraries' log records as our lines; an exception as its type and place only."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {"event": record.getMessage(), "level": record.levelname.lower(), "logger": record.name}
        if record.exc_info and record.exc_info[1] is not None:
            line = {"event": "exception", "level": "error", "logger": record.name} | describe_error(record.exc_info[1])
        return structlog.processors.JSONRenderer()(None, "", line)  # type: ignore[no-any-return]


def describe_error(error: BaseException) -> dict[str, str]:
    """An exception as its type and where it arose: enough to find it, nothing that it quotes."""
    frames = traceback.extract_tb(error.__traceback__)
    where = [f"{frame.filename.rsplit('/', 3)[-1]}:{frame.lineno} {frame.name}" for frame in frames[-4:]]
    return {"error": type(error).__name__, "where": " > ".join(where)}


def begin_request(given: str | None = None, traceparent: str | None = None) -> str:
    """Start a request's or task's log context under the caller's id, or a new one where it gave none that is safe."""
    identifier = given if given and _SAFE_ID.fullmatch(given) else str(uuid.uuid4())
    clear_contextvars()
    bind_contextvars(request_id=identifier)
    if traceparent and _SAFE_ID.fullmatch(traceparent):
        bind_contextvars(traceparent=traceparent)
    return identifier


def known_from_here(actor: str) -> None:
    """Have every further line of this request say who it is: `person:<id>`, or an agency's id."""
    bind_contextvars(actor=actor)


def request_id() -> str | None:
    """The id of the request or task at hand."""
    identifier = get_contextvars().get("request_id")
    return identifier if isinstance(identifier, str) else None
