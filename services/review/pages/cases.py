"""The cases under review, one case whole, and its merged chronology with picture and exports."""

from typing import Any
from uuid import UUID

from flask import request
from sqlalchemy import select

from services.review.agency_returns import submitted_returns
from services.review.chronology_view import Look, Wanted, also_recorded, as_lanes, beside, look_at, read_window, windows
from services.review.directory import Agencies
from services.review.information_requests import ask_more_agencies
from services.review.meetings import absent_partners, meetings_of
from services.review.models import Case
from services.review.pages.acts import act
from services.review.pages.requests import agencies_to_ask
from services.review.pages.site import pages, sections
from services.review.rapid_review import awaited_partners, standing_decision
from services.review.records import find
from services.review.states import CASE, may
from services.review.views.cases import describe_case, describe_summary
from services.review.wording import entry_when
from services.review.written_documents import Heading, Table, as_csv, as_excel, as_word
from shared.identity import rights
from shared.partnership import partnership
from shared.web.forms import Questions, SelectMultipleField, needed
from shared.web.pages import Download, Go, Page, Visit
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


class AskForm(Questions):
    agencies = SelectMultipleField("Which agencies?", validators=needed("Choose at least one agency"))


@pages.get("", allows=rights.anyone)
def begin(visit: Visit) -> Go:
    """Where a person's work in review begins; who is not signed in is asked to."""
    found = sections(visit.viewer)
    return Go(found[0][0] if found else "/notify/sign-in?next=/review")


@pages.get("/cases", allows=rights.office_or_partner)
def list_cases(visit: Visit) -> Page:
    """Every case, what is due first; those that are closed or done at the end."""
    cases = [describe_summary(case) for case in visit.session.scalars(select(Case).order_by(Case.due_at).limit(500))]
    cases.sort(key=lambda case: bool(case["rapid_review"]["completed_at"]) or case["stage"] == "withdrawn")
    return Page("cases.html", "Reviews", {"cases": cases})


@pages.get("/cases/<uuid:case_id>", allows=rights.office_or_partner)
def show_case(visit: Visit, case_id: UUID) -> Page:
    """One case: what is to be done next, who has answered, what was decided."""
    case = find(visit.session, Case, case_id)
    visit.note_read(f"case:{case.id}")
    described = describe_case(visit.session, case)
    requests = [each for each in described["information_requests"] if each["status"] != "cancelled"]
    decision = standing_decision(visit.session, case)
    awaited = awaited_partners(visit.session, decision) if decision else []
    names = Agencies(visit.session, [*awaited, *partnership().safeguarding_partners])
    meetings = [
        {"held_at": each.held_at, "absent": [names[agency]["name"] for agency in absent_partners(each)], **each.content}
        for each in meetings_of(visit.session, case)
    ]
    values = {
        "case": described,
        "requests": requests,
        "answered": sum(each["status"] == "returned" for each in requests),
        "meetings": meetings,
        "awaited": [names[agency]["name"] for agency in awaited],
        "steps": _steps(visit, case, awaited),
        "writes": rights.runs_reviews(visit.viewer) and case.closed_at is None,
        "back": "/review/cases",
    }
    return Page("case.html", "Review", values)


def _steps(visit: Visit, case: Case, awaited: list[str]) -> list[tuple[str, str]]:
    """What this person may do now in the case, as (path, words), the next step first."""
    viewer, here = visit.viewer, f"/review/cases/{case.id}"
    if case.closed_at is not None or not rights.runs_reviews(viewer):
        return []
    signs = rights.partner(viewer) and viewer.agency_id in awaited and may(CASE, case.stage, "sign")
    offered = [
        (signs, f"{here}/position", "Take your agency's position"),
        (may(CASE, case.stage, "decide"), f"{here}/meeting", "Record a meeting"),
        (may(CASE, case.stage, "decide"), f"{here}/decision", "Record the decision"),
        (may(CASE, case.stage, "hear-agreement"), f"{here}/panel-reply", "Record the Panel's reply"),
        (may(CASE, case.stage, "commission"), f"{here}/practice-review", "Commission a practice review"),
        (True, f"{here}/recommendation", "Make a recommendation"),
        (rights.office(viewer), f"{here}/ask", "Ask further agencies"),
        (rights.office(viewer), f"{here}/bundle.zip", "Take the whole case as a bundle"),
    ]
    return [(path, words) for allowed, path, words in offered if allowed]


def _asks(visit: Visit, case: Case) -> Questions:
    form = AskForm(visit.typed)
    asked = {each["agency"]["id"] for each in describe_case(visit.session, case)["information_requests"]}
    form.offer("agencies", agencies_to_ask(visit, asked))
    return form


act(
    "/cases/<uuid:record_id>/ask",
    name="ask_further_agencies",
    on=Case,
    title="Ask further agencies",
    button="Ask them",
    allows=rights.office,
    asks=_asks,
    does=lambda visit, case, form: ask_more_agencies(visit.session, case, form["agencies"].data, visit.viewer),
    back=lambda _, case: f"/review/cases/{case.id}",
    blamed="agencies",
    done="They are asked, and told by e-mail that a request waits for them.",
)


def _wanted() -> Wanted:
    args = request.args
    given = {name: args.get(name, "").strip()[:200] for name in ("agency", "words", "child")}
    return Wanted(**given, since=read_window(args.get("since", "")), until=read_window(args.get("until", "")))


def _looked_at(visit: Visit, case: Case) -> tuple[Wanted, Look, dict[str, str]]:
    visit.note_read(f"case:{case.id}")
    returns = [each for each in submitted_returns(visit.session, case.id) if each.involved]
    agencies = Agencies(visit.session, [each.agency_id for each in returns])
    names = {each.agency_id: agencies[each.agency_id]["name"] for each in returns}
    wanted = _wanted()
    return wanted, look_at(returns, wanted), names


@pages.get("/cases/<uuid:case_id>/chronology", allows=rights.office_or_partner)
def show_chronology(visit: Visit, case_id: UUID) -> Page:
    """The merged chronology: a picture by agency, then the entries, a page at a time."""
    case = find(visit.session, Case, case_id)
    wanted, look, names = _looked_at(visit, case)
    number = max(request.args.get("page", 1, int), 1)
    shown = look.entries[(number - 1) * A_PAGE : number * A_PAGE]
    values = {
        "case": describe_summary(case),
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
        "back": f"/review/cases/{case.id}",
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


KINDS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


@pages.get("/cases/<uuid:case_id>/chronology.<kind>", allows=rights.office_or_partner)
def export_chronology(visit: Visit, case_id: UUID, kind: str) -> Download:
    """What is looked at, as a file to work on."""
    if kind not in KINDS:
        raise not_found()
    case = find(visit.session, Case, case_id)
    return Download(export_of(visit, case, kind), KINDS[kind], f"chronology-{case.reference}.{kind}")


def export_of(visit: Visit, case: Case, kind: str) -> bytes:
    """The chronology as CSV, Excel or Word. Raises a 409 problem for more than Word holds well."""
    _, look, names = _looked_at(visit, case)
    rows = [_row(entry) for entry in _marked(look.entries, look, names)]
    if kind == "csv":
        return as_csv(COLUMNS, rows)
    if kind == "xlsx":
        return as_excel(COLUMNS, rows)
    if len(rows) > MOST_IN_WORD:
        raise conflict(f"Word holds at most {MOST_IN_WORD:,} of these entries well; narrow them first, or take Excel.")
    title = f"Chronology {case.reference}"
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
