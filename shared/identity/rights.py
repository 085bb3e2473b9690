"""What each kind of caller may do: one small function per right. Each route, of systems and of people, names one.

An agency's system with a key acts for its whole agency; a person acts in the roles given to them (`roles.py`).
"""

from collections.abc import Callable

from shared.identity.roles import sees_cases_of
from shared.identity.viewer import Viewer

Right = Callable[[Viewer], bool]


def any_agency(viewer: Viewer) -> bool:
    """Every agency in the directory, on its own records; of its people, whoever sees case content."""
    return viewer.scope != "none"


def reports_incidents(viewer: Viewer) -> bool:
    """Who may refer for their agency."""
    return any_agency(viewer) and viewer.acts_as("referrer", "agency-lead", "duty-officer", "partnership-office")


def agrees_reports(viewer: Viewer) -> bool:
    """Who may be asked to agree to a colleague's report: an agency's safeguarding lead, in person."""
    return any_agency(viewer) and viewer.acts_as("agency-lead") and bool(viewer.person_id)


def office(viewer: Viewer) -> bool:
    return viewer.is_office and viewer.acts_as("partnership-office")


def authority(viewer: Viewer) -> bool:
    """The local authority, whose the statutory duty is."""
    return viewer.is_authority and viewer.acts_as("duty-officer")


def office_or_authority(viewer: Viewer) -> bool:
    return reads_for_office(viewer) or authority(viewer)


def reads_for_office(viewer: Viewer) -> bool:
    """The partnership office, and the scrutineer, who reads and writes nothing."""
    return viewer.is_office and viewer.acts_as("partnership-office", "scrutineer")


def partner(viewer: Viewer) -> bool:
    """One of the three safeguarding partners."""
    return viewer.is_partner and viewer.acts_as("partner-approver")


def office_or_partner(viewer: Viewer) -> bool:
    return reads_for_office(viewer) or partner(viewer)


def reviewer(viewer: Viewer) -> bool:
    """Who leads a review, as long as the office lets them: in the one review, on what the terms of reference allow."""
    return bool(viewer.person_id) and viewer.acts_as("reviewer")


def shown_material(viewer: Viewer) -> bool:
    """Who may see what the office shared with them: who works on their agency's returns, and the reviewer."""
    return writes_returns(viewer) or reviewer(viewer)


def in_reviews(viewer: Viewer) -> bool:
    """Who has anything to see among the reviews."""
    return sees_cases_of("review", viewer.roles) or reviewer(viewer)


def runs_reviews(viewer: Viewer) -> bool:
    """Who records what happens in a review: the office and the partners, not who only reads."""
    return office(viewer) or partner(viewer)


def writes_returns(viewer: Viewer) -> bool:
    """Who writes what their agency answers to a review."""
    return any_agency(viewer) and viewer.acts_as("return-author", "agency-lead", "duty-officer", "partner-approver")


def signs_off_returns(viewer: Viewer) -> bool:
    """Who sends it for the agency; never what they made ready themselves."""
    return any_agency(viewer) and viewer.acts_as("agency-lead", "partner-approver")


def office_authority_or_partner(viewer: Viewer) -> bool:
    return office_or_authority(viewer) or partner(viewer)


def reads_publications(viewer: Viewer) -> bool:
    """Who sees what is being published."""
    prepares = viewer.acts_as("editor", "communications-lead") and any_agency(viewer)
    return office_or_partner(viewer) or prepares


def edits_publications(viewer: Viewer) -> bool:
    """Who prepares documents and the words of pages."""
    return office(viewer) or (viewer.is_office and viewer.acts_as("editor"))


def decides_publication(viewer: Viewer) -> bool:
    """Who records the three partners' decision on how a report is published."""
    return office(viewer) or partner(viewer)


def brings_out(viewer: Viewer) -> bool:
    """Who keeps the protocol, sets the time, and takes a page down."""
    return office(viewer) or (viewer.acts_as("communications-lead") and any_agency(viewer))


def judges_findings(viewer: Viewer) -> bool:
    """Who decides on what may identify somebody; never the one who uploaded the document."""
    return edits_publications(viewer) or brings_out(viewer)


def in_publishing(viewer: Viewer) -> bool:
    """Who has anything to see of what is being published."""
    return sees_cases_of("publish", viewer.roles)


def keeps_people(viewer: Viewer) -> bool:
    """Who gives and ends the access of people: an agency's lead for their own, the office and the administrator for all."""
    return viewer.acts_as("agency-lead", "partnership-office", "administrator") and bool(viewer.person_id)


def keeps_system(viewer: Viewer) -> bool:
    """Who looks after the system: the office and the administrator, who sees no case."""
    return viewer.is_office and viewer.acts_as("partnership-office", "administrator") and bool(viewer.person_id)


def signed_in(viewer: Viewer) -> bool:
    """Every person with an account, on what is their own."""
    return bool(viewer.person_id)


def anyone(_: Viewer) -> bool:
    """No credentials asked: the start page, health, documents of the interface, and callbacks that prove themselves."""
    return True
