"""What leaves the system by a person's hand: a whole case as a bundle, and the figures of the yearly report."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from services.review.bundle import bundle_of
from services.review.figures import COLUMNS, LEARNING, figures_by_year, learning_by_year
from services.review.models import Case
from services.review.pages.chronology import export_of
from services.review.pages.rapid_reviews import report_of
from services.review.pages.site import pages
from services.review.rapid_review import standing_decision
from services.review.records import find
from services.review.tracker import COLUMNS as TRACKER
from services.review.tracker import tracker_rows
from services.review.written_documents import as_csv, as_excel, as_workbook
from shared import audit
from shared.identity import rights
from shared.web.pages import Download, Page, Visit
from shared.web.problems import not_found

CSV = "text/csv; charset=utf-8"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pages.get("/cases/<uuid:case_id>/bundle.zip", allows=rights.office)
def download_bundle(visit: Visit, case_id: UUID) -> Download:
    """The whole case for a court or the Panel, with hashes of every file in it."""
    case = find(visit.session, Case, case_id)
    decided = standing_decision(visit.session, case) is not None
    report = report_of(visit, case, "pdf") if decided else None
    bundle = bundle_of(visit.session, case, export_of(visit, case, "csv"), report, visit.viewer)
    return Download(bundle, "application/zip", f"{case.reference}.zip")


@pages.get("/figures", allows=rights.office_or_partner)
def show_figures(visit: Visit) -> Page:
    """The yearly report's figures, 1 April to 31 March."""
    tables = (
        ("Reviews, by the day of notification or decision", COLUMNS, figures_by_year(visit.session)),
        ("Learning, by the day of each thing", LEARNING, learning_by_year(visit.session)),
    )
    return Page("figures.html", "Figures", {"tables": tables})


@pages.get("/figures.csv", allows=rights.office_or_partner)
def download_figures(visit: Visit) -> Download:
    return Download(as_csv(COLUMNS, _written(COLUMNS, figures_by_year(visit.session))), CSV, "figures.csv")


@pages.get("/figures.xlsx", allows=rights.office_or_partner)
def download_figures_in_excel(visit: Visit) -> Download:
    sheets = {
        "Reviews": [COLUMNS, *_written(COLUMNS, figures_by_year(visit.session))],
        "Learning": [LEARNING, *_written(LEARNING, learning_by_year(visit.session))],
    }
    return Download(as_workbook(sheets), EXCEL, "figures.xlsx")


def _written(columns: Sequence[str], rows: list[dict[str, Any]]) -> list[list[str]]:
    return [[str(row[name]) for name in columns] for row in rows]


@pages.get("/tracker.<kind>", allows=rights.office_or_partner)
def download_tracker(visit: Visit, kind: str) -> Download:
    """The reviews in the fields of the NHS Safeguarding Case Review Tracker, for the integrated care board."""
    if kind not in ("csv", "xlsx"):
        raise not_found()
    rows = list(tracker_rows(visit.session))
    audit.append(visit.session, audit.Entry(visit.viewer.actor, "took-tracker-export", "reviews", f"{len(rows)} rows"))
    if kind == "csv":
        return Download(as_csv(TRACKER, rows), CSV, "case-review-tracker.csv")
    return Download(as_excel(TRACKER, rows, "Case review tracker"), EXCEL, "case-review-tracker.xlsx")
