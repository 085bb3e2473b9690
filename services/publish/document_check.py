"""Cleaning and the identifier check, done by the worker: claim a document, work with no transaction open, record.

A file that brings the worker down is claimed again after its lease, and refused after a few attempts; one that is out
already stays as it was checked, and a person is asked to read it.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import timedelta

import structlog
from sqlalchemy import select, text, update
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from services.publish.cleaning.examination_process import ExaminationInterrupted, examine_apart
from services.publish.cleaning.file_kinds import PDF, PLAIN
from services.publish.cleaning.passages import HOW, CannotClean, Examined, Passage
from services.publish.findings import carry_decisions
from services.publish.identifying.case_knowledge import knowledge_digest, known_of
from services.publish.identifying.finding_words import PICTURES, group_of, picture_words, small_pictures_words
from services.publish.identifying.identifiers import Found, find_identifiers
from services.publish.models import Document, Finding, Publication
from services.publish.own_items import know_everybody
from services.publish.schedule import public_name
from services.publish.service import SERVICE
from services.publish.what_is_out import IS_OUT, OUT, kept_though_unchecked, tell_if_out, tell_if_scheduled
from shared import audit, clock, files
from shared.encryption import keyed_hash

log = structlog.get_logger()

MOST_ATTEMPTS = 3
NOT_OUT_YET = ("draft", "route-decided", "scheduled", "held")
LEASE = timedelta(seconds=240)  # the worker's hard limit for one task
LISTED = ("alternative-text", "bookmark", "link", "header")  # what no page shows, for a person to look through
MOST_LISTED = 2_000
TITLES = {
    "full-report": "full report",
    "executive-summary": "executive summary",
    "learning-briefing": "learning briefing",
    "slides": "slides",
}


@dataclass(frozen=True)
class Checked:
    """What cleaning and checking made of one document."""

    content: bytes
    removed: tuple[str, ...]
    pages: int | None
    body: str
    found: list[Found]
    gaps: tuple[str, ...] = ()
    listed: tuple[Passage, ...] = ()


CLAIM = text("""
    UPDATE documents SET claimed_at = :now, attempts = attempts + 1
     WHERE id = (SELECT d.id FROM documents d JOIN publications p ON p.id = d.publication_id
                  WHERE d.status = 'received' AND (d.claimed_at IS NULL OR d.claimed_at < :lapsed)
                  ORDER BY p.state = ANY(:out) AND d.clean_key IS NOT NULL, d.uploaded_at
                  LIMIT 1 FOR UPDATE OF d SKIP LOCKED)
    RETURNING id::text
