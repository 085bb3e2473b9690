"""Text that is in a PDF and that nobody sees: not drawn, of the paper's colour, tiny, off the page, or covered.

A black bar over a name is the oldest way to publish it. Each object of each page is looked at in the order in which
it is drawn, and the page is drawn once to see whether anything of a text shows.
"""

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

import pypdfium2 as pdfium
from PIL import Image
from pypdfium2 import raw

from services.publish.cleaning.page_objects import Box, Matrix, box_of, matrix_of, objects_of, times
from services.publish.cleaning.passages import Concealed, gathered

Colour = tuple[int, int, int]
WHITE: Colour = (255, 255, 255)
NEAR = 28  # of 255: how far two colours may lie apart in each of red, green and blue and still not be told apart
SMALLEST = 2.0  # points
COVERED = 0.85  # of a text's area
FAINT = 26  # of 255: opacity below which nothing shows
FLAT = 12  # of 255: a place whose greys lie no further apart shows nothing
BAND = 24.0  # points: covers are sorted into bands, so that each text meets those near it only
WIDEST = 1600  # points of a page's longer side that are drawn one to one
RECTANGLE = 6  # segments: up to so many, a filled path covers what its bounds say


@dataclass(frozen=True)
class Drawn:
    """One object of a page in its order; `colour` is None for a picture or a shading."""

    order: int
    kind: int
    box: Box
    colour: Colour | None
    alpha: int
    handle: object
    size: float = 0.0
    mode: int = 0
    plain: bool = True  # a rectangle that lets nothing through


def concealed_texts(content: bytes) -> tuple[Concealed, ...]:
    """Every hidden text of a PDF, one entry a page and a way of hiding. Raises `CannotClean`."""
    document = pdfium.PdfDocument(content)
    try:
        return gathered([each for number in range(len(document)) for each in _of_page(document, number)])
    finally:
        document.close()


def _of_page(document: pdfium.PdfDocument, number: int) -> list[Concealed]:
    page = document[number]
    try:
        things = list(_things(page, number + 1))
        judge = _Judge(page, things)
        judged = [(judge.how(thing), thing) for thing in things if thing.kind == raw.FPDF_PAGEOBJ_TEXT]
        hidden = [(how, thing) for how, thing in judged if how]
        said = _words(page, [thing for _, thing in hidden])
        found = [(how, words) for (how, _), words in zip(hidden, said, strict=True)]
        found += _hidden_parts(page, judge, [thing for how, thing in judged if not how])
        return [Concealed(number + 1, how, words) for how, words in found if any(c.isalnum() for c in words)]
    finally:
        page.close()


def _things(page: pdfium.PdfPage, number: int) -> Iterator[Drawn]:
    for order, kind, handle, matrix in objects_of(page, number):
        yield _drawn(order, kind, handle, matrix)


def _drawn(order: int, kind: int, handle: object, matrix: Matrix) -> Drawn:
    mode = raw.FPDFTextObj_GetTextRenderMode(handle) if kind == raw.FPDF_PAGEOBJ_TEXT else 0
    stroked = mode in (raw.FPDF_TEXTRENDERMODE_STROKE, raw.FPDF_TEXTRENDERMODE_STROKE_CLIP)
    colour, alpha = _colour(handle, raw.FPDFPageObj_GetStrokeColor if stroked else raw.FPDFPageObj_GetFillColor)
    plain = not raw.FPDFPageObj_HasTransparency(handle)
    size = 0.0
    if kind == raw.FPDF_PAGEOBJ_TEXT:
        size = _size(handle, matrix)
    if kind == raw.FPDF_PAGEOBJ_PATH:
        plain = plain and raw.FPDFPath_CountSegments(handle) <= RECTANGLE
        alpha = alpha if _is_filled(handle) else 0
    if kind in (raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_SHADING):
        colour, alpha, plain = None, 255, kind == raw.FPDF_PAGEOBJ_IMAGE
    return Drawn(order, kind, box_of(handle, matrix), colour, alpha, handle, size, mode, plain)


