"""PDFs with pictures, made by the tests: in one place or several, cut into strips, covered, masked, or in a pattern."""

import base64
import io
from collections.abc import Callable
from typing import Any

from pikepdf import Array, Dictionary, Name, Pdf, Stream
from PIL import Image

from tests.publishing import pdf

Box = tuple[float, float, float, float]  # left, bottom, width, height
PHOTOGRAPH: Box = (100, 400, 200, 150)


def points(colour: str = "red", size: tuple[int, int] = (40, 30)) -> Image.Image:
    return Image.new("RGB", size, colour)


def stream_of(document: Pdf, picture: Image.Image, **keys: Any) -> Stream:
    made = document.make_stream(picture.tobytes())
    made.stream_dict = Dictionary(
        Type=Name.XObject,
        Subtype=Name.Image,
        Width=picture.width,
        Height=picture.height,
        ColorSpace=Name.DeviceGray if picture.mode == "L" else Name.DeviceRGB,
        BitsPerComponent=8,
        **keys,
    )
    return made


def draw(document: Pdf, commands: str, page: int = 0, **streams: Stream) -> None:
    """Draw more on a page, with pictures by their names."""
    on = document.pages[page].obj
    if "/XObject" not in on.Resources:
        on.Resources.XObject = Dictionary()
    for name, each in streams.items():
        on.Resources.XObject[f"/{name}"] = each
    on.Contents = document.make_stream(on.Contents.read_bytes() + f" {commands}".encode())


def at(box: Box, name: str = "Im1") -> str:
    left, bottom, width, height = box
    return f"q {width} 0 0 {height} {left} {bottom} cm /{name} Do Q"


def with_picture(
    *boxes: Box, picture: Image.Image | None = None, pages: tuple[int, ...] = (0,), after: str = ""
) -> Callable[[Pdf], None]:
    """One picture in some places of some pages, with what is drawn after it."""

    def change(document: Pdf) -> None:
        stream = stream_of(document, picture or points())
        for page in pages:
            draw(document, " ".join(map(at, boxes)) + after, page, Im1=stream)

    return change


def report_with(picture: Image.Image | None = None, box: Box = PHOTOGRAPH) -> bytes:
    """A report whose first page has words and a picture."""
    return pdf("Agencies share what they know.", change=with_picture(box, picture=picture))


def in_pattern(document: Pdf) -> None:
    """A picture that fills a shape, so that no page draws it by itself."""
    picture = stream_of(document, points("blue", (160, 120)))
    tile = document.make_stream(b"q 160 0 0 120 0 0 cm /Im1 Do Q")
    tile.stream_dict = Dictionary(
        PatternType=1,
        PaintType=1,
        TilingType=1,
        BBox=Array([0, 0, 160, 120]),
        XStep=160,
        YStep=120,
        Resources=Dictionary(XObject=Dictionary(Im1=picture)),
    )
    document.pages[0].obj.Resources.Pattern = Dictionary(P1=document.make_indirect(tile))
    draw(document, "q /Pattern cs /P1 scn 100 100 160 120 re f Q")


def among_commands(owner: str, size: tuple[int, int] = (160, 120)) -> Callable[[Pdf], None]:
    """A picture among the drawing commands of a pattern, of a form in a pattern, or of a letter of a font."""
    width, height = size
    inline = f"q {width} 0 0 {height} 0 0 cm BI /W {width} /H {height} /BPC 8 /CS /RGB ID ".encode()
    inline += points("blue", size).tobytes() + b"\nEI Q"
    box = Array([0, 0, width, height])

    def change(document: Pdf) -> None:
        drawn = document.make_stream(inline)
        if owner == "letter":
            letters = Dictionary(a=document.make_stream(f"{width} 0 d0 ".encode() + inline))
            font = Dictionary(
                Type=Name.Font,
                Subtype=Name.Type3,
                FontBBox=box,
                CharProcs=letters,
                FontMatrix=Array([0.001, 0, 0, 0.001, 0, 0]),
                FirstChar=97,
                LastChar=97,
                Widths=Array([width]),
                Encoding=Dictionary(Differences=Array([97, Name("/a")])),
            )
            document.pages[0].obj.Resources.Font["/F2"] = document.make_indirect(font)
            draw(document, "BT /F2 12 Tf 100 100 Td (a) Tj ET")
            return
        tile = drawn
        if owner == "form":
            drawn.stream_dict = Dictionary(Type=Name.XObject, Subtype=Name.Form, BBox=box)
            tile = document.make_stream(b"/Fm1 Do")
        tile.stream_dict = Dictionary(PatternType=1, PaintType=1, TilingType=1, BBox=box, XStep=width, YStep=height)
        tile.Resources = Dictionary(XObject=Dictionary(Fm1=drawn)) if owner == "form" else Dictionary()
        document.pages[0].obj.Resources.Pattern = Dictionary(P1=document.make_indirect(tile))
        draw(document, "q /Pattern cs /P1 scn 100 100 160 120 re f Q")

    return change


def two_masks(document: Pdf) -> None:
    """Twice the same black data, cut out by two masks: two drawings."""
    shapes = [Image.linear_gradient("L").resize((40, 30)), Image.radial_gradient("L").resize((40, 30))]
    pictures = [stream_of(document, points("black"), SMask=stream_of(document, shape)) for shape in shapes]
    draw(document, at(PHOTOGRAPH) + at((100, 100, 200, 150), "Im2"), Im1=pictures[0], Im2=pictures[1])


def shown(rendering: str | None) -> Image.Image:
    assert rendering
    return Image.open(io.BytesIO(base64.b64decode(rendering))).convert("RGB")


def colour_in_the_middle(rendering: str | None) -> tuple[int, ...]:
    """Red, green and blue, each as 0 or 1."""
    picture = shown(rendering)
    middle = picture.getpixel((picture.width // 2, picture.height // 2))
    assert isinstance(middle, tuple)
    return tuple(round(part / 255) for part in middle)
