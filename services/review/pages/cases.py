"""The cases under review, and one case whole."""

from uuid import UUID

from sqlalchemy import or_, select

from services.review.bundle import is_about_others
from services.review.directory import Agencies
from services.review.information_requests import answers_of_cases, ask_more_agencies
from services.review.meetings import absent_partners, meetings_of
from services.review.models import Case
from services.review.pages.acts import act
from services.review.pages.practice_reviews import at_review
from services.review.pages.requests import agencies_to_ask
from services.review.pages.site import pages, sections
from services.review.rapid_review import awaited_partners, standing_decision
from services.review.records import find
from services.review.review_cases import reviews_of
from services.review.states import CASE, may
from services.review.views.cases import describe_case, describe_summary
from shared.identity import rights
from shared.partnership import partnership
from shared.web.forms import Questions, SelectMultipleField, needed
from shared.web.pages import Go, Page, Visit

MOST = 500
Step = tuple[str, str]
FURTHER = "Record a further decision (positions taken so far no longer count)"
WAITS_FOR = {  # by the page where it is done
    "rapid-review": "agenda",
    "rapid-review-completed": "panel-reply",
    "with-panel": "panel-reply",
    "panel-agreed": "practice-review",
    "panel-questions": "agenda",
}


class AskForm(Questions):
    agencies = SelectMultipleField("Which agencies?", validators=needed("Choose at least one agency"))


@pages.get("", allows=rights.anyone)
def begin(visit: Visit) -> Go:
    """Where a person's work in review begins; who is not signed in is asked to."""
    found = sections(visit.viewer)
    return Go(found[0][0] if found else "/notify/sign-in?next=/review")


@pages.get("/cases", allows=rights.office_or_partner)
def list_cases(visit: Visit) -> Page:
    """The cases, what is due first; those that are closed or done at the end, as far as `MOST` reaches."""
    is_done = or_(Case.completed_at.is_not(None), Case.stage == "withdrawn")
    found = visit.session.scalars(select(Case).order_by(is_done, Case.due_at).limit(MOST))
    cases = [describe_summary(case) for case in found]
    answered = answers_of_cases(visit.session)
    return Page("cases.html", "Reviews", {"cases": cases, "answered": answered})


@pages.get("/cases/<uuid:case_id>", allows=rights.office_or_partner)
def show_case(visit: Visit, case_id: UUID) -> Page:
    """One case: what is to be done next, who has answered, what was decided."""
    case = find(visit.session, Case, case_id)
    visit.note_read(f"case:{case.id}")
    described = describe_case(visit.session, case)
    requests = [each for each in described["information_requests"] if each["status"] != "cancelled"]
    decision = standing_decision(visit.session, case)
    awaited = awaited_partners(visit.session, decision) if decision else []
    ended = described["ended_with_it"] or {"requests": [], "shared": []}
    involved = [*awaited, *ended["requests"], *ended["shared"], *partnership().safeguarding_partners]
    names = Agencies(visit.session, involved)
    meetings = [
        {"held_at": each.held_at, "absent": [names[agency]["name"] for agency in absent_partners(each)], **each.content}
        for each in meetings_of(visit.session, case)
    ]
    next_step, steps = _steps(visit, case, awaited)
    values = {
        "case": described,
        "requests": requests,
        "answered": sum(each["status"] == "returned" for each in requests),
        "meetings": meetings,
        "awaited": [names[agency]["name"] for agency in awaited],
        "ended": described["ended_with_it"]
        and ended | {what: [names[agency]["name"] for agency in ended[what]] for what in ("requests", "shared")},
        "next_step": next_step,
        "steps": steps,
        "writes": rights.runs_reviews(visit.viewer) and case.closed_at is None,
        "back": "/review/cases",
    }
    return Page("case.html", f"Review {case.reference}", values)


def _next_page(visit: Visit, case: Case, awaited: list[str]) -> str | None:
    """The page of what the case waits for; None where it waits for nobody, or for somebody else than this person."""
    viewer, here = visit.viewer, f"/review/cases/{case.id}"
    decision = standing_decision(visit.session, case)
    if case.stage == "practice-review":
        reviews = sorted(
            reviews_of(visit.session, case), key=lambda each: (each.status == "under-way", each.decided_at)
        )
        return at_review(visit, reviews[-1]) if reviews else None
    if case.stage == "awaiting-signatures":
        return f"{here}/position" if rights.partner(viewer) and viewer.agency_id in awaited else None
    if case.stage == "panel-agreed" and (decision is None or decision.outcome != "lcspr"):
        return None
    if case.stage == "rapid-review" and not all(map(absent_partners, meetings_of(visit.session, case))):
        return f"{here}/decision"
    return f"{here}/{WAITS_FOR[case.stage]}" if case.stage in WAITS_FOR else None


def _steps(visit: Visit, case: Case, awaited: list[str]) -> tuple[Step | None, list[Step]]:
    """What the case waits for this person to do, and what else they may do now; each as (path, words)."""
    if case.closed_at is not None:
        return None, []
    viewer, here, runs = visit.viewer, f"/review/cases/{case.id}", rights.runs_reviews(visit.viewer)
    reviews, next_page = reviews_of(visit.session, case), _next_page(visit, case, awaited)
    about_others = any(is_about_others(visit.session, case, each) for each in reviews)
    decides, office = runs and may(CASE, case.stage, "decide"), rights.office(viewer)
    offered = [
        *((True, at_review(visit, each), f"Go to practice review {each.reference}") for each in reviews),
        (next_page == f"{here}/position", f"{here}/position", "Take your agency's position"),
        (decides, f"{here}/agenda", "Agenda and invitation"),
        (decides, f"{here}/meeting", "Record a meeting"),
        (decides, f"{here}/decision", FURTHER if awaited else "Record the decision"),
        (runs and may(CASE, case.stage, "hear-agreement"), f"{here}/panel-reply", "Record the Panel's reply"),
        (runs and may(CASE, case.stage, "commission"), f"{here}/practice-review", "Commission a practice review"),
        (runs, f"{here}/recommendation", "Make a recommendation"),
        (office, f"{here}/ask", "Ask further agencies"),
        (office, f"{here}/sharing", "Share returns and chronologies"),
        (office, f"{here}/access", "Who may see it, and who read it"),
        (office, f"{here}/bundle.zip", "Take the whole case as a bundle"),
        (office and about_others, f"{here}/bundle", "A bundle with drafts about other cases"),
    ]
    steps = [(path, words) for allowed, path, words in offered if allowed]
    return next((each for each in steps if each[0] == next_page), None), [
        each for each in steps if each[0] != next_page
    ]


def _asks(visit: Visit, case: Case) -> Questions:
    form = AskForm(visit.typed)
    asked = {each["agency"]["id"] for each in describe_case(visit.session, case)["information_requests"]}
    form.offer("agencies", agencies_to_ask(visit, asked))
    return form


act(
    "/cases/<uuid:record_id>/ask",
    name="ask_further_agencies",
    on=Case,
    title="Ask further agencies",
    button="Ask them",
    allows=rights.office,
    asks=_asks,
    does=lambda visit, case, form: ask_more_agencies(visit.session, case, form["agencies"].data, visit.viewer),
    back=lambda _, case: f"/review/cases/{case.id}",
    blamed="agencies",
    done="They are asked for a return, and told so by e-mail.",
)
