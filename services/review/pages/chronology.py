"""A case's merged chronology as a page with its picture, and as a file to work on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import request

from services.review.agency_returns import submitted_returns
from services.review.chronology import key_of
from services.review.chronology_marks import Marks, marks_of
from services.review.chronology_view import Look, Wanted, also_recorded, as_lanes, beside, look_at, read_window, windows
from services.review.directory import Agencies
from services.review.models import AgencyReturn, Case, SharedMaterial
from services.review.pages.site import pages
from services.review.records import find
from services.review.wording import entry_when
from services.review.written_documents import Heading, Table, as_csv, as_excel, as_word
from shared.identity import rights
from shared.partnership import partnership
from shared.web.pages import Download, Page, Visit
from shared.web.problems import conflict, not_found

A_PAGE = 200
MOST_IN_WORD = 1000
COLUMNS = (
    "When",
    "Agency",
    "What happened",
    "Source",
    "People",
    "Child seen",
    "Child heard",
    "Theme",
    "Key practice episode",
    "Same event as",
    "Contradiction",
    "Recorded of the same day by",
    "May differ on",
)
KINDS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


@dataclass(frozen=True)
class Looked:
    """What somebody looks at: what they wanted of it, what fits, and the agencies' names by id."""

    wanted: Wanted
    look: Look
    names: dict[str, str]
    marks: Marks
    entries: dict[str, dict[str, Any]]  # those that marks lay beside others, by their keys


def looked_at(visit: Visit, case_id: str, returns: Sequence[AgencyReturn | SharedMaterial]) -> Looked:
    """The chronologies of some returns of a case, as the page's address asks for them."""
    agencies = Agencies(visit.session, [each.agency_id for each in returns])
    names = {each.agency_id: agencies[each.agency_id]["name"] for each in returns}
    wanted, marks = _wanted(), marks_of(visit.session, case_id)
    return Looked(wanted, look_at(returns, wanted, marks), names, marks, _marked_entries(returns, marks))


def _marked_entries(returns: Sequence[AgencyReturn | SharedMaterial], marks: Marks) -> dict[str, dict[str, Any]]:
    if not marks.of_entry:
        return {}
    found = {key_of(entry, each.agency_id): entry | {"agency": each.agency_id} for each in returns for entry in each.chronology}  # fmt: skip
    return {key: entry for key, entry in found.items() if key in marks.of_entry}


def _wanted() -> Wanted:
    args = request.args
    names = ("agency", "words", "person", "child", "theme", "episode", "marked")
    given = {name: args.get(name, "").strip()[:200] for name in names}
    return Wanted(**given, since=read_window(args.get("since", "")), until=read_window(args.get("until", "")))


def _of_case(visit: Visit, case: Case) -> Looked:
    visit.note_read(f"case:{case.id}")
    return looked_at(visit, case.id, [each for each in submitted_returns(visit.session, case.id) if each.involved])


@pages.get("/cases/<uuid:case_id>/chronology", allows=rights.office_or_partner)
def show_chronology(visit: Visit, case_id: UUID) -> Page:
    """The merged chronology: a picture by agency, then the entries, a page at a time."""
    case = find(visit.session, Case, case_id)
    at = f"/review/cases/{case.id}"
    about = f"{case.pseudonym}, review {case.reference}"
    return chronology_page(_of_case(visit, case), about, at, back=at, marks=rights.runs_reviews(visit.viewer))


