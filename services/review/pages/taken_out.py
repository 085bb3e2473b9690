"""What leaves the system by a person's hand: a whole case as a bundle, and the figures of the yearly report."""

from uuid import UUID

from services.review.bundle import bundle_of
from services.review.figures import COLUMNS, figures_by_year
from services.review.models import Case
from services.review.pages.chronology import export_of
from services.review.pages.rapid_reviews import report_of
from services.review.pages.site import pages
from services.review.rapid_review import standing_decision
from services.review.records import find
from services.review.written_documents import as_csv
from shared.identity import rights
from shared.web.pages import Download, Page, Visit


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
    return Page("figures.html", "Figures", {"columns": COLUMNS, "rows": figures_by_year(visit.session)})


@pages.get("/figures.csv", allows=rights.office_or_partner)
def download_figures(visit: Visit) -> Download:
    rows = [[str(row[name]) for name in COLUMNS] for row in figures_by_year(visit.session)]
    return Download(as_csv(COLUMNS, rows), "text/csv; charset=utf-8", "figures.csv")
