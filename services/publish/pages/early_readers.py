"""Who has a report before the public: naming them, and what becomes of it."""

from datetime import date

from services.publish import schemas
from services.publish.early_readers import Reader, agree_embargo, early_readers, name_reader, remove_reader
from services.publish.models import Publication
from services.publish.pages.site import act
from shared import clock
from shared.calendar import london_day
from shared.identity import rights
from shared.web.asking import checked, given, line
from shared.web.forms import DayField, Questions, RadioField, may_be_empty, needed
from shared.web.pages import Visit


class ReaderForm(Questions):
    name = line("Name", "Give their name")
    role = line("Who are they?", "Say who they are", hint="Their role and organisation, or relation to the child")
    embargo_agreed_on = DayField("When did they agree to the embargo in writing?", what="The day", validators=may_be_empty())  # fmt: skip


def _name(visit: Visit, publication: Publication, form: Questions) -> object:
    reader = Reader(**checked(schemas.EarlyReaderIn(), given(form)))
    return name_reader(visit.session, visit.viewer, publication, reader)


act(
    "early-reader", name="name_early_reader", title="Somebody who reads it early", button="Record",
    allows=rights.brings_out, asks=lambda visit, _: ReaderForm(visit.typed), does=_name, blamed="name",
    done="They are on the list of early readers.",
)  # fmt: skip


class EmbargoForm(Questions):
    reader = RadioField("Who?", validators=needed("Choose who"))
    what = RadioField(
        "What has changed?",
        choices=[("agreed", "They agreed to the embargo in writing"), ("removed", "They no longer have the report")],
        validators=needed("Say what has changed"),
    )
    agreed_on = DayField("When did they agree?", what="The day", validators=may_be_empty())


def _embargo_form(visit: Visit, publication: Publication) -> Questions:
    form = EmbargoForm(visit.typed)
    form.offer("reader", [(each.id, f"{each.name}, {each.role}") for each in early_readers(visit.session, publication)])
    return form


def _change(visit: Visit, publication: Publication, form: Questions) -> None:
    answers = form.answers()
    reader = next(each for each in early_readers(visit.session, publication) if each.id == answers["reader"])
    if answers["what"] == "removed":
        remove_reader(visit.session, visit.viewer, reader)
    else:
        day = answers["agreed_on"]
        agree_embargo(visit.session, visit.viewer, reader, date.fromisoformat(day) if day else london_day(clock.now()))


act(
    "embargo", name="change_early_reader", title="Early readers and the embargo", button="Record",
    allows=rights.brings_out, asks=_embargo_form, does=_change, blamed="reader", done="It is recorded.",
)  # fmt: skip
