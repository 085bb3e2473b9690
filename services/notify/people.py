"""People in the directory: who may enter for which agency, in which roles, and the end of that. Said to every service.

Whoever gives a role that shows cases could give it to a second mailbox of their own: the contacts are told each time.
"""

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from services.notify.directory import say_agency
from services.notify.links import new_link
from services.notify.messages import mail_person, tell_contacts_of_access
from shared import audit, clock
from shared.database import new_id
from shared.delivery.deliveries import add_deliveries
from shared.identity.roles import ROLES, may_hold, shows_beyond_agency, shows_cases
from shared.identity.viewer import SYSTEM, Viewer
from shared.partnership import partnership
from shared.settings import settings
from shared.web.problems import Problem, conflict, not_found, refused

INVITED_FOR = timedelta(days=7)

INSERT = text("""
    INSERT INTO people (id, agency_id, name, email, roles, signed_out_before)
    VALUES (:id, :agency, :name, :email, :roles, :now) ON CONFLICT DO NOTHING RETURNING id
""")
AGENCY = text("SELECT id, name, kind, is_partner FROM agencies WHERE id = :agency AND ended_at IS NULL")
LIST = text("""
    SELECT p.id::text, p.name, p.email, p.roles, p.ended_at, a.id AS agency_id, a.name AS agency_name,
           c.totp_confirmed_at IS NOT NULL AS has_signed_up,
           (SELECT max(s.started_at) FROM sign_ins s WHERE s.person_id = p.id) AS last_signed_in
      FROM people p JOIN agencies a ON a.id = p.agency_id LEFT JOIN credentials c ON c.person_id = p.id
     WHERE (CAST(:agency AS text) IS NULL OR p.agency_id = :agency) AND (CAST(:person AS uuid) IS NULL OR p.id = :person)
     ORDER BY p.ended_at IS NOT NULL, a.name, p.name, p.id
""")
HELD = text("SELECT DISTINCT unnest(roles) FROM people WHERE agency_id = :agency AND ended_at IS NULL")
EMAIL = text("SELECT email FROM people WHERE id = :person")
CHANGE = text("""
    UPDATE people SET name = :name, roles = :roles, version = version + 1 WHERE id = :id AND (name, roles) IS DISTINCT FROM (:name, :roles)
    RETURNING agency_id
""")
END = text("""
    UPDATE people SET ended_at = :now, signed_out_before = :now, version = version + 1 WHERE id = :id AND ended_at IS NULL
    RETURNING agency_id
""")
RESUME = text(
    "UPDATE people SET ended_at = NULL, version = version + 1 WHERE id = :id AND ended_at IS NOT NULL RETURNING agency_id"
)


def people_seen_by(session: Session, viewer: Viewer) -> Sequence[Any]:
    """Everybody for the office and the administrator; for an agency's lead the people of that agency."""
    return session.execute(LIST, {"agency": _limited_to(viewer), "person": None}).all()


def person_seen_by(session: Session, viewer: Viewer, person_id: str) -> Any:
    """One person. Raises a 404 problem where there is none that `viewer` may see."""
    found = session.execute(LIST, {"agency": _limited_to(viewer), "person": person_id}).first()
    if found is None:
        raise not_found()
    return found


def email_of(session: Session, person_id: str) -> str:
    """A person's e-mail address."""
    return str(session.execute(EMAIL, {"person": person_id}).scalar_one())


def _limited_to(viewer: Viewer) -> str | None:
    everywhere = viewer == SYSTEM or (viewer.is_office and viewer.acts_as("partnership-office", "administrator"))
    return None if everywhere else viewer.agency_id


def roles_to_give(session: Session, viewer: Viewer, agency_id: str) -> list[str]:
    """The roles that `viewer` may give to people of an agency; none where it is not theirs to say.

    An administrator, who sees no case, gives a role that shows other agencies' only while nobody of the agency has one:
    so a system is set up, and nobody makes themselves see afterwards.
    """
    agency = session.execute(AGENCY, {"agency": agency_id}).first()
    if agency is None or _limited_to(viewer) not in (None, agency_id):
        return []
    sort = {
        "is_authority": agency_id == partnership().authority.agency_id,
        "is_partner": agency.is_partner,
        "is_office": agency.kind == "partnership-office",
    }
    given = [name for name in ROLES if may_hold(name, **sort)]
    if _gives_sight(viewer, agency_id) or not any(
        map(shows_beyond_agency, session.scalars(HELD, {"agency": agency_id}))
    ):
        return given
    return [name for name in given if not shows_beyond_agency(name)]


def _gives_sight(viewer: Viewer, agency_id: str) -> bool:
    """Whether it is theirs to let more people of an agency see cases: the office's for all, a lead's for their own."""
    leads = viewer.agency_id == agency_id and viewer.acts_as("agency-lead")
    return viewer == SYSTEM or viewer.acts_as("partnership-office") or leads


