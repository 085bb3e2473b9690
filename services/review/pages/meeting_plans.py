"""Preparing the rapid review's meeting: its agenda, the invitation with papers, and what the invited see."""

from datetime import datetime
from uuid import UUID

from flask import request
from sqlalchemy import select

from services.review.directory import Agencies
from services.review.meeting_plans import (
    call_off,
    current_agenda,
    plan_meeting,
    planned_meetings,
    shown_though_uninvited,
)
from services.review.models import Case, InformationRequest, PlannedMeeting
from services.review.pages.site import pages
from services.review.records import find
from services.review.report_document import KINDS
from services.review.sharing import WHAT, shared_with
from services.review.written_documents import Block, Heading, Words, as_pdf, as_word
from shared import clock
from shared.calendar import LONDON
from shared.identity import rights
from shared.partnership import partnership
from shared.web.asking import acted, form_page, line
from shared.web.forms import DayField, Questions, SelectMultipleField, TimeField, may_be_empty, needed
from shared.web.layout import moment
from shared.web.pages import Download, Go, Page, Visit
from shared.web.problems import not_found


class PlanForm(Questions):
    day = DayField("When is it?", what="The day of the meeting", validators=needed("Give the day of the meeting"))
    time = TimeField(
        "Time", default="10:00", validators=needed("Give the time"), render_kw={"classes": "govuk-input--width-5"}
    )
    place = line("Where?", "Say where it is", hint="A room, or that the link comes with the calendar")
    agencies = SelectMultipleField("Who is invited besides the three safeguarding partners?", validators=may_be_empty())
    papers = SelectMultipleField(
        "Which papers do the invited see here?",
        description="Of every agency that was involved, marked with whose they are. It can be stopped under “Share”.",
        choices=list(WHAT.items()),
        validators=may_be_empty(),
    )


@pages.get("/cases/<uuid:case_id>/agenda", allows=rights.office_or_partner)
def show_agenda(visit: Visit, case_id: UUID) -> Page:
    """The agenda as the record gives it now, and the meeting that is planned."""
    case = find(visit.session, Case, case_id)
    return _agenda_page(visit, case, _form(visit, case))


def _form(visit: Visit, case: Case) -> Questions:
    form = PlanForm(visit.typed)
    asked = visit.session.scalars(select(InformationRequest.agency_id).where(InformationRequest.case_id == case.id))
    others = [each for each in asked if each not in partnership().safeguarding_partners]
    agencies = Agencies(visit.session, others)
    form.offer("agencies", [(each, agencies[each]["name"]) for each in others])
    return form


def _agenda_page(visit: Visit, case: Case, form: Questions) -> Page:
    visit.note_read(f"case:{case.id}")
    planned = planned_meetings(visit.session, case.id)
    values = {
        "case": case,
        "items": current_agenda(visit.session, case),
        "planned": planned,
        "names": Agencies(visit.session, [agency for each in planned for agency in each.agencies]),
        "plans": rights.office(visit.viewer) and case.closed_at is None,
        "form": form,
        "errors": form.error_list(),
        "back": f"/review/cases/{case.id}",
    }
    return Page("agenda.html", "Agenda of the rapid review's meeting", values, 422 if form.errors else 200)


@pages.post("/cases/<uuid:case_id>/agenda", allows=rights.office)
def post_meeting_plan(visit: Visit, case_id: UUID) -> Page | Go:
    """Plan the meeting and invite to it."""
    case = find(visit.session, Case, case_id, lock=True)
    form = _form(visit, case)

    def act() -> None:
        answers = form.answers()
        held_at = datetime.fromisoformat(f"{answers['day']}T{answers['time']}").replace(tzinfo=LONDON)
        chosen = (answers["agencies"] or [], answers["papers"] or [])
        plan_meeting(visit.session, case, held_at, answers["place"], *chosen, visit.viewer)

    if not acted(visit, form, "day", act):
        return _agenda_page(visit, case, form)
    if shown_though_uninvited(visit.session, case):
        told = "They are invited by e-mail. Somebody who is not invited any more still sees what was shared."
        return Go(f"/review/cases/{case.id}/sharing", told)
    return Go(request.path, "They are invited by e-mail, and find the agenda and papers here.")


@pages.get("/meetings/<uuid:meeting_id>/calling-off", allows=rights.office)
def ask_calling_off(visit: Visit, meeting_id: UUID) -> Page:
    """Whether a meeting is to be called off: there is no taking it back, for everybody who was invited is told."""
    meeting = find(visit.session, PlannedMeeting, meeting_id)
    names = Agencies(visit.session, meeting.agencies)
    invited = "; ".join(names[agency]["name"] for agency in meeting.agencies)
    told = f"Everyone invited is told at once: {invited}."
    return form_page(
        f"Call off the meeting of {moment(meeting.held_at)}?",
        Questions(visit.typed),
        button="Call it off",
        back=f"/review/cases/{meeting.case_id}/agenda",
        about=f"Review {meeting.case_reference}",
        note=told if meeting.held_at > clock.now() else "Its time has passed, so nobody is told.",
    )


@pages.post("/meetings/<uuid:meeting_id>/calling-off", allows=rights.office)
def call_meeting_off(visit: Visit, meeting_id: UUID) -> Go:
    meeting = find(visit.session, PlannedMeeting, meeting_id, lock=True)
    call_off(visit.session, meeting, visit.viewer)
    agenda = f"/review/cases/{meeting.case_id}/agenda"
    return Go(agenda, "The meeting is called off, and those who were invited are told.")


@pages.get("/cases/<uuid:case_id>/agenda.<kind>", allows=rights.office_or_partner)
def download_agenda(visit: Visit, case_id: UUID, kind: str) -> Download:
    """The agenda as an accessible PDF, or as Word."""
    if kind not in KINDS:
        raise not_found()
    case = find(visit.session, Case, case_id)
    visit.note_read(f"case:{case.id}")
    title = f"Agenda, rapid review {case.reference}"
    blocks: list[Block] = [Heading(title, 1)]
    for number, item in enumerate(current_agenda(visit.session, case), 1):
        blocks += [Heading(f"{number}. {item.heading}"), *map(Words, item.points)]
    write = as_pdf if kind == "pdf" else as_word
    return Download(write(title, partnership().marking, blocks), KINDS[kind], f"agenda-{case.reference}.{kind}")


@pages.get("/meetings", allows=rights.any_agency)
def list_meetings(visit: Visit) -> Page:
    """The meetings to which the person's agency is invited."""
    mine = [each for each in planned_meetings(visit.session) if visit.viewer.agency_id in each.agencies]
    return Page("meetings.html", "Meetings", {"meetings": mine})


@pages.get("/meetings/<uuid:meeting_id>", allows=rights.any_agency)
def show_meeting(visit: Visit, meeting_id: UUID) -> Page:
    """One meeting as the invited see it: when and where, the agenda, and the papers."""
    meeting = find(visit.session, PlannedMeeting, meeting_id)
    if visit.viewer.agency_id not in meeting.agencies or meeting.ended_at is not None:
        raise not_found()
    visit.note_read(f"case:{meeting.case_id}")
    shared = shared_with(visit.session, visit.viewer, meeting.case_id)
    values = {
        "meeting": meeting,
        "shared": shared,
        "names": Agencies(visit.session, [each.agency_id for each in shared]),
        "back": "/review/meetings",
    }
    return Page("meeting.html", "Meeting", values)
