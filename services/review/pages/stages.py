"""The stages of a review: what is recorded of one, and the whole course explained to a family or a practitioner."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from services.review.models import Case, PracticeReview
from services.review.pages.site import pages
from services.review.records import find
from services.review.schemas.practice_reviews import MilestoneBody
from services.review.stages import Review, Standing, plan_of, record_milestone, standings
from services.review.views.stages import describe_stages
from services.review.wording import month_words
from services.review.written_documents import Block, Heading, Words, as_pdf
from shared.identity import rights
from shared.partnership import partnership
from shared.web.asking import acted, checked, form_page, given, optional_text
from shared.web.forms import DayField, Questions, SelectMultipleField, may_be_empty
from shared.web.pages import Download, Go, Page, Visit
from shared.web.problems import not_found


class StageForm(Questions):
    steps = SelectMultipleField("Which of these are done?", validators=may_be_empty())
    due_on = DayField("To be done by", what="The day", validators=may_be_empty())
    done_on = DayField("Done on", what="The day", validators=may_be_empty())
    note = optional_text("Note")


def _form(visit: Visit, standing: Standing) -> Questions:
    written: dict[str, Any] = {
        "steps": sorted(standing.steps),
        "due_on": standing.due_on.isoformat() if standing.due_on else None,
        "done_on": standing.done_on.isoformat() if standing.done_on else None,
        "note": standing.note,
    }
    form = StageForm(visit.typed, data=written)
    if standing.stage.steps:
        form.offer("steps", [(step.id, step.sentence) for step in standing.stage.steps])
    else:
        del form["steps"]
    return form


def _standing(visit: Visit, review: Review, slug: str) -> Standing:
    found = next((each for each in standings(visit.session, review) if each.stage.id == slug), None)
    if found is None:
        raise not_found()
    return found


def _page(path: str, review: Review, standing: Standing, form: Questions) -> Page:
    back, explained = f"/review/{path}/{review.id}", standing.stage.explanation
    return form_page(standing.stage.name, form, button="Record", back=back, about=review.reference, note=explained)


def _declare(path: str, kind: type[Case] | type[PracticeReview]) -> None:
    """The pages of the stages of one kind of record, at `/<path>/<id>/…`."""

    def ask(visit: Visit, record_id: UUID, slug: str) -> Page:
        review = find(visit.session, kind, record_id)
        standing = _standing(visit, review, slug)
        return _page(path, review, standing, _form(visit, standing))

    def record(visit: Visit, record_id: UUID, slug: str) -> Page | Go:
        review = find(visit.session, kind, record_id, lock=True)
        standing = _standing(visit, review, slug)
        form = _form(visit, standing)
        if not acted(visit, form, "due_on", lambda: _record(visit, review, slug, form)):
            return _page(path, review, standing, form)
        return Go(f"/review/{path}/{review.id}", "The stage is recorded.")

    def explain(visit: Visit, record_id: UUID) -> Page:
        review = find(visit.session, kind, record_id)
        values = {"plan": plan_of(review), "stages": describe_stages(visit.session, review)}
        values["handout"] = f"/review/{path}/{review.id}/explained.pdf"
        return Page("explained.html", "What happens in this review", values | {"back": f"/review/{path}/{review.id}"})

    def hand_out(visit: Visit, record_id: UUID) -> Download:
        review = find(visit.session, kind, record_id)
        plan = plan_of(review)
        title = f"{plan.name}: what happens"
        pdf = as_pdf(
            title, partnership().name, _handout(title, plan.explanation, describe_stages(visit.session, review))
        )
        return Download(pdf, "application/pdf", "what-happens.pdf")

    name = path.replace("-", "_")
    ask.__name__, record.__name__ = f"ask_stage_of_{name}", f"stage_of_{name}"
    explain.__name__, hand_out.__name__ = f"explain_{name}", f"hand_out_{name}"
    pages.get(f"/{path}/<uuid:record_id>/stages/<slug>", allows=rights.runs_reviews)(ask)
    pages.post(f"/{path}/<uuid:record_id>/stages/<slug>", allows=rights.runs_reviews)(record)
    pages.get(f"/{path}/<uuid:record_id>/explained", allows=rights.office_or_partner)(explain)
    pages.get(f"/{path}/<uuid:record_id>/explained.pdf", allows=rights.office_or_partner)(hand_out)


def _handout(title: str, explanation: str, stages: list[dict[str, Any]]) -> Iterator[Block]:
    """What a family or a practitioner is given: no reference, no name, no marking."""
    yield Heading(title, 1)
    yield Words(" ".join(explanation.split()))
    for number, each in enumerate(stages, start=1):
        when = "done" if each["done"] else f"planned for {month_words(each['due_on'])}" if each["due_on"] else ""
        yield Heading(f"{number}. {each['name']}{f' ({when})' if when else ''}")
        yield Words(each["explanation"])
    door = partnership().front_door
    yield Words(f"Dates can change. Worried about a child? {door.name}, {door.phone}. In danger now: 999.")


def _record(visit: Visit, review: Review, slug: str, form: Questions) -> object:
    body = given(form) | {"stage": slug}
    if "steps" in form:
        body["steps"] = form["steps"].data or []
    return record_milestone(visit.session, review, checked(MilestoneBody(), body), visit.viewer)


_declare("cases", Case)
_declare("practice-reviews", PracticeReview)
