"""A whole case as one file for a court or the Panel: index with hashes, record, documents, chronology, audit extract."""

import hashlib
import io
import zipfile
from collections.abc import Iterator, Sequence
from typing import Any

import orjson
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from services.review.actions import kind_of_file
from services.review.chronology_files import whole_chronology
from services.review.meetings import meetings_of
from services.review.models import AgencyReturn, Case, Evidence, InformationRequest, PracticeReview, Report, ReviewCase
from services.review.rapid_review import standing_decision
from services.review.report_document import report_file
from services.review.review_cases import reviews_of
from services.review.review_records import DRAFTS_TAKEN, keep_record
from services.review.views.cases import describe_case
from services.review.views.practice_reviews import describe_practice_review
from services.review.views.returns import describe_request
from services.review.written_documents import Block, Heading, Table, Words, as_csv, as_pdf, written_day
from shared import audit, clock, files
from shared.identity.viewer import Viewer
from shared.partnership import partnership

AUDIT_OF = text("""
    SELECT number, entry::jsonb ->> 'at' AS at, entry::jsonb ->> 'who' AS who, entry::jsonb ->> 'what' AS what,
           entry::jsonb ->> 'on' AS on_what, entry::jsonb ->> 'why' AS why, encode(hash, 'hex') AS hash
      FROM audit_entries WHERE entry::jsonb ->> 'on' = ANY(:records) ORDER BY number
""")
AUDIT_COLUMNS = ("Number", "When", "Who", "What", "On", "Why", "Hash in the chain")
HOW_TO_CHECK = (
    "Each file's SHA-256 is the fingerprint of its bytes when the bundle was taken. Any program that computes SHA-256 "
    "shows whether a file is still the same. audit.csv gives each entry's number and hash in the audit chain, which the "
    "partnership can have verified."
)

LEFT_OUT = (
    "Left out: drafts of {}, comments on them, and what was recorded of the review. It is or was about other cases too, "
    "and they speak of other families."
)
OF_ALL_CASES = ("cases", "reports", "comments", "records")


