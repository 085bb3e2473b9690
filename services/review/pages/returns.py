"""Writing a return: one part a page, lists that grow, and the chronology typed, pasted or imported."""

import json
from typing import Any
from uuid import UUID

from flask import request as request_of_browser
from wtforms import FileField, TextAreaField

from services.review.chronology_import import checked_entry, read_chronology
from services.review.date_words import NotUnderstood, read_date
from services.review.models import InformationRequest
from services.review.pages.requests import own_request
from services.review.pages.site import pages
from services.review.return_drafts import draft_body, save_part
from services.review.return_parts import BY_SLUG, EntryForm, Part, PeriodForm, text_form
from services.review.schemas.returns import MOST_ENTRIES
from shared.identity import rights
from shared.web.asking import acted, form_page
from shared.web.forms import Questions, may_be_empty
from shared.web.pages import Go, Page, Visit
from shared.web.problems import Problem, not_found, refused
from shared.web.uploads import uploaded_file

SAVED = "Saved."
SHOWN_AT_ONCE = 100


class ImportForm(Questions):
    file = FileField("A file: CSV, Excel or Word table", validators=may_be_empty())
    pasted = TextAreaField("Or paste the rows, with their headings", validators=may_be_empty(), render_kw={"rows": 8})


def _part(slug: str) -> Part:
    if slug not in BY_SLUG:
        raise not_found()
    return BY_SLUG[slug]


def _form(visit: Visit, part: Part, body: dict[str, Any]) -> Questions:
    if part.adds:
        return part.adds(visit.typed)
    if part.name == "period":
        period = body.get("period", {})
        return PeriodForm(visit.typed, data={"first": period.get("from"), "last": period.get("to")})
    return text_form(part)(visit.typed, data={"value": body.get(part.name)})


def _page(request: InformationRequest, part: Part, form: Questions, body: dict[str, Any]) -> Page:
    back = f"/review/requests/{request.id}"
    if not part.adds:
        note = part.hint if part.name == "period" else ""
        return form_page(part.title, form, button="Save", back=back, about=request.case_reference, note=note)
    items = [each if isinstance(each, dict) else {"text": each} for each in body.get(part.name, [])]
    values = {"part": part, "items": items, "form": form, "errors": form.error_list(), "request": request, "back": back}
    return Page("return_list.html", part.title, values, 422 if form.errors else 200)


@pages.get("/requests/<uuid:request_id>/<slug>", allows=rights.writes_returns)
def get_return_part(visit: Visit, request_id: UUID, slug: str) -> Page:
    part, request = _part(slug), own_request(visit, request_id)
    body = draft_body(visit.session, request)
    return _page(request, part, _form(visit, part, body), body)


@pages.post("/requests/<uuid:request_id>/<slug>", allows=rights.writes_returns)
def post_return_part(visit: Visit, request_id: UUID, slug: str) -> Page | Go:
    part, request = _part(slug), own_request(visit, request_id, lock=True)
    body = draft_body(visit.session, request)
    form = _form(visit, part, body)
    first = next(iter(form)).name

    def save() -> None:
        save_part(visit.session, request, part.name, _value(part, form, body), visit.viewer)

    if not acted(visit, form, first, save):
        return _page(request, part, form, body)
    here = f"/review/requests/{request.id}"
    return Go(f"{here}/{slug}" if part.adds else here, SAVED)


def _value(part: Part, form: Questions, body: dict[str, Any]) -> Any:
    answers = form.answers()
    if part.name == "period":
        return {"from": answers["first"], "to": answers["last"]}
    if not part.adds:
        return answers["value"]
    return [*body.get(part.name, []), answers["text"] if part.name == "recommendations" else answers]


@pages.post("/requests/<uuid:request_id>/<slug>/<int:number>/remove", allows=rights.writes_returns)
def remove_item(visit: Visit, request_id: UUID, slug: str, number: int) -> Go:
    """Take one item out of a list of the draft."""
    name = "chronology" if slug == "chronology" else _part(slug).name
    request = own_request(visit, request_id, lock=True)
    items = list(draft_body(visit.session, request).get(name, []))
    if not 0 <= number < len(items):
        raise not_found()
    del items[number]
    save_part(visit.session, request, name, items, visit.viewer)
    return Go(f"/review/requests/{request_id}/{slug}", "Removed.")


