"""A practice review (LCSPR): stages, reviewer, written requests, drafts and reports, sign-off, holds, delays."""

from typing import Any
from uuid import UUID

from wtforms import FileField

from services.review.directory import Agencies
from services.review.holds import check_hold, lift_hold, place_hold, record_panel_told
from services.review.models import Case, Hold, PracticeReview, Report, Reviewer, ReviewerRequest
from services.review.pages.acts import act
from services.review.pages.review_records import shown_records
from services.review.pages.site import pages
from services.review.practice_review import record_delay
from services.review.records import find
from services.review.reports import add_report, sign_report, unsigned_partners
from services.review.review_cases import cases_of
from services.review.reviewer_access import standing_access
from services.review.reviewers import appoint_reviewer, ask_reviewer, record_answer, remove_reviewer
from services.review.schemas.common import Reasons
from services.review.schemas.practice_reviews import (
    AnswerOfReviewer,
    Appointment,
    DelayBody,
    HoldBody,
    HoldCheckBody,
    PanelTold,
    ReportSignatureBody,
    RequestToReviewer,
)
from services.review.states import PRACTICE_REVIEW, may
from services.review.views.cases import describe_summary
from services.review.views.practice_reviews import describe_practice_review, versions_of
from services.review.wording import HOLD_REASONS, REPORT_KINDS
from shared import files
from shared.identity import rights
from shared.partnership import partnership
from shared.web.asking import Shown, checked, given, line, optional_text, reasons
from shared.web.forms import DayField, Questions, RadioField, SentBeside, may_be_empty, needed
from shared.web.layout import moment
from shared.web.pages import Download, Page, Visit
from shared.web.problems import conflict
from shared.web.uploads import uploaded_file


@pages.get("/practice-reviews/<uuid:review_id>", allows=rights.office_or_partner)
def show_practice_review(visit: Visit, review_id: UUID) -> Page:
    """One practice review with all its parts, and what may be recorded now."""
    review = find(visit.session, PracticeReview, review_id)
    for case in cases_of(visit.session, review):
        visit.note_read(f"case:{case.id}")
    described = describe_practice_review(visit.session, review)
    writes = rights.runs_reviews(visit.viewer)
    values = {
        "review": described,
        "case": describe_summary(find(visit.session, Case, review.case_id)),
        "writes": writes,
        "changes": writes and may(PRACTICE_REVIEW, review.status, "change"),
        "to_sign": _to_sign(visit, review),
        "access": standing_access(visit.session, review),
        "gives_access": rights.office(visit.viewer) and may(PRACTICE_REVIEW, review.status, "change"),
        "records": shown_records(visit, review),
        "versions": versions_of(described),
        "held": [hold for hold in described["holds"] if hold["status"] == "active"],
        "partners": Agencies(visit.session, partnership().safeguarding_partners),
        "back": f"/review/cases/{review.case_id}",
    }
    return Page("practice_review.html", f"Practice review {review.reference}", values)


def _to_sign(visit: Visit, review: PracticeReview) -> Report | None:
    """The newest full report, where this person's agency is a partner that has not signed it."""
    newest = _newest(visit, review)
    signs = rights.partner(visit.viewer) and may(PRACTICE_REVIEW, review.status, "sign-off") and newest
    return newest if newest and signs and visit.viewer.agency_id in unsigned_partners(visit.session, newest) else None


def _newest(visit: Visit, review: PracticeReview) -> Report | None:
    from sqlalchemy import select

    full = select(Report).where(Report.practice_review_id == review.id, Report.kind == "full-report")
    return visit.session.scalar(full.order_by(Report.number.desc()).limit(1))


def at_review(_: Visit, review: PracticeReview) -> str:
    """The page of the practice review."""
    return f"/review/practice-reviews/{review.id}"


def _at_review_of(_: Visit, part: Hold | Reviewer | ReviewerRequest) -> str:
    return f"/review/practice-reviews/{part.practice_review_id}"


class AppointmentForm(Questions):
    name = line("Name", "Give the reviewer's name")
    organisation = line("Organisation")
    email = line("E-mail address")
    phone = line("Telephone number")
    appointed_on = DayField("Appointed on", what="The day", validators=needed("Give the day of the appointment"))
    contract_from = DayField("Contract from", what="The first day", validators=may_be_empty())
    contract_until = DayField("Contract until", what="The last day", validators=may_be_empty())
    independence = reasons(
        "Declaration of independence",
        "How the reviewer is independent of the agencies",
        missing="Record the declaration of independence",
    )
    conflicts = optional_text("Conflicts declared", "One on a line; empty if none were declared")
    replaces_reasons = optional_text("Why is the reviewer in office replaced?", "Only where one is in office")  # fmt: skip


