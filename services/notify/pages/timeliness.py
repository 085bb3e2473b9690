"""Timeliness for the yearly report: as a picture, as a table, and as a file."""

import csv
import io

from services.notify.pages.site import pages
from services.notify.timeliness import RULES, timeliness
from shared import clock
from shared.identity import rights
from shared.web.pages import Download, Page, Visit


@pages.get("/timeliness", allows=rights.office_or_authority)
def show_timeliness(visit: Visit) -> Page:
    return Page("timeliness.html", "Timeliness", {"shares": timeliness(visit.session, clock.now()), "rules": RULES})


@pages.get("/timeliness.csv", allows=rights.office_or_authority)
def download_timeliness(visit: Visit) -> Download:
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(["year", "quarter", "step", "fell due", "in time", "percent"])
    for share in timeliness(visit.session, clock.now()):
        table.writerow([share.year, share.quarter, RULES[share.rule], share.all, share.in_time, share.percent])
    return Download(out.getvalue(), "text/csv; charset=utf-8", "timeliness.csv")
