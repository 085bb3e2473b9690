"""A server that answers as GOV.UK Notify's interface does (docs.notifications.service.gov.uk/rest-api), on loopback.

It checks the token as Notify does, keeps what it took, and can be told to answer otherwise.
"""

import json
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt

SERVICE, SECRET, TEMPLATE = (str(uuid.uuid4()) for _ in range(3))
KEY = f"a_key-{SERVICE}-{SECRET}"


@dataclass
class Notify:
    """What the server took, by reference, and how it is to answer: `well`, a status, `hang-up` or `lose-answer`."""

    url: str = ""
    taken: list[dict[str, Any]] = field(default_factory=list)
    answers: str | int = "well"
    status: str = "sending"  # of what it has taken
    asked: int = 0

    def fault(self, code: int) -> tuple[int, dict[str, Any]]:
        errors = {
            400: ("BadRequestError", "Can't send to this recipient using a team-only API key"),
            403: ("AuthError", "Invalid token: API key not found"),
            429: ("RateLimitError", "Exceeded rate limit for key type TEAM of 3000 requests per 60 seconds"),
            500: ("Exception", "Internal server error"),
        }
        name, message = errors[code]
        return code, {"status_code": code, "errors": [{"error": name, "message": message}]}

    def take(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if isinstance(self.answers, int):
            return self.fault(self.answers)
        missing = {"subject", "text"} - set(body.get("personalisation", {}))
        if body["template_id"] != TEMPLATE or missing:
            said = {"error": "BadRequestError", "message": f"Missing personalisation: {', '.join(sorted(missing))}"}
            return 400, {"status_code": 400, "errors": [said]}
        self.taken.append(body)
        return 201, {"id": str(uuid.uuid4()), "reference": body["reference"], "content": body["personalisation"]}

    def known(self, reference: str) -> tuple[int, dict[str, Any]]:
        found = [each for each in self.taken if each["reference"] == reference]
        return 200, {"notifications": [{"id": "x", "reference": reference, "status": self.status} for _ in found]}


def _handler(notify: Notify) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            notify.asked += 1
            if notify.answers == "hang-up":
                self.close_connection = True
                return
            answer = self._refusal() or notify.take(body)
            if notify.answers != "lose-answer":
                self._answer(*answer)

        def do_GET(self) -> None:
            reference = parse_qs(urlsplit(self.path).query)["reference"][0]
            self._answer(*(self._refusal() or notify.known(reference)))

        def _refusal(self) -> tuple[int, dict[str, Any]] | None:
            token = self.headers["Authorization"].removeprefix("Bearer ")
            try:
                claims = jwt.decode(token, SECRET, algorithms=["HS256"], options={"verify_iat": False})
            except jwt.InvalidTokenError:
                return notify.fault(403)
            fresh = abs(time.time() - claims["iat"]) < 30
            return None if claims["iss"] == SERVICE and fresh else notify.fault(403)

        def _answer(self, status: int, body: dict[str, Any]) -> None:
            sent = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(sent)))
            if status == 429:
                self.send_header("Retry-After", "7")
            self.end_headers()
            self.wfile.write(sent)

        def log_message(self, *_: Any) -> None:
            pass

    return Handler


@contextmanager
def notify_running() -> Iterator[Notify]:
    notify = Notify()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(notify))
    server.daemon_threads = True
    notify.url = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield notify
    finally:
        server.shutdown()
        server.server_close()
