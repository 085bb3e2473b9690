"""What leaves the system: the rapid review's report, a whole case as a bundle, figures, themes and the tracker's rows."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from services.review.api.routes import api
from services.review.bundle import bundle_of
from services.review.figures import figures_by_year, learning_by_year
from services.review.models import Case
from services.review.records import find
from services.review.report_document import KINDS, report_file
from services.review.schemas.common import Reasons
from services.review.schemas.taken_out import FiguresView, ReportQuery, ThemesView, TrackerView, named
from services.review.themes import themes_by_year
from services.review.tracker import COLUMNS, take_tracker
from shared.identity import rights
from shared.web.api import Call, Reply
from shared.web.uploads import disposition


@api.get("/cases/<uuid:case_id>/rapid-review/report", allows=rights.office_or_partner, query=ReportQuery)
def get_rapid_review_report(call: Call, case_id: UUID) -> Reply:
    """The rapid review's report as it stands, made from the record: accessible PDF, or Word. 404 before a decision."""
    case, kind = find(call.session, Case, case_id), call.query["kind"]
    content = report_file(call.session, case, kind)
    call.note_read(f"case:{case.id}")
    return _file(content, KINDS[kind], f"rapid-review-{case.reference}.{kind}")


@api.get("/cases/<uuid:case_id>/bundle", allows=rights.office)
def get_bundle(call: Call, case_id: UUID) -> Reply:
    """The whole case as a ZIP for a court or the Panel, with hashes of every file in it. That it was taken is audited.

    Drafts of a review that is about other cases too are left out; `POST` takes them, with reasons.
    """
    case = find(call.session, Case, case_id)
    call.note_read(f"case:{case.id}")
    return _file(bundle_of(call.session, case, call.viewer), "application/zip", f"{case.reference}.zip")


@api.post("/cases/<uuid:case_id>/bundle", allows=rights.office, takes=Reasons, status=201)
def post_bundle(call: Call, case_id: UUID) -> Reply:
    """The same with drafts that speak of other cases too, and why they are needed; the reasons are kept with the review."""
    case = find(call.session, Case, case_id)
    call.note_read(f"case:{case.id}")
    content = bundle_of(call.session, case, call.viewer, call.body["reasons"])
    return _file(content, "application/zip", f"{case.reference}.zip")


def _file(content: bytes, content_type: str, filename: str) -> Reply:
    headers = {"Content-Disposition": disposition(filename), "Cache-Control": "no-store"}
    return Reply(content, headers=headers, content_type=content_type)


@api.get("/figures", allows=rights.office_or_partner, gives=FiguresView)
def get_figures(call: Call) -> Reply:
    """The yearly report's figures; counts alone, nothing of a case."""
    reviews, learning = figures_by_year(call.session), learning_by_year(call.session)
    return Reply({"reviews": _named(reviews), "learning": _named(learning)})


def _named(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{named(column): value for column, value in row.items()} for row in rows]


@api.get("/themes", allows=rights.office_or_partner, gives=ThemesView)
def get_themes(call: Call) -> Reply:
    """Which themes come up again, by year, the most frequent first (regulation 11(2)(b))."""
    themes = themes_by_year(call.session)
    return Reply({"years": themes["years"], "items": themes["rows"]})


@api.get("/tracker", allows=rights.office_or_partner, gives=TrackerView)
def get_tracker(call: Call) -> Reply:
    """The reviews in the fields of the NHS Safeguarding Case Review Tracker. That they were taken is audited."""
    return Reply({"columns": COLUMNS, "rows": take_tracker(call.session, call.viewer)})
