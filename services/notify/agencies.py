"""Agencies as the office keeps them by pages: entered, renamed, told at other addresses, ended and taken up again.

Who the three safeguarding partners are, the partnership's file says; an office is entered by the command line alone, since
its people see every case.
"""

import re
from collections.abc import Sequence
from typing import Any, get_args

from sqlalchemy import text
from sqlalchemy.orm import Session

from services.notify.directory import add_agency, end_agency
from services.notify.known_agencies import known_agencies
from services.notify.messages import check_mailbox
from shared.database import new_id
from shared.identity.viewer import Viewer
from shared.partnership import AgencyKind, partnership
from shared.service import do_after_commit
from shared.web.problems import conflict, not_found, refused

OFFICE = "partnership-office"
KINDS = tuple(kind for kind in get_args(AgencyKind) if kind != OFFICE)
MOST_ADDRESSES = 10

FIND = text("SELECT id, name, kind, is_partner, emails, ended_at FROM agencies WHERE id = :id")
SAME_NAME = text("SELECT 1 FROM agencies WHERE lower(name) = lower(:name) AND id <> :id")


def agency_found(session: Session, agency_id: str) -> Any:
    """An agency of the directory. Raises a 404 problem."""
    found = session.execute(FIND, {"id": agency_id}).first() if agency_id.isprintable() else None
    if found is None:
        raise not_found()
    return found


def enter_agency(session: Session, viewer: Viewer, name: str, kind: str, emails: Sequence[str]) -> str:
    """Enter an agency that takes part from now on; its id. Raises 422 problems."""
    if kind not in KINDS:
        raise refused("/kind", "Choose what kind of agency it is")
    agency_id = f"{re.sub('[^a-z0-9]+', '-', name.lower()).strip('-')[:40] or 'agency'}-{new_id()[-8:]}"
    _store(session, viewer, agency_id, name, kind, emails)
    return agency_id


def change_agency(session: Session, viewer: Viewer, agency_id: str, name: str, emails: Sequence[str]) -> None:
    """Rename an agency, or have it told elsewhere. Raises 404, 409 (it has ended) and 422 problems."""
    found = agency_found(session, agency_id)
    if found.ended_at:
        raise conflict("This agency has ended. Take it up again first.")
    _store(session, viewer, agency_id, name, found.kind, emails)


def take_up_again(session: Session, viewer: Viewer, agency_id: str) -> None:
    """An agency that had ended takes part again: its keys and its people's accounts work as before."""
    found = agency_found(session, agency_id)
    _store(session, viewer, agency_id, found.name, found.kind, list(found.emails))


def never_ended() -> tuple[str, ...]:
    """The agencies that no page ends, by id: those whom the partnership's file names by their part."""
    here = partnership()
    return (here.partnership_office, here.authority.agency_id, *here.safeguarding_partners)


def end(session: Session, viewer: Viewer, agency_id: str) -> None:
    """End an agency: its keys and its people's sign-ins stop at once and everywhere; its records stay.

    Raises a 404 problem, and 409 for the office, the authority and the partners, without whom nothing is decided.
    """
    found = agency_found(session, agency_id)
    if found.kind == OFFICE or agency_id in never_ended():
        raise conflict("The partnership's file names this agency: change the file first, then end it.")
    end_agency(session, agency_id, viewer.actor)
    do_after_commit(session, known_agencies.read_again)


def _store(session: Session, viewer: Viewer, agency_id: str, name: str, kind: str, emails: Sequence[str]) -> None:
    if session.execute(SAME_NAME, {"name": name, "id": agency_id}).first():
        raise refused("/name", "Another agency has this name. Give this one a name that tells them apart")
    _check_addresses(emails)
    is_partner = agency_id in partnership().safeguarding_partners
    add_agency(session, agency_id, name, kind, list(emails), is_partner=is_partner, who=viewer.actor)
    do_after_commit(session, known_agencies.read_again)


def _check_addresses(emails: Sequence[str]) -> None:
    if len(emails) > MOST_ADDRESSES:
        raise refused("/emails", f"Give {MOST_ADDRESSES} addresses at most")
    for address in emails:
        check_mailbox(address, "/emails")
