"""What a PDF lacks for readers who hear it, enlarge it or use the keyboard: PDF/UA-1 (ISO 14289-1), in plain words.

The main points are looked for here, so that each can be said in the editor's words; a whole checker counts the rest.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Pdf

MOST_ELEMENTS = 500_000
MOST_IN_A_TABLE = 20_000
LONG = 20  # pages from which bookmarks are expected (WCAG 2.2 technique PDF2)
HEADINGS = ("/H", "/H1", "/H2", "/H3", "/H4", "/H5", "/H6")
SAID_HERE = ("FIGURE", "TABLE", "HEADING", "TAGGED", "LANG", "MARK", "STRUCT", "TAG")  # of a rule's name


@dataclass
class _Seen:
    headings: list[int] = field(default_factory=list)
    figures: int = 0
    tables: int = 0


def accessibility_gaps(content: bytes, pdf: Pdf) -> tuple[str, ...]:
    """Sentences on what is missing, the gravest first; empty where nothing is. `pdf` is `content`, opened."""
    marked = pdf.Root.get("/MarkInfo", Dictionary()).get("/Marked", False)
    if "/StructTreeRoot" not in pdf.Root or not marked:
        return (
            "It is not tagged, so a screen reader cannot tell headings, lists and tables. Upload the Word document, of "
            "which a tagged PDF is made, or save it from Word with “Document structure tags for accessibility”.",
        )
    return (*_in_plain_words(pdf), *_rest(content))


def _in_plain_words(pdf: Pdf) -> Iterator[str]:
    if "/Lang" not in pdf.Root:
        yield "It does not say in which language it is, so a screen reader guesses. Set the language in Word."
    seen = _look_through(pdf)
    if not seen.headings:
        yield "It has no headings. Use Word's heading styles, not large or bold text."
    elif seen.headings[0] != 1 and 0 not in seen.headings:
        yield "Its first heading is not of the first level. Begin with Heading 1."
    if any(after > before + 1 for before, after in zip(seen.headings, seen.headings[1:], strict=False) if before):
        yield "Its headings leave out a level, such as from 1 to 3. Use the levels in turn."
    if seen.figures:
        pictures = "1 picture has" if seen.figures == 1 else f"{seen.figures} pictures have"
        yield f"{pictures} no alternative text. Say in Word what each shows, or mark it as decorative."
    if seen.tables:
        tables = "1 table has" if seen.tables == 1 else f"{seen.tables} tables have"
        yield f"{tables} no header row. Mark the first row in Word: Table Layout, Repeat Header Rows."
    if len(pdf.pages) > LONG and "/Outlines" not in pdf.Root:
        yield "It is long and has no bookmarks. Save it from Word with bookmarks made from its headings."


def _look_through(pdf: Pdf) -> _Seen:
    """Walk the tree of tags once, in the order of reading."""
    root = pdf.Root.StructTreeRoot
    roles = root.get("/RoleMap", Dictionary())
    seen = _Seen()
    known: set[tuple[int, int]] = set()
    waiting: list[Object] = [root]
    while waiting and len(known) < MOST_ELEMENTS:
        element = waiting.pop()
        if element.is_indirect:
            if element.objgen in known:
                continue
            known.add(element.objgen)
        kind = str(element.get("/S", ""))
        _note(seen, element, str(roles.get(kind, kind)) if kind.startswith("/") else kind)
        waiting += reversed(_children(element))
    return seen


def _children(element: Object) -> list[Object]:
    kids = element.get("/K")
    listed = list(kids) if isinstance(kids, Array) else [kids]
    return [each for each in listed if isinstance(each, Dictionary) and each.get("/Type") != Name.OBJR]


def _note(seen: _Seen, element: Object, kind: str) -> None:
    if kind in HEADINGS:
        seen.headings.append(int(kind[2:] or "0"))
    if kind == "/Figure" and not str(element.get("/Alt", "")).strip() and "/ActualText" not in element:
        seen.figures += 1
    if kind == "/Table" and not _has_header(element):
        seen.tables += 1


def _has_header(table: Object) -> bool:
    """Whether a header cell is in a table itself: tables within it answer for themselves."""
    waiting, known = _children(table), set[tuple[int, int]]()
    while waiting and len(known) < MOST_IN_A_TABLE:
        element = waiting.pop()
        if element.get("/S") == Name.TH:
            return True
        if element.get("/S") != Name.Table and element.objgen not in known:
            known.add(element.objgen)
            waiting += _children(element)
    return False


def _rest(content: bytes) -> Iterator[str]:
    """The rules of PDF/UA-1 that are not met besides, as a checker counts them."""
    import page  # a checker in Rust with limits of its own; large, so only where it is used

    try:
        report = page.validate_pdf_bytes(content, profile=page.ValidationProfile.PDF_UA_1)
    except page.PageError:
        yield "The rest of PDF/UA-1 could not be checked. Save the document anew."
        return
    others = {
        each.rule_id: each.message for each in report.failures if not any(part in each.rule_id for part in SAID_HERE)
    }
    for rule, message in sorted(others.items()):
        yield f"PDF/UA-1, {rule}: {message[:1].upper()}{message[1:]}."


def claims_accessibility(pdf: Pdf) -> bool:
    """Whether the file says of itself that it is PDF/UA and is tagged at all."""
    metadata = pdf.Root.get("/Metadata")
    says = isinstance(metadata, pikepdf.Stream) and b"pdfuaid" in metadata.read_bytes()[:200_000]
    return says and "/StructTreeRoot" in pdf.Root
