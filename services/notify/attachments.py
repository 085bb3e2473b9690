"""Files that go with a report: kept sealed, named where the report names them, and given out once nothing speaks against it.

An entry `{"id", "title", "filename", "sha256"}` stands in the draft's or the referral's `documents`; its row knows the rest.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import case, select, text
from sqlalchemy.orm import Session

from services.notify.file_types import NotTaken, kind_of, safe_name, words_for
from services.notify.models import Attachment
from services.notify.service import SERVICE
from shared import audit, clock, files
from shared.database import new_id
from shared.identity.viewer import Viewer
from shared.service import ring_after_commit
from shared.virus_scan import scanner_is_set
from shared.web.problems import conflict, not_found, refused

MOST = 20  # files of one report
WAITING = "This file has not been scanned for viruses yet. Try again in a few minutes; nothing is lost."
INFECTED = "Malware was found in this file: it is not given out. Ask whoever sent it for a clean one."

OF_DRAFT = text("""
    UPDATE attachments SET referral_id = :referral, draft_id = NULL
     WHERE draft_id = :draft AND removed_at IS NULL AND id = ANY(CAST(:ids AS uuid[]))
""")
REMOVE = text("UPDATE attachments SET removed_at = :now WHERE id = :id AND draft_id = :draft AND removed_at IS NULL")
LET_GO = text("""
    SELECT id, file_key FROM attachments WHERE referral_id IS NULL AND (draft_id IS NULL OR removed_at IS NOT NULL)
     ORDER BY added_at LIMIT 100 FOR UPDATE SKIP LOCKED
""")
FORGET = text("DELETE FROM attachments WHERE id = ANY(CAST(:ids AS uuid[]))")
INFECTED_OF = text("SELECT id::text FROM attachments WHERE id = ANY(CAST(:ids AS uuid[])) AND scan = 'infected'")

# Of rows with the same bytes, what one scan found tells of all; while one waits for its scan, none is given out unscanned.
TELLING = case({"infected": 1, "clean": 2, "waiting": 3}, value=Attachment.scan, else_=4)

Entry = dict[str, str]


@dataclass(frozen=True)
class Upload:
    """A file as somebody sent it; `title` says in a few words what it is, or is empty."""

    title: str
    filename: str
    content: bytes


def documents_of(body: Mapping[str, Any]) -> list[Entry]:
    """The files that a referral's body names."""
    return list(body.get("documents") or ())


def keep(
    session: Session, viewer: Viewer, upload: Upload, *, draft_id: str | None = None, referral_id: str | None = None
) -> Entry:
    """Store a file of a draft or of a referral; returns its entry. Raises a 422 problem for a kind that is not taken."""
    try:
        content_type = kind_of(upload.content)
    except NotTaken as error:
        raise refused("/file", str(error)) from None
    attachment = Attachment(
        id=new_id(),
        draft_id=draft_id,
        referral_id=referral_id,
        agency_id=viewer.agency_id,
        added_by=viewer.actor,
        added_at=clock.now(),
        file_key=files.put(upload.content),
        content_type=content_type,
        size=len(upload.content),
        sha256=files.sha256_of(upload.content),
        scan="waiting" if scanner_is_set() else "not-scanned",
    )
    session.add(attachment)
    session.flush()
    if scanner_is_set():
        ring_after_commit(session, "scan_documents")
    why = f"sha256 {attachment.sha256}"
    audit.append(session, audit.Entry(viewer.actor, "added-document", f"document:{attachment.id}", why))
    return {
        "id": attachment.id,
        "title": upload.title or words_for(content_type),
        "filename": safe_name(upload.filename, content_type),
        "sha256": attachment.sha256,
    }


def check_new(known: Sequence[Entry], uploads: Sequence[Upload]) -> None:
    """Raises a 422 problem for more files than a report may have, and for one that it has already."""
    if len(known) + len(uploads) > MOST:
        raise refused("/file", f"A report can have {MOST} files. Put several pages into one PDF.")
    digests = [files.sha256_of(upload.content) for upload in uploads]
    if len({*digests, *(entry["sha256"] for entry in known)}) < len(digests) + len(known):
        raise refused("/file", "This very file is with the report already.")


