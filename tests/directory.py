"""Agencies and keys for tests, entered through the directory as the office would."""

from sqlalchemy.orm import Session

from services.notify.directory import add_agency, issue_key
from shared.partnership import partnership


def enter_demonstration_agencies(session: Session) -> dict[str, str]:
    """Every agency of the partnership's file with a fresh key; keys by agency id."""
    here = partnership()
    keys = {}
    for agency in here.agencies:
        add_agency(
            session,
            agency.id,
            agency.name,
            agency.kind,
            list(agency.emails),
            is_partner=agency.id in here.safeguarding_partners,
        )
        keys[agency.id] = issue_key(session, agency.id)
    return keys
