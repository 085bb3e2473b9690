"""Documents made from the record: accessible PDF (PDF/UA-1), Word, Excel, CSV. One list of blocks makes PDF and Word."""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from markupsafe import escape

from shared.calendar import day_in_words

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
A4 = (210, 297)  # millimetres
MOST_COLUMNS_UPRIGHT = 6
WIDEST, NARROWEST = 60, 10  # characters that a column of a workbook shows
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
STYLE = """
    @page { size: A4; margin: 2cm }
    body { font-family: "DejaVu Sans", sans-serif; font-size: 10.5pt; line-height: 1.45 }
    h1 { font-size: 20pt } h2 { font-size: 14pt; margin-top: 1.4em } h3 { font-size: 11.5pt }
    p { white-space: pre-wrap } table { border-collapse: collapse; width: 100% }
    th, td { border: 0.5pt solid #505a5f; padding: 4pt; text-align: left; vertical-align: top }
"""


@dataclass(frozen=True)
class Heading:
    text: str
    level: int = 2


@dataclass(frozen=True)
class Words:
    text: str


@dataclass(frozen=True)
class Table:
    """A table with column headers."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


Block = Heading | Words | Table
Cell = str | date  # a day, or a moment without its zone, is a date to whoever sorts by it


def as_pdf(title: str, marking: str, blocks: Iterable[Block]) -> bytes:
    """A tagged PDF (PDF/UA-1) with language and title. Nothing is fetched for it."""
    from weasyprint import HTML  # type: ignore[import-untyped]  # imported where it is used: it is large, and most processes never need it

    html = (
        f'<!DOCTYPE html><html lang="en-GB"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{STYLE}</style></head><body><p>{escape(marking)}</p>{''.join(map(_as_html, blocks))}</body></html>"
    )
    written: bytes = HTML(string=html, url_fetcher=_fetch_nothing).write_pdf(pdf_variant="pdf/ua-1")
    return written


def _fetch_nothing(url: str, *_: Any, **__: Any) -> Any:
    raise ValueError("A document made from the record refers to nothing outside it.")


def _as_html(block: Block) -> str:
    if isinstance(block, Heading):
        return f"<h{block.level}>{escape(block.text)}</h{block.level}>"
    if isinstance(block, Words):
        return f"<p>{escape(block.text)}</p>"
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in block.columns)
    rows = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in block.rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def as_word(title: str, marking: str, blocks: Iterable[Block]) -> bytes:
    """A Word file with real headings and header rows, to be worked on."""
    import docx

    blocks = list(blocks)
    document = docx.Document()
    document.core_properties.title, document.core_properties.author = title, ""
    _lay_out(document, any(isinstance(each, Table) and len(each.columns) > MOST_COLUMNS_UPRIGHT for each in blocks))
    document.add_paragraph(marking)
    for block in blocks:
        if isinstance(block, Heading):
            document.add_heading(_plain(block.text), 0 if block.level == 1 else block.level - 1)
        elif isinstance(block, Words):
            document.add_paragraph(_plain(block.text))
        else:
            _add_table(document, block)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _lay_out(document: Any, is_wide: bool) -> None:
    """A4, and lying on its side for a wide table."""
    from docx.enum.section import WD_ORIENT
    from docx.shared import Mm, Pt

    width, height = reversed(A4) if is_wide else A4
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE if is_wide else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Mm(width), Mm(height)
    if is_wide:
        section.left_margin = section.right_margin = Mm(15)
        document.styles["Normal"].font.size = Pt(9)


def _add_table(document: Any, block: Table) -> None:
    table = document.add_table(rows=len(block.rows) + 1, cols=len(block.columns), style="Table Grid")
    for line, row in zip(table.rows, [block.columns, *block.rows], strict=True):
        for cell, words in zip(line.cells, row, strict=True):
            cell.text = _plain(words)
    properties = table.rows[0]._tr.get_or_add_trPr()
    properties.append(properties.makeelement(f"{{{properties.nsmap['w']}}}tblHeader", {}))


def as_excel(columns: Sequence[str], rows: Iterable[Sequence[Cell]], sheet: str = "Chronology") -> bytes:
    """A workbook of one sheet; every cell is a date or text, so that nothing in it is taken for a formula."""
    return as_workbook({sheet: [columns, *rows]})


def as_workbook(sheets: Mapping[str, Sequence[Sequence[Cell]]]) -> bytes:
    """A workbook of sheets by name, each with its header row first; every cell is a date or text."""
    import openpyxl
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment
    from openpyxl.utils import get_column_letter

    book, wrapped = openpyxl.Workbook(write_only=True), Alignment(wrap_text=True, vertical="top")
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        sheet.freeze_panes = "A2"
        for number, column in enumerate(zip(*rows, strict=True), 1):
            width = max(len(line) for cell in column for line in (_as_text(cell).splitlines() or [""]))
            sheet.column_dimensions[get_column_letter(number)].width = min(max(width + 2, NARROWEST), WIDEST)
        for row in rows:
            values: list[Any] = [_plain(said) if isinstance(said, str) else said for said in row]
            cells = [WriteOnlyCell(sheet, value) for value in values]
            for cell, value in zip(cells, values, strict=True):
                if not isinstance(value, str):
                    cell.number_format = "yyyy-mm-dd hh:mm" if isinstance(value, datetime) else "yyyy-mm-dd"
                    continue
                cell.data_type = "s"
                if len(value) > WIDEST:
                    cell.alignment = wrapped
            sheet.append(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def as_csv(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """CSV in UTF-8 as Excel opens it, dates by ISO 8601; what would be taken for a formula begins with an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(columns)
    said = (map(_as_text, row) for row in rows)
    writer.writerows([f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in row] for row in said)
    return out.getvalue().encode("utf-8-sig")


def _as_text(cell: Cell) -> str:
    if isinstance(cell, datetime):
        return cell.isoformat(timespec="minutes")
    return cell if isinstance(cell, str) else cell.isoformat()


def _plain(text: str) -> str:
    return _CONTROL.sub("", text)


def written_day(value: str | datetime) -> str:
    """`14 March 2025` of an ISO date or a moment."""
    when = datetime.fromisoformat(value) if isinstance(value, str) else value
    return day_in_words(when)
