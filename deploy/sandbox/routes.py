"""The sandbox's HTTP: one thread for each kept-alive connection, since a hanging gateway must be able to hang."""

import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from deploy.sandbox import inspection
from deploy.sandbox.answers import Answer, problem
from deploy.sandbox.gateway import Gateway

LARGEST_BODY = 64 * 1024 * 1024


class Connection(BaseHTTPRequestHandler):
    """One connection; `gateway` is set on the subclass that `http_server` makes."""

    gateway: Gateway
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "sandbox", ""
    wbufsize = -1  # head and body leave in one packet
    disable_nagle_algorithm = True

    def respond(self) -> None:
        length = self.headers.get("content-length", "0")
        if "transfer-encoding" in self.headers or not length.isdecimal() or int(length) > LARGEST_BODY:
            self.close_connection = True  # what follows on the wire is no request
            self._write(problem(411, "Send a Content-Length of at most 64 MiB."))
            return
        self._write(self._answer(self.rfile.read(int(length))))

    do_GET = do_POST = do_PUT = do_DELETE = respond

    def _answer(self, body: bytes) -> Answer:
        prefix, _, recipient = self.path.rpartition("/gateway/")
        if self.command == "POST" and not prefix and recipient:
            return self.gateway.post(unquote(recipient), self.headers, body)
        address = urlsplit(self.path)
        query = {name: values[-1] for name, values in parse_qs(address.query).items()}
        journal, modes = self.gateway.journal, self.gateway.modes
        return inspection.answer(journal, modes, self.command, address.path, query=query, body=body)

    def _write(self, answer: Answer) -> None:
        if not answer.status:
            self.close_connection = True
            return
        try:
            self._put_on_the_wire(answer)
        finally:  # a caller that went away is owed its callback all the same
            for act in answer.afterwards:
                act()

    def _put_on_the_wire(self, answer: Answer) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers:
            self.send_header(name, value)
        if answer.body:
            self.send_header("Content-Type", answer.content_type)
        if answer.status != 204:
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)
        self.wfile.flush()

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing: the journal is the record, and an address may name a person's mailbox."""


class HttpServer(ThreadingHTTPServer):
    request_queue_size = 256
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that went away is what fault tests are made of; anything else is shown."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


def http_server(port: int, gateway: Gateway) -> HttpServer:
    """A server on 127.0.0.1, bound and not yet serving."""
    connection = type("GatewayConnection", (Connection,), {"gateway": gateway})
    return HttpServer(("127.0.0.1", port), connection)
