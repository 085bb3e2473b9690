"""Reporting a serious incident, one thing a page; the reports that were sent, and those begun."""

from typing import Any, cast
from uuid import UUID

from flask import request
from sqlalchemy import select

from services.notify import drafts
from services.notify.agreements import agreement_on, end_asking, waiting_for
from services.notify.attachments import described, documents_of, infected_among
from services.notify.corrections import correct_referral
from services.notify.drafts import Draft, Gap
from services.notify.models import Incident, Referral
from services.notify.pages.report_answers import address_of, asked_of, named, page_of, sections_of
from services.notify.pages.report_next import what_follows
from services.notify.pages.site import pages
from services.notify.people import email_of
from services.notify.plausibility import awareness_errors
from services.notify.rate_limits import DRAFTS, count_one
from services.notify.referrals import submit_referral
from services.notify.report_steps import STEPS, Part, Step, step_named, steps_of
from services.notify.schemas import ReferralSchema
from shared import clock
from shared.exchange import attempt
from shared.identity import rights
from shared.web.asking import in_words, reasons
from shared.web.forms import Questions
from shared.web.pages import Go, Page, Visit
from shared.web.problems import Problem, not_found

NEWEST = 200


class ReasonsForm(Questions):
    reasons = reasons(
        "What do you correct, and why?",
        "Whoever was told of the incident is told of the correction.",
        missing="Say what you correct and why",
    )


@pages.get("/reports", allows=rights.any_agency)
def list_reports(visit: Visit) -> Page:
    """What a person may see of what was reported, newest first, and what they have begun."""
    statement = select(Referral).order_by(Referral.submitted_at.desc()).limit(NEWEST)
    sent = [
        {"referral": referral, "incident": visit.session.get(Incident, referral.incident_id)}
        for referral in visit.session.scalars(statement)
    ]
    values = {
        "sent": sent,
        "begun": drafts.drafts_of(visit.session, visit.viewer),
        "to_agree": waiting_for(visit.session, visit.viewer) if rights.agrees_reports(visit.viewer) else [],
        "may_report": rights.reports_incidents(visit.viewer),
    }
    return Page("reports.html", "Incident reports", values)


@pages.get("/reports/<uuid:referral_id>", allows=rights.any_agency)
def show_report(visit: Visit, referral_id: UUID) -> Page:
    referral = visit.session.get(Referral, str(referral_id))
    if referral is None:
        raise not_found()
    visit.note_read(f"referral:{referral.id}")
    values = {"referral": referral, "files": described(visit.session, documents_of(referral.body))}
    values["may_correct"] = drafts.may_correct(visit.session, visit.viewer, referral)
    values |= {"follows": what_follows(visit, referral.incident_id), "back": "/notify/reports"}
    return Page("report_sent.html", f"Incident report {referral.reference}", values)


@pages.post("/report", allows=rights.reports_incidents)
def begin_report(visit: Visit) -> Go:
    count_one(visit.session, DRAFTS, visit.viewer.actor, request.remote_addr or "")
    draft = drafts.begin_draft(visit.session, visit.viewer)
    return Go(page_of(draft, "incident", "what-happened"))


@pages.get("/report/<uuid:draft_id>", allows=rights.reports_incidents)
def resume_report(visit: Visit, draft_id: UUID) -> Go:
    draft = _draft(visit, draft_id)
    if draft.referral_id:
        return Go(f"/notify/report/{draft.id}/sent")
    left = drafts.gaps(draft)
    return Go(address_of(draft, left[0]) if left else f"/notify/report/{draft.id}/check")


@pages.get("/report/<uuid:draft_id>/<any(incident,end):part>/<slug>", allows=rights.reports_incidents)
def get_question(visit: Visit, draft_id: UUID, part: str, slug: str) -> Page:
    return _ask(visit, draft_id, cast(Part, part), slug, 0)


@pages.post("/report/<uuid:draft_id>/<any(incident,end):part>/<slug>", allows=rights.reports_incidents)
def post_question(visit: Visit, draft_id: UUID, part: str, slug: str) -> Page | Go:
    return _answer(visit, draft_id, cast(Part, part), slug, 0)


@pages.get("/report/<uuid:draft_id>/<any(child,person):part>/<int:place>/<slug>", allows=rights.reports_incidents)
def get_question_of(visit: Visit, draft_id: UUID, part: str, place: int, slug: str) -> Page:
    return _ask(visit, draft_id, cast(Part, part), slug, place)


@pages.post("/report/<uuid:draft_id>/<any(child,person):part>/<int:place>/<slug>", allows=rights.reports_incidents)
def post_question_of(visit: Visit, draft_id: UUID, part: str, place: int, slug: str) -> Page | Go:
    return _answer(visit, draft_id, cast(Part, part), slug, place)