def bundle_of(session: Session, case: Case, viewer: Viewer, reasons: str | None = None) -> bytes:
    """A ZIP of the case. That it was taken is audited.

    `index.csv` names every other file with its size in bytes and its SHA-256; `index.pdf` says the same for reading.
    Drafts of a review that is or was about other cases too tell of other families: they are in it for `reasons` alone,
    which are kept with the review.
    """
    shared = [each for each in reviews_of(session, case) if is_about_others(session, case, each)]
    for review in shared if reasons else ():
        keep_record(session, review, DRAFTS_TAKEN, {"case": case.reference, "reasons": reasons}, viewer)
    why = f"with drafts of {', '.join(each.reference for each in shared)}" if reasons and shared else ""
    audit.append(session, audit.Entry(viewer.actor, "took-bundle", f"case:{case.id}", why))
    left_out = [] if reasons else [each.reference for each in shared]
    held = list(_files(session, case, left_out))
    rows = [(name, str(len(content)), hashlib.sha256(content).hexdigest()) for name, content in held]
    read_first = _index_to_read(case, rows, left_out, viewer)
    rows.append(("index.pdf", str(len(read_first)), hashlib.sha256(read_first).hexdigest()))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, content in [("index.csv", as_csv(INDEX, rows)), ("index.pdf", read_first), *held]:
            bundle.writestr(zipfile.ZipInfo(name, clock.now().timetuple()[:6]), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


INDEX = ("File", "Bytes", "SHA-256")


def is_about_others(session: Session, case: Case, review: PracticeReview) -> bool:
    """Whether a review is about other cases too, or was: then its drafts and comments speak of other families."""
    others = select(ReviewCase.id).where(ReviewCase.practice_review_id == review.id, ReviewCase.case_id != case.id)
    return session.scalar(others.limit(1)) is not None


def _index_to_read(case: Case, rows: Sequence[Sequence[str]], left_out: Sequence[str], viewer: Viewer) -> bytes:
    title = f"Case {case.reference}: what this bundle holds"
    taken = f"Taken on {written_day(clock.now())} by {viewer.person_name or viewer.agency_name}."
    missing = [Words(LEFT_OUT.format(", ".join(left_out)))] if left_out else []
    parts: list[Block] = [Heading(title, 1), Words(taken), *missing, Words(HOW_TO_CHECK), Table(INDEX, rows)]
    return as_pdf(title, partnership().marking, parts)


def _files(session: Session, case: Case, left_out: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    meetings = [
        {"held_at": each.held_at, "recorded_by": each.recorded_by, "recorded_at": each.recorded_at} | each.content
        for each in meetings_of(session, case)
    ]
    described = describe_case(session, case)
    yield "case.json", _json(described | {"meetings": meetings})
    requests = list(session.scalars(select(InformationRequest).where(InformationRequest.case_id == case.id)))
    for request in requests:
        yield f"returns/{request.agency_id}.json", _json(describe_request(session, request, drafts=False))
    sent = select(AgencyReturn).where(AgencyReturn.case_id == case.id, AgencyReturn.submitted_at.is_not(None))
    for each in session.scalars(sent.order_by(AgencyReturn.agency_id, AgencyReturn.number)):
        yield f"returns/{each.agency_id}-version-{each.number}.json", _json(_version(each))
    reviews = reviews_of(session, case)
    for review in reviews:
        record = describe_practice_review(session, review)
        if review.reference in left_out:
            record = {name: value for name, value in record.items() if name not in OF_ALL_CASES}
        yield f"{review.reference}/record.json", _json(record)
        if review.reference in left_out:
            continue
        for report in session.scalars(select(Report).where(Report.practice_review_id == review.id)):
            yield f"{review.reference}/{report.kind}-{report.number}.pdf", files.get(report.file_key)
    yield from _evidence(session, described["recommendations"])
    yield "chronology.csv", whole_chronology(session, case)
    if standing_decision(session, case) is not None:
        yield "rapid-review.pdf", report_file(session, case, "pdf")
    yield "audit.csv", _audit(session, _records(case, requests, reviews, described["recommendations"]))


def _version(each: AgencyReturn) -> dict[str, Any]:
    same = ("agency_id", "number", "involved", "submitted_at", "late", "content", "chronology")
    return {name: getattr(each, name) for name in same}


def _evidence(session: Session, recommendations: Sequence[dict[str, Any]]) -> Iterator[tuple[str, bytes]]:
    """The files that show what actions have changed."""
    actions = [action["id"] for each in recommendations for action in each["actions"]]
    shown = select(Evidence).where(Evidence.action_id.in_(actions), Evidence.file_key.is_not(None))
    for each in session.scalars(shown.order_by(Evidence.recorded_at, Evidence.id)):
        content = files.get(each.file_key or "")
        yield f"evidence/{each.id}.{(kind_of_file(content) or '/bin').rpartition('/')[2]}", content


def _json(described: dict[str, Any]) -> bytes:
    return orjson.dumps(described, option=orjson.OPT_INDENT_2, default=str)


def _records(
    case: Case,
    requests: Sequence[InformationRequest],
    reviews: Sequence[PracticeReview],
    recommendations: Sequence[dict[str, Any]],
) -> list[str]:
    """What the audit trail calls the records of a case."""
    found = [f"case:{case.id}", *(f"information-request:{each.id}" for each in requests)]
    found += [f"practice-review:{each.id}" for each in reviews]
    found += [f"recommendation:{each['id']}" for each in recommendations]
    return found + [f"action:{action['id']}" for each in recommendations for action in each["actions"]]


def _audit(session: Session, records: list[str]) -> bytes:
    found = session.execute(AUDIT_OF, {"records": records})
    return as_csv(AUDIT_COLUMNS, [[str(value or "") for value in row] for row in found])
