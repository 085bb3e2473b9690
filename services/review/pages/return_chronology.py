"""The chronology of a return: entries typed, pasted or imported, and corrected one by one."""

import json
from typing import Any
from uuid import UUID

from flask import request as request_of_browser
from wtforms import FileField, TextAreaField

from services.review.chronology import key_of
from services.review.chronology_import import checked_entry, read_chronology
from services.review.date_words import NotUnderstood, read_date
from services.review.models import InformationRequest
from services.review.pages.requests import own_request
from services.review.pages.returns import at_page
from services.review.pages.site import pages
from services.review.return_drafts import draft_body, save_part
from services.review.return_parts import EntryForm
from services.review.schemas.returns import MOST_ENTRIES
from services.review.wording import entry_when
from shared.identity import rights
from shared.web.asking import acted, form_page
from shared.web.forms import Questions, may_be_empty
from shared.web.pages import Go, Page, Visit
from shared.web.problems import Problem, not_found, refused
from shared.web.uploads import uploaded_file

SHOWN_AT_ONCE = 100
DATED = ("from", "to", "certainty", "as_written")
SAID = {"yes": True, "no": False, None: None}


class ImportForm(Questions):
    file = FileField("A file: CSV, Excel or Word table", validators=may_be_empty())
    pasted = TextAreaField("Or paste the rows, with their headings", validators=may_be_empty(), render_kw={"rows": 8})


@pages.get("/requests/<uuid:request_id>/chronology", allows=rights.writes_returns)
def get_chronology_part(visit: Visit, request_id: UUID) -> Page:
    return _chronology(visit, own_request(visit, request_id), EntryForm(visit.typed), ImportForm())


def _chronology(visit: Visit, request: InformationRequest, form: Questions, importing: Questions) -> Page:
    entries = draft_body(visit.session, request).get("chronology", [])
    last = max(-(-len(entries) // SHOWN_AT_ONCE), 1)
    number = min(max(request_of_browser.args.get("page", last, int), 1), last)
    first = (number - 1) * SHOWN_AT_ONCE
    values = {
        "request": request,
        "entries": [(key_of(each, request.agency_id), each) for each in entries[first : first + SHOWN_AT_ONCE]],
        "total": len(entries),
        "first": first,
        "number": number,
        "last": last,
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
        _add(visit, request, [_understood(form)])

    if not acted(visit, form, "when", add):
        return _chronology(visit, request, form, ImportForm())
    return Go(f"/review/requests/{request.id}/chronology", "The entry is added.")


def _understood(form: Questions, before: dict[str, Any] | None = None) -> dict[str, Any]:
    try:
        return _typed_entry(form.answers(), before)
    except NotUnderstood as fault:
        raise refused("/when", str(fault)) from None


def _typed_entry(answers: dict[str, Any], before: dict[str, Any] | None = None) -> dict[str, Any]:
    """The entry that was typed. A date that stands as it did `before` is kept as exact as it was."""
    if before and answers["when"] == entry_when(before):
        dated = {name: before[name] for name in DATED if name in before}
    else:
        read = read_date(answers["when"])
        dated = {"from": read.start, "to": read.end, "certainty": read.certainty}
        if read.certainty == "estimated":
            dated["as_written"] = answers["when"]
    told = {
        "description": answers["description"],
        "source": answers["source"],
        "persons": [name.strip() for name in (answers["persons"] or "").split(";") if name.strip()],
        "child_seen": SAID[answers["child_seen"]],
        "child_heard": SAID[answers["child_heard"]],
    }
    return checked_entry(dated | told)


def _add(visit: Visit, request: InformationRequest, entries: list[dict[str, Any]]) -> None:
    before = draft_body(visit.session, request).get("chronology", [])
    if len(before) + len(entries) > MOST_ENTRIES:
        raise refused("/file", f"A return holds at most {MOST_ENTRIES:,} entries; it has {len(before):,} now.")
    save_part(visit.session, request, "chronology", [*before, *entries], visit.viewer)


@pages.get("/requests/<uuid:request_id>/chronology/entries/<key>", allows=rights.writes_returns)
def get_correction(visit: Visit, request_id: UUID, key: str) -> Page:
    request = own_request(visit, request_id)
    entries = draft_body(visit.session, request).get("chronology", [])
    return _correction(request, _correcting(visit, entries[_place_of(request, entries, key)]))


def _correcting(visit: Visit, entry: dict[str, Any]) -> Questions:
    said = {value: answer or "" for answer, value in SAID.items()}
    written = {
        "when": entry_when(entry),
        "description": entry["description"],
        "source": entry["source"],
        "persons": "; ".join(entry["persons"]),
        "child_seen": said[entry["child_seen"]],
        "child_heard": said[entry["child_heard"]],
    }
    return EntryForm(visit.typed, data=written)


def _place_of(request: InformationRequest, entries: list[dict[str, Any]], key: str) -> int:
    """Where an entry stands now. Raises a 404 problem for one that was removed, or corrected by somebody else since."""
    keys = [key_of(each, request.agency_id) for each in entries]
    if key not in keys:
        raise not_found()
    return keys.index(key)


def _correction(request: InformationRequest, form: Questions) -> Page:
    return form_page(
        "Correct an entry",
        form,
        button="Save the entry",
        back=at_page(f"/review/requests/{request.id}/chronology"),
        about=request.case_reference,
        note="What was sent before stays as it was sent. The correction goes with the next version of the return.",
    )


@pages.post("/requests/<uuid:request_id>/chronology/entries/<key>", allows=rights.writes_returns)
def post_correction(visit: Visit, request_id: UUID, key: str) -> Page | Go:
    """Put right what an entry of the draft says."""
    request = own_request(visit, request_id, lock=True)
    entries = draft_body(visit.session, request).get("chronology", [])
    place = _place_of(request, entries, key)
    form = _correcting(visit, entries[place])

    def correct() -> None:
        entry = _understood(form, entries[place])
        changed = [*entries[:place], entry, *entries[place + 1 :]]
        save_part(visit.session, request, "chronology", changed, visit.viewer)

    if not acted(visit, form, "when", correct):
        return _correction(request, form)
    return Go(at_page(f"/review/requests/{request.id}/chronology"), "The entry is corrected.")


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
