"""Reports of a practice review: upload, reading, and the three partners' signatures."""

from uuid import UUID

from services.review.api.routes import api
from services.review.directory import Agencies
from services.review.models import PracticeReview, Report
from services.review.records import etag, expect_version, find
from services.review.reports import add_report, sign_report, unsigned_partners
from services.review.schemas.practice_review_views import ReportView, SignOffView
from services.review.schemas.practice_reviews import ReportQuery, ReportSignatureBody
from services.review.views.practice_reviews import describe_reports
from shared import files
from shared.identity import rights
from shared.web.api import Call, Reply
from shared.web.uploads import uploaded_file


@api.post(
    "/practice-reviews/<uuid:review_id>/reports",
    allows=rights.office_or_partner,
    query=ReportQuery,
    gives=ReportView,
    status=201,
    upload=True,
)
def post_report(call: Call, review_id: UUID) -> Reply:
    """Upload a report as PDF; every upload is a new version."""
    review = find(call.session, PracticeReview, review_id, lock=True)
    expect_version(review)
    filename, content = uploaded_file("report.pdf")
    report = add_report(call.session, review, call.query["kind"], filename, content, call.viewer)
    return Reply(describe_reports(call.session, [report])[0], headers=etag(review))


@api.get("/reports/<uuid:report_id>/file", allows=rights.any_agency)
def get_report_file(call: Call, report_id: UUID) -> Reply:
    """The bytes of one version of a report: for the office, the authority and the three partners."""
    report = find(call.session, Report, report_id)
    call.note_read(f"practice-review:{report.practice_review_id}")
    headers = {"Content-Disposition": "attachment", "ETag": f'"{report.sha256}"', "Cache-Control": "no-store"}
    return Reply(files.get(report.file_key), headers=headers, content_type="application/pdf")


@api.post(
    "/practice-reviews/<uuid:review_id>/sign-off",
    allows=rights.partner,
    takes=ReportSignatureBody,
    gives=SignOffView,
    status=201,
)
def post_report_sign_off(call: Call, review_id: UUID) -> Reply:
    """Sign the newest version of a report for your agency; the third partner's signature signs the review off."""
    review = find(call.session, PracticeReview, review_id, lock=True)
    expect_version(review)
    report = sign_report(call.session, review, call.body, call.viewer)
    awaited = unsigned_partners(call.session, report)
    agencies = Agencies(call.session, awaited)
    answer = {
        "practice_review_id": review.id,
        "status": review.status,
        "signed_off": review.signed_off_at is not None,
        "awaited": [agencies[agency] for agency in awaited],
        "report": describe_reports(call.session, [report])[0],
    }
    return Reply(answer, headers=etag(review))