def _appoint(visit: Visit, review: PracticeReview, form: Questions) -> object:
    body = given(form)
    body["conflicts"] = [each.strip() for each in body.get("conflicts", "").split("\n") if each.strip()]
    return appoint_reviewer(visit.session, review, checked(Appointment(), body), visit.viewer)


class ReviewerRequestForm(Questions):
    asks_for = RadioField(
        "What is asked for?",
        choices=[("information", "Information"), ("draft", "A draft")],
        validators=needed("Choose what is asked for"),
    )
    text = reasons("What is asked, in the words that are sent", missing="Write what is asked")
    role = line("Your role", "Give your role")
    answer_by = DayField("An answer is asked for by", what="The day", validators=may_be_empty())  # fmt: skip


def _ask_reviewer(visit: Visit, review: PracticeReview, form: Questions) -> object:
    body = given(form, "asks_for", "text", "answer_by") | {
        "asked_by": {"name": visit.viewer.person_name, "role": form["role"].data}
    }
    return ask_reviewer(visit.session, review, checked(RequestToReviewer(), body), visit.viewer)


class AnswerForm(Questions):
    response = reasons("What the reviewer answered", missing="Write the answer", rows=8)
    responded_on = DayField("Answered on", what="The day", validators=needed("Give the day of the answer"))


class HoldForm(Questions):
    reason = RadioField("Why must publication wait?", choices=HOLD_REASONS.items(), validators=needed("Choose why"))
    details = optional_text("Details")
    owner_name = line("Who watches it?", "Give a name")
    owner_role = line("Their role", "Give their role")
    next_check_on = DayField("When will it be looked at again?", what="The day", validators=needed("Give the day"))
    panel_told_on = DayField("When was the Panel told?", what="The day", validators=may_be_empty())


def _hold(visit: Visit, review: PracticeReview, form: Questions) -> object:
    body = given(form, "reason", "details", "next_check_on", "panel_told_on")
    body["owner"] = {"name": form["owner_name"].data, "role": form["owner_role"].data}
    return place_hold(visit.session, review, checked(HoldBody(), body), visit.viewer)


class HoldCheckForm(Questions):
    reasons = reasons("Why must it still wait?", missing="Say why it must still wait")
    next_check_on = DayField("When will it be looked at again?", what="The day", validators=needed("Give the day"))


class PanelToldForm(Questions):
    panel_told_on = DayField("The Panel was told on", what="The day", validators=needed("Give the day"))


class ReasonsForm(Questions):
    reasons = reasons("Why?")


def _remove_reviewer(visit: Visit, reviewer: Reviewer, form: Questions) -> None:
    review = find(visit.session, PracticeReview, reviewer.practice_review_id, lock=True)
    remove_reviewer(visit.session, review, reviewer, form["reasons"].data, visit.viewer)


class DelayForm(Questions):
    reasons = reasons(
        "Why is the review late?",
        "The Panel and the Secretary of State are sent these words",
        missing="Give the reasons",
        rows=8,
    )
    expected_on = DayField("When is it expected?", what="The day", validators=needed("Give the day"))  # fmt: skip


class ReportForm(Questions):
    kind = RadioField("What is it?", choices=REPORT_KINDS.items(), validators=needed("Choose what it is"))
    file = FileField("The file (PDF)", validators=[SentBeside()])


def _upload(visit: Visit, review: PracticeReview, form: Questions) -> object:
    name, content = uploaded_file("report.pdf")
    return add_report(visit.session, review, form["kind"].data, name, content, visit.viewer)


class SignForm(Questions):
    role = line("Your role", "Give your role")


def _shown_to_sign(visit: Visit, review: PracticeReview) -> Shown | None:
    newest = _newest(visit, review)
    if newest is None:
        return None
    name = f"{REPORT_KINDS[newest.kind]} {newest.number}"
    said = f"You sign {name}, uploaded on {moment(newest.uploaded_at)}. Your signature cannot be changed."
    return Shown(newest.sha256, (said,), (f"/review/reports/{newest.id}/file", f"Open {name} (PDF)"))


def _sign(visit: Visit, review: PracticeReview, form: Questions) -> object:
    newest = _newest(visit, review)
    if newest is None:
        raise conflict("No full report has been uploaded yet.")
    body = {"report_sha256": newest.sha256, "name": visit.viewer.person_name, "role": form["role"].data}
    return sign_report(visit.session, review, checked(ReportSignatureBody(), body), visit.viewer)


def _on_review(rest: str, name: str, title: str, button: str, done: str, blamed: str, **more: Any) -> None:
    path, allows = f"/practice-reviews/<uuid:record_id>/{rest}", more.pop("allows", rights.runs_reviews)
    act(path, name=name, on=PracticeReview, title=title, button=button, allows=allows, back=at_review, blamed=blamed, done=done, **more)  # fmt: skip


