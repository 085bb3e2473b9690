"""What a Word file shows, as a web page: headings, paragraphs, lists, tables, pictures, links and notes, and no more.

Deletions are left out and insertions taken in, as in Word's view without marks. What is not read here is left behind.
"""

from dataclasses import dataclass
from typing import Any

from lxml import etree
from markupsafe import escape

from services.publish.cleaning.passages import CannotClean, Concealed, Passage
from services.publish.cleaning.word_lines import MC, Line
from services.publish.cleaning.word_package import W, WordPackage
from services.publish.cleaning.word_page import Reading, local_name
from services.publish.cleaning.word_styles import is_on, value_of

DEEPEST = 40  # tables in tables, boxes in boxes


@dataclass(frozen=True)
class WordRead:
    """The page's body, its language, and what was left out: in words, hidden texts, and headers for a person to see."""

    html: str
    language: str
    removed: tuple[str, ...]
    hidden: tuple[Concealed, ...]
    left_out: tuple[Passage, ...]


def read_word(package: WordPackage) -> WordRead:
    """Read a whole file. Raises `CannotClean` for what cannot be carried over."""
    reading = Reading(package)
    read_blocks(reading, package.body)
    _close_lists(reading, 0)
    _write_notes(reading)
    language = reading.styles.of_run(None, None, "lang") or "en-GB"
    removed = reading.left_out | package.left_behind
    return WordRead("".join(reading.html), language, tuple(sorted(removed)), tuple(reading.hidden), _headers(package))


def _headers(package: WordPackage) -> tuple[Passage, ...]:
    found = []
    for name, part in package.parts.items():
        if name.startswith(("word/header", "word/footer")):
            words = " ".join(filter(None, (each.text for each in part.iter(f"{W}t")))).strip()
            if words:
                found.append(Passage("header", None, words))
    return tuple(dict.fromkeys(found))


def read_blocks(reading: Reading, parent: etree._Element) -> None:
    """Paragraphs and tables, one after the other."""
    reading.depth += 1
    if reading.depth > DEEPEST:
        raise CannotClean("The Word file has tables or boxes in one another, deeper than can be checked.")
    for child in parent:
        read = BLOCKS.get(local_name(child))
        if read:
            read(reading, child)
    reading.depth -= 1


def _inner(reading: Reading, element: etree._Element) -> None:
    content = element.find(f"{W}sdtContent")
    read_blocks(reading, content if content is not None else element)


def _deleted(reading: Reading, _: etree._Element) -> None:
    reading.left_out.add("tracked changes")


def _inserted(reading: Reading, element: etree._Element) -> None:
    reading.left_out.add("tracked changes")
    read_blocks(reading, element)


def _alternative(reading: Reading, element: etree._Element) -> None:
    chosen = element.find(f"{MC}Choice")
    read_blocks(reading, chosen if chosen is not None else element.find(f"{MC}Fallback"))  # type: ignore[arg-type]


def _paragraph(reading: Reading, element: etree._Element) -> None:
    properties = element.find(f"{W}pPr")
    style = value_of(properties, "pStyle")
    if properties is not None and (
        properties.find(f"{W}pPrChange") is not None or properties.find(f"{W}rPr/{W}del") is not None
    ):
        reading.left_out.add("tracked changes")
    if reading.styles.name(style).startswith("toc"):
        reading.left_out.add("the table of contents (the PDF has bookmarks)")
        return
    line = Line(reading, properties, style)
    line.read(element)
    words, boxes = "".join(line.html).strip(), line.boxes
    if words:
        _write_paragraph(reading, words, properties, style)
    for box in boxes:
        _box(reading, box)


def _write_paragraph(reading: Reading, words: str, properties: etree._Element | None, style: str | None) -> None:
    level = reading.styles.heading_level(properties, style)
    numbering = reading.styles.numbering(properties, style)
    label = reading.numbers.label(*numbering) if numbering else None
    if label:
        words = f'<span class="number">{escape(label)}</span> {words}'
    if numbering and label is None and not level:
        _close_lists(reading, numbering[1] + 1)
        while reading.open_lists < numbering[1] + 1:
            reading.html.append("<ul><li>" if reading.open_lists < numbering[1] else "<ul>")
            reading.open_lists += 1
        reading.html.append(f"<li>{words}</li>")
        return
    _close_lists(reading, 0)
    indent = f' class="level-{numbering[1]}"' if numbering and not level else ""
    tag = f"h{level}" if level else "p"
    reading.html.append(f"<{tag}{indent}>{words}</{tag}>")


