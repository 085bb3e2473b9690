"""The office's list of what waits in the reviews."""

from services.review.directory import Agencies
from services.review.pages.site import pages
from services.review.waiting import what_waits
from services.review.wording import WAITING
from shared.identity import rights
from shared.web.pages import Page, Visit


@pages.get("/waiting", allows=rights.office_or_partner)
def show_waiting(visit: Visit) -> Page:
    """What was to be done by now in any review and has not been, the longest due first."""
    found = what_waits(visit.session)
    agencies = Agencies(visit.session, [each.agency_id for each in found if each.agency_id])
    names = {each.agency_id: agencies[each.agency_id]["name"] for each in found if each.agency_id}
    return Page("waiting.html", "Waiting", {"found": found, "kinds": WAITING, "names": names})
