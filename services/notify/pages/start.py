"""The start page, what these pages keep and how they are made, and the sign of life that keeps a sign-in from running out."""

from services.notify.pages.site import home_of, pages
from shared import clock
from shared.identity import rights
from shared.web.pages import Download, Page, Visit


@pages.get("", allows=rights.anyone)
def start(visit: Visit) -> Page:
    home = home_of(visit.viewer) if visit.viewer.person_id else ""
    may_report = bool(home) and rights.reports_incidents(visit.viewer)
    return Page("start.html", "Report a serious incident", {"home": home, "may_report": may_report})


@pages.get("/about", allows=rights.anyone)
def about(visit: Visit) -> Page:
    return Page("about.html", "Privacy, cookies and accessibility", {"back": "/notify"})


@pages.get("/stay", allows=rights.signed_in)
def stay(visit: Visit) -> Download:
    """Asking for it is enough: the sign-in counts as used now. Gives the seconds for which it holds from here."""
    left = visit.sign_in.seconds_left(clock.machine_now()) if visit.sign_in else 0
    return Download(str(left), "text/plain", "stay.txt")
