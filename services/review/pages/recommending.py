"""Making a recommendation, with what was recommended on its theme before in view."""

from uuid import UUID

from flask import request
from sqlalchemy import select, text

from services.review.actions import make_recommendation
from services.review.models import Case, Recommendation
from services.review.pages.site import pages
from services.review.records import find
from services.review.review_cases import reviews_of
from services.review.schemas.improvement import RecommendationBody
from services.review.themes import earlier_on
from services.review.views.improvement import describe_recommendations
from shared.identity import rights
from shared.web.asking import acted, checked, given, line, optional_text, reasons
from shared.web.forms import DayField, Questions, SelectField, SelectMultipleField, may_be_empty, needed
from shared.web.pages import Go, Page, Visit

MOST = 200


class RecommendationForm(Questions):
    theme = line("Theme", "Give the theme", hint="One or two words with hyphens: information-sharing")
    text = reasons("What should improve?", missing="Say what should improve")
    owner_agency = SelectField("Which agency owns it?", validators=needed("Choose the agency"))
    with_agencies = SelectMultipleField("Which other agencies act with it?", validators=may_be_empty())
    practice_review_id = SelectField("Which review does it come from?", validators=may_be_empty())
    due_on = DayField("To be done by", what="The day", validators=may_be_empty())
    how_measured = optional_text(
        "How will one see that it has changed something for children?", "Offered, not asked for"
    )
    resources = optional_text("What is needed for it?", "Offered, not asked for", rows=2)


def _form(visit: Visit, case: Case, theme: str) -> Questions:
    form = RecommendationForm(visit.typed, data={"theme": theme} if theme else None)
    found = visit.session.execute(text("SELECT id, name FROM agencies WHERE ended_at IS NULL ORDER BY name"))
    agencies = [(row.id, row.name) for row in found]
    form.offer("owner_agency", [("", "Choose"), *agencies])
    form.offer("with_agencies", agencies)
    reviews = reviews_of(visit.session, case)
    form.offer("practice_review_id", [("", "The rapid review"), *((each.id, each.reference) for each in reviews)])
    return form


def _theme(said: str) -> str:
    return "-".join(said.casefold().split())


def _page(visit: Visit, case: Case, form: Questions, theme: str) -> Page:
    themes = visit.session.scalars(select(Recommendation.theme).distinct().order_by(Recommendation.theme).limit(MOST))
    earlier = describe_recommendations(visit.session, earlier_on(visit.session, theme, case)) if theme else []
    errors = form.error_list()
    values = {"form": form, "errors": errors, "case": case, "themes": list(themes), "theme": theme, "earlier": earlier}
    values["back"] = f"/review/cases/{case.id}"
    return Page("recommend.html", "Make a recommendation", values, 422 if errors else 200)


@pages.get("/cases/<uuid:case_id>/recommendation", allows=rights.runs_reviews)
def ask_recommendation(visit: Visit, case_id: UUID) -> Page:
    """The form; with `?theme=`, what was recommended on that theme in other reviews stands above it."""
    case = find(visit.session, Case, case_id)
    theme = _theme(request.args.get("theme", "")[:60])
    return _page(visit, case, _form(visit, case, theme), theme)


@pages.post("/cases/<uuid:case_id>/recommendation", allows=rights.runs_reviews)
def recommend(visit: Visit, case_id: UUID) -> Page | Go:
    case = find(visit.session, Case, case_id)
    form = _form(visit, case, "")
    made: list[Recommendation] = []

    def make() -> None:
        body = given(form) | {"case_id": case.id, "theme": _theme(form["theme"].data)}
        made.append(make_recommendation(visit.session, checked(RecommendationBody(), body), visit.viewer))

    if not acted(visit, form, "theme", make):
        return _page(visit, case, form, _theme(form["theme"].data or ""))
    if earlier_on(visit.session, made[0].theme, case):
        done = "The recommendation is made. The same was recommended before: look whether it was done."
        return Go(f"/review/recommendations/{made[0].id}", done)
    return Go(f"/review/cases/{case.id}", "The recommendation is made.")
