"""Need to know in reviews: the case team, who is kept from a case, opening one in an emergency, and who sees it and why."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import bindparam, func, select, text
from sqlalchemy.orm import Session

from services.review.models import Case, PracticeReview, ReviewerAccess
from services.review.service import SERVICE
from shared import audit, clock
from shared.calendar import day_in_words
from shared.database import new_id, see_as
from shared.identity.need_to_know import kept_from, let_in
from shared.identity.viewer import SYSTEM, Viewer
from shared.outbox import emit
from shared.web.problems import conflict, not_found, refused

TEAM = text("""
    SELECT t.id::text, t.person_id::text, p.name, a.name AS agency, t.added_at FROM case_team t
      JOIN people p ON p.id = t.person_id JOIN agencies a ON a.id = p.agency_id
     WHERE t.case_id = :case AND t.ended_at IS NULL ORDER BY t.added_at
""")
ADD = text("""
    INSERT INTO case_team (id, case_id, person_id, added_by, added_at) VALUES (:id, :case, :person, :by, :now)
    ON CONFLICT DO NOTHING RETURNING id
""")
TAKE_OFF = text("""
    UPDATE case_team SET ended_at = :now WHERE id::text = :id AND case_id = :case AND ended_at IS NULL RETURNING person_id::text
""")
PEOPLE = text("""
    SELECT p.id::text, p.name, p.roles, a.id AS agency_id, a.name AS agency FROM people p JOIN agencies a ON a.id = p.agency_id
     WHERE p.ended_at IS NULL AND a.ended_at IS NULL ORDER BY a.name, p.name, p.id
""")
UNSAID = text("""
    SELECT DISTINCT t.case_id::text FROM case_team t WHERE NOT EXISTS (
           SELECT FROM events e WHERE e.subject = 'case:' || t.case_id AND e.type = 'case-team.changed')
""")
LEADS = select(ReviewerAccess).where(
    ReviewerAccess.case_id == bindparam("case"),
    ReviewerAccess.ended_at.is_(None),
    ReviewerAccess.until > bindparam("now"),
)
LET_IN = text("SELECT person_id::text FROM emergency_accesses WHERE incident_id = :incident AND until > :now")


def open_in_emergency(session: Session, viewer: Viewer, reference: str, reasons: str) -> str:
    """Break-glass: let a person read a case for a day; notify tells the contacts, the office looks at it. The case's id.

    `reference` is the case's or its incident's. Raises a 409 problem for one that there is not, or is kept from them.
    """
    see_as(session, SYSTEM)
    named = reference.strip().upper()
    found = select(Case).where((func.upper(Case.reference) == named) | (func.upper(Case.incident_reference) == named))
    case = session.scalar(found)
    access = let_in(session, viewer, case.incident_id if case else None, reasons, f"case:{case.id if case else ''}")
    assert case  # or `let_in` would have raised
    said = {"access_id": access, "case_id": case.id, "reference": case.reference}
    said["opened_at"] = clock.machine_now().isoformat()
    emit(session, SERVICE, "case.opened-in-emergency", f"case:{case.id}", said)
    see_as(session, viewer)
    return case.id


def references_of(session: Session, incident_ids: list[str]) -> dict[str, str]:
    """What people call the cases of some incidents."""
    found = session.execute(select(Case.incident_id, Case.reference).where(Case.incident_id.in_(incident_ids)))
    return {row.incident_id: row.reference for row in found}


def team_of(session: Session, case: Case) -> list[dict[str, Any]]:
    """Who works on a case; empty where everybody may whom their role lets."""
    return [dict(one) for one in session.execute(TEAM, {"case": case.id}).mappings()]


def add_to_team(session: Session, case: Case, person_id: str, viewer: Viewer) -> None:
    """Put one of the partners' people on a case's team. From the first on, only the team's see the case.

    Raises a 422 problem for somebody who is not one of the partners' approvers, 409 for one who is on it.
    """
    if person_id not in {each["id"] for each in _approvers(session)}:
        raise refused("/person_id", "Choose somebody who signs for one of the three safeguarding partners.")
    values = {"id": new_id(), "case": case.id, "person": person_id, "by": viewer.actor, "now": clock.machine_now()}
    if session.execute(ADD, values).first() is None:
        raise conflict("They are on the team already.")
    _say_team(session, case)
    audit.append(session, audit.Entry(viewer.actor, "added-to-team", f"case:{case.id}", f"person:{person_id}"))


def take_off_team(session: Session, case: Case, member_id: str, viewer: Viewer) -> None:
    """Take somebody off a case's team: they see it no more, while anybody else is on it. Raises a 404 problem."""
    person = session.scalar(TAKE_OFF, {"id": member_id, "case": case.id, "now": clock.machine_now()})
    if person is None:
        raise not_found()
    _say_team(session, case)
    audit.append(session, audit.Entry(viewer.actor, "taken-off-team", f"case:{case.id}", f"person:{person}"))


