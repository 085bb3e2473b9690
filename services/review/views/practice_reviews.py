"""Practice reviews and their parts as they are answered."""

from collections.abc import Iterable
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.review.directory import Agencies
from services.review.draft_comments import comments_of
from services.review.holds import check_is_overdue
from services.review.models import (
    Case,
    Delay,
    DraftComment,
    Hold,
    HoldCheck,
    PracticeReview,
    Report,
    ReportSignature,
    ReviewCase,
    Reviewer,
    ReviewerRequest,
    ReviewRecord,
)
from services.review.practice_review import is_withheld, rule_of
from services.review.review_cases import links_of
from services.review.review_records import records_of
from services.review.views.stages import describe_stages
from shared import clock
from shared.web.layout import words

Part = TypeVar("Part", Reviewer, ReviewerRequest, Report, Hold, Delay)


def describe_summary(review: PracticeReview) -> dict[str, Any]:
    """A practice review with its clock: it stops when the report is published, or the partners decide that it is not."""
    return {
        "id": review.id,
        "case_id": review.case_id,
        "reference": review.reference,
        "pseudonym": review.pseudonym,
        "kind": review.kind,
        "title": review.title,
        "status": review.status,
        "decided_at": review.decided_at,
        "due_at": review.due_at,
        "overdue": review.due_at < (review.published_at or review.ended_at or clock.now()) and not is_withheld(review),
        "authority": rule_of(review.kind, review.decided_at).authority,
        "signed_off_at": review.signed_off_at,
        "ended_at": review.ended_at,
        "published_at": review.published_at,
        "withheld_at": review.route_decided_at if is_withheld(review) else None,
    }


def describe_practice_review(session: Session, review: PracticeReview) -> dict[str, Any]:
    delays = _parts(session, Delay, review, Delay.recorded_at)
    return describe_summary(review) | {
        "ending": review.ending,
        "expected_on": delays[-1].expected_on if delays else None,
        "cases": [describe_link(session, each) for each in links_of(session, review)],
        "reviewers": [describe_reviewer(each) for each in _parts(session, Reviewer, review, Reviewer.appointed_on)],
        "milestones": describe_stages(session, review),
        "reviewer_requests": [
            describe_reviewer_request(each)
            for each in _parts(session, ReviewerRequest, review, ReviewerRequest.asked_at)
        ],
        "reports": describe_reports(session, _parts(session, Report, review, Report.uploaded_at)),
        "comments": [describe_comment(each) for each in comments_of(session, review)],
        "records": [describe_record(each) for each in records_of(session, review)],
        "holds": [describe_hold(session, each) for each in _parts(session, Hold, review, Hold.placed_at)],
        "delays": [describe_delay(each) for each in delays],
        "publication": _publication(review),
    }


def describe_for_reviewer(session: Session, review: PracticeReview) -> dict[str, Any]:
    """What the reviewer sees of the review: its clock, stages, written requests, and versions of reports with their keys."""
    return describe_summary(review) | {
        "milestones": describe_stages(session, review),
        "reviewer_requests": [
            describe_reviewer_request(each)
            for each in _parts(session, ReviewerRequest, review, ReviewerRequest.asked_at)
        ],
        "reports": [
            {name: getattr(each, name) for name in ("id", "kind", "number", "pages", "uploaded_at", "file_key")}
            for each in _parts(session, Report, review, Report.uploaded_at)
        ],
        "comments": [describe_comment(each) for each in comments_of(session, review)],
    }


def versions_of(described: dict[str, Any]) -> dict[str, str]:
    """The versions of a described review's reports by id, as people call them: `Full report 2`."""
    return {each["id"]: f"{words(each['kind'])} {each['number']}" for each in described["reports"]}


def _parts(session: Session, kind: type[Part], review: PracticeReview, order: Any) -> list[Part]:
    return list(session.scalars(select(kind).where(kind.practice_review_id == review.id).order_by(order, kind.id)))