_on_review(
    "reviewer", "appoint_reviewer", "Appoint a reviewer", "Appoint", "The reviewer is appointed.", "replaces_reasons",
    asks=lambda visit, _: AppointmentForm(visit.typed), does=_appoint,
)  # fmt: skip
_on_review(
    "reviewer-request", "ask_reviewer", "Ask the reviewer in writing", "Record the request", "The request is recorded.", "text",
    asks=lambda visit, _: ReviewerRequestForm(visit.typed), does=_ask_reviewer,
    note="Regulation 14: the partners may ask for information or a draft, in writing, and watch time and quality.",
)  # fmt: skip
_on_review(
    "hold", "place_hold", "Hold publication", "Hold it", "Publication is held. What is public already stays so; publishing is told.", "next_check_on",
    asks=lambda visit, _: HoldForm(visit.typed), does=_hold,
)  # fmt: skip
_on_review(
    "delay", "record_delay", "Record a delay", "Record and send the reasons", "The delay is recorded, and its reasons are sent.", "reasons",
    asks=lambda visit, _: DelayForm(visit.typed),
    does=lambda visit, review, form: record_delay(visit.session, review, checked(DelayBody(), given(form)), visit.viewer),
)  # fmt: skip
_on_review(
    "report", "upload_report", "Upload a report", "Upload", "The report is kept as a new version.", "file",
    asks=lambda visit, _: ReportForm(visit.typed), does=_upload,
)  # fmt: skip
_on_review(
    "sign", "sign_review_off", "Sign the report", "Sign", "Your agency's signature is recorded.", "role",
    asks=lambda visit, _: SignForm(visit.typed), does=_sign, allows=rights.partner, shows=_shown_to_sign,
)  # fmt: skip
act(
    "/reviewers/<uuid:record_id>/removal", name="remove_reviewer", on=Reviewer,
    title="End the reviewer's appointment", button="End it", allows=rights.runs_reviews,
    asks=lambda visit, _: ReasonsForm(visit.typed), does=_remove_reviewer,
    back=_at_review_of, blamed="reasons", done="The appointment has ended. Another reviewer can be appointed.",
)  # fmt: skip
act(
    "/reviewer-requests/<uuid:record_id>/answer", name="record_reviewer_answer", on=ReviewerRequest,
    title="Record the reviewer's answer", button="Record", allows=rights.runs_reviews,
    asks=lambda visit, _: AnswerForm(visit.typed),
    does=lambda visit, asked, form: record_answer(visit.session, asked, checked(AnswerOfReviewer(), given(form)), visit.viewer),
    back=_at_review_of, blamed="response", done="The answer is recorded.",
)  # fmt: skip
act(
    "/holds/<uuid:record_id>/check", name="check_hold", on=Hold,
    title="Look at the hold again", button="Record", allows=rights.runs_reviews,
    asks=lambda visit, _: HoldCheckForm(visit.typed),
    does=lambda visit, hold, form: check_hold(visit.session, hold, checked(HoldCheckBody(), given(form)), visit.viewer),
    back=_at_review_of, blamed="reasons", done="It is recorded that the hold was looked at.",
)  # fmt: skip
act(
    "/holds/<uuid:record_id>/panel-told", name="hold_panel_told", on=Hold,
    title="When was the Panel told of the hold?", button="Record", allows=rights.runs_reviews,
    asks=lambda visit, _: PanelToldForm(visit.typed),
    does=lambda visit, hold, form: record_panel_told(visit.session, hold, checked(PanelTold(), given(form))["panel_told_on"], visit.viewer),
    back=_at_review_of, blamed="panel_told_on", done="It is recorded when the Panel was told.",
)  # fmt: skip
act(
    "/holds/<uuid:record_id>/lift", name="lift_hold", on=Hold,
    title="Lift the hold", button="Lift it", allows=rights.runs_reviews,
    asks=lambda visit, _: ReasonsForm(visit.typed),
    does=lambda visit, hold, form: lift_hold(visit.session, hold, checked(Reasons(), given(form))["reasons"], visit.viewer),
    back=_at_review_of, blamed="reasons", done="The hold is lifted.",
)  # fmt: skip


@pages.get("/reports/<uuid:report_id>/file", allows=rights.office_or_partner)
def download_version(visit: Visit, report_id: UUID) -> Download:
    """The bytes of one version of a report."""
    report = find(visit.session, Report, report_id)
    visit.note_read(f"practice-review:{report.practice_review_id}")
    return Download(files.get(report.file_key), "application/pdf", f"{report.kind}-{report.number}.pdf")