def _colour(handle: object, ask) -> tuple[Colour | None, int]:  # type: ignore[no-untyped-def]
    parts = [ctypes.c_uint() for _ in range(4)]
    if not ask(handle, *parts):
        return None, 255
    red, green, blue, alpha = (part.value for part in parts)
    return (red, green, blue), alpha


def _is_filled(handle: object) -> bool:
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    return bool(raw.FPDFPath_GetDrawMode(handle, fill, stroke)) and fill.value != raw.FPDF_FILLMODE_NONE


def _size(handle: object, matrix: Matrix) -> float:
    size = ctypes.c_float()
    if not raw.FPDFTextObj_GetFontSize(handle, size):
        return SMALLEST
    _, _, c, d, _, _ = times(matrix_of(handle), matrix)
    return float(abs(size.value) * (c * c + d * d) ** 0.5)


def _words(page: pdfium.PdfPage, things: list[Drawn]) -> list[str]:
    """What some of a page's texts say. PDFium goes through the whole page for each, so it is asked for few."""
    if not things:
        return []
    textpage = page.get_textpage()
    try:
        return [_said(thing, textpage) for thing in things]
    finally:
        textpage.close()


def _hidden_parts(page: pdfium.PdfPage, judge: "_Judge", seen: list[Drawn]) -> Iterator[tuple[str, str]]:
    """What is hidden of texts of which the rest can be seen: the name in the middle of a line, under its black bar.

    A line is often one text, so a cover's own place is what counts; signs are asked for only where a cover touches one.
    """
    touched = {_address(thing.handle): touching for thing in seen if (touching := judge.touching(thing))}
    if not touched:
        return
    signs: dict[int, list[tuple[str, str | None]]] = {}
    textpage = page.get_textpage()
    try:
        for at in range(textpage.count_chars()):
            text = _address(raw.FPDFText_GetTextObject(textpage.raw, at))
            if text in touched:
                how = judge.how_of_sign(textpage.get_charbox(at), touched[text])
                signs.setdefault(text, []).append((chr(raw.FPDFText_GetUnicode(textpage.raw, at)), how))
    finally:
        textpage.close()
    for each in signs.values():
        if hows := [how for _, how in each if how]:
            yield hows[0], _covered_words(each)


def _covered_words(signs: list[tuple[str, str | None]]) -> str:
    """The words of which a sign is hidden, with dots for those that can be seen between them."""
    words = [list(word) for blank, word in groupby(signs, lambda sign: sign[0].isspace()) if not blank]
    written = ["".join(sign for sign, _ in word) if any(how for _, how in word) else "…" for word in words]
    return " ".join(word for word, _ in groupby(written)).strip("… ")


def _address(handle: object) -> int:
    return ctypes.cast(handle, ctypes.c_void_p).value or 0  # type: ignore[arg-type]


def _said(thing: Drawn, textpage: pdfium.PdfTextPage) -> str:
    length = raw.FPDFTextObj_GetText(thing.handle, textpage.raw, None, 0)
    buffer = ctypes.create_string_buffer(max(2, length))
    given = ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort))
    raw.FPDFTextObj_GetText(thing.handle, textpage.raw, given, length)
    return buffer.raw[: max(0, length - 2)].decode("utf-16-le", "replace")


