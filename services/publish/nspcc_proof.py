"""For the anonymous route: what was searched for in all that leaves for the NSPCC, where, and that it was not found.

The bytes that leave are read anew, by PDFium, and as bytes: the proof does not rest on what an earlier check stored.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import pypdfium2 as pdfium
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from services.publish.cleaning.passages import Passage
from services.publish.identifying.identifiers import find_identifiers
from services.publish.identifying.known_identifiers import known_identifiers
from services.publish.identifying.plain_text import plain
from services.publish.models import Finding, Publication
from shared import clock
from shared.partnership import partnership

SHORTEST_IN_BYTES = 6  # shorter words stand by chance in compressed bytes
COUNTED = (
    "area",
    "name",
    "alias",
    "professional",
    "review-team",
    "address",
    "setting",
    "date-of-birth",
    "nhs-number",
    "email",
    "phone",
    "postcode",
)


@dataclass(frozen=True)
class Searched:
    """One thing that leaves: what it is, how many characters or bytes were looked through."""

    what: str
    size: int


@dataclass(frozen=True)
class Proof:
    """`words` name the area; `people` is how many identifiers of the case were looked for besides. What was found and
    accepted by a second person stands apart from what nobody accepted."""

    made_at: str
    words: Sequence[str]
    people: int
    searched: Sequence[Searched]
    found: Sequence[str]
    accepted: Sequence[str]

    def as_record(self) -> dict[str, Any]:
        return asdict(self)


def prove_unnamed(
    session: Session, publication: Publication, words: Mapping[str, str], files: Sequence[tuple[str, bytes]]
) -> Proof:
    """Search `words` (the e-mail's parts by what they are) and `files` (name, bytes of a PDF) for all that names the area.

    The files' own SHA-256 is left out of the words: digits that stand in it by chance are nobody's telephone number.
    """
    area = words_of_the_area(session)
    known = known_identifiers(publication.identifiers, area)
    texts = {what: _without_digests(part, files) for what, part in words.items()}
    found: set[str] = set()
    searched = [Searched(what, len(part)) for what, part in words.items()]
    for name, content in files:
        inside = "\n".join(_read(content))
        texts |= {f"{name}, its name": name, f"{name}, text and properties": inside}
        searched += [Searched(f"{name}, text and properties", len(inside)), Searched(f"{name}, bytes", len(content))]
        found |= {plain(word) for word in area if _in_bytes(word, content)}
    hits = find_identifiers([Passage(what, None, part) for what, part in texts.items()], known)
    found |= {hit.compared for hit in hits if hit.kind in COUNTED}
    accepted = found & _accepted(session, publication)
    return Proof(
        clock.now().isoformat(),
        area,
        len(publication.identifiers),
        searched,
        sorted(found - accepted),
        sorted(accepted),
    )


def words_of_the_area(session: Session) -> list[str]:
    """What names the area: the partnership's own list, its names, its authority, and every agency of the directory."""
    ours = partnership()
    agencies = session.scalars(text("SELECT name FROM agencies ORDER BY name"))
    return list(dict.fromkeys((*ours.identifying_words, ours.name, ours.short_name, ours.authority.name, *agencies)))


def _without_digests(part: str, files: Sequence[tuple[str, bytes]]) -> str:
    for _, content in files:
        part = part.replace(hashlib.sha256(content).hexdigest(), "")
    return part


def _read(content: bytes) -> Iterator[str]:
    document = pdfium.PdfDocument(content)
    try:
        yield from document.get_metadata_dict().values()
        yield from (bookmark.get_title() for bookmark in document.get_toc())
        for page in document:
            yield page.get_textpage().get_text_bounded()
            page.close()
    finally:
        document.close()


def _in_bytes(word: str, content: bytes) -> bool:
    if len(word) < SHORTEST_IN_BYTES:
        return False
    small = content.lower()
    return word.lower().encode("latin-1", "ignore") in small or word.lower().encode("utf-16-be") in small


def _accepted(session: Session, publication: Publication) -> set[str]:
    of_it = (Finding.publication_id == publication.id, Finding.resolution == "accepted")
    return {plain(value).strip() for value in session.scalars(select(Finding.value).where(*of_it))}
