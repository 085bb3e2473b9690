"""Recommendations: who owns them, what is done, what has changed; and the themes that come up again."""

from typing import Any
from uuid import UUID

from flask import request
from sqlalchemy import select
from wtforms import FileField

from services.review.actions import add_evidence, agree_action, attach_file, kind_of_file
from services.review.models import Action, Case, Evidence, Recommendation
from services.review.pages.acts import act
from services.review.pages.site import pages
from services.review.records import find
from services.review.schemas.improvement import ActionBody, EvidenceBody
from services.review.themes import as_chart, earlier_on, themes_by_year
from services.review.views.improvement import describe_recommendations
from services.review.wording import PROGRESS
from services.review.written_documents import as_csv
from shared import files
from shared.identity import rights
from shared.web.asking import checked, given, line, reasons
from shared.web.forms import DayField, Questions, RadioField, SelectField, may_be_empty, needed
from shared.web.layout import words
from shared.web.pages import Download, Page, Visit
from shared.web.problems import not_found
from shared.web.uploads import uploaded_file

MOST = 300


@pages.get("/recommendations", allows=rights.any_agency)
def list_recommendations(visit: Visit) -> Page:
    """The agency's own recommendations; to the office and the partners all, with the themes by year."""
    statement = select(Recommendation).order_by(Recommendation.made_at.desc()).limit(MOST)
    if theme := request.args.get("theme", "")[:100]:
        statement = statement.where(Recommendation.theme == theme)
    found = describe_recommendations(visit.session, list(visit.session.scalars(statement)))
    found.sort(key=lambda each: not each["overdue"])
    sees_all = rights.office_or_partner(visit.viewer)
    return Page("recommendations.html", "Recommendations", {"found": found, "sees_all": sees_all, "theme": theme})


@pages.get("/themes", allows=rights.office_or_partner)
def show_themes(visit: Visit) -> Page:
    """Which themes come up again, by year: a chart, and the same as a table (regulation 11(2)(b))."""
    themes = themes_by_year(visit.session)
    return Page("themes.html", "Themes", {"themes": themes, "chart": as_chart(themes)})


@pages.get("/themes.csv", allows=rights.office_or_partner)
def download_themes(visit: Visit) -> Download:
    themes = themes_by_year(visit.session)
    columns = ["Theme", *map(str, themes["years"]), "Reviews", "Together"]
    rows = [[words(r["theme"]), *map(str, [*r["counts"], r["reviews"], r["total"]])] for r in themes["rows"]]
    return Download(as_csv(columns, rows), "text/csv; charset=utf-8", "themes.csv")


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
        "writes": _works_on(visit, [described["owner"], *described["with_agencies"]]),
        "may_record": [each["id"] for each in described["actions"] if _works_on(visit, [each["agency"]])],
        "back": "/review/recommendations",
    }
    return Page("recommendation.html", "Recommendation", values)


def _works_on(visit: Visit, agencies: list[dict[str, Any]]) -> bool:
    own = visit.viewer.agency_id in [each["id"] for each in agencies] and rights.writes_returns(visit.viewer)
    return own or rights.runs_reviews(visit.viewer)


class ActionForm(Questions):
    agency = SelectField("Which agency does it?", validators=may_be_empty())
    text = reasons("What will be done?", missing="Say what will be done")
    lead = line("Who leads it?")
    due_on = DayField("To be done by", what="The day", validators=may_be_empty())


def _action_form(visit: Visit, recommendation: Recommendation) -> Questions:
    [described] = describe_recommendations(visit.session, [recommendation])
    agencies = [described["owner"], *described["with_agencies"]]
    if not _works_on(visit, agencies):
        raise not_found()
    form = ActionForm(visit.typed)
    if len(agencies) > 1 and rights.runs_reviews(visit.viewer):
        form.offer("agency", [(each["id"], each["name"]) for each in agencies])
    else:
        del form["agency"]
    return form


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
    check_on = DayField(
        "If it is done: when will somebody look whether it has changed something for children?",
        what="The day",
        description="Without a day, the partnership's usual time is taken",
        validators=may_be_empty(),
    )
    file = FileField("A file that shows it (PDF, PNG or JPEG)", validators=may_be_empty())


def _evidence_form(visit: Visit, action: Action) -> Questions:
    if not _works_on(visit, [{"id": action.owner_agency}]):
        raise not_found()
    return EvidenceForm(visit.typed)


def _add_evidence(visit: Visit, action: Action, form: Questions) -> None:
    body = given(form, "progress", "what_changed", "check_on")
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
