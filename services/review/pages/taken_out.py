"""What leaves the system by a person's hand: a whole case as a bundle, and the figures of the yearly report."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from services.review.bundle import bundle_of
from services.review.figures import COLUMNS, LEARNING, figures_by_year, learning_by_year
from services.review.models import Case
from services.review.pages.site import pages
from services.review.records import find
from services.review.tracker import COLUMNS as TRACKER
from services.review.tracker import take_tracker
from services.review.written_documents import as_csv, as_excel, as_workbook
from shared.identity import rights
from shared.web.asking import form_page, reasons
from shared.web.forms import Questions
from shared.web.pages import Download, Page, Visit
from shared.web.problems import not_found

CSV = "text/csv; charset=utf-8"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pages.get("/cases/<uuid:case_id>/bundle.zip", allows=rights.office)
def download_bundle(visit: Visit, case_id: UUID) -> Download:
    """The whole case for a court or the Panel, with hashes of every file in it; of other families no drafts."""
    case = find(visit.session, Case, case_id)
    visit.note_read(f"case:{case.id}")
    return Download(bundle_of(visit.session, case, visit.viewer), "application/zip", f"{case.reference}.zip")


class DraftsForm(Questions):
    reasons = reasons("Why are drafts that speak of other families needed?", missing="Say why they are needed")


@pages.get("/cases/<uuid:case_id>/bundle", allows=rights.office)
def ask_for_drafts(visit: Visit, case_id: UUID) -> Page:
    """Ask why drafts about several cases are to be in the bundle of one."""
    return _ask(find(visit.session, Case, case_id), DraftsForm())


def _ask(case: Case, form: Questions) -> Page:
    title, note = (
        "A bundle with drafts about other cases",
        "The reasons are kept with each review whose drafts are taken.",
    )
    back = f"/review/cases/{case.id}"
    return form_page(title, form, button="Take the bundle", back=back, about=case.reference, note=note)


@pages.post("/cases/<uuid:case_id>/bundle", allows=rights.office)
def take_with_drafts(visit: Visit, case_id: UUID) -> Page | Download:
    case, form = find(visit.session, Case, case_id), DraftsForm(visit.typed)
    if not form.validate():
        return _ask(case, form)
    visit.note_read(f"case:{case.id}")
    content = bundle_of(visit.session, case, visit.viewer, form["reasons"].data)
    return Download(content, "application/zip", f"{case.reference}.zip")


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
    rows = take_tracker(visit.session, visit.viewer)
    if kind == "csv":
        return Download(as_csv(TRACKER, rows), CSV, "case-review-tracker.csv")
    return Download(as_excel(TRACKER, rows, "Case review tracker"), EXCEL, "case-review-tracker.xlsx")