def _ask(visit: Visit, draft_id: UUID, part: Part, slug: str, place: int) -> Page:
    draft, step = _draft(visit, draft_id), _step(part, slug)
    stored = _prefilled(visit, draft.answers(part, place), step)
    return _question_page(draft, part, step, place, step.questions(visit.typed, data=stored))


def _answer(visit: Visit, draft_id: UUID, part: Part, slug: str, place: int) -> Page | Go:
    draft, step = _draft(visit, draft_id), _step(part, slug)
    form = step.questions(visit.typed)
    if not form.validate():
        return _question_page(draft, part, step, place, form)
    answers = draft.answers(part, place)
    answers.update(form.answers())
    drafts.store_draft(visit.session, draft)
    if request.args.get("from") != "check":
        return Go(_after(draft, part, step, place))
    if left := drafts.unanswered(part, answers):  # the new answer brings a question that was not asked before
        return Go(f"{page_of(draft, part, left[0].slug, place)}?from=check")
    return Go(f"/notify/report/{draft.id}/check")


def _question_page(draft: Draft, part: Part, step: Step, place: int, form: Any) -> Page:
    about = {"child": f"Child {place + 1}", "person": f"Person {place + 1}"}.get(part, "")
    values = {
        "form": form,
        "errors": form.error_list(),
        "about": about,
        "back": _before(draft, part, step, place),
    }
    return Page("report_question.html", step.title, values, 422 if form.errors else 200)


def _draft(visit: Visit, draft_id: UUID) -> Draft:
    return drafts.draft_of(visit.session, visit.viewer, str(draft_id))


def _step(part: Part, slug: str) -> Step:
    step = step_named(part, slug)
    if step is None:
        raise not_found()
    return step


def _prefilled(visit: Visit, answers: dict[str, Any], step: Step) -> dict[str, Any]:
    """What is known of the person who reports need not be typed."""
    if step.slug != "you":
        return answers
    who = visit.viewer
    return {"referrer_name": who.person_name, "referrer_email": email_of(visit.session, who.person_id)} | answers


def _after(draft: Draft, part: Part, step: Step, place: int) -> str:
    """The page that follows."""
    asked = asked_of(draft, part, place)
    later = [other for other in asked if STEPS.index(other) > STEPS.index(step)]
    if later:
        return page_of(draft, part, later[0].slug, place)
    start = f"/notify/report/{draft.id}"
    if part == "incident":
        return f"{start}/children" if draft.children else page_of(draft, "child", "name", 0)
    return {"child": f"{start}/children", "person": f"{start}/people", "end": f"{start}/check"}[part]


def _before(draft: Draft, part: Part, step: Step, place: int) -> str:
    start = f"/notify/report/{draft.id}"
    if request.args.get("from") == "check":
        return f"{start}/check"
    earlier = [other for other in asked_of(draft, part, place) if STEPS.index(other) < STEPS.index(step)]
    if earlier:
        return page_of(draft, part, earlier[-1].slug, place)
    if part == "incident":
        return "/notify/reports"
    if part == "child":
        return f"{start}/children" if place else page_of(draft, "incident", steps_of("incident")[-1].slug)
    return f"{start}/files" if part == "end" else f"{start}/people"


@pages.get("/report/<uuid:draft_id>/<any(children,people):which>", allows=rights.reports_incidents)
def get_several(visit: Visit, draft_id: UUID, which: str) -> Page:
    draft = _draft(visit, draft_id)
    return _several_page(draft, which)


def _several_page(draft: Draft, which: str, errors: list[dict[str, str]] | None = None) -> Page:
    part: Part = "child" if which == "children" else "person"
    entries = draft.children if part == "child" else draft.people
    title = "Children in this report" if part == "child" else "Other people in this report"
    start = f"/notify/report/{draft.id}"
    back = (
        page_of(draft, "child", "agencies", len(entries) - 1)
        if part == "child" and entries
        else page_of(draft, "incident", "action")
    )
    values = {
        "draft": draft,
        "part": part,
        "first": steps_of(part)[0].slug,
        "errors": errors or [],
        "entries": [named(part, place, entry) for place, entry in enumerate(entries)],
        "back": back if part == "child" else f"{start}/children",
    }
    return Page("report_several.html", title, values, 422 if errors else 200)


@pages.post("/report/<uuid:draft_id>/<any(children,people):which>", allows=rights.reports_incidents)
def post_several(visit: Visit, draft_id: UUID, which: str) -> Page | Go:
    """Add another, or go on."""
    draft = _draft(visit, draft_id)
    part: Part = "child" if which == "children" else "person"
    entries = draft.children if part == "child" else draft.people
    another = request.form.get("another")
    if another == "yes":
        return Go(page_of(draft, part, steps_of(part)[0].slug, len(entries)))
    if another != "no":
        return _several_page(draft, which, [{"text": "Say whether there is another", "href": "#another"}])
    return Go(f"/notify/report/{draft.id}/{'people' if part == 'child' else 'files'}")


