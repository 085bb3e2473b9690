"""What all pages of notify hang from: their address, the sections that a person is shown, and the page that asks first."""

from collections.abc import Sequence

from services.notify.service import SERVICE
from shared.identity import rights
from shared.identity.viewer import Viewer
from shared.web.pages import Page, Pages


def sections(viewer: Viewer) -> list[tuple[str, str]]:
    """The sections that a person may enter, as (path, words)."""
    if not viewer.person_id:
        return []
    found = [
        ("/notify/today", "Today", rights.office_or_authority),
        ("/notify/incidents", "Incidents", rights.office_authority_or_partner),
        ("/notify/duties", "Duties", rights.office_or_authority),
        ("/notify/timeliness", "Timeliness", rights.office_or_authority),
        ("/notify/reports", "Incident reports", rights.any_agency),
        ("/notify/emergencies", "Emergency access", rights.office),
        ("/notify/settings", "Settings", rights.keeps_system),
        ("/notify/health-in-words", "Health", rights.keeps_system),
        ("/notify/people", "People", rights.keeps_people),
        ("/review", "Reviews", rights.in_reviews),
        ("/publish", "Publications", rights.in_publishing),
        ("/notify/account", "Your account", rights.signed_in),
    ]
    return [(path, words) for path, words, allows in found if allows(viewer)]


def home_of(viewer: Viewer) -> str:
    """The page where a person's work begins."""
    return sections(viewer)[0][0]


def ask_first(
    title: str, sentences: Sequence[str], *, yes: str, no: str, back: str, about: str = "", seen: str = ""
) -> Page:
    """A page that asks before what cannot be undone is done. Yes is sent to the page's own address, no leads `back`.

    `about` says above the question whom it concerns; `seen` comes back with the yes: what the person saw when they said it.
    """
    values = {"sentences": sentences, "yes": yes, "no": no, "back": back, "about": about, "seen": seen}
    return Page("ask_first.html", title, values)


pages = Pages(SERVICE, sections)
