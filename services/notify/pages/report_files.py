"""The files that go with a report: added and removed before it is sent, and opened afterwards by whoever may read it."""

from uuid import UUID

from flask import request
from wtforms import FileField

from services.notify import drafts
from services.notify.attachments import Upload, described, documents_of, open_file
from services.notify.models import Referral
from services.notify.pages.site import pages
from services.notify.rate_limits import UPLOADS, count_one
from shared.identity import rights
from shared.web.asking import acted, line
from shared.web.forms import Questions, SentBeside
from shared.web.pages import Download, Go, Page, Visit
from shared.web.problems import not_found
from shared.web.uploads import uploaded_files


class FileForm(Questions):
    file = FileField(
        "Choose a file",
        description="A PDF, a Word or Excel file, a picture, a text or an e-mail, of 25 MB at most.",
        validators=[SentBeside()],
    )
    title = line("What is it?", hint="For example: body map, or the strategy meeting's notes.")


@pages.get("/report/<uuid:draft_id>/files", allows=rights.reports_incidents)
def get_files(visit: Visit, draft_id: UUID) -> Page:
    return _files_page(visit, drafts.draft_of(visit.session, visit.viewer, str(draft_id)), FileForm(visit.typed))


def _files_page(visit: Visit, draft: drafts.Draft, form: Questions) -> Page:
    values = {
        "draft": draft,
        "files": described(visit.session, draft.documents),
        "form": form,
        "errors": form.error_list(),
        "takes_file": True,
        "back": f"/notify/report/{draft.id}/people",
    }
    return Page("report_files.html", "Files that go with the report", values, 422 if form.errors else 200)


@pages.post("/report/<uuid:draft_id>/files", allows=rights.reports_incidents)
def post_files(visit: Visit, draft_id: UUID) -> Page | Go:
    """Add a file, remove one, or go on; a file that was chosen is added even by whoever goes on at once."""
    draft = drafts.draft_of(visit.session, visit.viewer, str(draft_id))
    if remove := request.form.get("remove"):
        drafts.remove_file(visit.session, draft, remove)
        return Go(request.path, "Removed.")
    sent, on = request.files.get("file"), request.form.get("then") == "on"
    if on and not (sent and sent.filename):
        return Go(f"/notify/report/{draft.id}")
    count_one(visit.session, UPLOADS, visit.viewer.actor, request.remote_addr or "")
    form = FileForm(visit.typed)
    if form.validate() and not (sent and sent.filename):
        form.blame("file", "Choose a file to add")
        return _files_page(visit, draft, form)
    if not acted(visit, form, "file", lambda: _add(visit, draft, form)):
        return _files_page(visit, drafts.draft_of(visit.session, visit.viewer, draft.id), form)
    return Go(f"/notify/report/{draft.id}" if on else request.path, "The file is added.")


def _add(visit: Visit, draft: drafts.Draft, form: Questions) -> None:
    ((name, content),) = uploaded_files("document")[:1]
    drafts.add_file(visit.session, visit.viewer, draft, Upload(form["title"].data or "", name, content))


@pages.get("/report/<uuid:draft_id>/files/<uuid:document_id>", allows=rights.reports_incidents)
def open_file_of_draft(visit: Visit, draft_id: UUID, document_id: UUID) -> Download:
    draft = drafts.draft_of(visit.session, visit.viewer, str(draft_id))
    entry, attachment, content = open_file(visit.session, draft.documents, str(document_id))
    return Download(content, attachment.content_type, entry["filename"])


@pages.get("/reports/<uuid:referral_id>/files/<uuid:document_id>", allows=rights.any_agency)
def open_file_of_report(visit: Visit, referral_id: UUID, document_id: UUID) -> Download:
    """A file of a report that was sent, for whoever may read the report; each opening is logged."""
    referral = visit.session.get(Referral, str(referral_id))
    if referral is None:
        raise not_found()
    entry, attachment, content = open_file(visit.session, documents_of(referral.body), str(document_id))
    visit.note_read(f"document:{attachment.id}")
    return Download(content, attachment.content_type, entry["filename"])
