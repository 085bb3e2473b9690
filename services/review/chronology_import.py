"""Chronologies that agencies keep elsewhere: CSV, Excel or a Word table, or rows pasted from one.

Every row is either understood, or refused with its number and the reason. Nothing is stored here: the person sees first
what was understood.
"""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from marshmallow import ValidationError

from services.review.date_words import Dated, NotUnderstood, read_date, read_time
from services.review.schemas.returns import MOST_ENTRIES, ChronologyEntry
from shared.web.problems import refused

LARGEST_UNPACKED = 100_000_000
LONGEST_QUOTED = 60
# By our name, the headings under which health, police, councils and schools keep it.
COLUMNS: dict[str, tuple[str, ...]] = {
    "from": ("date", "from", "when", "event date", "date of event", "incident date", "start", "start date", "date/time", "date and time", "date time", "contact date", "occurred", "date of contact", "dt"),
    "time": ("time", "event time", "time of event", "incident time", "contact time"),
    "to": ("to", "end", "end date", "until", "date to"),
    "description": ("description", "event", "details", "what happened", "entry", "summary", "significant event", "event details", "narrative", "contact details", "incident", "nature of contact", "action", "event description"),
    "source": ("source", "source of information", "record", "system", "source of evidence", "source document", "record source", "recorded in", "database", "evidence", "reference"),
    "persons": ("persons", "people", "who", "who was involved", "people involved", "professionals", "professional involved", "seen by", "staff", "officer", "person"),
    "child_seen": ("child seen", "child seen?", "was the child seen", "was the child seen?", "seen", "child seen y/n"),
    "child_heard": ("child heard", "child heard?", "voice of the child", "was the child heard", "was the child heard?", "child spoken to", "child's voice", "heard"),
    "certainty": ("certainty", "how certain", "date certainty"),
}  # fmt: skip
YES, NO = ("y", "yes", "true", "1", "seen", "heard"), ("n", "no", "false", "0", "not seen", "not heard")
NOT_SAID = ("", "n/a", "na", "n/k", "not known", "unknown", "-")
NEEDED = ("from", "description")
DEFAULT_SOURCE = "As imported; source not given"
CERTAINTIES = ("known", "estimated", "unknown")


@dataclass
class Understood:
    """Entries as a return's chronology takes them, rows refused as (number in the file, reason), columns not used."""

    entries: list[dict[str, Any]] = field(default_factory=list)
    refused: list[tuple[int, str]] = field(default_factory=list)
    unused: list[str] = field(default_factory=list)


def read_chronology(content: bytes) -> Understood:
    """What a CSV, Excel or Word file, or rows pasted from one, say. Raises a 422 problem for a file that holds no table."""
    rows = list(_rows_of(content))
    heading = next((number for number, row in enumerate(rows) if set(NEEDED) <= set(_places(row))), None)
    if heading is None:
        raise refused(
            "/file",
            "No row of headings was found. Name the columns in the first row: at least Date and Description; also Time, "
            "To, Source, People, Child seen, Child heard.",
        )
    places = _places(rows[heading])
    unused = [name for place, name in enumerate(rows[heading]) if name.strip() and place not in places.values()]
    found = Understood(unused=unused)
    for number, row in enumerate(rows[heading + 1 :], heading + 2):
        if not any(cell.strip() for cell in row) or _places(row) == places:
            continue
        try:
            found.entries.append(_entry({name: _cell(row, place) for name, place in places.items()}))
        except NotUnderstood as fault:
            found.refused.append((number, str(fault)))
    if len(found.entries) > MOST_ENTRIES:
        raise refused("/file", f"This holds more than {MOST_ENTRIES:,} entries. Send the period that matters.")
    return found


def _cell(row: list[str], place: int) -> str:
    return row[place].strip() if place < len(row) else ""


def _places(row: list[str]) -> dict[str, int]:
    """Where each of our columns stands in a row of headings."""
    names = [re.sub(r"\s+", " ", cell.strip().casefold().rstrip(":*")) for cell in row]
    found: dict[str, int] = {}
    for ours, theirs in COLUMNS.items():
        place = next((names.index(name) for name in (ours, *theirs) if name in names), None)
        if place is not None and place not in found.values():
            found[ours] = place
    return found


