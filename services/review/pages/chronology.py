"""A case's merged chronology as a page with its picture, and as a file to work on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import request

from services.review.agency_returns import submitted_returns
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
    "Also recorded by",
    "Contradiction",
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


def looked_at(visit: Visit, returns: Sequence[AgencyReturn | SharedMaterial]) -> Looked:
    """The chronologies of some returns, as the page's address asks for them."""
    agencies = Agencies(visit.session, [each.agency_id for each in returns])
    names = {each.agency_id: agencies[each.agency_id]["name"] for each in returns}
    wanted = _wanted()
    return Looked(wanted, look_at(returns, wanted), names)


def _wanted() -> Wanted:
    args = request.args
    given = {name: args.get(name, "").strip()[:200] for name in ("agency", "words", "child")}
    return Wanted(**given, since=read_window(args.get("since", "")), until=read_window(args.get("until", "")))


def _of_case(visit: Visit, case: Case) -> Looked:
    visit.note_read(f"case:{case.id}")
    return looked_at(visit, [each for each in submitted_returns(visit.session, case.id) if each.involved])


@pages.get("/cases/<uuid:case_id>/chronology", allows=rights.office_or_partner)
def show_chronology(visit: Visit, case_id: UUID) -> Page:
    """The merged chronology: a picture by agency, then the entries, a page at a time."""
    case = find(visit.session, Case, case_id)
    at = f"/review/cases/{case.id}"
    return chronology_page(_of_case(visit, case), f"{case.pseudonym}, review {case.reference}", at, back=at)


def chronology_page(looked: Looked, about: str, at: str, *, back: str) -> Page:
    """A chronology as a page; `about` says what it is of, its files lie at `at`."""
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
        "entries": _marked(shown, look, names),
        "total": len(look.entries),
        "first": (number - 1) * A_PAGE + 1,
        "earlier": number - 1,
        "later": number + 1 if number * A_PAGE < len(look.entries) else 0,
        "query": {name: value for name, value in vars(wanted).items() if value},
        "back": back,
    }
    return Page("chronology.html", "Chronology", values)


def _marked(entries: list[dict[str, Any]], look: Look, names: dict[str, str]) -> list[dict[str, Any]]:
    days = beside(look.entries)
    found = []
    for entry in entries:
        also, against = also_recorded(entry, days)
        marks = {"agency_name": names[entry["agency"]], "also": [names[each] for each in also], "against": against}
        found.append(entry | marks | {"when": entry_when(entry)})
    return found


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
    rows = [_row(entry) for entry in _marked(looked.look.entries, looked.look, looked.names)]
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
        "; ".join(entry["also"]),
        "; ".join(entry["against"]),
    )
