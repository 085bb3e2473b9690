"""Marking an entry of the merged chronology: what else tells of the event, what contradicts it, its theme and episode."""

from typing import Any
from uuid import UUID

from flask import request

from services.review.chronology_marks import KINDS, entries_by_key, mark, marks_of, take_mark_back
from services.review.chronology_suggestions import Suggestion, suggest
from services.review.directory import Agencies
from services.review.models import Case, ChronologyMark
from services.review.pages.site import pages
from services.review.records import find
from services.review.wording import entry_when
from shared.identity import rights
from shared.web.asking import acted, line
from shared.web.forms import Questions, SelectMultipleField, may_be_empty
from shared.web.pages import Go, Page, Visit
from shared.web.problems import not_found, refused

LABEL = 160  # characters of an entry that it is chosen by


class MarkForm(Questions):
    same = SelectMultipleField("Which tell of the same event?", validators=may_be_empty())
    contradicts = SelectMultipleField("Which contradict it?", validators=may_be_empty())
    differs_on = line("On what do they differ?", hint="For example: whether the bruise was there on Friday")
    theme = line("Theme", hint="For example: Professional curiosity. It can be looked for afterwards")
    episode = line("Key practice episode that it belongs to", hint="For example: The transfer of school")


def _asked(visit: Visit, case_id: UUID, key: str, *, lock: bool = False) -> tuple[Case, dict[str, dict[str, Any]]]:
    case = find(visit.session, Case, case_id, lock=lock)
    entries = entries_by_key(visit.session, case)
    if key not in entries:
        raise not_found()
    visit.note_read(f"case:{case.id}")
    return case, entries


@pages.get("/cases/<uuid:case_id>/chronology/entries/<key>", allows=rights.runs_reviews)
def show_entry(visit: Visit, case_id: UUID, key: str) -> Page:
    """One entry with what other agencies recorded about that time, and the form to mark it."""
    case, entries = _asked(visit, case_id, key)
    suggested, names = _suggested(visit, key, entries)
    return _page(visit, case, key, entries, _form(visit, suggested, names), suggested, names)


def _suggested(visit: Visit, key: str, entries: dict[str, dict[str, Any]]) -> tuple[list[Suggestion], dict[str, str]]:
    others = [entry | {"key": other} for other, entry in entries.items()]
    suggested = suggest(entries[key], others)
    agencies = Agencies(visit.session, [each["agency"] for each in entries.values()])
    return suggested, {each["agency"]: agencies[each["agency"]]["name"] for each in entries.values()}


def _form(visit: Visit, suggested: list[Suggestion], names: dict[str, str]) -> Questions:
    form = MarkForm(visit.typed)
    choices = [(each.entry["key"], _label(each, names)) for each in suggested]
    for name in ("same", "contradicts"):
        form.offer(name, choices)
    return form


def _label(suggestion: Suggestion, names: dict[str, str]) -> str:
    entry = suggestion.entry
    words = entry["description"][:LABEL] + ("…" if len(entry["description"]) > LABEL else "")
    why = f" They differ on {' and '.join(suggestion.differs)}." if suggestion.differs else ""
    return f"{entry_when(entry)}, {names[entry['agency']]}: {words}{why}"


def _page(
    visit: Visit,
    case: Case,
    key: str,
    entries: dict[str, dict[str, Any]],
    form: Questions,
    suggested: list[Suggestion],
    names: dict[str, str],
) -> Page:
    marks = marks_of(visit.session, case.id).of_entry.get(key, [])
    if not suggested:
        del form["same"], form["contradicts"], form["differs_on"]
    values = {
        "case": case,
        "entry": entries[key],
        "agency": names[entries[key]["agency"]],
        "marks": [(each, KINDS[each.kind], _beside(each, key, entries, names)) for each in marks],
        "form": form,
        "errors": form.error_list(),
        "back": f"/review/cases/{case.id}/chronology",
    }
    return Page("chronology_entry.html", "Mark an entry", values, 422 if form.errors else 200)


def _beside(made: ChronologyMark, key: str, entries: dict[str, dict[str, Any]], names: dict[str, str]) -> list[str]:
    others = [entries[other] for other in made.content["entries"] if other != key and other in entries]
    return [f"{names[each['agency']]}, {entry_when(each)}: {each['description'][:LABEL]}" for each in others]


@pages.post("/cases/<uuid:case_id>/chronology/entries/<key>", allows=rights.runs_reviews)
def post_entry_marks(visit: Visit, case_id: UUID, key: str) -> Page | Go:
    """Mark the entry as the form says, or take one mark back."""
    case, entries = _asked(visit, case_id, key, lock=True)
    if back := request.form.get("take_back"):
        made = next((each for each in marks_of(visit.session, case.id).of_entry.get(key, []) if each.id == back), None)
        if made is None:
            raise not_found()
        take_mark_back(visit.session, made, visit.viewer)
        return Go(request.path, "The mark is taken back.")
    suggested, names = _suggested(visit, key, entries)
    form = _form(visit, suggested, names)
    if not acted(visit, form, "theme", lambda: _mark(visit, case, key, form)):
        return _page(visit, case, key, entries, form, suggested, names)
    return Go(f"/review/cases/{case.id}/chronology", "The entry is marked.")


def _mark(visit: Visit, case: Case, key: str, form: Questions) -> None:
    answers = form.answers()
    wanted = [
        ("same-event", answers["same"], ""),
        ("contradiction", answers["contradicts"], answers["differs_on"] or ""),
        ("theme", [], answers["theme"]),
        ("episode", [], answers["episode"]),
    ]
    made = [
        mark(visit.session, case, kind, [key, *(beside or [])], words or "", visit.viewer)
        for kind, beside, words in wanted
        if beside or (words and kind in ("theme", "episode"))
    ]
    if not made:
        raise refused("/theme", "Choose entries, or name a theme or an episode.")
