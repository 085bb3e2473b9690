"""What the reviewer sees and does in the one review that they lead, while they lead it."""

from uuid import UUID

from wtforms import FileField

from services.review.models import PracticeReview, ReviewerRequest
from services.review.pages.review_records import shown_records
from services.review.pages.site import pages
from services.review.records import find
from services.review.reports import add_report
from services.review.review_records import OPEN_TO_THE_REVIEWER
from services.review.reviewer_access import reviews_led_by
from services.review.reviewers import record_answer
from services.review.sharing import shared_with
from services.review.states import PRACTICE_REVIEW, may
from services.review.views.practice_reviews import describe_for_reviewer, versions_of
from services.review.wording import REPORT_KINDS
from shared import clock, files
from shared.calendar import london_day
from shared.database import see_as
from shared.identity import rights
from shared.identity.viewer import SYSTEM
from shared.web.asking import acted, form_page, reasons
from shared.web.forms import Questions, RadioField, SentBeside, needed
from shared.web.pages import Download, Go, Page, Visit
from shared.web.problems import not_found
from shared.web.uploads import uploaded_file


class DraftForm(Questions):
    kind = RadioField("What is it?", choices=REPORT_KINDS.items(), validators=needed("Choose what it is"))
    file = FileField("The draft (PDF)", validators=[SentBeside()])


class ReplyForm(Questions):
    response = reasons("Your answer", missing="Write your answer", rows=8)


def _led(visit: Visit, review_id: UUID | str) -> PracticeReview:
    """The review, where the person leads it today; another is not there."""
    for review, _ in reviews_led_by(visit.session, visit.viewer):
        if review.id == str(review_id):
            visit.note_read(f"practice-review:{review.id}")
            return review
    raise not_found()


@pages.get("/reviewing", allows=rights.reviewer)
def list_led(visit: Visit) -> Page:
    """The review that the person leads now; nothing once their time is over."""
    led = [
        {"id": review.id, "reference": review.reference, "title": review.title, "until": access.until}
        for review, access in reviews_led_by(visit.session, visit.viewer)
    ]
    return Page("reviewing.html", "Your review", {"led": led})


@pages.get("/reviewing/<uuid:review_id>", allows=rights.reviewer)
def show_led(visit: Visit, review_id: UUID) -> Page:
    """The review as its reviewer works on it: terms, shared material, written requests, drafts with their comments."""
    review = _led(visit, review_id)
    access = next(access for led, access in reviews_led_by(visit.session, visit.viewer) if led.id == review.id)
    described = describe_for_reviewer(visit.session, review)
    values = {
        "review": described,
        "versions": versions_of(described),
        "until": access.until,
        "shared": shared_with(visit.session, visit.viewer, review.case_id),
        "records": [each for each in shown_records(visit, review) if each["kind"] in OPEN_TO_THE_REVIEWER],
        "changes": may(PRACTICE_REVIEW, review.status, "change"),
        "back": "/review/reviewing",
    }
    return Page("reviewing_one.html", "Your review", values)


def _draft_page(review: PracticeReview, form: Questions) -> Page:
    back = f"/review/reviewing/{review.id}"
    return form_page("Upload a draft", form, button="Upload", back=back, about=review.reference)


@pages.get("/reviewing/<uuid:review_id>/draft", allows=rights.reviewer)
def ask_draft(visit: Visit, review_id: UUID) -> Page:
    return _draft_page(_led(visit, review_id), DraftForm(visit.typed))


@pages.post("/reviewing/<uuid:review_id>/draft", allows=rights.reviewer)
def upload_draft(visit: Visit, review_id: UUID) -> Page | Go:
    """Keep a further version of the report, for the partners to read and comment on."""
    review, form = _led(visit, review_id), DraftForm(visit.typed)

    def act() -> None:
        name, content = uploaded_file("draft.pdf")
        see_as(visit.session, SYSTEM)  # the review is theirs, as `_led` saw; the row is the office's to change
        locked = find(visit.session, PracticeReview, review.id, lock=True)
        add_report(visit.session, locked, form["kind"].data, name, content, visit.viewer)

    if not acted(visit, form, "file", act):
        return _draft_page(review, form)
    return Go(f"/review/reviewing/{review.id}", "The draft is kept as a new version. The partnership office sees it.")


@pages.get("/reviewing/<uuid:review_id>/drafts/<uuid:report_id>", allows=rights.reviewer)
def download_draft(visit: Visit, review_id: UUID, report_id: UUID) -> Download:
    """The bytes of one version of the report of the review that the person leads."""
    review = _led(visit, review_id)
    found = [each for each in describe_for_reviewer(visit.session, review)["reports"] if each["id"] == str(report_id)]
    if not found:
        raise not_found()
    return Download(files.get(found[0]["file_key"]), "application/pdf", f"{found[0]['kind']}-{found[0]['number']}.pdf")


def _asked(visit: Visit, review_id: UUID, request_id: UUID) -> tuple[PracticeReview, ReviewerRequest]:
    review = _led(visit, review_id)
    asked = find(visit.session, ReviewerRequest, request_id)
    if asked.practice_review_id != review.id:
        raise not_found()
    return review, asked


def _answer_page(review: PracticeReview, asked: ReviewerRequest, form: Questions) -> Page:
    note = f"Asked: {asked.request['text']}"
    return form_page("Answer in writing", form, button="Send", back=f"/review/reviewing/{review.id}", about=review.reference, note=note)  # fmt: skip


@pages.get("/reviewing/<uuid:review_id>/requests/<uuid:request_id>", allows=rights.reviewer)
def ask_reviewers_answer(visit: Visit, review_id: UUID, request_id: UUID) -> Page:
    return _answer_page(*_asked(visit, review_id, request_id), ReplyForm(visit.typed))


@pages.post("/reviewing/<uuid:review_id>/requests/<uuid:request_id>", allows=rights.reviewer)
def send_reviewers_answer(visit: Visit, review_id: UUID, request_id: UUID) -> Page | Go:
    """Answer a written request of the partners (SI 2018/789, regulation 14)."""
    review, asked = _asked(visit, review_id, request_id)
    form = ReplyForm(visit.typed)

    def act() -> None:
        see_as(visit.session, SYSTEM)  # the request is theirs to answer, as `_asked` saw
        locked = find(visit.session, ReviewerRequest, asked.id, lock=True)
        body = {"response": form["response"].data, "responded_on": london_day(clock.now())}
        record_answer(visit.session, locked, body, visit.viewer)

    if not acted(visit, form, "response", act):
        return _answer_page(review, asked, form)
    return Go(f"/review/reviewing/{review.id}", "Your answer is sent and kept.")
