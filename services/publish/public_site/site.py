"""The public site as files: a whole new release beside the old one, then one symlink swapped, so that readers get the
old site or the new one and never a mixture. Killed anywhere, it is simply done again.
"""

import gzip
import hashlib
import os
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import unquote

import orjson

from services.publish.public_site import site_pages
from services.publish.public_site.search_index import SEARCH, SearchEntry, write_index
from services.publish.public_site.site_lists import by_theme
from services.publish.public_site.site_page import SitePage
from shared import clock, files
from shared.database import new_id

KEPT_RELEASES = 3
MANIFEST = "manifest.json"
COMPRESSED = ("text/html", "text/css", "application/atom+xml", "application/xml")


@dataclass(frozen=True)
class SiteFile:
    """One file of a release: the public path that it answers, its place in the folder, and how it is answered."""

    address: str
    path: str
    content: bytes
    content_type: str
    modified: datetime
    status: int = 200
    location: str = ""  # where an old address leads


@dataclass(frozen=True)
class Snapshot:
    """All that the site shows, read in one transaction. `day` is the London day it is drawn for."""

    day: date
    drawn_at: datetime
    pages: tuple[SitePage, ...]
    base_url: str
    file_keys: dict[str, str] = field(default_factory=dict)  # document's address -> key in the store
    texts: dict[str, str] = field(default_factory=dict)  # page's slug -> the words of its documents, to be searched


def build_release(folder: Path, snapshot: Snapshot) -> str:
    """Write a whole release under `folder/releases` and return its name. Nothing that readers see changes."""
    name = f"{clock.machine_now():%Y%m%dT%H%M%S%f}-{new_id()[-8:]}"
    unfinished = folder / "releases" / f"{name}.part"
    manifest = {}
    for file in site_files(snapshot):
        _write(unfinished / file.path, file.content)
        if file.content_type.startswith(COMPRESSED):  # as nginx serves it, without packing it anew for each reader
            _write(unfinished / f"{file.path}.gz", gzip.compress(file.content, mtime=0))
        if file.address:
            manifest[file.address] = [
                file.path,
                file.content_type,
                hashlib.sha256(file.content).hexdigest()[:32],
                format_datetime(file.modified, usegmt=True),
                file.status,
                file.location,
            ]
    write_index(unfinished / SEARCH, search_entries(snapshot))
    _write(unfinished / MANIFEST, orjson.dumps(manifest, option=orjson.OPT_SORT_KEYS))
    for place, _, _ in os.walk(unfinished):
        _sync_folder(Path(place))
    unfinished.rename(folder / "releases" / name)
    return name


def swap_release(folder: Path, name: str) -> None:
    """Make a built release the site, at one instant."""
    link = folder / f"current.{new_id()[-8:]}"
    link.symlink_to(Path("releases") / name)
    link.replace(folder / "current")
    _sync_folder(folder)


def current_release(folder: Path) -> str | None:
    """The name of the release that readers get, if there is one."""
    try:
        return (folder / "current").readlink().name
    except FileNotFoundError:
        return None


def current_folder(folder: Path) -> Path | None:
    """The folder of the release that readers get, by its own name, which another release never has."""
    name = current_release(folder)
    return folder / "releases" / name if name else None


def forget_old_releases(folder: Path) -> None:
    """Remove all but the last few releases, and what a killed builder left. Call it under the builder's lock."""
    kept = {current_release(folder)}
    finished = sorted(p.name for p in (folder / "releases").iterdir() if p.suffix != ".part")
    kept |= set(finished[-KEPT_RELEASES:])
    for old in [path for path in (folder / "releases").iterdir() if path.name not in kept]:
        shutil.rmtree(old)
    for left in folder.glob("current.*"):
        left.unlink()


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def site_files(snapshot: Snapshot) -> Iterator[SiteFile]:
    """Every file of the site: its pages, documents, feed, map, and the notes that answer 410 for what was withdrawn."""
    shown = tuple(page for page in snapshot.pages if page.state != "withdrawn")
    yield from _standing(shown, snapshot)
    for page in shown:
        yield _html(
            f"/reviews/{page.slug}", f"reviews/{page.slug}.html", site_pages.review(snapshot.day, page), snapshot
        )
        yield from _documents(page, snapshot)
    yield from _gone([page for page in snapshot.pages if page.state == "withdrawn"], snapshot)
    yield from _for_programs(shown, snapshot)
    yield from _moved(shown, snapshot)
    style = (site_pages.TEMPLATES / "style.css").read_bytes()
    yield SiteFile("/style.css", "style.css", style, "text/css; charset=utf-8", snapshot.drawn_at)