def say_unsaid_teams() -> int:
    """Say who is on the teams that were named before publishing was told of such things; returns how many."""
    with SERVICE.transaction() as session:
        unsaid = session.scalars(UNSAID).all()
        for case_id in unsaid:
            _say_team(session, session.get_one(Case, case_id))
    return len(unsaid)


def _say_team(session: Session, case: Case) -> None:
    said = {"incident_id": case.incident_id, "people": [each["person_id"] for each in team_of(session, case)]}
    emit(session, SERVICE, "case-team.changed", f"case:{case.id}", said)


def to_put_on_team(session: Session, case: Case) -> list[tuple[str, str]]:
    """The partners' approvers who are not on a case's team, as (id, name)."""
    on_it = {each["person_id"] for each in team_of(session, case)}
    return [
        (each["id"], f"{each['name']}, {each['agency']}") for each in _approvers(session) if each["id"] not in on_it
    ]


def _approvers(session: Session) -> list[dict[str, Any]]:
    found = session.execute(PEOPLE).mappings()
    return [dict(each) for each in found if "partner-approver" in each["roles"]]


def who_sees(session: Session, case: Case) -> Iterator[tuple[str, str, str]]:
    """Everybody who can see a case or part of it now, as (name, agency, what and why)."""
    kept = {each["person_id"] for each in kept_from(session, [case.incident_id])}
    team = {each["person_id"] for each in team_of(session, case)}
    let = set(session.execute(LET_IN, {"incident": case.incident_id, "now": clock.machine_now()}).scalars())
    leads = {each.person_id: each for each in session.scalars(LEADS, {"case": case.id, "now": clock.now()})}
    for person in session.execute(PEOPLE):
        if person.id in kept:
            continue
        if person.id in leads and "reviewer" in person.roles:
            until = day_in_words(leads[person.id].until)
            yield (
                person.name,
                person.agency,
                f"Its practice review, and what is shared with the reviewer, until {until}",
            )
        if why := _why(frozenset(person.roles), person.id, team):
            yield person.name, person.agency, why
        elif person.id in let:
            yield person.name, person.agency, "Opened it in an emergency, for 24 hours"


def _why(roles: frozenset[str], person_id: str, team: set[str]) -> str:
    if "partnership-office" in roles:
        return "All of it: the partnership office"
    if "scrutineer" in roles:
        return "All of it, to read: the scrutineer"
    if "partner-approver" in roles and (not team or person_id in team):
        return "All of it: signs for a safeguarding partner" + (", and is on the case team" if team else "")
    return ""


def records_of_case(session: Session, case: Case) -> list[str]:
    """What the audit trail calls a case and what belongs to it."""
    reviews = session.scalars(select(PracticeReview.id).where(PracticeReview.case_id == case.id))
    return [f"case:{case.id}", *(f"practice-review:{each}" for each in reviews)]
