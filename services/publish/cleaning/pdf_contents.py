"""What is drawn on a PDF's pages, written anew: only operators that the standard has, and no notes between them."""

from collections.abc import Iterator

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream

from services.publish.cleaning.passages import CannotClean, Passage
from services.publish.cleaning.pdf_streams import everything
from services.publish.cleaning.picture_notes import without_notes


def _operators(words: str) -> list[str]:
    return words.split()


# ISO 32000-1, annex A. Left out: BX and EX, which let unknown operators stand; MP and DP, which draw nothing.
OPERATORS = frozenset(
    (
        *_operators(
            "b B b* B* BDC BI BMC BT c cm CS cs d d0 d1 Do EI EMC ET f F f* G g gs h i ID j J K k l m M n q Q re RG rg ri s S "
            "SC sc SCN scn sh T* Tc Td TD Tf Tj TJ TL Tm Tr Ts Tw Tz v w W W* y ' \""
        ),
        "INLINE IMAGE",
    )
)
MARKING = frozenset(("BDC", "BMC"))
LONGEST = 60_000_000  # bytes that one page may draw with; a book's page of maps has a tenth


def rewrite_contents(pdf: Pdf) -> tuple[list[Passage], bool]:
    """Write every page, form and pattern anew; returns the words of its marks, and whether anything was left out.

    Raises `CannotClean` for a page that is too long to be looked through.
    """
    words: list[Passage] = []
    left_out = False
    for number, page in enumerate(pdf.pages, 1):
        page.contents_coalesce()
        contents = page.obj.get("/Contents")
        if isinstance(contents, Stream):
            left_out |= _rewrite(page, contents, words, number)
    for thing in pdf.objects:
        if isinstance(thing, Stream) and (thing.get("/Subtype") == Name.Form or thing.get("/PatternType") == 1):
            left_out |= _rewrite(thing, thing, words, None)
    for glyph in _drawn_letters(pdf):
        left_out |= _rewrite(glyph, glyph, words, None)
    return words, left_out


def _drawn_letters(pdf: Pdf) -> Iterator[Stream]:
    """The letters of fonts that are drawings themselves."""
    for thing in everything(pdf):
        letters = thing.get("/CharProcs")
        if isinstance(letters, Dictionary):
            yield from (each for _, each in letters.items() if isinstance(each, Stream))


def drawn_apart(pdf: Pdf) -> Iterator[Stream]:
    """What pages draw only through a pattern or a font: patterns, letters that are drawings, and the forms in them."""
    seen: set[tuple[int, int]] = set()
    owners = [each for each in everything(pdf) if each.get("/PatternType") == 1 or "/CharProcs" in each]
    waiting = [*_drawn_letters(pdf), *(each for each in owners if isinstance(each, Stream))]
    waiting += [form for each in owners for form in _forms_of(each)]
    while waiting:
        one = waiting.pop()
        if one.objgen not in seen:
            seen.add(one.objgen)
            yield one
            waiting += _forms_of(one)


def _forms_of(thing: Object) -> list[Stream]:
    resources = thing.get("/Resources")
    named = resources.get("/XObject") if isinstance(resources, Dictionary) else None
    drawn = [each for _, each in named.items()] if isinstance(named, Dictionary) else []
    return [each for each in drawn if isinstance(each, Stream) and each.get("/Subtype") == Name.Form]


def _rewrite(drawn: Object | pikepdf.Page, stream: Stream, words: list[Passage], page: int | None) -> bool:
    content = stream.read_bytes()
    if len(content) > LONGEST:
        raise CannotClean("A page of the PDF draws more than can be checked. Save its pictures as pictures.")
    kept = []
    left_out = b"%" in content
    for instruction in pikepdf.parse_content_stream(drawn):
        operator = str(instruction.operator)
        if operator not in OPERATORS:
            left_out = True
            continue
        if isinstance(instruction, pikepdf.ContentStreamInlineImage):
            _refuse_notes(instruction.iimage)
        if operator in MARKING:
            words += [Passage("alternative-text", page, text) for text in _strings(instruction.operands)]
        kept.append(instruction)
    stream.write(pikepdf.unparse_content_stream(kept))
    return left_out and stream.read_bytes() != content


def _refuse_notes(picture: pikepdf.PdfInlineImage) -> None:
    """A picture among the drawing commands: as it cannot be written anew there, it may hold nothing but its points."""
    packed = picture.read_raw_bytes() if hasattr(picture, "read_raw_bytes") else picture.read_bytes()
    if any(kind in ("/DCTDecode", "/JPXDecode") for kind in picture.filters) and without_notes(packed) != packed:
        raise CannotClean(
            "A photograph in the PDF has notes that cannot be taken out. Save the PDF anew and upload it."
        )


def _strings(operands: object) -> Iterator[str]:
    waiting = list(operands)  # type: ignore[call-overload]
    while waiting:
        one = waiting.pop()
        if isinstance(one, pikepdf.String):
            yield str(one)
        elif isinstance(one, Dictionary):
            waiting += [one[key] for key in one.keys()]  # noqa: SIM118  # pikepdf's are not iterable without keys()
        elif isinstance(one, Array):
            waiting += list(one)