def describe_link(session: Session, link: ReviewCase) -> dict[str, Any]:
    case = session.get_one(Case, link.case_id)
    same = ("id", "case_id", "added_at", "reasons", "removed_at", "removal_reasons")
    return {name: getattr(link, name) for name in same} | {
        "reference": case.reference,
        "pseudonym": case.pseudonym,
        "incident_reference": case.incident_reference,
    }


def describe_reviewer(reviewer: Reviewer) -> dict[str, Any]:
    return {
        "id": reviewer.id,
        **reviewer.reviewer,
        "appointed_on": reviewer.appointed_on,
        "contract_from": reviewer.contract_from,
        "contract_until": reviewer.contract_until,
        "ended_at": reviewer.ended_at,
        "ending_reasons": reviewer.ending_reasons,
    }


def describe_reviewer_request(request: ReviewerRequest) -> dict[str, Any]:
    return {
        "id": request.id,
        "asks_for": request.asks_for,
        **request.request,
        "asked_at": request.asked_at,
        "answer_by": request.answer_by,
        "response": request.response,
        "responded_on": request.responded_on,
    }


def describe_reports(session: Session, reports: Iterable[Report]) -> list[dict[str, Any]]:
    """Reports with the partners' signatures under each version."""
    shown = list(reports)
    statement = select(ReportSignature).where(ReportSignature.report_id.in_([each.id for each in shown]))
    signatures = list(session.scalars(statement.order_by(ReportSignature.signed_at)))
    agencies = Agencies(session, [each.uploaded_by for each in shown] + [each.agency_id for each in signatures])
    return [_report(each, agencies, [sign for sign in signatures if sign.report_id == each.id]) for each in shown]


def _report(report: Report, agencies: Agencies, signatures: list[ReportSignature]) -> dict[str, Any]:
    return {
        "id": report.id,
        "kind": report.kind,
        "number": report.number,
        "filename": report.filename,
        "sha256": report.sha256,
        "pages": report.pages,
        "uploaded_by": agencies[report.uploaded_by],
        "uploaded_at": report.uploaded_at,
        "signatures": [
            {"agency": agencies[each.agency_id], "signed_at": each.signed_at} | each.signatory for each in signatures
        ],
    }


def describe_comment(comment: DraftComment) -> dict[str, Any]:
    same = ("id", "report_id", "kind", "recorded_by", "recorded_at", "outcome", "done", "answered_at")
    return {name: getattr(comment, name) for name in same} | comment.content


def describe_record(record: ReviewRecord) -> dict[str, Any]:
    return {name: getattr(record, name) for name in ("id", "kind", "recorded_by", "recorded_at", "content")}


def describe_hold(session: Session, hold: Hold) -> dict[str, Any]:
    checks = session.scalars(select(HoldCheck).where(HoldCheck.hold_id == hold.id).order_by(HoldCheck.checked_at))
    return {
        "id": hold.id,
        "reason": hold.reason,
        **hold.details,
        "status": hold.status,
        "next_check_on": hold.next_check_on,
        "check_overdue": check_is_overdue(hold),
        "panel_told_on": hold.panel_told_on,
        "placed_at": hold.placed_at,
        "lifted_at": hold.lifted_at,
        "lifting_reasons": hold.lifting_reasons,
        "checks": [
            {"checked_at": each.checked_at, "next_check_on": each.next_check_on, "reasons": each.reasons}
            for each in checks
        ],
    }


def describe_delay(delay: Delay) -> dict[str, Any]:
    return {
        "id": delay.id,
        "reasons": delay.reasons,
        "expected_on": delay.expected_on,
        "recorded_at": delay.recorded_at,
    }


def _publication(review: PracticeReview) -> dict[str, Any]:
    return {
        "publication_id": review.publication_id,
        "route": review.publication_route,
        "published_at": review.published_at,
        "url": review.publication_url,
        "deposited_at": review.deposited_at,
        "nspcc_reference": review.nspcc_reference,
        "withdrawn_at": review.withdrawn_at,
    }
