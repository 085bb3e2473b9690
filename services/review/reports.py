"""Reports of a practice review: uploaded as PDF, kept in versions, signed by the three partners."""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.review.draft_comments import expect_facts_answered
from services.review.models import Case, PracticeReview, Report, ReportSignature
from services.review.page_count import pages_of
from services.review.practice_review import emit_of
from services.review.review_cases import known_of_cases
from services.review.states import PRACTICE_REVIEW, move
from shared import audit, clock, files
from shared.database import new_id
from shared.identity.viewer import Viewer
from shared.partnership import partnership
from shared.web.problems import conflict, refused

SIGNED = "full-report"  # what the partners sign off, and publishing is given


def pages_of_pdf(content: bytes) -> int:
    """How many pages a PDF has. Raises a 422 problem for a file that is none, is locked, or has no page."""
    if not content.startswith(b"%PDF-"):
        raise refused("/file", "Send a PDF file; this one is of another kind, whatever its name says.")
    pages = pages_of(content)
    if not pages:
        raise refused("/file", "This PDF cannot be opened. Save it again, without a password, and send it.")
    return pages


def add_report(
    session: Session, review: PracticeReview, kind: str, filename: str, content: bytes, viewer: Viewer
) -> Report:
    """Keep a new version of a report. `review` is locked by the caller.

    Raises a 422 problem for what is not an open PDF, or the same bytes as before; 409 after sign-off.
    """
    move(PRACTICE_REVIEW, review.status, "change")
    pages = pages_of_pdf(content)
    sha256 = files.sha256_of(content)
    of_kind = select(Report).where(Report.practice_review_id == review.id, Report.kind == kind)
    if session.scalar(of_kind.where(Report.sha256 == sha256)) is not None:
        raise refused("/file", "This very file was uploaded before; send a changed one.")
    numbers = select(func.max(Report.number)).where(Report.practice_review_id == review.id, Report.kind == kind)
    number = session.scalar(numbers) or 0
    report = Report(
        id=new_id(),
        practice_review_id=review.id,
        kind=kind,
        number=number + 1,
        file_key=files.put(content),
        filename=filename,
        sha256=sha256,
        pages=pages,
        uploaded_by=viewer.agency_id,
        uploaded_at=clock.now(),
    )
    session.add(report)
    review.version += 1
    why = f"{kind} {report.number} sha256 {sha256}"
    audit.append(session, audit.Entry(viewer.actor, "uploaded-report", f"practice-review:{review.id}", why))
    return report


def sign_report(session: Session, review: PracticeReview, body: dict[str, Any], viewer: Viewer) -> Report:
    """Record a partner's signature under the newest version of the full report; the third signs the review off.

    `review` is locked by the caller, so that the third is one only. Emits `report.signed-off` with the identifiers
    that must not appear in what is published. Raises a 409 problem for an older version, another file, a second
    signature of the same partner, or a review that was signed off.
    """
    review.status = move(PRACTICE_REVIEW, review.status, "sign")
    expect_facts_answered(session, review)
    report = _newest_with(session, review, body["report_sha256"])
    if viewer.agency_id in signers_of(session, report):
        raise conflict("Your agency has signed this version of the report.")
    signature = ReportSignature(
        id=new_id(),
        report_id=report.id,
        agency_id=viewer.agency_id,
        sha256=report.sha256,
        signatory={"name": body["name"], "role": body["role"]},
        signed_at=clock.now(),
    )
    session.add(signature)
    session.flush()
    review.version += 1
    entries = [audit.Entry(viewer.actor, "signed-report", f"practice-review:{review.id}", f"sha256 {report.sha256}")]
    if not unsigned_partners(session, report):
        _sign_off(session, review, report, viewer)
        entries.append(audit.Entry(viewer.actor, "signed-off", f"practice-review:{review.id}", f"report {report.id}"))
    audit.append(session, *entries)
    return report


def _newest_with(session: Session, review: PracticeReview, sha256: str) -> Report:
    full = select(Report).where(Report.practice_review_id == review.id, Report.kind == SIGNED)
    newest = session.scalar(full.order_by(Report.number.desc()).limit(1))
    if newest is None or newest.sha256 != sha256.lower():
        raise conflict(
            "These are not the bytes of the newest full report of this review. Read it again, and sign what it is now."
        )
    return newest


def signers_of(session: Session, report: Report) -> set[str]:
    return set(session.scalars(select(ReportSignature.agency_id).where(ReportSignature.report_id == report.id)))


def unsigned_partners(session: Session, report: Report) -> list[str]:
    """The partners who have not signed this version."""
    signed = signers_of(session, report)
    return [agency for agency in partnership().safeguarding_partners if agency not in signed]


def _sign_off(session: Session, review: PracticeReview, report: Report, viewer: Viewer) -> None:
    review.status = move(PRACTICE_REVIEW, review.status, "sign-off")
    review.signed_off_at = clock.now()
    case = session.get_one(Case, review.case_id)
    values = {
        "pseudonym": review.pseudonym,
        "kind": review.kind,
        "title": review.title,
        "report": {"key": report.file_key, "filename": report.filename, "sha256": report.sha256},
        "signed_at": review.signed_off_at.isoformat(),
    } | known_of_cases(session, review, viewer)
    emit_of(session, "report.signed-off", review, case.incident_id, values)
