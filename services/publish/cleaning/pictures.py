"""The pictures of a PDF in which somebody may read words or know a face: no program here reads what is in a picture.

Each is asked about once, however often it stands in the document, and shown by itself: whole and uncovered, as anybody
can take it out of the file.
"""

import base64
import ctypes
import hashlib
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import pikepdf
import pypdfium2 as pdfium
from pikepdf import Name, Pdf, Stream
from PIL import Image
from pypdfium2 import raw

from services.publish.cleaning.page_objects import Box, box_of, objects_of
from services.publish.cleaning.passages import Picture
from services.publish.cleaning.pdf_contents import drawn_apart
from services.publish.cleaning.reading import PageText

# Smaller is a bullet or a symbol: a passport photograph is 99 points wide, and 60 are 2.1 cm. With many points it may be
# enlarged, and lower than 8 points no line can be read, so that rules and borders are none.
SMALLEST_SIDE = 60.0
LOWEST_LINE = 8.0
MANY_POINTS = 300
# Of what stands in patterns, of which no size on the page is known: points of the longer and the shorter side.
WIDEST_TEXTURE, LOWEST_TEXTURE = 100, 16
TOUCHING = 1.0  # points between two strips of one picture
MOST_TILES = 400
MOST_SHOWN = 200
LONGEST_SHOWN = 800  # points of the rendering's longer side
MOST_POINTS = 60_000_000  # of one picture that is drawn by itself
PAPER = (208, 208, 208)  # neither white nor black, so that both show on it
MOST_ELEMENTS = 100_000


Kinds = dict[str, dict[str, Stream]]  # by the digest of their data, then with that of what cuts them out


@dataclass(frozen=True)
class Placed:
    """One picture object of a page; `points` are its own width and height, `data` the digest of its data."""

    handle: object
    box: Box
    points: tuple[int, int]
    data: str
    alternative: str


