"""Who may enter, in which roles and why; inviting people, changing and ending their access."""

from typing import Any
from uuid import UUID

from sqlalchemy import text
from wtforms import StringField

from services.notify import people, sign_in
from services.notify.pages.site import ask_first, pages
from shared.identity import rights
from shared.identity.roles import ROLES
from shared.web.asking import acted, form_page
from shared.web.fields import Email
from shared.web.forms import Questions, RadioField, SelectMultipleField, at_most, is_shaped_as, needed, trimmed
from shared.web.pages import Go, Page, Visit
from shared.web.problems import not_found

AGENCIES = text("SELECT id, name FROM agencies WHERE ended_at IS NULL ORDER BY name")

DONE = {
    "end": "Their access has ended, everywhere.",
    "resume": "They have access again.",
    "out": "They are signed out on every device.",
    "link": "The link is on its way.",
}


class PersonForm(Questions):
    name = StringField(
        "Name",
        validators=[*needed("Enter the name"), at_most(200, "The name")],
        filters=[trimmed],
        render_kw={"autocomplete": "off", "spellcheck": False},
    )
    roles = SelectMultipleField(
        "What may they do?", description="Choose all that apply.", validators=needed("Choose at least one role")
    )

    def __init__(self, *given: Any, roles: list[str], **how: Any) -> None:
        super().__init__(*given, **how)
        self.offer("roles", [(role, f"{role.replace('-', ' ').capitalize()}: {ROLES[role].meaning}") for role in roles])


class NewPersonForm(PersonForm):
    email = StringField(
        "E-mail address",
        description="The link to choose a password goes there.",
        validators=[
            *needed("Enter the e-mail address"),
            is_shaped_as(Email, "Enter an e-mail address like name@agency.example"),
        ],
        filters=[trimmed],
        render_kw={"type": "email", "autocomplete": "off", "spellcheck": False},
    )


class ActForm(Questions):
    act = RadioField("Act", choices=[(act, act) for act in DONE], validators=needed("Choose what to do"))


@pages.get("/people", allows=rights.keeps_people)
def list_people(visit: Visit) -> Page:
    found = people.people_seen_by(visit.session, visit.viewer)
    return Page("people.html", "People", {"people": found, "roles": ROLES, "agencies": _agencies(visit)})


def _agencies(visit: Visit) -> list[tuple[str, str]]:
    """The agencies to whose people this person may give access."""
    every = [(agency.id, agency.name) for agency in visit.session.execute(AGENCIES)]
    return [pair for pair in every if people.roles_to_give(visit.session, visit.viewer, pair[0])]


@pages.get("/people/new/<agency_id>", allows=rights.keeps_people)
def get_new_person(visit: Visit, agency_id: str) -> Page:
    return _new_page(visit, agency_id, NewPersonForm(visit.typed, roles=_roles(visit, agency_id)))


@pages.post("/people/new/<agency_id>", allows=rights.keeps_people)
def post_new_person(visit: Visit, agency_id: str) -> Page | Go:
    form = NewPersonForm(visit.typed, roles=_roles(visit, agency_id))
    values = form.data
    if not acted(
        visit,
        form,
        "email",
        lambda: people.invite(visit.session, visit.viewer, agency_id, values["name"], values["email"], values["roles"]),
    ):
        return _new_page(visit, agency_id, form)
    return Go("/notify/people", "A link to choose a password is on its way to them.")


def _roles(visit: Visit, agency_id: str) -> list[str]:
    roles = people.roles_to_give(visit.session, visit.viewer, agency_id)
    if not roles:
        raise not_found()
    return roles


def _roles_of(visit: Visit, person: Any) -> list[str]:
    """What somebody has, which they may keep, and what may be given to them."""
    roles = _roles(visit, person.agency_id)
    return [role for role in ROLES if role in roles or role in person.roles]


def _new_page(visit: Visit, agency_id: str, form: Questions) -> Page:
    name = dict(_agencies(visit)).get(agency_id, "")
    return form_page("Give somebody access", form, about=name, button="Send the link", back="/notify/people")


@pages.get("/people/<uuid:person_id>", allows=rights.keeps_people)
def get_person(visit: Visit, person_id: UUID) -> Page:
    person = people.person_seen_by(visit.session, visit.viewer, str(person_id))
    data = {"name": person.name, "roles": list(person.roles)}
    form = PersonForm(visit.typed, roles=_roles_of(visit, person), data=data)
    return _person_page(visit, person, form)


def _person_page(visit: Visit, person: Any, form: Questions) -> Page:
    values = {
        "person": person,
        "form": form,
        "errors": form.error_list(),
        "sign_ins": sign_in.sign_ins_of(visit.session, person.id),
        "back": "/notify/people",
    }
    return Page("person.html", "Somebody's access", values, 422 if form.errors else 200)


@pages.post("/people/<uuid:person_id>", allows=rights.keeps_people)
def post_person(visit: Visit, person_id: UUID) -> Page | Go:
    person = people.person_seen_by(visit.session, visit.viewer, str(person_id))
    form = PersonForm(visit.typed, roles=_roles_of(visit, person))
    values = form.data
    if not acted(
        visit,
        form,
        "roles",
        lambda: people.change_person(visit.session, visit.viewer, person.id, values["name"], values["roles"]),
    ):
        return _person_page(visit, person, form)
    return Go(f"/notify/people/{person_id}", "Saved.")


@pages.post("/people/<uuid:person_id>/access", allows=rights.keeps_people)
def post_access(visit: Visit, person_id: UUID) -> Go:
    """End access, give it back, sign a person out everywhere, or send the link again."""
    person = people.person_seen_by(visit.session, visit.viewer, str(person_id))
    form = ActForm(visit.typed)
    if not form.validate():
        return Go(f"/notify/people/{person_id}")
    asked = form["act"].data
    if asked == "end":
        people.end_access(visit.session, visit.viewer, person.id)
    elif asked == "resume":
        people.resume_access(visit.session, visit.viewer, person.id)
    elif asked == "out":
        sign_in.sign_out_everywhere(visit.session, person.id, visit.viewer.actor)
    else:
        people.send_link(visit.session, visit.viewer, person.id)
    return Go(f"/notify/people/{person_id}", DONE[asked])


@pages.get("/people/<uuid:person_id>/begin-anew", allows=rights.keeps_people)
def ask_begin_anew(visit: Visit, person_id: UUID) -> Page:
    person = people.person_seen_by(visit.session, visit.viewer, str(person_id))
    return ask_first(
        "Let them begin anew with another phone?",
        [
            "Check that it is really them: call them on a number you know.",
            f"Their password and second factor are forgotten, and they are signed out on every device. "
            f"A link to set both anew goes to {person.email}.",
        ],
        about=f"{person.name}, {person.agency_name}",
        yes="Yes, let them begin anew",
        no="No, go back",
        back=f"/notify/people/{person.id}",
    )


@pages.post("/people/<uuid:person_id>/begin-anew", allows=rights.keeps_people)
def post_begin_anew(visit: Visit, person_id: UUID) -> Go:
    person = people.person_seen_by(visit.session, visit.viewer, str(person_id))
    sign_in.forget_second_factor(visit.session, person.id, visit.viewer.actor)
    people.send_link(visit.session, visit.viewer, person.id)
    done = "Their password and second factor are forgotten. A link to set both anew is on its way."
    return Go(f"/notify/people/{person_id}", done)
