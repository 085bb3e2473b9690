"""Keeping the agencies: enter one, change its name or where it is told, end it, take it up again."""

from typing import Any

from wtforms import TextAreaField

from services.notify import agencies
from services.notify.chosen_settings import recipient_now
from services.notify.pages.site import pages
from services.notify.wording import kind_words
from shared.identity import rights
from shared.web.asking import acted, form_page, line
from shared.web.forms import Questions, SelectField, may_be_empty, needed, trimmed
from shared.web.pages import Go, Page, Visit

BACK = "/notify/settings"


class AgencyForm(Questions):
    name = line("Name of the agency", "Enter the name of the agency")
    emails = TextAreaField(
        "Where it is told",
        description="E-mail addresses that the agency has confirmed, each on a line of its own. What is sent there bears a reference and a link, no name.",
        validators=may_be_empty(),
        filters=[trimmed],
        render_kw={"rows": 3},
    )

    def addresses(self) -> list[str]:
        """The addresses that were given."""
        return list(dict.fromkeys(each.strip() for each in (self["emails"].data or "").splitlines() if each.strip()))


class NewAgencyForm(AgencyForm):
    kind = SelectField(
        "What kind of agency is it?",
        choices=[("", "Choose"), *((kind, kind_words(kind)) for kind in agencies.KINDS)],
        validators=needed("Choose what kind of agency it is"),
    )


def _page(title: str, form: Questions, button: str, *, about: str = "", note: str = "") -> Page:
    return form_page(title, form, button=button, back=BACK, about=about, note=note)


@pages.get("/agencies/new", allows=rights.keeps_system)
def get_new_agency(visit: Visit) -> Page:
    return _page("Add an agency", NewAgencyForm(visit.typed), "Add it")


@pages.post("/agencies/new", allows=rights.keeps_system)
def post_new_agency(visit: Visit) -> Page | Go:
    form = NewAgencyForm(visit.typed)
    given = form.data

    def act() -> None:
        agencies.enter_agency(visit.session, visit.viewer, given["name"], given["kind"], form.addresses())

    if not acted(visit, form, "name", act):
        return _page("Add an agency", form, "Add it")
    return Go(
        BACK,
        "The agency is added. Give its people access under People; a key for its system comes by the command line.",
    )


@pages.get("/agencies/<agency_id>/change", allows=rights.keeps_system)
def get_agency(visit: Visit, agency_id: str) -> Page:
    found = agencies.agency_found(visit.session, agency_id)
    form = AgencyForm(visit.typed, data={"name": found.name, "emails": "\n".join(found.emails)})
    return _change_page(found, form)


def _change_page(found: Any, form: Questions) -> Page:
    said = ["It is one of the three safeguarding partners, as the partnership's file says."] if found.is_partner else []
    if notified_at := recipient_now(f"safeguarding-partner:{found.id}").address:
        said.append(f"Notifications go to {notified_at}; the rest goes to the addresses below.")
    return _page("Change an agency", form, "Save", about=found.name, note=" ".join(said))


@pages.post("/agencies/<agency_id>/change", allows=rights.keeps_system)
def post_agency(visit: Visit, agency_id: str) -> Page | Go:
    found, form = agencies.agency_found(visit.session, agency_id), AgencyForm(visit.typed)

    def act() -> None:
        agencies.change_agency(visit.session, visit.viewer, found.id, form["name"].data, form.addresses())

    if not acted(visit, form, "name", act):
        return _change_page(found, form)
    return Go(BACK, "Saved, here and in every service.")


@pages.get("/agencies/<agency_id>/end", allows=rights.keeps_system)
def get_end_of_agency(visit: Visit, agency_id: str) -> Page:
    return _end_page(agencies.agency_found(visit.session, agency_id))


def _end_page(found: Any) -> Page:
    if found.ended_at:
        note = "Its people can sign in again, and its system's keys work again."
        return _page("Take this agency up again", Questions(), "Take it up again", about=found.name, note=note)
    note = (
        "Its people are signed out everywhere and its system's keys stop, at once. What it reported and returned stays."
    )
    return _page("End this agency", Questions(), "End it now", about=found.name, note=note)


@pages.post("/agencies/<agency_id>/end", allows=rights.keeps_system)
def post_end_of_agency(visit: Visit, agency_id: str) -> Go:
    """End an agency, or take up one that had ended."""
    found = agencies.agency_found(visit.session, agency_id)
    if found.ended_at:
        agencies.take_up_again(visit.session, visit.viewer, found.id)
        return Go(BACK, "The agency takes part again.")
    agencies.end(visit.session, visit.viewer, found.id)
    return Go(BACK, "The agency has ended.")