@pages.get("/report/<uuid:draft_id>/check", allows=rights.reports_incidents)
def get_check(visit: Visit, draft_id: UUID) -> Page | Go:
    draft = _draft(visit, draft_id)
    if draft.referral_id:
        return Go(f"/notify/report/{draft.id}/sent")
    return _check_page(visit, draft, [], ReasonsForm(visit.typed))


@pages.post("/report/<uuid:draft_id>/check", allows=rights.reports_incidents)
def post_check(visit: Visit, draft_id: UUID) -> Page | Go:
    """Send the report, or the correction of one. Sent twice, it is one: the draft is held, and remembers what it became."""
    draft = _draft(visit, draft_id)
    if draft.referral_id:
        return Go(f"/notify/report/{draft.id}/sent")
    form = ReasonsForm(visit.typed)
    body, wrong = _checked(visit, draft)
    unsafe = infected_among(visit.session, draft.documents)
    if wrong or unsafe or (draft.corrects and not form.validate()):
        return _check_page(visit, draft, wrong, form)

    try:
        with attempt(visit.session):
            end_asking(visit.session, draft)
            drafts.close_draft(visit.session, draft, *_send(visit, draft, body, form["reasons"].data))
    except Problem as problem:
        draft.referral_id = None
        return _check_page(visit, draft, [Gap("end", "you", 0, in_words(problem))], form)
    return Go(f"/notify/report/{draft.id}/sent")


def _checked(visit: Visit, draft: Draft) -> tuple[dict[str, Any], list[Gap]]:
    """The referral that the answers make, and what is wrong with it."""
    body, wrong = drafts.body_of(draft), drafts.gaps(draft)
    agreement = agreement_on(visit.session, draft)
    if agreement and agreement.state == "agreed":
        body["referrer"]["agreed_with_safeguarding_lead"] = agreement.lead
    return body, wrong or drafts.checked(body, awareness_errors(body, visit.viewer.kind))


def _send(visit: Visit, draft: Draft, body: dict[str, Any], reasons: str) -> tuple[str, int]:
    """Send it; the referral's id and version."""
    loaded, now = ReferralSchema().load(body), clock.now()
    if draft.corrects:
        corrected = (draft.corrects, loaded, reasons, draft.version, now, draft.documents)
        referral = correct_referral(visit.session, visit.viewer, *corrected)
        return referral.id, referral.version
    loaded |= {"documents": draft.documents} if draft.documents else {}
    return str(submit_referral(visit.session, visit.viewer, loaded, now)["id"]), 1


@pages.post("/reports/<uuid:referral_id>/correction", allows=rights.reports_incidents)
def begin_correction(visit: Visit, referral_id: UUID) -> Go:
    """Open what a person sent again, page by page; what stood before is kept."""
    referral = visit.session.get(Referral, str(referral_id))
    if referral is None:
        raise not_found()
    draft = drafts.begin_correction(visit.session, visit.viewer, referral)
    return Go(f"/notify/report/{draft}/check")


def _check_page(visit: Visit, draft: Draft, wrong: list[Gap], form: Questions) -> Page:
    errors = [{"text": gap.sentence, "href": f"{address_of(draft, gap)}?from=check"} for gap in wrong]
    files = described(visit.session, draft.documents)
    if any(file["scan"] == "infected" for file in files):
        errors.append(
            {"text": "Remove the file in which malware was found", "href": f"/notify/report/{draft.id}/files"}
        )
    errors += form.error_list()
    values = {
        "draft": draft,
        "sections": sections_of(draft),
        "files": files,
        "agreement": agreement_on(visit.session, draft),
        "errors": errors,
        "form": form,
        "back": page_of(draft, "end", "you"),
    }
    return Page("report_check.html", "Check your answers", values, 422 if errors else 200)


@pages.get("/report/<uuid:draft_id>/sent", allows=rights.reports_incidents)
def get_sent(visit: Visit, draft_id: UUID) -> Page:
    """Confirmation: the reference, what happens next, and by when."""
    draft = _draft(visit, draft_id)
    referral = visit.session.get(Referral, draft.referral_id) if draft.referral_id else None
    if referral is None:  # not sent, or its writer was kept from it since
        raise not_found()
    values = {"referral": referral, "follows": what_follows(visit, referral.incident_id)}
    return Page("report_confirmed.html", "Incident report sent", values)
