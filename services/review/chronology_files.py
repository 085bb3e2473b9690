"""A case's merged chronology with its marks, as a file to work on: CSV, Excel or Word."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from services.review.agency_returns import submitted_returns
from services.review.chronology import key_of
from services.review.chronology_marks import Marks, marks_of
from services.review.chronology_view import Look, Wanted, also_recorded, beside, look_at
from services.review.directory import Agencies
from services.review.models import AgencyReturn, Case, SharedMaterial
from services.review.partial_dates import Span, span_of
from services.review.wording import entry_when
from services.review.written_documents import Cell, Heading, Table, as_csv, as_excel, as_word
from shared.calendar import LONDON
from shared.partnership import partnership
from shared.web.problems import conflict

MOST_IN_WORD = 1000
DAYS = ("Earliest", "Latest")  # none of the words that an import takes for a date: the words of "When" are read
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


def look_into(
    session: Session, case_id: str, returns: Sequence[AgencyReturn | SharedMaterial], wanted: Wanted
) -> Looked:
    """The chronologies of some returns of a case, as far as they are wanted."""
    agencies = Agencies(session, [each.agency_id for each in returns])
    names = {each.agency_id: agencies[each.agency_id]["name"] for each in returns}
    marks = marks_of(session, case_id)
    return Looked(wanted, look_at(returns, wanted, marks), names, marks, _marked_entries(returns, marks))


def _marked_entries(returns: Sequence[AgencyReturn | SharedMaterial], marks: Marks) -> dict[str, dict[str, Any]]:
    if not marks.of_entry:
        return {}
    found = {key_of(entry, each.agency_id): entry | {"agency": each.agency_id} for each in returns for entry in each.chronology}  # fmt: skip
    return {key: entry for key, entry in found.items() if key in marks.of_entry}


def returns_with_entries(session: Session, case: Case) -> list[AgencyReturn]:
    """The newest returns of the agencies that were involved."""
    return [each for each in submitted_returns(session, case.id) if each.involved]


def with_marks(entries: list[dict[str, Any]], looked: Looked) -> list[dict[str, Any]]:
    """Entries of what is looked at, each with its marks in words and what else was recorded about that day."""
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


def whole_chronology(session: Session, case: Case) -> bytes:
    """A case's whole chronology as CSV."""
    return as_file(look_into(session, case.id, returns_with_entries(session, case), Wanted()), case.reference, "csv")


def as_file(looked: Looked, reference: str, kind: str) -> bytes:
    """What is looked at as a file of one of `KINDS`. Raises a 409 problem for more than Word holds well."""
    entries = with_marks(looked.look.entries, looked)
    rows = [_row(entry) for entry in entries]
    if kind != "docx":
        write = as_csv if kind == "csv" else as_excel
        return write((COLUMNS[0], *DAYS, *COLUMNS[1:]), [_sorted_by(*each) for each in zip(entries, rows, strict=True)])
    if len(rows) > MOST_IN_WORD:
        raise conflict(f"Word holds at most {MOST_IN_WORD:,} of these entries well; narrow them first, or take Excel.")
    title = f"Chronology {reference}"
    return as_word(title, partnership().marking, (Heading(title, 1), Table(COLUMNS, rows)))


def _sorted_by(entry: dict[str, Any], row: Sequence[str]) -> list[Cell]:
    """A row with the first and the last day that its date may mean, beside its words: what people sort by."""
    if entry["from"] is None:
        return [row[0], "", "", *row[1:]]
    first, last = span_of(entry["from"]), span_of(entry["to"] or entry["from"])
    return [row[0], _in_london(first.earliest, first), _in_london(last.latest, last), *row[1:]]


def _in_london(end: datetime, span: Span) -> date:
    here = end.astimezone(LONDON).replace(tzinfo=None)
    return here if span.precision == "moment" else here.date()


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
