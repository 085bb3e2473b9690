"""Recommendations: who owns them, what is done, what has changed; and the themes that come up again."""

from typing import Any
from uuid import UUID

from flask import request
from sqlalchemy import select, text
from wtforms import FileField

from services.review.actions import add_evidence, agree_action, attach_file, kind_of_file, make_recommendation
from services.review.models import Action, Case, Evidence, Recommendation
from services.review.pages.acts import act
from services.review.pages.rapid_reviews import at_case
from services.review.pages.site import pages
from services.review.records import find
from services.review.review_cases import reviews_of
from services.review.schemas.improvement import ActionBody, EvidenceBody, RecommendationBody
from services.review.themes import earlier_on, themes_by_year
from services.review.views.improvement import describe_recommendations
from services.review.wording import PROGRESS
from shared import files
from shared.identity import rights
from shared.web.asking import checked, given, line, optional_text, reasons
from shared.web.forms import DayField, Questions, RadioField, SelectField, may_be_empty, needed
from shared.web.pages import Download, Page, Visit
from shared.web.problems import not_found
from shared.web.uploads import uploaded_file

MOST = 300


class NewRecommendationForm(Questions):
    text = reasons("What should improve?", missing="Say what should improve")
    theme = line(
        "Theme", "Give the theme", hint="One or two words with hyphens, as the themes before: information-sharing"
    )
    owner_agency = SelectField("Which agency owns it?", validators=needed("Choose the agency"))
    practice_review_id = SelectField("Which review does it come from?", validators=may_be_empty())
    due_on = DayField("To be done by", what="The day", validators=may_be_empty())
    how_measured = optional_text(
        "How will one see that it has changed something for children?", "Offered, not asked for"
    )
    resources = optional_text("What is needed for it?", "Offered, not asked for", rows=2)


def _new_form(visit: Visit, case: Case) -> Questions:
    form = NewRecommendationForm(visit.typed)
    agencies = visit.session.execute(text("SELECT id, name FROM agencies WHERE ended_at IS NULL ORDER BY name"))
    form.offer("owner_agency", [("", "Choose"), *((row.id, row.name) for row in agencies)])
    reviews = reviews_of(visit.session, case)
    form.offer("practice_review_id", [("", "The rapid review"), *((each.id, each.reference) for each in reviews)])
    return form


def _make(visit: Visit, case: Case, form: Questions) -> object:
    body = given(form) | {"case_id": case.id, "theme": _theme(form["theme"].data)}
    return make_recommendation(visit.session, checked(RecommendationBody(), body), visit.viewer)


def _theme(said: str) -> str:
    return "-".join(said.casefold().split())


act(
    "/cases/<uuid:record_id>/recommendation",
    name="recommend",
    on=Case,
    title="Make a recommendation",
    button="Make it",
    allows=rights.runs_reviews,
    asks=_new_form,
    does=_make,
    back=at_case,
    blamed="theme",
    done="The recommendation is made. Look at what was recommended on its theme before: it is on the case's page.",
)


@pages.get("/recommendations", allows=rights.any_agency)
def list_recommendations(visit: Visit) -> Page:
    """The agency's own recommendations; to the office and the partners all, with the themes by year."""
    statement = select(Recommendation).order_by(Recommendation.made_at.desc()).limit(MOST)
    if theme := request.args.get("theme", "")[:100]:
        statement = statement.where(Recommendation.theme == theme)
    found = describe_recommendations(visit.session, list(visit.session.scalars(statement)))
    found.sort(key=lambda each: not each["overdue"])
    sees_all = rights.office_or_partner(visit.viewer)
    themes = themes_by_year(visit.session) if sees_all else None
    return Page("recommendations.html", "Recommendations", {"found": found, "themes": themes, "theme": theme})


@pages.get("/recommendations/<uuid:recommendation_id>", allows=rights.any_agency)
def show_recommendation(visit: Visit, recommendation_id: UUID) -> Page:
    """One recommendation, its actions and their evidence, and what was recommended on the theme before."""
    recommendation = find(visit.session, Recommendation, recommendation_id)
    [described] = describe_recommendations(visit.session, [recommendation])
    earlier: list[dict[str, Any]] = []
    if rights.office_or_partner(visit.viewer):
        case = find(visit.session, Case, recommendation.case_id)
        visit.note_read(f"case:{case.id}")
        earlier = describe_recommendations(visit.session, earlier_on(visit.session, recommendation.theme, case))
    values = {
        "each": described,
        "earlier": earlier,
        "writes": _works_on(visit, recommendation.owner_agency),
        "back": "/review/recommendations",
    }
    return Page("recommendation.html", "Recommendation", values)


def _works_on(visit: Visit, owner: str) -> bool:
    own = owner == visit.viewer.agency_id and rights.writes_returns(visit.viewer)
    return own or rights.runs_reviews(visit.viewer)


def _may_work_on(visit: Visit, owner: str) -> None:
    if not _works_on(visit, owner):
        raise not_found()


class ActionForm(Questions):
    text = reasons("What will be done?", missing="Say what will be done")
    lead = line("Who leads it?")
    due_on = DayField("To be done by", what="The day", validators=may_be_empty())


def _action_form(visit: Visit, recommendation: Recommendation) -> Questions:
    _may_work_on(visit, recommendation.owner_agency)
    return ActionForm(visit.typed)


act(
    "/recommendations/<uuid:record_id>/action",
    name="agree_action",
    on=Recommendation,
    title="Agree an action",
    button="Agree it",
    allows=rights.any_agency,
    asks=_action_form,
    does=lambda visit, row, form: agree_action(visit.session, row, checked(ActionBody(), given(form)), visit.viewer),
    back=lambda _, recommendation: f"/review/recommendations/{recommendation.id}",
    blamed="text",
    done="The action is agreed.",
)


class EvidenceForm(Questions):
    progress = RadioField("How far is it?", choices=PROGRESS.items(), validators=needed("Say how far it is"))
    what_changed = reasons("What has changed, for children above all?", missing="Say what has changed")
    file = FileField("A file that shows it (PDF, PNG or JPEG)", validators=may_be_empty())


def _evidence_form(visit: Visit, action: Action) -> Questions:
    _may_work_on(visit, action.owner_agency)
    return EvidenceForm(visit.typed)


def _add_evidence(visit: Visit, action: Action, form: Questions) -> None:
    body = given(form, "progress", "what_changed")
    evidence = add_evidence(visit.session, action, checked(EvidenceBody(), body), visit.viewer)
    sent = request.files.get("file")
    if sent and sent.filename:
        attach_file(visit.session, evidence, *uploaded_file("evidence"), visit.viewer)


act(
    "/actions/<uuid:record_id>/evidence",
    name="add_evidence",
    on=Action,
    title="Record what has changed",
    button="Record",
    allows=rights.any_agency,
    asks=_evidence_form,
    does=_add_evidence,
    back=lambda _, action: f"/review/recommendations/{action.recommendation_id}",
    blamed="file",
    done="It is recorded.",
)


@pages.get("/evidence/<uuid:evidence_id>/file", allows=rights.any_agency)
def download_evidence(visit: Visit, evidence_id: UUID) -> Download:
    """A file that shows a change."""
    evidence = find(visit.session, Evidence, evidence_id)
    if evidence.file_key is None:
        raise not_found()
    content = files.get(evidence.file_key)
    kind = kind_of_file(content) or "application/octet-stream"
    return Download(content, kind, f"evidence.{kind.rpartition('/')[2]}")