def chronology_page(looked: Looked, about: str, at: str, *, back: str, marks: bool = False) -> Page:
    """A chronology as a page; `about` says what it is of, its files lie at `at`, and `marks` lets the person mark entries."""
    wanted, look, names = looked.wanted, looked.look, looked.names
    number = max(request.args.get("page", 1, int), 1)
    shown = look.entries[(number - 1) * A_PAGE : number * A_PAGE]
    values = {
        "about": about,
        "at": at,
        "wanted": wanted,
        "names": names,
        "picture": as_lanes(look, {agency: name for agency, name in names.items() if wanted.agency in ("", agency)}),
        "windows": windows(look, wanted),
        "entries": _marked(shown, looked),
        "may_mark": marks,
        "themes": looked.marks.all_words("theme"),
        "episodes": looked.marks.all_words("episode"),
        "total": len(look.entries),
        "first": (number - 1) * A_PAGE + 1,
        "earlier": number - 1,
        "later": number + 1 if number * A_PAGE < len(look.entries) else 0,
        "query": {name: value for name, value in vars(wanted).items() if value},
        "back": back,
    }
    return Page("chronology.html", "Chronology", values)


def _marked(entries: list[dict[str, Any]], looked: Looked) -> list[dict[str, Any]]:
    days = beside(looked.look.entries)
    return [entry | _marks_on(entry, looked, days) | {"when": entry_when(entry)} for entry in entries]


def _marks_on(entry: dict[str, Any], looked: Looked, days: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    names, marks, key = looked.names, looked.marks, key_of(entry, entry["agency"])
    also, against = also_recorded(entry, days)
    return {
        "key": key,
        "agency_name": names[entry["agency"]],
        "themes": marks.words(key, "theme"),
        "episodes": marks.words(key, "episode"),
        "same": _named(marks.beside(key, "same-event"), looked),
        "contradicted_by": _named(marks.beside(key, "contradiction"), looked),
        "contradictions": [each for each in marks.words(key, "contradiction") if each],
        "also": [names[each] for each in also],
        "against": against,
    }


def _named(keys: list[str], looked: Looked) -> list[str]:
    """Other entries as people name them; one that its agency has changed since is not there any more."""
    found = [looked.entries[key] for key in keys if key in looked.entries]
    return [f"{looked.names[each['agency']]}, {entry_when(each)}" for each in found]


@pages.get("/cases/<uuid:case_id>/chronology.<kind>", allows=rights.office_or_partner)
def export_chronology(visit: Visit, case_id: UUID, kind: str) -> Download:
    """What is looked at, as a file to work on."""
    case = find(visit.session, Case, case_id)
    return as_download(_of_case(visit, case), case.reference, kind)


def as_download(looked: Looked, reference: str, kind: str) -> Download:
    """A chronology as a file. Raises a 404 problem for a kind that there is not."""
    if kind not in KINDS:
        raise not_found()
    return Download(_written(looked, reference, kind), KINDS[kind], f"chronology-{reference}.{kind}")


def export_of(visit: Visit, case: Case, kind: str) -> bytes:
    """A case's chronology as CSV, Excel or Word. Raises a 409 problem for more than Word holds well."""
    return _written(_of_case(visit, case), case.reference, kind)


def _written(looked: Looked, reference: str, kind: str) -> bytes:
    rows = [_row(entry) for entry in _marked(looked.look.entries, looked)]
    if kind == "csv":
        return as_csv(COLUMNS, rows)
    if kind == "xlsx":
        return as_excel(COLUMNS, rows)
    if len(rows) > MOST_IN_WORD:
        raise conflict(f"Word holds at most {MOST_IN_WORD:,} of these entries well; narrow them first, or take Excel.")
    title = f"Chronology {reference}"
    return as_word(title, partnership().marking, (Heading(title, 1), Table(COLUMNS, rows)))


def _row(entry: dict[str, Any]) -> tuple[str, ...]:
    said = {True: "Yes", False: "No", None: ""}
    return (
        entry["when"],
        entry["agency_name"],
        entry["description"],
        entry["source"],
        "; ".join(entry["persons"]),
        said[entry["child_seen"]],
        said[entry["child_heard"]],
        "; ".join(entry["themes"]),
        "; ".join(entry["episodes"]),
        "; ".join(entry["same"]),
        "; ".join([*entry["contradicted_by"], *entry["contradictions"]]),
        "; ".join(entry["also"]),
        "; ".join(entry["against"]),
    )
