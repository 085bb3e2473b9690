"""Writing a return: one part a page, and lists that grow."""

from typing import Any
from uuid import UUID

from flask import request as request_of_browser

from services.review.models import InformationRequest
from services.review.pages.requests import own_request
from services.review.pages.site import pages
from services.review.return_drafts import draft_body, save_part
from services.review.return_parts import BY_SLUG, Part, PeriodForm, text_form
from shared.identity import rights
from shared.web.asking import acted, form_page
from shared.web.forms import Questions
from shared.web.pages import Go, Page, Visit
from shared.web.problems import not_found

SAVED = "Saved."


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
    return Go(at_page(f"/review/requests/{request_id}/{slug}"), "Removed.")


def at_page(path: str) -> str:
    """Where a person came from in a list that has several pages."""
    number = request_of_browser.args.get("page", 0, int)
    return f"{path}?page={number}" if number else path
