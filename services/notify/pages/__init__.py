"""The pages of notify for people: each is its right and one call into the work."""

from services.notify.pages import (
    account,
    agencies,
    agreements,
    documents,
    duties,
    health,
    incidents,
    need_to_know,
    people,
    report,
    report_files,
    report_removal,
    setting_changes,
    settings,
    start,
    timeliness,
)
from services.notify.pages.site import pages

__all__ = [
    "account",
    "agencies",
    "agreements",
    "documents",
    "duties",
    "health",
    "incidents",
    "need_to_know",
    "pages",
    "people",
    "report",
    "report_files",
    "report_removal",
    "setting_changes",
    "settings",
    "start",
    "timeliness",
]
