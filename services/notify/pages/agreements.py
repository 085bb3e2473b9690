"""Asking a safeguarding lead to agree to a report; the lead reads it whole, and agrees or sends it back with words."""

from uuid import UUID

from flask import request

from services.notify import agreements, drafts
from services.notify.attachments import described, open_file
from services.notify.pages.report_answers import sections_of
from services.notify.pages.site import pages
from shared.identity import rights
from shared.web.asking import acted, form_page, optional_text
from shared.web.forms import Questions, RadioField, needed
from shared.web.pages import Download, Go, Page, Visit

ANSWERS = [("agree", "I agree to it as it is"), ("send-back", "Something should be changed first")]
NOT_WAITING = "You need not wait for the answer: the five working days run from when the local authority became aware."


class LeadForm(Questions):
    lead = RadioField("Who should read it?", validators=needed("Choose who should read it"))


class AnswerForm(Questions):
    answer = RadioField("Do you agree?", choices=ANSWERS, validators=needed("Say whether you agree"))
    words = optional_text("What should be changed?", "Only where you send it back. Your colleague reads this.")


@pages.get("/report/<uuid:draft_id>/agreement", allows=rights.reports_incidents)
def get_asking(visit: Visit, draft_id: UUID) -> Page:
    draft = drafts.draft_of(visit.session, visit.viewer, str(draft_id))
    return _asking_page(visit, draft, _lead_form(visit))


def _lead_form(visit: Visit) -> LeadForm:
    form = LeadForm(visit.typed)
    form.offer("lead", agreements.leads_to_ask(visit.session, visit.viewer))
    return form


def _asking_page(visit: Visit, draft: drafts.Draft, form: LeadForm) -> Page:
    back = f"/notify/report/{draft.id}/check"
    if not agreements.leads_to_ask(visit.session, visit.viewer):
        return Page("no_lead.html", "Nobody can be asked", {"back": back})
    title = "Ask your safeguarding lead to agree"
    return form_page(title, form, about=draft.reference, button="Ask them", back=back, note=NOT_WAITING)


@pages.post("/report/<uuid:draft_id>/agreement", allows=rights.reports_incidents)
def post_asking(visit: Visit, draft_id: UUID) -> Page | Go:
    draft, form = drafts.draft_of(visit.session, visit.viewer, str(draft_id)), _lead_form(visit)
    if draft.referral_id:
        return Go(f"/notify/report/{draft.id}/sent")
    if not acted(
        visit, form, "lead", lambda: agreements.ask_lead(visit.session, visit.viewer, draft, form["lead"].data)
    ):
        return _asking_page(visit, draft, form)
    return Go(f"/notify/report/{draft.id}/check", "They are asked by e-mail, with the reference and no name.")


@pages.get("/agreements/<uuid:request_id>", allows=rights.agrees_reports)
def show_report_to_agree(visit: Visit, request_id: UUID) -> Page:
    return _reading_page(visit, request_id, AnswerForm(visit.typed))


def _reading_page(visit: Visit, request_id: UUID, form: Questions) -> Page:
    asked, draft = agreements.report_to_agree(visit.session, visit.viewer, str(request_id))
    visit.note_read(f"draft:{draft.id}")
    values = {
        "asked": asked,
        "draft": draft,
        "sections": sections_of(draft),
        "files": described(visit.session, draft.documents),
        "seen": agreements.fingerprint(draft).hex(),
        "form": form,
        "errors": form.error_list(),
        "back": "/notify/reports",
    }
    return Page("agreement.html", "An incident report to agree to", values, 422 if form.errors else 200)


@pages.post("/agreements/<uuid:request_id>", allows=rights.agrees_reports)
def post_answer(visit: Visit, request_id: UUID) -> Page | Go:
    form, asked = AnswerForm(visit.typed), str(request_id)

    def act() -> None:
        if form["answer"].data == "agree":
            agreements.agree(visit.session, visit.viewer, asked, request.form.get("seen", ""))
        else:
            agreements.send_back(visit.session, visit.viewer, asked, form["words"].data)

    if not acted(visit, form, "answer", act):
        return _reading_page(visit, request_id, form)
    done = "You have agreed." if form["answer"].data == "agree" else "It is sent back with your words."
    return Go("/notify/reports", f"{done} Your colleague is told.")


@pages.get("/agreements/<uuid:request_id>/files/<uuid:document_id>", allows=rights.agrees_reports)
def open_file_to_agree(visit: Visit, request_id: UUID, document_id: UUID) -> Download:
    _, draft = agreements.report_to_agree(visit.session, visit.viewer, str(request_id))
    entry, attachment, content = open_file(visit.session, draft.documents, str(document_id))
    visit.note_read(f"document:{attachment.id}")
    return Download(content, attachment.content_type, entry["filename"])