def _entry(cells: dict[str, str]) -> dict[str, Any]:
    dated = _date_and_time(cells["from"], cells.get("time", ""))
    end = read_date(cells["to"]).start if cells.get("to") else dated.end
    certainty = cells.get("certainty", "").casefold() or dated.certainty
    if certainty not in CERTAINTIES:
        raise NotUnderstood("Say of the certainty: known, estimated or unknown.")
    values = {
        "from": dated.start,
        "to": end,
        "certainty": certainty,
        "description": cells["description"],
        "source": cells.get("source") or DEFAULT_SOURCE,
        "persons": [name for name in re.split(r"\s*[;\n]\s*", cells.get("persons", "")) if name],
        "child_seen": _yes_or_no(cells.get("child_seen", ""), "seen"),
        "child_heard": _yes_or_no(cells.get("child_heard", ""), "heard"),
    }
    return checked_entry(values, cells["from"] if dated.certainty == "estimated" else "")


def _date_and_time(day: str, time: str) -> Dated:
    """Raises `NotUnderstood` with what stood there, by which the row is found in a file without row numbers."""
    try:
        return read_date(f"{day} {read_time(time)}" if time else day)
    except NotUnderstood as fault:
        raise NotUnderstood(f"“{f'{day} {time}'.strip()[:LONGEST_QUOTED]}”: {fault}") from None


def checked_entry(values: dict[str, Any], as_written: str = "") -> dict[str, Any]:
    """An entry that a return takes, the words of its date kept. Raises `NotUnderstood` with what is wrong in words."""
    if as_written:
        values = values | {"as_written": as_written}
    if values["description"] == "":
        raise NotUnderstood("Say what happened: the description is empty.")
    try:
        ChronologyEntry().load(values)
    except ValidationError as fault:
        raise NotUnderstood(" ".join(_sentences(fault.messages))) from None
    return values


def _sentences(messages: Any) -> Iterator[str]:
    for inner in messages.values() if isinstance(messages, dict) else messages:
        if isinstance(inner, str):
            yield inner
        else:
            yield from _sentences(inner)


def _yes_or_no(said: str, what: str) -> bool | None:
    word = said.casefold()
    if word in NOT_SAID:
        return None
    if word in YES or word in NO:
        return word in YES
    raise NotUnderstood(f"Say yes or no, or leave it empty, whether the child was {what}.")


def _rows_of(content: bytes) -> Iterable[list[str]]:
    if content.startswith(b"PK\x03\x04"):
        return _rows_of_office_file(content)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", "replace")
    if "\x00" in text:
        raise refused("/file", "Send a CSV, Excel (.xlsx) or Word (.docx) file; this one is of another kind.")
    first = text.lstrip().split("\n", 1)[0]
    delimiter = max("\t;,|", key=first.count)
    csv.field_size_limit(100_000)
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error:
        raise refused("/file", "This file cannot be read as a table. Save it as CSV again and send it.") from None


def _rows_of_office_file(content: bytes) -> list[list[str]]:
    sentence = "This file cannot be opened. Save it again as .xlsx, .docx or CSV, without a password, and send it."
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            names = parts.namelist()
            if sum(each.file_size for each in parts.infolist()) > LARGEST_UNPACKED:
                raise refused("/file", "This file is too large when unpacked. Send the chronology by itself.")
        if "word/document.xml" in names:
            return _rows_of_word(content)
        if "xl/workbook.xml" in names:
            return _rows_of_excel(content)
    except (zipfile.BadZipFile, KeyError, ValueError, OSError, SyntaxError):
        raise refused("/file", sentence) from None
    raise refused("/file", sentence)


def _rows_of_word(content: bytes) -> list[list[str]]:
    import docx  # imported where it is used: it is large, and most processes never need it

    return [
        [cell.text for cell in row.cells] for table in docx.Document(io.BytesIO(content)).tables for row in table.rows
    ]


def _rows_of_excel(content: bytes) -> list[list[str]]:
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    return [[_as_text(cell) for cell in row] for sheet in book.worksheets for row in sheet.iter_rows(values_only=True)]


def _as_text(cell: Any) -> str:
    if cell is None:
        return ""
    if hasattr(cell, "isoformat"):
        text = cell.isoformat(" ") if hasattr(cell, "hour") and hasattr(cell, "year") else cell.isoformat()
        return str(text.removesuffix(" 00:00:00"))
    return str(cell)
