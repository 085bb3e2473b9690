"""The stages of each kind of review as the office keeps them, for reviews that begin from now on."""

from typing import Any

from services.review.pages.site import pages
from services.review.plans import change_plan, plan_on, setting_of
from shared import clock
from shared.calendar import london_day
from shared.identity import rights
from shared.partnership_schema import REVIEW_KINDS, StageSchema
from shared.review_plans import ReviewPlan, plan_as_json
from shared.setting_changes import history
from shared.web.asking import acted, checked, form_page, line, optional_text, reasons
from shared.web.forms import Questions
from shared.web.kept_lists import SAVED, Entry, KeptList, comes_after, days_in, days_line, declare_list
from shared.web.layout import words
from shared.web.pages import Go, Page, Visit
from shared.web.problems import not_found

AT = "/settings/stages"
BACK = f"/review{AT}"


class StageForm(Questions):
    name = line("What is the stage called?", "Give the stage a name")
    explanation = optional_text("How is it explained to a family or a practitioner?")
    working_days = days_line("By which working day of the review?", "Leave it empty for no day")
    must = optional_text("What must be done in it?", "Each on a line. The stage counts as done once all of these are")
    may = optional_text("What may be done in it besides?", "Each on a line")
    after = comes_after()
    reasons = reasons("Why is this changed?", missing="Say why this is changed")


class WordsForm(Questions):
    name = line("What is this kind of review called?", "Give it a name")
    explanation = optional_text("How is it explained to a family or a practitioner?", rows=8)
    reasons = reasons("Why is this changed?", missing="Say why this is changed")


def _plan(visit: Visit, kind: str) -> ReviewPlan:
    if kind not in REVIEW_KINDS:
        raise not_found()
    return plan_on(visit.session, kind, london_day(clock.now()))


def _entries(visit: Visit, kind: str) -> list[Entry]:
    return [dict(stage) for stage in plan_as_json(_plan(visit, kind))["stages"]]


def _store(visit: Visit, stages: list[Entry], reasons: str, kind: str) -> None:
    change_plan(visit.session, visit.viewer, kind, {"stages": stages}, reasons)


def _answered(form: Questions, before: Entry) -> Entry:
    answers = form.answers()
    values = {"name": answers["name"], "explanation": answers["explanation"] or ""}
    values["working_days"] = days_in(answers["working_days"])
    values["steps"] = _steps(answers, before)
    loaded = checked(
        StageSchema(partial=("id",)), {name: each for name, each in values.items() if each not in (None, "")}
    )
    return {"explanation": "", "working_days": None} | loaded


def _steps(answers: dict[str, Any], before: Entry) -> list[dict[str, Any]]:
    """What is to be done in a stage. A sentence that stood there keeps its id, by which records know that it is done.

    What must be done is not listed again among what may be.
    """
    known = {step["sentence"]: step["id"] for step in before.get("steps", ())}
    taken, steps = set(known.values()), []
    must, may = (filter(None, map(str.strip, (answers[name] or "").splitlines())) for name in ("must", "may"))
    required = dict.fromkeys(must, True)
    optional = {sentence: False for sentence in may if sentence not in required}
    for sentence, is_required in (required | optional).items():
        step_id = known.get(sentence) or next(each for n in range(1, 1000) if (each := f"step-{n}") not in taken)
        taken.add(step_id)
        steps.append({"id": step_id, "sentence": sentence, "required": is_required})
    return steps


def _shown(entry: Entry) -> dict[str, Any]:
    days = entry.get("working_days")
    steps = entry.get("steps", ())
    return entry | {
        "working_days": "" if days is None else str(days),
        "must": "\n".join(step["sentence"] for step in steps if step["required"]),
        "may": "\n".join(step["sentence"] for step in steps if not step["required"]),
    }


@pages.get(AT, allows=rights.keeps_system)
def show_stage_settings(visit: Visit) -> Page:
    plans = [_plan(visit, kind) for kind in REVIEW_KINDS]
    names = {setting_of(plan.kind): plan.name if plan.stages else words(plan.kind) for plan in plans}
    values = {"plans": plans, "names": names, "history": history(visit.session, setting_of(""))}
    return Page("stage_settings.html", "Stages of reviews", values)


@pages.get(f"{AT}/<kind>/words", allows=rights.keeps_system)
def get_plan_words(visit: Visit, kind: str) -> Page:
    plan = _plan(visit, kind)
    form = WordsForm(visit.typed, data={"name": plan.name, "explanation": " ".join(plan.explanation.split())})
    return form_page("Change how a review is explained", form, button="Save", back=BACK)


@pages.post(f"{AT}/<kind>/words", allows=rights.keeps_system)
def post_plan_words(visit: Visit, kind: str) -> Page | Go:
    _plan(visit, kind)
    form = WordsForm(visit.typed)

    def act() -> None:
        values = {name: form[name].data for name in ("name", "explanation")}
        change_plan(visit.session, visit.viewer, kind, values, form["reasons"].data)

    if acted(visit, form, "name", act):
        return Go(BACK, SAVED)
    return form_page("Change how a review is explained", form, button="Save", back=BACK)


STAGES = KeptList(
    noun="stage",
    form=StageForm,
    entries=_entries,
    store=_store,
    answered=_answered,
    shown=_shown,
    label=lambda entry: str(entry["name"]),
    blamed="name",
    back=BACK,
)
declare_list(pages, f"{AT}/<kind>/stages", STAGES, name="stages", allows=rights.keeps_system)
