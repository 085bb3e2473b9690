"""The system's health in plain words, for whoever has to decide whether to worry."""

from services.notify.pages.site import pages
from services.notify.system_health import holidays_known_until, in_plain_words
from shared.identity import rights
from shared.web.pages import Page, Visit


@pages.get("/health-in-words", allows=rights.keeps_system)
def show_health(visit: Visit) -> Page:
    """Whether anything waits, for whom, since when, and until when it is left alone."""
    words = in_plain_words(visit.session)
    values = {"words": words, "holidays": holidays_known_until(), "well": not words}
    return Page("health.html", "How the system is", values)
