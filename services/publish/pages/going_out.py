"""Bringing a publication out: the protocol's steps, the time, corrections, withdrawal, the NSPCC, how long it stays."""

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime

from services.publish import schemas
from services.publish.facts import copied_documents
from services.publish.gate import STEPS_LEFT, steps_in_short
from services.publish.models import Document, Publication
from services.publish.nspcc import Receipt, record_receipt
from services.publish.page_orders import Order, correct, withdraw
from services.publish.pages.site import act
from services.publish.protocol import comes_later, complete_step, steps_done, steps_of
from services.publish.public_site.site_content import documents_to_publish, page_words, words_have_changed
from services.publish.public_site.site_pages import and_list
from services.publish.retention import RetentionDecision, decide_retention
from services.publish.schedule import schedule_publication
from services.publish.views import avoided_weeks_ahead
from services.publish.wording import kind_words
from shared.calendar import LONDON, CalendarUnknown, day_in_words
from shared.identity import rights
from shared.web.asking import Shown, checked, given, line, moment_on, optional_text, reasons
from shared.web.forms import DayField, Questions, RadioField, TimeField, may_be_empty, needed
from shared.web.layout import moment
from shared.web.pages import Visit
from shared.web.problems import Problem, refused


class StepForm(Questions):
    step = RadioField("Which step is done?", validators=needed("Choose the step that is done"))
    note = optional_text("Note")


def _step_form(visit: Visit, publication: Publication) -> Questions:
    form, done = StepForm(visit.typed), steps_done(visit.session, publication)
    left = [step for step in steps_of(publication) if step.id not in done]
    form.offer("step", [(step.id, step.sentence) for step in left if not comes_later(publication, step)])
    if later := sum(comes_later(publication, step) for step in left):
        which = "1 step comes" if later == 1 else f"{later} steps come"
        form["step"].description = f"{which} after going live, and can be recorded then"
    return form


def _complete(visit: Visit, publication: Publication, form: Questions) -> object:
    who, note = visit.viewer.person_name, form.answers()["note"]
    return complete_step(visit.session, visit.viewer, publication, form["step"].data, who, note)


act(
    "protocol", name="complete_protocol_step", title="Media and communications protocol", button="It is done",
    allows=rights.brings_out, asks=_step_form, does=_complete, blamed="step", done="The step is recorded as done.",
)  # fmt: skip


def _shown(publication: Publication, documents: Iterable[Document], said: list[str], then: str) -> Shown:
    """What goes out: these documents, and the words of the page and of the NSPCC's record as they are now."""
    words = page_words(publication) | {"record": [publication.recommendations, publication.keywords]}
    seen = json.dumps([[each.id for each in documents], words])
    whole = (f"/publish/publications/{publication.id}/preview", "See the page as the public will")
    return Shown(hashlib.sha256(seen.encode()).hexdigest(), tuple(said), whole, then)


def _version(document: Document) -> str:
    return f"{kind_words(document.kind)}, version {document.version}, uploaded on {moment(document.uploaded_at)}"


def _shown_before(visit: Visit, publication: Publication) -> Shown:
    documents = copied_documents(visit.session, publication)
    said = ["This comes out at that time, and is sent before to those who are owed a copy:", *map(_version, documents)]
    return _shown(publication, documents, said if documents else ["No document is checked yet."], "set the time")


def _shown_instead(visit: Visit, publication: Publication) -> Shown:
    documents = documents_to_publish(visit.session, publication)
    new = [_version(each) for each in documents if each.id not in publication.live_documents]
    new += ["The words of the page"] * words_have_changed(publication)
    said = ["This takes the place of what is live:", *new] if new else ["The page shows what is newest already."]
    return _shown(publication, documents, said, "correct the page")


class ScheduleForm(Questions):
    day = DayField("On which day?", what="The day", validators=needed("Give the day of publication"))
    time = TimeField("At what time?", default="10:00", validators=needed("Give the time"), render_kw={"classes": "govuk-input--width-5"})  # fmt: skip
    avoided_week_reasons = optional_text("Why must it be in a week that should be avoided?", "Only if it must")


def _schedule_form(visit: Visit, publication: Publication) -> Questions:
    form = ScheduleForm(visit.typed)
    if weeks := avoided_weeks_ahead(publication):
        days = and_list([day_in_words(week) for week in weeks])
        form["day"].description = f"Avoid the week{'s' if len(weeks) > 1 else ''} of Monday {days}"
    return form