def search_entries(snapshot: Snapshot) -> Iterator[SearchEntry]:
    """What the search finds: every page that is shown, by its words and its documents'."""
    for page in snapshot.pages:
        if page.state == "withdrawn":
            continue
        title = page.heading if page.heading == page.title else f"{page.heading}: {page.title}"
        facets = {
            "type": (page.kind,),
            "year": (str(page.published_on.year),),
            "theme": page.themes,
            "agency": page.agency_kinds,
            "age": page.age_bands,
        }
        body = "" if page.is_on_request(snapshot.day) else snapshot.texts.get(page.slug, "")
        words = "\n".join(filter(None, [page.improvements, body]))
        yield SearchEntry(page.slug, title, page.summary or "", words, page.published_on, facets)


def _standing(shown: tuple[SitePage, ...], snapshot: Snapshot) -> Iterator[SiteFile]:
    """The pages that are always there, and one for each theme."""
    day = snapshot.day
    yield _html("/", "index.html", site_pages.home(day, shown), snapshot)
    yield _html("/reviews", "reviews.html", site_pages.list_of_reviews(day, shown), snapshot)
    yield _html("/learning", "learning.html", site_pages.learning(day, shown), snapshot)
    yield _html("/themes", "themes.html", site_pages.list_of_themes(shown), snapshot)
    yield _html("/yearly-reports", "yearly-reports.html", site_pages.yearly_reports(day, shown), snapshot)
    yield _html("/about", "about.html", site_pages.about(), snapshot)
    yield _html("/accessibility", "accessibility.html", site_pages.accessibility(), snapshot)
    yield _html("", "404.html", site_pages.not_found(), snapshot)
    yield _html("", "unavailable.html", site_pages.unavailable(), snapshot)
    for theme, pages in by_theme(shown).items():
        yield _html(f"/themes/{theme}", f"themes/{theme}.html", site_pages.theme(day, theme, pages), snapshot)


def _moved(shown: tuple[SitePage, ...], snapshot: Snapshot) -> Iterator[SiteFile]:
    """Where the former site's addresses lead, for the embedded server and, as a map, for nginx."""
    leads = {address: f"/reviews/{page.slug}" for page in shown for address in page.old_addresses}
    for number, (address, to) in enumerate(leads.items()):
        note = site_pages.moved(to)
        path, mark, query = address.partition("?")
        yield replace(_html(unquote(path) + mark + query, f"moved/{number}.html", note, snapshot, 301), location=to)
    lines = "".join(f'"{address}" "{to}";\n' for address, to in leads.items())
    yield SiteFile("", "moved.map", lines.encode(), "text/plain; charset=utf-8", snapshot.drawn_at)


def _for_programs(shown: tuple[SitePage, ...], snapshot: Snapshot) -> Iterator[SiteFile]:
    feed = site_pages.feed(snapshot.base_url, snapshot.drawn_at, shown)
    yield SiteFile("/feed.atom", "feed.atom", feed, "application/atom+xml; charset=utf-8", snapshot.drawn_at)
    sitemap = site_pages.sitemap(snapshot.base_url, shown)
    yield SiteFile("/sitemap.xml", "sitemap.xml", sitemap, "application/xml; charset=utf-8", snapshot.drawn_at)
    robots = f"User-agent: *\nAllow: /\nSitemap: {snapshot.base_url}/sitemap.xml\n".encode()
    yield SiteFile("/robots.txt", "robots.txt", robots, "text/plain; charset=utf-8", snapshot.drawn_at)


def _html(address: str, path: str, content: bytes, snapshot: Snapshot, status: int = 200) -> SiteFile:
    return SiteFile(address, path, content, "text/html; charset=utf-8", snapshot.drawn_at, status)


def _documents(page: SitePage, snapshot: Snapshot) -> Iterator[SiteFile]:
    if page.is_on_request(snapshot.day):
        return
    for document in page.documents:
        content = files.get(snapshot.file_keys[document.address])
        if files.sha256_of(content) != document.sha256:
            raise WrongBytes(f"The checked bytes of {document.address} are not those in the store.")
        path = f"documents/{document.address}.pdf"
        yield SiteFile(f"/documents/{document.address}", path, content, "application/pdf", document.checked_at)


class WrongBytes(RuntimeError):
    """A stored document is not the one that was checked; nothing is published."""


def _gone(withdrawn: Iterable[SitePage], snapshot: Snapshot) -> Iterator[SiteFile]:
    for page in withdrawn:
        note = site_pages.gone(page)
        yield _html(f"/reviews/{page.slug}", f"gone/reviews/{page.slug}.html", note, snapshot, 410)
        for document in page.documents:
            address = document.address
            yield _html(f"/documents/{address}", f"gone/documents/{address}.html", note, snapshot, 410)