class _Judge:
    """One page's covers and its picture, asked of each text in turn."""

    def __init__(self, page: pdfium.PdfPage, things: list[Drawn]) -> None:
        self.page = page
        self.paper: Box = page.get_cropbox()
        self.covers: dict[int, list[Drawn]] = {}
        for thing in things:
            if thing.kind != raw.FPDF_PAGEOBJ_TEXT and thing.alpha > 255 - FAINT:
                for band in self._bands(thing.box):
                    self.covers.setdefault(band, []).append(thing)
        longest = max(1.0, page.get_width(), page.get_height())
        self.scale = min(1.0, WIDEST / longest)
        self.picture: Image.Image | None = None

    def how(self, thing: Drawn) -> str | None:
        """How a text is hidden; None where it can be seen."""
        if thing.mode in (raw.FPDF_TEXTRENDERMODE_INVISIBLE, raw.FPDF_TEXTRENDERMODE_CLIP):
            return "invisible"
        if thing.size < SMALLEST:
            return "tiny"
        if _shared(thing.box, self.paper) < 1 - COVERED:
            return "off-page"
        near = self.covers.get(self._band((thing.box[1] + thing.box[3]) / 2), [])
        meeting = [cover for cover in near if _shared(thing.box, cover.box) >= COVERED]
        after = [cover for cover in meeting if cover.order > thing.order]
        under = self._under(thing, after)
        if under:
            return under
        before = [cover for cover in meeting if cover.order < thing.order]
        ground = before[-1].colour if before else WHITE
        if thing.alpha < FAINT or (ground and thing.colour and _alike(thing.colour, ground)):
            return "pale" if not before or before[-1].plain or self._is_flat(thing.box) else None
        return "unseen" if self._is_flat(thing.box) else None

    def touching(self, thing: Drawn) -> list[Drawn]:
        """What is drawn over a part of a text."""
        near = [cover for band in self._bands(thing.box) for cover in self.covers.get(band, [])]
        return [cover for cover in near if cover.order > thing.order and _shared(thing.box, cover.box) > 0]

    def how_of_sign(self, box: Box, covers: list[Drawn]) -> str | None:
        """How one sign of a text is hidden by what is drawn over the text; None where it can be seen."""
        over = [cover for cover in covers if _area(box) and _shared(box, cover.box) >= COVERED]
        if not any(cover.plain and cover.kind == raw.FPDF_PAGEOBJ_PATH for cover in over):
            over = over if over and self._is_flat(box) else []
        return ("under-image" if over[0].kind == raw.FPDF_PAGEOBJ_IMAGE else "under-shape") if over else None

    def _under(self, thing: Drawn, covers: list[Drawn]) -> str | None:
        for cover in covers:
            if cover.kind == raw.FPDF_PAGEOBJ_IMAGE:
                return "under-image"
            if cover.plain or self._is_flat(thing.box):
                return "under-shape"
        return None

    def _is_flat(self, box: Box) -> bool:
        if self.picture is None:
            drawn = self.page.render(scale=self.scale, grayscale=True, may_draw_forms=False, draw_annots=False)
            self.picture = drawn.to_pil().convert("L")
        width, height = self.picture.size
        corners = [self._pixel(x, y, width, height) for x, y in ((box[0], box[1]), (box[2], box[3]))]
        (x1, y1), (x2, y2) = corners
        left, right = max(0, min(x1, x2)), min(width, max(x1, x2) + 1)
        upper, lower = max(0, min(y1, y2)), min(height, max(y1, y2) + 1)
        if left >= right or upper >= lower:
            return True
        darkest, lightest = self.picture.crop((left, upper, right, lower)).getextrema()
        return bool(lightest - darkest < FLAT)  # type: ignore[operator]  # one band: two numbers

    def _pixel(self, x: float, y: float, width: int, height: int) -> tuple[int, int]:
        across, down = ctypes.c_int(), ctypes.c_int()
        raw.FPDF_PageToDevice(self.page.raw, 0, 0, width, height, 0, x, y, across, down)
        return across.value, down.value

    def _bands(self, box: Box) -> range:
        low, high = max(box[1], self.paper[1]), min(box[3], self.paper[3])
        return range(self._band(low), self._band(high) + 1)

    def _band(self, height: float) -> int:
        bottom, top = self.paper[1], self.paper[3]
        return int((min(max(height, bottom), top) - bottom) // BAND)


def _alike(one: Colour, other: Colour) -> bool:
    return all(abs(mine - its) <= NEAR for mine, its in zip(one, other, strict=True))


def _shared(text: Box, other: Box) -> float:
    """The part of a text's area that lies within the other box."""
    across = min(text[2], other[2]) - max(text[0], other[0])
    down = min(text[3], other[3]) - max(text[1], other[1])
    area = _area(text)
    if area <= 0:
        return 1.0 if across >= 0 and down >= 0 else 0.0
    return max(0.0, across) * max(0.0, down) / area


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])