def _schedule(visit: Visit, publication: Publication, form: Questions) -> object:
    at = datetime.fromisoformat(f"{form['day'].data}T{form['time'].data}").replace(tzinfo=LONDON)
    try:
        why = form.answers()["avoided_week_reasons"]
        return schedule_publication(visit.session, visit.viewer, publication, at, why)
    except CalendarUnknown as unknown:
        raise refused("/day", str(unknown)) from None
    except Problem as problem:
        if not (missing := problem.extra.get("missing")):
            raise
        raise Problem(
            409, problem.detail, [_leading_to_steps(publication, each) for each in steps_in_short(missing)]
        ) from None


def _leading_to_steps(publication: Publication, sentence: str) -> dict[str, str]:
    """What is missing, as a fault of the day; of steps that are not done, with the way to where they are recorded."""
    way = {"href": f"/publish/publications/{publication.id}/protocol"} if sentence.endswith(STEPS_LEFT) else {}
    return {"pointer": "/day", "message": sentence} | way


act(
    "schedule", name="schedule_going_live", title="Set the time of going live", button="Schedule it",
    allows=rights.brings_out, asks=_schedule_form, does=_schedule, shows=_shown_before, blamed="day",
    done="It is scheduled. It goes live by itself at that minute, if nothing then stands against it.",
)  # fmt: skip


class ReasonsForm(Questions):
    reasons = reasons("Why?")


def _order(visit: Visit, form: Questions) -> Order:
    body = {"reasons": form["reasons"].data, "ordered_by": visit.viewer.person_name}
    return Order(**checked(schemas.OrderIn(), body))


act(
    "correction", name="correct_live_page", title="Correct the live page", button="Correct it",
    allows=rights.brings_out, asks=lambda visit, _: ReasonsForm(visit.typed),
    does=lambda visit, publication, form: correct(visit.session, visit.viewer, publication, _order(visit, form)),
    shows=_shown_instead,
    blamed="reasons", done="The newest checked documents and words take the place of the live ones within a minute.",
)  # fmt: skip
act(
    "withdrawal", name="withdraw_live_page", title="Take the page down", button="Take it down now",
    allows=rights.brings_out, asks=lambda visit, _: ReasonsForm(visit.typed),
    does=lambda visit, publication, form: withdraw(visit.session, visit.viewer, publication, _order(visit, form)),
    blamed="reasons", done="The site loses the page and its documents within a minute; the NSPCC, if it has the report, is asked to hold it back.",
)  # fmt: skip


class ReceiptForm(Questions):
    reference = line("The NSPCC's reference", "Give the reference")
    our_reference = line(
        "Our reference, if the NSPCC gave it", hint="It begins with SR- and stands in the subject of the e-mail"
    )
    day = DayField("When did it come?", what="The day", validators=needed("Give the day on which it came"))


def _receipt(visit: Visit, publication: Publication, form: Questions) -> object:
    answers = form.answers()
    receipt = Receipt(answers["reference"], moment_on(answers["day"]), answers["our_reference"])
    return record_receipt(visit.session, visit.viewer, publication, receipt)


act(
    "nspcc-receipt", name="record_nspcc_receipt", title="Record the NSPCC's acknowledgement", button="Record",
    allows=rights.judges_findings, asks=lambda visit, _: ReceiptForm(visit.typed), does=_receipt, blamed="reference",
    done="The acknowledgement is recorded.",
)  # fmt: skip


class RetentionForm(Questions):
    decision = RadioField(
        "Does the page stay?",
        choices=[("keep", "It stays"), ("archive", "The entry stays, its documents on request")],
        validators=needed("Say whether it stays"),
    )
    until = DayField("Until when?", what="The day", validators=may_be_empty())
    reasons = reasons("Why?")  # fmt: skip


def _retention(visit: Visit, publication: Publication, form: Questions) -> object:
    decision = RetentionDecision(**checked(schemas.RetentionIn(), given(form)))
    return decide_retention(visit.session, visit.viewer, publication, decision)


act(
    "retention", name="decide_display", title="Decide how long the page stays", button="Record",
    allows=rights.judges_findings, asks=lambda visit, _: RetentionForm(visit.typed), does=_retention, blamed="decision",
    done="The decision is recorded.",
)  # fmt: skip
