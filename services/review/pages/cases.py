"""The cases under review, and one case whole."""

from uuid import UUID

from sqlalchemy import or_, select

from services.review.bundle import is_about_others
from services.review.directory import Agencies
from services.review.information_requests import answers_of_cases, ask_more_agencies
from services.review.meetings import absent_partners, meetings_of
from services.review.models import Case
from services.review.pages.acts import act
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
    values = {
        "case": described,
        "requests": requests,
        "answered": sum(each["status"] == "returned" for each in requests),
        "meetings": meetings,
        "awaited": [names[agency]["name"] for agency in awaited],
        "ended": described["ended_with_it"]
        and ended | {what: [names[agency]["name"] for agency in ended[what]] for what in ("requests", "shared")},
        "steps": _steps(visit, case, awaited),
        "writes": rights.runs_reviews(visit.viewer) and case.closed_at is None,
        "back": "/review/cases",
    }
    return Page("case.html", "Review", values)


def _steps(visit: Visit, case: Case, awaited: list[str]) -> list[tuple[str, str]]:
    """What this person may do now in the case, as (path, words), the next step first."""
    viewer, here = visit.viewer, f"/review/cases/{case.id}"
    if case.closed_at is not None or not rights.runs_reviews(viewer):
        return []
    signs = rights.partner(viewer) and viewer.agency_id in awaited and may(CASE, case.stage, "sign")
    about_others = any(is_about_others(visit.session, case, each) for each in reviews_of(visit.session, case))
    offered = [
        (signs, f"{here}/position", "Take your agency's position"),
        (may(CASE, case.stage, "decide"), f"{here}/agenda", "Agenda and invitation"),
        (may(CASE, case.stage, "decide"), f"{here}/meeting", "Record a meeting"),
        (may(CASE, case.stage, "decide"), f"{here}/decision", "Record the decision"),
        (may(CASE, case.stage, "hear-agreement"), f"{here}/panel-reply", "Record the Panel's reply"),
        (may(CASE, case.stage, "commission"), f"{here}/practice-review", "Commission a practice review"),
        (True, f"{here}/recommendation", "Make a recommendation"),
        (rights.office(viewer), f"{here}/ask", "Ask further agencies"),
        (rights.office(viewer), f"{here}/sharing", "Share returns and chronologies"),
        (rights.office(viewer), f"{here}/access", "Who may see it, and who read it"),
        (rights.office(viewer), f"{here}/bundle.zip", "Take the whole case as a bundle"),
        (rights.office(viewer) and about_others, f"{here}/bundle", "A bundle with drafts about other cases"),
    ]
    return [(path, words) for allowed, path, words in offered if allowed]


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
    done="They are asked, and told by e-mail that a request waits for them.",
)