def invite(session: Session, viewer: Viewer, agency_id: str, name: str, email: str, roles: Sequence[str]) -> str:
    """Enter a person and send them the link by which they set a password. Returns their id; 409 and 422 problems."""
    person_id = enter_person(session, viewer, agency_id, name, email, roles)
    send_link(session, viewer, person_id)
    return person_id


def enter_person(session: Session, viewer: Viewer, agency_id: str, name: str, email: str, roles: Sequence[str]) -> str:
    """Enter a person without telling them."""
    _check_roles(session, viewer, agency_id, roles)
    values = {"id": new_id(), "agency": agency_id, "name": name, "email": email.strip(), "roles": sorted(set(roles))}
    if session.execute(INSERT, values | {"now": clock.machine_now()}).first() is None:
        raise conflict("Somebody with this e-mail address has an account already. Look for them in the list.")
    person_id = str(values["id"])
    _said(session, viewer, "person-entered", agency_id, person_id, ", ".join(values["roles"]))
    _tell_contacts(session, viewer, person_id, roles)
    return person_id


def send_link(session: Session, viewer: Viewer, person_id: str) -> None:
    """Send a person the link by which they set a password (again, if need be), or to where their work account lets them in."""
    person = person_seen_by(session, viewer, person_id)
    if person.ended_at:
        raise conflict("This person's access was ended. Give it back first.")
    if partnership().identity_provider(person.agency_id):
        link, sentence = (
            f"{settings().public_url}/notify/sign-in",
            "You have been given access. Sign in with your work account here:",
        )
    else:
        link = new_link(session, person_id, INVITED_FOR)
        sentence = "You have been given an account. Open this link within seven days to choose a password:"
    add_deliveries(session, mail_person(person_id, person.email, sentence, link))
    audit.append(session, audit.Entry(viewer.actor, "link-sent", f"person:{person_id}"))


def change_person(session: Session, viewer: Viewer, person_id: str, name: str, roles: Sequence[str]) -> None:
    """Change a person's name and roles, at once and in every service."""
    person = person_seen_by(session, viewer, person_id)
    if person_id == viewer.person_id and (name, set(roles)) != (person.name, set(person.roles)):
        raise Problem(409, "You cannot change your own name or roles: ask somebody else who may.")
    _check_roles(session, viewer, person.agency_id, roles, held=person.roles)
    values = {"id": person_id, "name": name, "roles": sorted(set(roles))}
    if session.execute(CHANGE, values).first():
        _said(session, viewer, "person-changed", person.agency_id, person_id, ", ".join(sorted(set(roles))))
        _tell_contacts(session, viewer, person_id, set(roles) - set(person.roles))


def end_access(session: Session, viewer: Viewer, person_id: str) -> None:
    """End a person's access and every sign-in of theirs, everywhere; what they did stays under their name."""
    person = person_seen_by(session, viewer, person_id)
    if person_id == viewer.person_id:
        raise Problem(409, "You cannot end your own access: ask somebody else who may.")
    if session.execute(END, {"id": person_id, "now": clock.machine_now()}).first():
        _said(session, viewer, "access-ended", person.agency_id, person_id)


def resume_access(session: Session, viewer: Viewer, person_id: str) -> None:
    """Give back an access that was ended. Raises a 409 problem where its roles are not the viewer's to give."""
    person = person_seen_by(session, viewer, person_id)
    if set(person.roles) - set(roles_to_give(session, viewer, person.agency_id)):
        raise conflict("Their roles are not yours to give: ask the partnership office to give the access back.")
    if session.execute(RESUME, {"id": person_id}).first():
        _said(session, viewer, "access-resumed", person.agency_id, person_id, ", ".join(person.roles))
        _tell_contacts(session, viewer, person_id, person.roles)


def _check_roles(
    session: Session, viewer: Viewer, agency_id: str, roles: Sequence[str], held: Collection[str] = ()
) -> None:
    """Raises a 422 problem where a role is not the viewer's to give; those that somebody holds they may keep."""
    if not roles:
        raise refused("/roles", "Choose at least one role")
    if set(roles) - set(held) - set(roles_to_give(session, viewer, agency_id)):
        raise refused("/roles", "Choose roles that this agency's people may have and that are yours to give")


def _tell_contacts(session: Session, viewer: Viewer, person_id: str, given: Collection[str]) -> None:
    """Tell the contacts of what shows cases, by e-mail; not what an operator enters at the machine itself."""
    shown = sorted(role.replace("-", " ") for role in given if shows_cases(role))
    if not shown or viewer == SYSTEM:
        return
    person = person_seen_by(session, SYSTEM, person_id)
    sentence = f"{viewer.person_name or viewer.agency_name} gave {person.name}, {person.agency_name}, access to cases as: {', '.join(shown)}."
    add_deliveries(session, tell_contacts_of_access(person_id, sentence))


def _said(session: Session, viewer: Viewer, what: str, agency_id: str, person_id: str, why: str = "") -> None:
    say_agency(session, agency_id, [person_id])
    audit.append(session, audit.Entry(viewer.actor, what, f"person:{person_id}", why))
