"""What the partnership has published already, brought over from its former site: looked at first, then taken.

A folder with `reviews.csv` and the PDFs that it names, or with the former site's own pages (old_pages.py). Every file is
cleaned like a new one, and it and the words of its page are searched for what may identify somebody: it is public
already, so that is said, not refused.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from marshmallow import Schema, ValidationError
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.publish.cleaning.examination_process import examine_apart
from services.publish.cleaning.passages import CannotClean, Passage
from services.publish.identifying.identifiers import find_identifiers
from services.publish.identifying.known_identifiers import known_identifiers
from services.publish.models import PastItem, Publication
from services.publish.own_items import everybody_known
from services.publish.public_site.site_content import site_is_wanted_anew
from services.publish.public_site.site_page import TYPES
from services.publish.schedule import former_slugs, slug_of
from shared import audit, clock, files
from shared.web.fields import Choice, Code, Day, Line, Several, Text

TABLE = "reviews.csv"
FILES = {
    "report": "full-report",
    "executive_summary": "executive-summary",
    "learning_briefing": "learning-briefing",
    "slides": "slides",
}
WORDS = ("pseudonym", "title", "summary", "themes", "old_addresses")
SEVERAL = ("themes", "old_addresses")
# Nothing that could end a line of nginx's map; and no address that this site or the services have themselves.
OLD_ADDRESS = re.compile(r"/[A-Za-z0-9._~%/@:+,=&?!()-]{1,400}")
OURS = re.compile(
    r"/(?:(?:reviews|documents|themes)(?:/[a-z0-9-]*)?|learning|yearly-reports|search|about|accessibility"
    r"|feed\.atom|sitemap\.xml|robots\.txt|style\.css|(?:notify|review|publish)(?:/.*)?)?"
)


class PastReview(Schema):
    """One row. A file is named as it lies in the folder; old addresses are paths of the former site, or whole ones."""

    slug = Code(load_default=None)
    type = Choice(*TYPES, required=True)
    pseudonym = Line(required=True)
    title = Line(300, load_default=None)
    published_on = Day(required=True)
    summary = Text(5_000, load_default=None)
    themes = Several(Code(), 20, load_default=list)
    old_addresses = Several(Line(500), 50, load_default=list)
    report = Line(load_default=None)
    executive_summary = Line(load_default=None)
    learning_briefing = Line(load_default=None)
    slides = Line(load_default=None)


@dataclass(frozen=True)
class Incoming:
    """One review as it would be taken: its values, its cleaned files by kind, and what a person should look at."""

    slug: str
    values: dict[str, Any]
    files: dict[str, tuple[bytes, int, str]]  # kind -> cleaned bytes, pages, text
    notes: tuple[str, ...]


@dataclass
class Preview:
    """What an import would do; nothing of it is stored. With a fault, nothing is taken."""

    reviews: list[Incoming] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def rows_of_table(folder: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """The rows of reviews.csv, each with how it is called in a fault."""
    words = (folder / TABLE).read_bytes().decode("utf-8-sig")
    for number, row in enumerate(csv.DictReader(io.StringIO(words)), start=2):
        yield (
            f"{TABLE}, line {number}",
            {(name or "").strip(): (value or "").strip() for name, value in row.items() if isinstance(value, str)},
        )


def preview_import(session: Session, folder: Path, rows: Iterable[tuple[str, Mapping[str, str]]]) -> Preview:
    """Read every row and clean every file that it names; every fault is said at once."""
    found, taken, gone = Preview(), _taken(session), _withdrawn(session)
    people = _everybody(session)
    for place, row in rows:
        try:
            incoming = _incoming(folder, row, people)
        except ValidationError as error:
            said = error.messages if isinstance(error.messages, dict) else {error.field_name: error.messages}
            found.faults += [f"{place}, {name}: {_first(why)}" for name, why in said.items()]
            continue
        if incoming.slug in taken:
            found.faults.append(f"{place}, slug: /reviews/{incoming.slug} is taken. Give another slug.")
        if incoming.slug in gone:
            found.faults.append(
                f"{place}, slug: /reviews/{incoming.slug} was taken down. Leave it out, or give another slug."
            )
        taken.add(incoming.slug)
        found.reviews.append(incoming)
    return found


def _first(said: Any) -> str:
    while not isinstance(said, str):
        said = next(iter(said.values() if isinstance(said, dict) else said))
    return said


def _incoming(folder: Path, row: Mapping[str, str], people: Any) -> Incoming:
    given: dict[str, Any] = {name: value for name, value in row.items() if value}
    for name in SEVERAL:
        given[name] = [part.strip() for part in given.get(name, "").split(";") if part.strip()]
    given["themes"] = ["-".join(theme.casefold().split()) for theme in given["themes"]]
    given["published_on"] = _iso(given.get("published_on", ""))
    values = PastReview().load(given)
    values["old_addresses"] = [_old_address(address) for address in values["old_addresses"]]
    slug = values["slug"] or slug_of(values["pseudonym"])
    read = {
        FILES[name]: _read(folder, name, values[name], values["pseudonym"], people) for name in FILES if values[name]
    }
    notes = (*_in_words(values, people), *(note for _, _, _, said in read.values() for note in said))
    return Incoming(slug, values, {kind: each[:3] for kind, each in read.items()}, notes)


def _in_words(values: Mapping[str, Any], people: Any) -> Iterator[str]:
    """What to look at in the words that the page shows, and in the addresses that lead to it."""
    for name in WORDS:
        shown = values[name] if isinstance(values[name], str) else "\n".join(values[name] or ())
        place = "link" if name == "old_addresses" else "text"
        yield from _to_look_at(name.replace("_", " "), [Passage(place, None, shown)], people)


def _to_look_at(where: str, passages: Sequence[Passage], people: Any) -> Iterator[str]:
    counted: dict[str, int] = {}
    for hit in find_identifiers(passages, people):
        counted[hit.kind] = counted.get(hit.kind, 0) + hit.times
    for kind, times in counted.items():
        yield f"{where}: {times} × {kind.replace('-', ' ')}. Look at it before it goes on the new site."


def _iso(day: str) -> str:
    """31/12/2019 as 2019-12-31; anything else as it is."""
    parts = day.split("/")
    return f"{parts[2]}-{parts[1]:0>2}-{parts[0]:0>2}" if len(parts) == 3 else day


def _old_address(given: str) -> str:
    """The path and query of an old address. Raises `ValidationError`."""
    path = re.sub(r"^https?://[^/]+", "", given.strip())
    if not OLD_ADDRESS.fullmatch(path) or OURS.fullmatch(path.partition("?")[0]):
        raise ValidationError(
            "Give an address of the former site, such as /case-reviews/child-x.pdf, that this site does not use.",
            "old_addresses",
        )
    return path


def _read(folder: Path, name: str, filename: str, pseudonym: str, people: Any) -> tuple[bytes, int, str, list[str]]:
    path = (folder / filename).resolve()
    if folder.resolve() not in path.parents or not path.is_file():
        raise ValidationError(f"There is no file {filename} in the folder.", name)
    try:
        examined = examine_apart(path.read_bytes(), f"{pseudonym}: {FILES[name].replace('-', ' ')}")
    except CannotClean as error:
        raise ValidationError(f"{filename}: {error}", name) from None
    notes = [*_to_look_at(filename, examined.passages, people)]
    notes += [
        f"{filename}: text that is in the file and not to be seen, page {each.page}." for each in examined.concealed
    ]
    if pictures := len(examined.pictures):
        which = "1 picture" if pictures == 1 else f"{pictures} pictures"
        notes.append(
            f"{filename}: {which} that no program can read. Look for words, faces, school badges and house numbers."
        )
    text = "\n".join(passage.text for passage in examined.passages if passage.place == "text")
    return examined.content, examined.pages, text, notes


def _taken(session: Session) -> set[str]:
    """Addresses that an import may not take. An entry of the past list, or of an earlier import, is put in its place."""
    own = session.scalars(select(Publication.slug).where(Publication.slug.is_not(None)))
    return {str(slug) for slug in own} | former_slugs(session)


def _withdrawn(session: Session) -> set[str]:
    """What was taken down does not come back because a folder is imported again."""
    return set(session.scalars(select(PastItem.slug).where(PastItem.withdrawn_at.is_not(None))))


def _everybody(session: Session) -> Any:
    """Everybody who is known from any review: an old report may name them."""
    return known_identifiers(everybody_known(session))


def take_import(session: Session, preview: Preview) -> int:
    """Put what was looked at on the site; returns how many reviews. Raises `ValueError` while there are faults."""
    if preview.faults:
        raise ValueError("Mend the faults first.")
    for incoming in preview.reviews:
        values = _past_item(incoming)
        session.execute(insert(PastItem).values(values).on_conflict_do_update(index_elements=["slug"], set_=values))
        audit.append(
            session, audit.Entry("system", "imported", f"past-item:{incoming.slug}", f"{len(incoming.files)} files")
        )
    site_is_wanted_anew(session)
    return len(preview.reviews)


def _past_item(incoming: Incoming) -> dict[str, Any]:
    values = incoming.values
    same = {name: values[name] for name in ("pseudonym", "title", "summary", "themes", "old_addresses")}
    published_on: date = values["published_on"]
    return same | {
        "slug": incoming.slug,
        "kind": values["type"],
        "published_on": published_on,
        "documents": list(incoming.files),
        "listed": True,
        "imported_at": clock.now(),
        "files": [
            {
                "kind": kind,
                "key": files.put(content),
                "sha256": files.sha256_of(content),
                "size": len(content),
                "pages": pages,
                "text": text,
            }
            for kind, (content, pages, text) in incoming.files.items()
        ],
    }
