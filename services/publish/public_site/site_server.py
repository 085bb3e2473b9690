"""Serves the public site's current release as a WSGI application, wherever no nginx stands before it.

A release comes with a manifest of its addresses, so an address is looked up and never turned into a path: there is
nothing to traverse. A new release is noticed by the symlink's target, at the next request.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from urllib.parse import parse_qsl
from wsgiref.types import StartResponse, WSGIEnvironment

import orjson

from services.publish.public_site.search_index import index_of
from services.publish.public_site.search_page import search_page
from services.publish.public_site.site import MANIFEST, current_release

KEPT_IN_MEMORY = 256_000  # bytes; larger files, the reports, are read from disk in pieces
KEPT_IN_ALL = 32_000_000  # bytes of a release that one process holds; pages beyond are read from disk, too
PIECE = 64 * 1024

SECURITY = [
    (
        "Content-Security-Policy",
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'",
    ),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
    ("Strict-Transport-Security", "max-age=31536000"),
]
REASONS = {
    200: "200 OK",
    301: "301 Moved Permanently",
    404: "404 Not Found",
    410: "410 Gone",
    503: "503 Service Unavailable",
}
HTML = "text/html; charset=utf-8"
PLAIN = "text/plain; charset=utf-8"
NOT_BUILT = b"The site is being built. Try again in a few seconds."

Application = Callable[[WSGIEnvironment, StartResponse], Iterable[bytes]]


@dataclass(frozen=True)
class Held:
    """One address of a release, ready to be answered. `content` is None for a file that is read from disk."""

    path: Path
    content: bytes | None
    headers: list[tuple[str, str]]
    etag: str
    modified: str
    status: str


@dataclass(frozen=True)
class Release:
    """A release as this process serves it."""

    root: Path
    addresses: dict[str, Held]
    not_found: bytes
    unavailable: bytes


def application(site_folder: Path) -> Application:
    """The public site in `site_folder` as a WSGI application; /search is drawn on request."""
    held: list[Release] = []

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            headers = [("Allow", "GET, HEAD"), ("Content-Length", "0"), *SECURITY]
            start_response("405 Method Not Allowed", headers)
            return []
        address = environ["PATH_INFO"] or "/"
        release = _current(site_folder, held)
        if address == "/search":
            return _search(release, environ, start_response)
        if release is None:
            return _whole(environ, start_response, REASONS[503], NOT_BUILT, PLAIN)
        found = release.addresses.get(_with_query(environ, address)) or release.addresses.get(address)
        if found is None:
            return _not_found(release, environ, start_response, address)
        return _file(found, environ, start_response)

    return answer


def _with_query(environ: WSGIEnvironment, address: str) -> str:
    """An address of the former site may have a query; none of this one's has."""
    return f"{address}?{environ['QUERY_STRING']}" if environ.get("QUERY_STRING") else address


def _current(folder: Path, held: list[Release]) -> Release | None:
    name = current_release(folder)
    if name is None:
        return None
    if not held or held[0].root.name != name:
        held[:] = [read_release(folder, name)]
    return held[0]


def read_release(folder: Path, name: str) -> Release:
    """A built release with its small files in memory."""
    root = folder / "releases" / name
    manifest = orjson.loads((root / MANIFEST).read_bytes())
    addresses: dict[str, Held] = {}
    kept = 0
    for address, entry in manifest.items():
        held = addresses[address] = _held(root, kept < KEPT_IN_ALL, *entry)
        kept += len(held.content or b"")
    return Release(root, addresses, (root / "404.html").read_bytes(), (root / "unavailable.html").read_bytes())


def _held(
    root: Path, has_room: bool, path: str, content_type: str, digest: str, modified: str, status: int, location: str
) -> Held:
    file, etag = root / path, f'"{digest}"'
    size = file.stat().st_size
    headers = [
        ("Content-Type", content_type),
        ("Content-Length", str(size)),
        ("ETag", etag),
        ("Last-Modified", modified),
        ("Cache-Control", "no-cache" if status == 410 else "max-age=60"),
        *([("Location", location)] if location else []),
        *SECURITY,
    ]
    content = file.read_bytes() if has_room and size <= KEPT_IN_MEMORY else None
    return Held(file, content, headers, etag, modified, REASONS[status])


def _file(held: Held, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    if held.status[:3] == "200" and _is_known(held, environ):
        start_response("304 Not Modified", [each for each in held.headers if each[0] != "Content-Length"])
        return []
    content = held.content
    file = held.path.open("rb") if content is None and environ["REQUEST_METHOD"] == "GET" else None
    start_response(held.status, held.headers)
    if environ["REQUEST_METHOD"] == "HEAD":
        return []
    return [content] if content is not None else _pieces(file) if file else []


def _is_known(held: Held, environ: WSGIEnvironment) -> bool:
    if tags := environ.get("HTTP_IF_NONE_MATCH"):
        return tags.strip() == "*" or held.etag in (tag.strip().removeprefix("W/") for tag in tags.split(","))
    return bool(environ.get("HTTP_IF_MODIFIED_SINCE") == held.modified)


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    with file:
        while piece := file.read(PIECE):
            yield piece


def _not_found(
    release: Release, environ: WSGIEnvironment, start_response: StartResponse, address: str
) -> Iterable[bytes]:
    without_slash = address.rstrip("/")
    if without_slash in release.addresses and "//" not in address:
        start_response("308 Permanent Redirect", [("Location", without_slash), ("Content-Length", "0"), *SECURITY])
        return []
    return _whole(environ, start_response, REASONS[404], release.not_found, HTML)


def _whole(
    environ: WSGIEnvironment, start_response: StartResponse, status: str, content: bytes, content_type: str
) -> Iterable[bytes]:
    headers = [("Content-Type", content_type), ("Content-Length", str(len(content))), ("Cache-Control", "no-store")]
    start_response(status, [*headers, *SECURITY])
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [content]


def _search(release: Release | None, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    if release is None:
        return _whole(environ, start_response, REASONS[503], NOT_BUILT, PLAIN)
    index = index_of(release.root)
    if index is None:
        return _whole(environ, start_response, REASONS[503], release.unavailable, HTML)
    asked = environ.get("QUERY_STRING", "")[:2000]
    given = dict(parse_qsl(asked, encoding="utf-8", errors="replace"))
    return _whole(environ, start_response, REASONS[200], search_page(index, given), HTML)
