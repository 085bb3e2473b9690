"""Who may see a case and who read it, its team, and opening one in an emergency."""

from uuid import UUID

from flask import request
from sqlalchemy import select

from services.review.models import Case, InformationRequest
from services.review.need_to_know import (
    add_to_team,
    open_in_emergency,
    records_of_case,
    references_of,
    take_off_team,
    team_of,
    to_put_on_team,
    who_sees,
)
from services.review.pages.site import pages
from services.review.rapid_review import standing_decision
from services.review.records import find
from services.review.views.cases import describe_summary
from services.review.views.returns import describe_request
from services.review.whom_to_search import of_no_person
from shared.identity import rights
from shared.identity.need_to_know import kept_from, readers_shown
from shared.web.asking import acted
from shared.web.emergency import declare_emergency_access
from shared.web.forms import Questions, SelectField, needed
from shared.web.pages import Go, Page, Visit


class TeamForm(Questions):
    person = SelectField("Who works on this case?", validators=needed("Choose who works on it"))


@pages.get("/cases/<uuid:case_id>/access", allows=rights.office)
def show_case_access(visit: Visit, case_id: UUID) -> Page:
    """Who sees a case and why, who is kept from it, its team, and everybody who read it."""
    return _access_page(visit, find(visit.session, Case, case_id), TeamForm(visit.typed))


def _access_page(visit: Visit, case: Case, form: Questions) -> Page:
    session = visit.session
    form.offer("person", [("", "Choose"), *to_put_on_team(session, case)])
    values = {
        "case": describe_summary(case),
        "form": form,
        "errors": form.error_list(),
        "seers": list(who_sees(session, case)),
        "kept": kept_from(session, [case.incident_id]),
        "team": team_of(session, case),
        "readers": readers_shown(session, records_of_case(session, case)),
        "back": f"/review/cases/{case.id}",
    }
    return Page("case_access.html", "Who may see this review, and who read it", values, 422 if form.errors else 200)


@pages.post("/cases/<uuid:case_id>/access", allows=rights.office)
def post_case_access(visit: Visit, case_id: UUID) -> Page | Go:
    """Put somebody on the team, or take them off."""
    case, form = find(visit.session, Case, case_id, lock=True), TeamForm(visit.typed)
    if member := request.form.get("take_off"):
        take_off_team(visit.session, case, member, visit.viewer)
        return Go(request.path, "They are no longer on the team.")
    form.offer("person", to_put_on_team(visit.session, case))
    if not acted(visit, form, "person", lambda: add_to_team(visit.session, case, form["person"].data, visit.viewer)):
        return _access_page(visit, case, form)
    return Go(request.path, "They are on the team.")


declare_emergency_access(
    pages,
    what="a review",
    asks_for="Reference of the review or its incident",
    hint="For example HSCP-RR-2026-0003 or INC-2026-0012.",
    back="/review",
    opens=lambda visit, reference, why: open_in_emergency(visit.session, visit.viewer, reference, why),
    references=references_of,
)


@pages.get("/emergency/<uuid:case_id>", allows=rights.any_agency)
def show_in_emergency(visit: Visit, case_id: UUID) -> Page:
    """What keeps a child safe tonight: whom it concerns, what agencies returned, what was to be done at once."""
    case = find(visit.session, Case, case_id)
    visit.note_read(f"case:{case.id}")
    requests = visit.session.scalars(select(InformationRequest).where(InformationRequest.case_id == case.id))
    decision = standing_decision(visit.session, case)
    values = {
        "case": describe_summary(case),
        "people": case.people or [],
        "others": of_no_person(case.identifiers, case.people or []),
        "requests": [describe_request(visit.session, each, drafts=False) for each in requests],
        "actions": decision.content.get("immediate_actions", []) if decision else [],
        "back": "/review",
    }
    return Page("case_emergency.html", "Review", values)
