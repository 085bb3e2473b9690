"""What all pages of review hang from: their address, and the sections that a person is shown."""

from services.review.service import SERVICE
from shared.identity import rights
from shared.identity.viewer import Viewer
from shared.web.pages import Pages


def sections(viewer: Viewer) -> list[tuple[str, str]]:
    """The sections that a person may enter, as (path, words)."""
    if not viewer.person_id:
        return []
    found = [
        ("/review/cases", "Reviews", rights.office_or_partner),
        ("/review/waiting", "Waiting", rights.office_or_partner),
        ("/review/requests", "Returns", rights.writes_returns),
        ("/review/reviewing", "Your review", rights.reviewer),
        ("/review/meetings", "Meetings", rights.writes_returns),
        ("/review/shared", "Shared with us", rights.shown_material),
        ("/review/recommendations", "Recommendations", rights.any_agency),
        ("/review/figures", "Figures", rights.office_or_partner),
        ("/review/emergencies", "Emergency access", rights.office),
        ("/publish", "Publications", rights.in_publishing),
        ("/notify", "Incidents and duties", rights.signed_in),
        ("/notify/account", "Your account", rights.signed_in),
    ]
    return [(path, words) for path, words, allows in found if allows(viewer)]


pages = Pages(SERVICE, sections)
