"""A whole case as one file for a court or the Panel: index with hashes, record, documents, chronology, audit extract."""

import hashlib
import io
import zipfile
from collections.abc import Iterator, Sequence
from typing import Any

import orjson
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from services.review.models import Case, InformationRequest, PracticeReview, Report
from services.review.review_cases import reviews_of
from services.review.review_records import records_of
from services.review.views.cases import describe_case
from services.review.views.practice_reviews import describe_practice_review
from services.review.views.returns import describe_request
from services.review.written_documents import as_csv
from shared import audit, clock, files
from shared.identity.viewer import Viewer

AUDIT_OF = text("""
    SELECT number, entry::jsonb ->> 'at' AS at, entry::jsonb ->> 'who' AS who, entry::jsonb ->> 'what' AS what,
           entry::jsonb ->> 'on' AS on_what, entry::jsonb ->> 'why' AS why
      FROM audit_entries WHERE entry::jsonb ->> 'on' = ANY(:records) ORDER BY number
""")


def bundle_of(session: Session, case: Case, chronology: bytes, report: bytes | None, viewer: Viewer) -> bytes:
    """A ZIP of the case; `chronology` and `report` are the files that its pages give. That it was taken is audited.

    `index.csv` names every other file with its size in bytes and its SHA-256.
    """
    audit.append(session, audit.Entry(viewer.actor, "took-bundle", f"case:{case.id}"))
    session.flush()
    held = [*_files(session, case), ("chronology.csv", chronology), *([("rapid-review.pdf", report)] if report else [])]
    rows = [(name, str(len(content)), hashlib.sha256(content).hexdigest()) for name, content in held]
    index = as_csv(("File", "Bytes", "SHA-256"), rows)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, content in [("index.csv", index), *held]:
            bundle.writestr(zipfile.ZipInfo(name, clock.now().timetuple()[:6]), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _files(session: Session, case: Case) -> Iterator[tuple[str, bytes]]:
    yield "case.json", _json(describe_case(session, case))
    requests = list(session.scalars(select(InformationRequest).where(InformationRequest.case_id == case.id)))
    for request in requests:
        yield f"returns/{request.agency_id}.json", _json(describe_request(session, request, drafts=False))
    reviews = reviews_of(session, case)
    for review in reviews:
        told = [
            {"kind": each.kind, "by": each.recorded_by, "at": each.recorded_at} | each.content
            for each in records_of(session, review)
        ]
        yield f"{review.reference}/record.json", _json(describe_practice_review(session, review) | {"records": told})
        for each in session.scalars(select(Report).where(Report.practice_review_id == review.id)):
            yield f"{review.reference}/{each.kind}-{each.number}.pdf", files.get(each.file_key)
    yield "audit.csv", _audit(session, case, requests, reviews)


def _json(described: dict[str, Any]) -> bytes:
    return orjson.dumps(described, option=orjson.OPT_INDENT_2, default=str)


def _audit(
    session: Session, case: Case, requests: Sequence[InformationRequest], reviews: Sequence[PracticeReview]
) -> bytes:
    records = [f"case:{case.id}", *(f"information-request:{each.id}" for each in requests)]
    records += [f"practice-review:{each.id}" for each in reviews]
    found = session.execute(AUDIT_OF, {"records": records})
    columns = ("Number", "When", "Who", "What", "On", "Why")
    return as_csv(columns, [[str(value or "") for value in row] for row in found])