@pages.get("/requests/<uuid:request_id>/chronology", allows=rights.writes_returns)
def get_chronology_part(visit: Visit, request_id: UUID) -> Page:
    return _chronology(visit, own_request(visit, request_id), EntryForm(visit.typed), ImportForm())


def _chronology(visit: Visit, request: InformationRequest, form: Questions, importing: Questions) -> Page:
    entries = draft_body(visit.session, request).get("chronology", [])
    values = {
        "request": request,
        "entries": entries[-SHOWN_AT_ONCE:],
        "hidden": max(len(entries) - SHOWN_AT_ONCE, 0),
        "form": form,
        "importing": importing,
        "errors": form.error_list() + importing.error_list(),
        "back": f"/review/requests/{request.id}",
    }
    return Page("return_chronology.html", "Chronology", values, 422 if values["errors"] else 200)


@pages.post("/requests/<uuid:request_id>/chronology", allows=rights.writes_returns)
def post_entry(visit: Visit, request_id: UUID) -> Page | Go:
    """Add one entry that was typed."""
    request, form = own_request(visit, request_id, lock=True), EntryForm(visit.typed)

    def add() -> None:
        try:
            entry = _typed_entry(form.answers())
        except NotUnderstood as fault:
            raise refused("/when", str(fault)) from None
        _add(visit, request, [entry])

    if not acted(visit, form, "when", add):
        return _chronology(visit, request, form, ImportForm())
    return Go(f"/review/requests/{request.id}/chronology", "The entry is added.")


def _typed_entry(answers: dict[str, Any]) -> dict[str, Any]:
    dated = read_date(answers["when"])
    persons = [name.strip() for name in (answers["persons"] or "").split(";") if name.strip()]
    said = {"yes": True, "no": False, None: None}
    values = {
        "from": dated.start,
        "to": dated.end,
        "certainty": dated.certainty,
        "description": answers["description"],
        "source": answers["source"],
        "persons": persons,
        "child_seen": said[answers["child_seen"]],
        "child_heard": said[answers["child_heard"]],
    }
    return checked_entry(values, answers["when"] if dated.certainty == "estimated" else "")


def _add(visit: Visit, request: InformationRequest, entries: list[dict[str, Any]]) -> None:
    before = draft_body(visit.session, request).get("chronology", [])
    if len(before) + len(entries) > MOST_ENTRIES:
        raise refused("/file", f"A return holds at most {MOST_ENTRIES:,} entries; it has {len(before):,} now.")
    save_part(visit.session, request, "chronology", [*before, *entries], visit.viewer)


@pages.post("/requests/<uuid:request_id>/chronology/import", allows=rights.writes_returns)
def preview_import(visit: Visit, request_id: UUID) -> Page:
    """What a file or pasted rows were understood to say; nothing is kept yet."""
    request, form = own_request(visit, request_id), ImportForm(visit.typed)
    try:
        pasted = (form["pasted"].data or "").strip()
        content = pasted.encode() if pasted else uploaded_file("chronology")[1]
        found = read_chronology(content)
    except Problem as problem:
        if problem.status != 422:
            raise
        form.blame("file", problem.errors[0]["message"])
        return _chronology(visit, request, EntryForm(), form)
    values = {
        "request": request,
        "found": found,
        "shown": found.entries[:SHOWN_AT_ONCE],
        "as_json": json.dumps(found.entries, ensure_ascii=False),
        "back": f"/review/requests/{request.id}/chronology",
    }
    return Page("return_import.html", "What was understood", values)


@pages.post("/requests/<uuid:request_id>/chronology/import/keep", allows=rights.writes_returns)
def keep_import(visit: Visit, request_id: UUID) -> Go:
    """Put what was understood into the draft; every entry is checked again."""
    request = own_request(visit, request_id, lock=True)
    try:
        entries = json.loads(request_of_browser.form.get("entries", ""))
        if not isinstance(entries, list):
            raise ValueError
    except ValueError:
        raise Problem(400, "Nothing was stored. Go back and import the file again.") from None
    _add(visit, request, entries)
    return Go(f"/review/requests/{request.id}/chronology", f"{len(entries):,} entries are added.")
