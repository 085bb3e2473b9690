"""What the sandbox says back: a status and a body, or nothing at all."""

from collections.abc import Callable
from dataclasses import dataclass

import orjson

JSON = "application/json"


@dataclass(frozen=True)
class Answer:
    """An HTTP answer; `afterwards` is done once it is on the wire. Status 0 closes the connection unanswered."""

    status: int
    body: bytes = b""
    content_type: str = JSON
    headers: tuple[tuple[str, str], ...] = ()
    afterwards: tuple[Callable[[], None], ...] = ()

    @staticmethod
    def none() -> "Answer":
        return Answer(0)


def json_answer(status: int, content: object, *, afterwards: tuple[Callable[[], None], ...] = ()) -> Answer:
    return Answer(status, orjson.dumps(content), afterwards=afterwards)


def problem(status: int, detail: str, *headers: tuple[str, str]) -> Answer:
    """An RFC 9457 problem document."""
    content = {"type": "about:blank", "status": status, "detail": detail}
    return Answer(status, orjson.dumps(content), "application/problem+json", headers)