def remove_from_draft(session: Session, draft_id: str, attachment_id: str) -> bool:
    """Let a file of a draft go; its bytes follow with the next sweep. False where it was sent already."""
    values = {"id": attachment_id, "draft": draft_id, "now": clock.machine_now()}
    return bool(session.execute(REMOVE, values).rowcount)  # type: ignore[attr-defined]  # an UPDATE's result has it


def send_with(session: Session, draft_id: str, referral_id: str, entries: Sequence[Entry]) -> None:
    """The files of a draft are the referral's from now on."""
    ids = [entry["id"] for entry in entries]
    session.execute(OF_DRAFT, {"draft": draft_id, "referral": referral_id, "ids": ids})


def described(session: Session, entries: Sequence[Entry]) -> list[dict[str, Any]]:
    """Files as people and systems are shown them: their entries with kind, size, and what the scanner said."""
    ids = [entry["id"] for entry in entries]
    found = {row.id: row for row in session.scalars(select(Attachment).where(Attachment.id.in_(ids)))} if ids else {}
    return [entry | _facts(found[entry["id"]]) for entry in entries if entry["id"] in found]


def _facts(attachment: Attachment) -> dict[str, Any]:
    names = ("content_type", "size", "scan", "added_at")
    return {name: getattr(attachment, name) for name in names}


def infected_among(session: Session, entries: Sequence[Entry]) -> list[Entry]:
    """Those of some files in which malware was found."""
    if not entries:
        return []
    infected = set(session.scalars(INFECTED_OF, {"ids": [entry["id"] for entry in entries]}))
    return [entry for entry in entries if entry["id"] in infected]


def refuse_infected(session: Session, entries: Sequence[Entry]) -> None:
    """Raises a 409 problem where malware was found in one of some files."""
    if infected_among(session, entries):
        raise conflict("Malware was found in one of the files. Remove it, then send the report without it.")


def documents_to_name(session: Session, bodies: Sequence[Mapping[str, Any]]) -> list[Entry]:
    """The files of an incident's referrals that recipients are told of: each once, and none in which malware was found."""
    entries = list({entry["sha256"]: entry for body in bodies for entry in documents_of(body)}.values())
    infected = infected_among(session, entries)
    return [entry for entry in entries if entry not in infected]


def open_file(session: Session, entries: Sequence[Entry], attachment_id: str) -> tuple[Entry, Attachment, bytes]:
    """A file of a draft or a referral that the caller may see. Raises 404, and 409 problems while it is not given out."""
    return _opened(session, entries, "id", attachment_id)


def open_named(session: Session, entries: Sequence[Entry], sha256: str) -> tuple[Entry, Attachment, bytes]:
    """A file that a notification names, by its SHA-256, as the system sees it. Raises 404 and 409 problems."""
    return _opened(session, entries, "sha256", sha256.lower())


def _opened(session: Session, entries: Sequence[Entry], name: str, value: str) -> tuple[Entry, Attachment, bytes]:
    entry = next((each for each in entries if each[name] == value), None)
    if entry is None:
        raise not_found()
    by = Attachment.id if name == "id" else Attachment.sha256
    same = select(Attachment).where(by == value, Attachment.removed_at.is_(None))
    found = session.scalars(same.order_by(TELLING).limit(1)).first()
    if found is None:
        raise not_found()
    if found.scan == "infected":
        raise conflict(INFECTED)
    if found.scan == "waiting":
        raise conflict(WAITING)
    return entry, found, files.get(found.file_key)


def forget_files() -> None:
    """Let go of files that were taken out of a draft, or whose draft is gone, before anybody was sent them."""
    with SERVICE.transaction() as session:
        found = session.execute(LET_GO).all()
        for row in found:
            files.remove(row.file_key)
        if found:
            session.execute(FORGET, {"ids": [row.id for row in found]})