""")  # what is not public yet comes first: it may have an hour to keep


def check_documents() -> int:
    """Clean and check every document that waits; returns how many were done."""
    reopen_outdated_checks()
    done = 0
    while document_id := _claim():
        check_one(document_id)
        done += 1
    return done


def reopen_outdated_checks() -> None:
    """Let what is to come out, and what is out, be checked again where more is known, or the check finds more than it did.

    What is out stays out meanwhile, as the bytes that were cleaned. Where it could not be checked by what is known now,
    it waits until something else is known.
    """
    with SERVICE.transaction() as session:
        know_everybody(session)
        watched = session.scalars(select(Publication).where(Publication.state.in_((*NOT_OUT_YET, *OUT))))
        digests = {publication.id: knowledge_digest(publication) for publication in watched}
        checks = (Document.status, Document.checked_against, Document.refused_against)
        columns = (Document.id, Document.publication_id, *checks)
        newest = (
            select(*columns)
            .where(Document.publication_id.in_(digests))
            .ext(distinct_on(Document.publication_id, Document.kind))
            .order_by(Document.publication_id, Document.kind, Document.version.desc())
        )
        out = session.execute(select(*columns).where(IS_OUT)).all()
        tried = {each.id for each in out if each.refused_against == digests[each.publication_id]}
        outdated = {
            each.id
            for each in (*session.execute(newest), *out)
            if each.status == "checked" and each.checked_against != digests[each.publication_id]
        } - tried
        again = {"status": "received", "claimed_at": None, "attempts": 0}
        session.execute(update(Document).where(Document.id.in_(outdated), Document.status == "checked").values(again))


def _claim() -> str | None:
    moment = clock.machine_now()
    with SERVICE.transaction() as session:
        claimed: str | None = session.scalar(CLAIM, {"now": moment, "lapsed": moment - LEASE, "out": [*OUT]})
        return claimed


def check_one(document_id: str) -> None:
    """Do the work of one claimed document and record what came of it."""
    with SERVICE.transaction() as session:
        document = session.get_one(Document, document_id)
        publication = session.get_one(Publication, document.publication_id)
    if document.attempts > MOST_ATTEMPTS:
        _refuse(document, publication, "The file cannot be checked here. Save it again as a plain PDF and upload it.")
        return
    try:
        checked = check(document, publication, files.get(document.clean_key or document.original_key))
    except CannotClean as error:
        _refuse(document, publication, str(error))
        return
    except ExaminationInterrupted:  # the row is the work: it is claimed again, and given up after a few times
        _release(document)
        return
    clean_key = document.clean_key or files.put(checked.content)  # checked again, the bytes stay as they were cleaned
    with SERVICE.transaction() as session:
        _record(session, document.id, clean_key, checked, knowledge_digest(publication))


def _release(document: Document) -> None:
    with SERVICE.transaction() as session:
        session.get_one(Document, document.id, with_for_update=True).claimed_at = None


def check(document: Document, publication: Publication, content: bytes) -> Checked:
    """Clean one document and look through all of it. Raises `CannotClean`."""
    known = known_of(publication, document.kind)
    if document.content_type == PLAIN:
        words = content.decode()
        return Checked(content, (), None, words, find_identifiers([Passage("text", None, words)], known))
    title = f"{publication.pseudonym}: {TITLES[document.kind]}"
    examined = examine_apart(content, title, document.content_type)
    outside = (
        Passage("metadata", None, title),
        Passage("file-name", None, public_name(publication.pseudonym, document)),
    )
    body = "\n".join(passage.text for passage in examined.passages if passage.place == "text")
    published = [each for each in examined.passages if each.place != "header"]
    found = [*find_identifiers((*published, *outside), known), *_unread(examined)]
    listed = tuple(each for each in examined.passages if each.place in LISTED)[:MOST_LISTED]
    if examined.small_pictures:
        listed = (*listed, Passage("small-picture", None, small_pictures_words(examined.small_pictures)))
    return Checked(examined.content, examined.removed, examined.pages, body, found, examined.gaps, listed)


def _unread(examined: Examined) -> Iterator[Found]:
    """What a person has to look at because no program can say what a reader sees there."""
    for each in examined.pictures:
        kind, value = ("picture", f"picture {each.digest}") if each.digest else ("page-without-text", "")
        page = each.pages[0] if each.pages else None
        yield Found(kind, "text", page, value, picture_words(each), len(each.pages) or 1, rendering=each.rendering)
    for hidden in examined.concealed:
        kind = "hidden-in-word" if hidden.how.startswith("word-") else "hidden-text"
        yield Found(kind, hidden.how, hidden.page, hidden.text, f"{HOW[hidden.how]} It says: {hidden.text}", 1)


def _record(session: Session, document_id: str, clean_key: str, checked: Checked, against: bytes) -> None:
    document = session.get_one(Document, document_id, with_for_update=True)
    if document.status != "received":  # another worker's lease: its result stands
        return
    document.status, document.checked_against = "checked", against
    document.refused_against = document.refusal = None
    document.checked_at = document.checked_at or clock.now()  # checked again, its file on the site keeps its day
    if document.clean_key is None:
        _note_cleaned(document, clean_key, checked)
    known = {_key_of(each): each for each in session.scalars(select(Finding).where(Finding.document_id == document.id))}
    fresh: list[Finding] = []
    for finding in (_finding(document, found) for found in checked.found):
        before = known.get(_key_of(finding))
        if before is None:
            fresh.append(finding)
        elif not before.resolution:  # it may be shown better now
            before.value, before.context, before.rendering = finding.value, finding.context, finding.rendering
    carry_decisions(session, document, fresh)
    session.add_all(fresh)
    if any(group_of(each.kind) != PICTURES for each in fresh):  # the pictures of what is out are those it went out with
        tell_if_out(session, document)
    if any(not each.resolution for each in fresh):
        tell_if_scheduled(session, document)
    why = f"{document.kind} version {document.version} sha256 {document.clean_sha256}, {len(checked.found)} findings"
    audit.append(session, audit.Entry("system", "checked", f"publication:{document.publication_id}", why))


def _note_cleaned(document: Document, clean_key: str, checked: Checked) -> None:
    document.clean_key, document.clean_sha256 = clean_key, files.sha256_of(checked.content)
    document.clean_size = len(checked.content)
    document.content_type = PLAIN if document.content_type == PLAIN else PDF
    document.removed, document.pages, document.body = list(checked.removed), checked.pages, checked.body
    document.accessibility, document.listed = list(checked.gaps), [asdict(each) for each in checked.listed]


def _key_of(finding: Finding) -> tuple[str, str, int | None, bytes]:
    return finding.kind, finding.place, finding.page, bytes(finding.fingerprint)


def _finding(document: Document, found: Found) -> Finding:
    return Finding(
        publication_id=document.publication_id,
        document_id=document.id,
        kind=found.kind,
        place=found.place,
        page=found.page,
        times=found.times,
        value=found.value,
        context=found.context,
        rendering=found.rendering,
        fingerprint=keyed_hash("finding", found.kind, found.compared or found.value),
    )


def _refuse(document: Document, publication: Publication, sentence: str) -> None:
    with SERVICE.transaction() as session:
        row = session.get_one(Document, document.id, with_for_update=True)
        if row.status != "received":
            return
        outcome = "not-checked-again"
        if not row.clean_key or not kept_though_unchecked(session, row, knowledge_digest(publication), sentence):
            row.status, row.refusal, row.checked_at = "refused", sentence, row.checked_at or clock.now()
            outcome = "refused"
            tell_if_scheduled(session, row)
        why = f"{row.kind} version {row.version}"
        audit.append(session, audit.Entry("system", outcome, f"publication:{row.publication_id}", why))