def pictures_of(content: bytes, texts: Sequence[PageText]) -> tuple[tuple[Picture, ...], int]:
    """Pages without text, and every picture that is large enough; and how many others are too small to be asked about."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        document = pdfium.PdfDocument(content)
        try:
            look = _Look(document, _kinds_of(pdf))
            for text in texts:
                look.at(text)
            look.at_patterns()
            look.at_commands(pdf)
        finally:
            document.close()
    return tuple(look.found.values()), len(look.small - look.found.keys())


def _kinds_of(pdf: Pdf) -> Kinds:
    """The pictures in a file. Those of the same data may be cut out by different masks: black shapes often are."""
    streams = [each for each in pdf.objects if isinstance(each, Stream) and each.get("/Subtype") == Name.Image]
    masks = {each[key].objgen for each in streams for key in ("/SMask", "/Mask") if isinstance(each.get(key), Stream)}
    kinds: Kinds = {}
    for each in streams:
        if each.objgen not in masks:
            data, mask = each.read_raw_bytes(), each.get("/SMask", each.get("/Mask"))
            cut_out = mask.read_raw_bytes() if isinstance(mask, Stream) else b""
            kinds.setdefault(_digest(data), {})[_digest(data, cut_out)] = each
    return kinds


def _digest(*parts: bytes) -> str:
    return hashlib.sha256(b"\x00".join(parts)).hexdigest()[:32]


class _Look:
    """What was found so far in one document: `found` by its digest, `small` and `seen` as digests."""

    def __init__(self, document: pdfium.PdfDocument, kinds: Kinds) -> None:
        self.document = document
        self.kinds = kinds
        self.found: dict[str, Picture] = {}
        self.small: set[str] = set()
        self.seen: set[str] = set()  # of the data

    def at(self, text: PageText) -> None:
        """A page: as a whole where it has no text, and otherwise each of its pictures."""
        page = self.document[text.number - 1]
        try:
            placed = list(_placed(page, text.number))
            self.seen |= {each.data for each in placed}
            if text.pictured:
                whole = Picture(
                    "",
                    (text.number,),
                    page.get_width(),
                    page.get_height(),
                    "",
                    self._shown(lambda: _part_of(page, None)),
                )
                self.found[f"page {text.number}"] = whole
                return
            for tiles in _put_together(placed):
                self._note(page, text.number, tiles)
        finally:
            page.close()

    def _note(self, page: pdfium.PdfPage, number: int, tiles: list[Placed]) -> None:
        boxes = list(zip(*(each.box for each in tiles), strict=True))
        box = (min(boxes[0]), min(boxes[1]), max(boxes[2]), max(boxes[3]))
        width, height = box[2] - box[0], box[3] - box[1]
        kinds = [self._kind(each).encode() for each in tiles]
        points = max(max(each.points) for each in tiles)
        if min(width, height) < LOWEST_LINE or (max(width, height) < SMALLEST_SIDE and points < MANY_POINTS):
            self.small.add(_digest(*kinds, b""))
            return
        alone = tiles[0] if len(tiles) == 1 and tiles[0].points[0] * tiles[0].points[1] < MOST_POINTS else None
        rendering = None
        if several := any(len(self.kinds.get(each.data, ())) > 1 for each in tiles):
            rendering = self._shown(lambda: _by_itself(alone, page) if alone else _part_of(page, box))
        digest = _digest(*kinds, (rendering or "").encode() if several else b"")
        alternative = next((each.alternative for each in tiles if each.alternative), "")
        if known := self.found.get(digest):
            pages = tuple(dict.fromkeys((*known.pages, number)))
            self.found[digest] = replace(known, pages=pages, alternative=known.alternative or alternative)
            return
        if rendering is None:
            rendering = self._shown(lambda: _by_itself(alone, page) if alone else _part_of(page, box))
        self.found[digest] = Picture(digest, (number,), width, height, alternative, rendering)

    def _kind(self, tile: Placed) -> str:
        kinds = self.kinds.get(tile.data, {})
        return next(iter(kinds)) if len(kinds) == 1 else tile.data

    def at_patterns(self) -> None:
        """What no page draws by itself: it stands in a pattern or in a letter of a font, on a page that nobody can name."""
        for data in self.kinds.keys() - self.seen:
            for digest, stream in self.kinds[data].items():
                self._note_apart(digest, pikepdf.PdfImage(stream))

    def at_commands(self, pdf: Pdf) -> None:
        """What stands among the drawing commands of a pattern, or of a letter of a font: it is no object of the file."""
        for drawn in drawn_apart(pdf):
            for command in pikepdf.parse_content_stream(drawn, "BI ID EI"):
                if isinstance(command, pikepdf.ContentStreamInlineImage):
                    self._note_apart(_digest(command.iimage.unparse()), command.iimage)

    def _note_apart(self, digest: str, picture: pikepdf.PdfImage | pikepdf.PdfInlineImage) -> None:
        sides = (picture.width, picture.height)
        if max(sides) < WIDEST_TEXTURE or min(sides) < LOWEST_TEXTURE:
            self.small.add(digest)
        elif digest not in self.found:
            self.found[digest] = Picture(digest, (), 0, 0, "", self._shown(picture.as_pil_image))

    def _shown(self, draw: Callable[[], Image.Image]) -> str | None:
        """A small JPEG in base64; None where it cannot be drawn, or a document has very many."""
        if len(self.found) >= MOST_SHOWN:
            return None
        try:
            picture = draw()
            picture.thumbnail((LONGEST_SHOWN, LONGEST_SHOWN))
            picture = picture.convert("RGBA")
            shown = Image.new("RGB", picture.size, PAPER)
            shown.paste(picture, mask=picture.getchannel("A"))
        except Exception:  # what cannot be drawn is asked about all the same, by its page and place
            return None
        out = io.BytesIO()
        shown.save(out, "JPEG", quality=75)
        return base64.b64encode(out.getvalue()).decode()


def _by_itself(tile: Placed, page: pdfium.PdfPage) -> Image.Image:
    drawn = pdfium.PdfImage(tile.handle, page=page, pdf=page.pdf).get_bitmap(render=True)
    return drawn.to_pil()  # type: ignore[no-any-return]


def _part_of(page: pdfium.PdfPage, box: Box | None) -> Image.Image:
    """The page, or what lies in a box of it, as readers see it."""
    left, bottom, right, top = page.get_cropbox()
    cut = (0.0, 0.0, 0.0, 0.0)
    if box:
        cut = (max(0, box[0] - left), max(0, box[1] - bottom), max(0, right - box[2]), max(0, top - box[3]))
    scale = LONGEST_SHOWN / max(right - left - cut[0] - cut[2], top - bottom - cut[1] - cut[3])
    return page.render(scale=scale, crop=cut, may_draw_forms=False, draw_annots=False).to_pil()  # type: ignore[no-any-return]


def _placed(page: pdfium.PdfPage, number: int) -> Iterator[Placed]:
    alternatives: dict[int, str] | None = None
    for _, kind, handle, matrix in objects_of(page, number):
        if kind == raw.FPDF_PAGEOBJ_IMAGE:
            if alternatives is None:
                alternatives = _alternatives(page)
            width, height = ctypes.c_uint(), ctypes.c_uint()
            raw.FPDFImageObj_GetImagePixelSize(handle, width, height)
            said = alternatives.get(raw.FPDFPageObj_GetMarkedContentID(handle), "")
            yield Placed(handle, box_of(handle, matrix), (width.value, height.value), _data_of(handle), said)


def _data_of(handle: object) -> str:
    length = raw.FPDFImageObj_GetImageDataRaw(handle, None, 0)
    buffer = ctypes.create_string_buffer(max(1, length))
    raw.FPDFImageObj_GetImageDataRaw(handle, buffer, length)
    return _digest(buffer.raw[:length])


def _alternatives(page: pdfium.PdfPage) -> dict[int, str]:
    """The alternative text of each marked part of a page, by its number: its own, or that of what it stands in."""
    tree = raw.FPDF_StructTree_GetForPage(page.raw)
    if not tree:
        return {}
    found: dict[int, str] = {}
    waiting = [
        (raw.FPDF_StructTree_GetChildAtIndex(tree, at), "") for at in range(raw.FPDF_StructTree_CountChildren(tree))
    ]
    for _ in range(MOST_ELEMENTS):
        if not waiting:
            break
        element, said = waiting.pop()
        if element:
            said = _alternative_text(element) or said
            numbers = range(max(0, raw.FPDF_StructElement_GetMarkedContentIdCount(element)))
            found |= {raw.FPDF_StructElement_GetMarkedContentIdAtIndex(element, at): said for at in numbers if said}
            inner = range(max(0, raw.FPDF_StructElement_CountChildren(element)))
            waiting += [(raw.FPDF_StructElement_GetChildAtIndex(element, at), said) for at in inner]
    raw.FPDF_StructTree_Close(tree)
    return found


def _alternative_text(element: object) -> str:
    length = raw.FPDF_StructElement_GetAltText(element, None, 0)
    buffer = ctypes.create_string_buffer(max(2, length))
    raw.FPDF_StructElement_GetAltText(element, buffer, length)
    return " ".join(buffer.raw[: max(0, length - 2)].decode("utf-16-le", "replace").split())


def _put_together(placed: list[Placed]) -> list[list[Placed]]:
    """The strips and tiles into which a program has cut one picture, edge to edge, as one. Far too many are one."""
    if len(placed) > MOST_TILES:
        return [placed]
    groups: list[list[Placed]] = []
    left = placed
    while left:
        group, left = left[:1], left[1:]
        for one in group:  # which grows while it is gone through
            next_to = [_is_next(one.box, other.box) for other in left]
            group += [other for other, near in zip(left, next_to, strict=True) if near]
            left = [other for other, near in zip(left, next_to, strict=True) if not near]
        groups.append(group)
    return groups


def _is_next(one: Box, other: Box) -> bool:
    """Whether one begins where the other ends, and both are as wide or as high."""
    for along, across in ((0, 1), (1, 0)):
        alike = _near(one[along], other[along]) and _near(one[along + 2], other[along + 2])
        if alike and (_near(one[across], other[across + 2]) or _near(other[across], one[across + 2])):
            return True
    return False


def _near(one: float, other: float) -> bool:
    return abs(one - other) <= TOUCHING
