"""The least a WSGI server can do for a page: read the file, answer with its bytes."""

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from wsgiref.types import StartResponse, WSGIEnvironment

from tests.benchmarks.serving import serve

file = Path(os.environ.get("BARE_PAGE", ""))


def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    content = file.read_bytes()
    start_response("200 OK", [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(content)))])
    return [content]


if __name__ == "__main__":
    serve("tests.benchmarks.bare_page:application", int(sys.argv[1]))
