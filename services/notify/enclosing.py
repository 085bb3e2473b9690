"""Files that go into a sealed message with the document that names them; a mailbox takes so much and no more.

What does not go in is named to the reader with the reason, and is read behind the link like any other.
"""

from sqlalchemy.orm import Session

from services.notify.attachments import Entry, open_named
from services.notify.service import SERVICE
from shared import audit
from shared.delivery.deliveries import Delivery
from shared.delivery.letters import Attachment, Enclosed
from shared.files import FileMissing
from shared.settings import settings
from shared.web.problems import Problem

MOST_BYTES = 12_000_000  # in all: written in letters twice, once in the envelope and once around it, it is 22 MB


def enclosed_with(delivery: Delivery) -> Enclosed:
    """The files that a message's document names, as far as they are given out and there is room, in their order."""
    entries = (delivery.body.get("document") or {}).get("documents") or ()
    if not entries:
        return Enclosed()
    files: list[Attachment] = []
    reasons: list[str] = []
    with SERVICE.transaction() as session:
        for entry in entries:
            taken = _taken(session, delivery, entries, entry, MOST_BYTES - sum(len(each.content) for each in files))
            (reasons if isinstance(taken, str) else files).append(taken)  # type: ignore[arg-type]  # each to its own
    return Enclosed(tuple(files), _words(delivery, files, reasons))


def _taken(session: Session, delivery: Delivery, entries: list[Entry], entry: Entry, room: int) -> Attachment | str:
    """The file, or a sentence on why it is not there."""
    try:
        _, found, content = open_named(session, entries, entry["sha256"])
    except (Problem, FileMissing) as refusal:
        return f"{entry['filename']}: {refusal.detail if isinstance(refusal, Problem) else 'It cannot be found now.'}"
    if len(content) > room:
        return f"{entry['filename']}: It is too large: a message holds {MOST_BYTES // 1_000_000} MB of files."
    audit.append(session, audit.Entry("system", "enclosed", f"document:{found.id}", f"delivery:{delivery.id}"))
    return Attachment(entry["filename"], found.content_type, content)


def _words(delivery: Delivery, files: list[Attachment], reasons: list[str]) -> str:
    parts = ["With this message:", *(f"  {each.filename}" for each in files)] if files else []
    if reasons:
        link = f"{settings().public_url}/notify/documents/{delivery.id}"
        parts += ["Not with this message; sign in to read it:", f"  {link}", *(f"  {each}" for each in reasons)]
    return "\n".join(parts)