def _close_lists(reading: Reading, keep: int) -> None:
    while reading.open_lists > keep:
        reading.html.append("</ul></li>" if reading.open_lists > 1 else "</ul>")
        reading.open_lists -= 1


def _box(reading: Reading, box: etree._Element) -> None:
    """A text box, after the paragraph at which it is anchored."""
    _close_lists(reading, 0)
    known, reading.ground_is_known = reading.ground_is_known, False
    reading.html.append('<div class="box">')
    read_blocks(reading, box)
    _close_lists(reading, 0)
    reading.html.append("</div>")
    reading.ground_is_known = known


def _table(reading: Reading, table: etree._Element) -> None:
    _close_lists(reading, 0)
    known, reading.ground_is_known = reading.ground_is_known, False
    rows = [row for row in table.iter(f"{W}tr") if _table_of(row) is table]
    heads = 0
    while heads < len(rows) and is_on(value_of(rows[heads].find(f"{W}trPr"), "tblHeader")):
        heads += 1
    reading.html.append("<table>")
    for number, row in enumerate(rows):
        if row.find(f"{W}trPr/{W}del") is not None:
            reading.left_out.add("tracked changes")
            continue
        opening = "<thead>" if number == 0 and heads else "<tbody>" if number == heads else ""
        reading.html.append(f"{opening}<tr>")
        _cells(reading, rows, number, "th" if number < heads else "td")
        closing = "</thead>" if number + 1 == heads else "</tbody>" if number + 1 == len(rows) else ""
        reading.html.append(f"</tr>{closing}")
    reading.html.append("</table>")
    reading.ground_is_known = known


def _table_of(row: etree._Element) -> Any:
    return next(row.iterancestors(f"{W}tbl"), None)


def _cells(reading: Reading, rows: list[etree._Element], number: int, tag: str) -> None:
    for column, wide, cell in _laid_out(rows[number]):
        merge = value_of(cell.find(f"{W}tcPr"), "vMerge")
        if merge is not None and merge != "restart":
            continue
        tall = 1
        while merge == "restart" and number + tall < len(rows) and _goes_on(rows[number + tall], column):
            tall += 1
        spans = "".join(f' {name}="{size}"' for name, size in (("colspan", wide), ("rowspan", tall)) if size > 1)
        reading.html.append(f"<{tag}{spans}{' scope=' + chr(34) + 'col' + chr(34) if tag == 'th' else ''}>")
        read_blocks(reading, cell)
        _close_lists(reading, 0)
        reading.html.append(f"</{tag}>")


def _laid_out(row: etree._Element) -> list[tuple[int, int, etree._Element]]:
    """Each cell of a row with its column and how many it spans."""
    column, found = 0, []
    for cell in row.iter(f"{W}tc"):
        if next(cell.iterancestors(f"{W}tr"), None) is not row:
            continue
        span = value_of(cell.find(f"{W}tcPr"), "gridSpan") or "1"
        wide = min(int(span), 60) if span.isdigit() else 1
        found.append((column, wide, cell))
        column += wide
    return found


def _goes_on(row: etree._Element, column: int) -> bool:
    cell = next((each for at, _, each in _laid_out(row) if at == column), None)
    merge = value_of(cell.find(f"{W}tcPr"), "vMerge") if cell is not None else None
    return merge is not None and merge != "restart"


BLOCKS: dict[str, Any] = {
    "p": _paragraph,
    "tbl": _table,
    "sdt": _inner,
    "customXml": _inner,
    "smartTag": _inner,
    "ins": _inserted,
    "moveTo": _inserted,
    "del": _deleted,
    "moveFrom": _deleted,
    "AlternateContent": _alternative,
    "txbxContent": _inner,
}


def _write_notes(reading: Reading) -> None:
    if not reading.notes:
        return
    reading.html.append("<h2>Notes</h2>")
    at = 0
    while at < len(reading.notes):  # a note may bring a further one
        kind, note_id = reading.notes[at]
        at += 1
        part = f"word/{kind}s.xml"
        found = reading.package.parts.get(part)
        notes = found.iter(f"{W}{kind}") if found is not None else ()
        note = next((each for each in notes if each.get(f"{W}id") == note_id), None)
        reading.html.append(f'<div class="note" id="note-{at}"><span class="number">{at}</span> ')
        if note is not None:
            reading.part = part
            read_blocks(reading, note)
            _close_lists(reading, 0)
        reading.html.append("</div>")
