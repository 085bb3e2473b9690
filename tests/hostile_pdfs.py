"""Two hundred PDFs that are damaged, or made to break the program that reads them. The same each time."""

import io
import random
import zlib
from collections.abc import Callable, Iterator

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf

from tests.benchmarks.long_documents import report
from tests.publishing import pdf

HEADER = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"


def raw_pdf(objects: dict[int, bytes], trailer: bytes = b"/Root 1 0 R", header: bytes = HEADER) -> bytes:
    """A PDF written object by object, so that nothing puts right what is wrong in it."""
    out, places = bytearray(header), {}
    for number, body in objects.items():
        places[number] = len(out)
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    start = len(out)
    size = max(objects) + 1
    out += b"xref\n0 %d\n0000000000 65535 f \n" % size
    for number in range(1, size):
        out += b"%010d 00000 n \n" % places[number] if number in places else b"0000000000 65535 f \n"
    return bytes(out + b"trailer\n<</Size %d %b>>\nstartxref\n%d\n%%%%EOF\n" % (size, trailer, start))


def stream(content: bytes, keys: bytes = b"") -> bytes:
    return b"<</Length %d %b>>\nstream\n%b\nendstream" % (len(content), keys, content)


def with_contents(
    contents: bytes, page: bytes = b"", further: dict[int, bytes] | None = None, keys: bytes = b""
) -> bytes:
    """A page that draws what is given."""
    objects = {
        1: b"<</Type/Catalog/Pages 2 0 R>>",
        2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R %b>>" % page,
        4: stream(contents, keys),
    }
    return raw_pdf(objects | (further or {}))


def packed(size: int, times: int = 1) -> tuple[bytes, bytes]:
    """Blanks that unpack to `size` bytes, packed so many times, and the filters that unpack them."""
    content = b" " * size
    for _ in range(times):
        content = zlib.compress(content, 9)
    return content, b"/Filter[" + b"/FlateDecode " * times + b"]"


def truncated(number: int) -> bytes:
    whole = report(2) if number % 2 else pdf("First.", "Second.", "Third.")
    return whole[: len(whole) * (number + 1) // 47]


def bit_flipped(number: int) -> bytes:
    chance = random.Random(number)
    whole = bytearray(report(1) if number % 2 else pdf("First.", "Second.", "Third."))
    for _ in range(1 + number * 3):
        whole[chance.randrange(9, len(whole))] ^= 1 << chance.randrange(8)
    return bytes(whole)


def words_exchanged(number: int) -> bytes:
    """A sound file in which a word of its structure is another."""
    words = (
        b"/Pages",
        b"/Page",
        b"/Kids",
        b"/Count",
        b"/Contents",
        b"/Length",
        b"/Resources",
        b"/Font",
        b"/Type",
        b"obj",
    )
    plain = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf("First.", "Second."))) as document:
        document.save(plain, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    old, new = words[number % 10], words[(number // 2 + 3) % 10]
    return plain.getvalue().replace(old, new)


def random_bytes(number: int) -> bytes:
    chance = random.Random(1000 + number)
    return HEADER + chance.randbytes(200 + 400 * number) + (b"\n%%EOF" if number % 2 else b"")


def looping(number: int) -> bytes:
    """Things that lead back to themselves: pages, tables of places, outlines, lengths, forms, trees of tags."""
    catalog = b"<</Type/Catalog/Pages 2 0 R>>"
    blank = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>"
    form = b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</F %d 0 R>>>>"
    draws_form = b"/Resources<</XObject<</F 5 0 R>>>>"
    shapes: list[Callable[[], bytes]] = [
        lambda: raw_pdf({1: catalog, 2: b"<</Type/Pages/Kids[2 0 R]/Count 1>>"}),
        lambda: raw_pdf({1: catalog, 2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>", 3: b"<</Type/Pages/Kids[2 0 R]/Count 1>>"}),
        lambda: raw_pdf({1: catalog, 2: b"<</Type/Pages/Kids[3 0 R 3 0 R]/Count 2>>", 3: blank}),
        lambda: raw_pdf({1: b"1 0 R"}),
        lambda: raw_pdf({1: b"2 0 R", 2: b"1 0 R"}),
        lambda: raw_pdf({1: catalog, 2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>", 3: blank}, b"/Root 1 0 R/Prev 9"),
        lambda: _with_prev_to_itself(raw_pdf({1: catalog, 2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>", 3: blank})),
        lambda: with_contents(b"/F Do", draws_form, {5: stream(b"/F Do", form % 5)}),
        lambda: with_contents(b"/F Do", draws_form, {5: stream(b"/F Do", form % 6), 6: stream(b"/F Do", form % 5)}),
        lambda: with_contents(b"/F Do", draws_form, {n: stream(b"/F Do /F Do", form % (n + 1)) for n in range(5, 40)}),
        lambda: raw_pdf({1: catalog, 2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>", 3: blank[:-2] + b"/Contents 4 0 R>>", 4: b"<</Length 4 0 R>>\nstream\nx\nendstream"}),
        lambda: raw_pdf({1: b"<</Type/Catalog/Pages 2 0 R/Outlines 4 0 R>>", 2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>", 3: blank, 4: b"<</First 5 0 R/Last 5 0 R/Count 1>>", 5: b"<</Title(A)/Parent 4 0 R/Next 5 0 R/First 5 0 R>>"}),
        lambda: raw_pdf({1: b"<</Type/Catalog/Pages 2 0 R/MarkInfo<</Marked true>>/StructTreeRoot 4 0 R>>", 2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>", 3: blank, 4: b"<</Type/StructTreeRoot/K[5 0 R]>>", 5: b"<</S/Table/P 4 0 R/K[5 0 R 4 0 R 6 0 R]>>", 6: b"<</S/TR/K[5 0 R 6 0 R]>>"}),
        lambda: raw_pdf({1: b"<</Type/Catalog/Pages 2 0 R/Names<</Dests 4 0 R>>>>", 2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>", 3: blank, 4: b"<</Kids[4 0 R]>>"}),
        lambda: raw_pdf({1: catalog, 2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>", 3: blank[:-2] + b"/Contents[3 0 R 4 0 R]>>", 4: b"[4 0 R]"}),
        lambda: with_contents(b"/P gs", b"/Resources<</ExtGState<</P 5 0 R>>>>", {5: b"<</SMask<</G 6 0 R/S/Alpha>>>>", 6: stream(b"/P gs", b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</ExtGState<</P 5 0 R>>>>")}),
        lambda: with_contents(b"/Pattern cs /P scn 0 0 9 9 re f", b"/Resources<</Pattern<</P 5 0 R>>>>", {5: stream(b"/Pattern cs /P scn 0 0 9 9 re f", b"/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 1 1]/XStep 0.001/YStep 0.001/Resources<</Pattern<</P 5 0 R>>>>")}),
        lambda: with_contents(b"BT /F 9 Tf (a) Tj ET", b"/Resources<</Font<</F 5 0 R>>>>", {5: b"<</Type/Font/Subtype/Type3/FontBBox[0 0 9 9]/FontMatrix[1 0 0 1 0 0]/CharProcs<</a 6 0 R>>/Encoding<</Differences[97/a]>>/FirstChar 97/LastChar 97/Widths[9]/Resources<</Font<</F 5 0 R>>>>>>", 6: stream(b"9 0 d0 BT /F 9 Tf (a) Tj ET")}),
        lambda: raw_pdf({1: catalog, 2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>", 3: blank[:-2] + b"/MediaBox 3 0 R/Resources 3 0 R>>"}),
        lambda: raw_pdf({1: catalog, 2: b"<</Type/Pages/Parent 2 0 R/Kids[3 0 R]/Count 1>>", 3: b"<</Type/Page/Parent 3 0 R>>"}),
    ]  # fmt: skip
    return shapes[number % len(shapes)]()


def _with_prev_to_itself(whole: bytes) -> bytes:
    start = int(whole[whole.rindex(b"startxref") + 9 :].split()[0])
    return whole.replace(b"trailer\n<<", b"trailer\n<</Prev %d " % start)


def nested(number: int) -> bytes:
    """Brackets in brackets, and drawing states in drawing states, deeper than any program ought to follow."""
    deep = (500, 5_000, 50_000, 500_000)[number % 4]
    shapes: list[bytes] = [
        HEADER + b"1 0 obj\n" + b"[" * deep,
        raw_pdf({1: b"<</Type/Catalog/Pages 2 0 R/X " + b"[" * deep + b"]" * deep + b">>", 2: b"<</Type/Pages/Kids[]/Count 0>>"}),
        with_contents(b"<<" * deep),
        with_contents(b"q " * deep + b"Q " * deep),
        with_contents(b"[" * deep + b"] TJ"),
    ]  # fmt: skip
    return shapes[number // 4 % len(shapes)]


def counted_wrongly(number: int) -> bytes:
    """Counts, sizes and numbers that are not so, or that nobody can have."""
    kids = b"/Kids[3 0 R]"
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>"
    shapes: list[Callable[[], bytes]] = [
        lambda: raw_pdf({1: b"<</Type/Catalog/Pages 2 0 R>>", 2: b"<</Type/Pages/Count 2147483647%b>>" % kids, 3: page}),
        lambda: raw_pdf({1: b"<</Type/Catalog/Pages 2 0 R>>", 2: b"<</Type/Pages/Count -5%b>>" % kids, 3: page}),
        lambda: raw_pdf({1: b"<</Type/Catalog/Pages 2 0 R>>", 2: b"<</Type/Pages/Count 100000/Kids[" + b"3 0 R " * 100_000 + b"]>>", 3: page}),
        lambda: raw_pdf({1: b"<</Type/Catalog/Pages 2 0 R>>", 2: b"<</Type/Pages/Count 3000/Kids[" + b" ".join(b"%d 0 R" % n for n in range(3, 3003)) + b"]>>", **dict.fromkeys(range(3, 3003), page)}),
        lambda: raw_pdf({1: b"<</Type/Catalog/Pages 2 0 R>>", 2: b"<</Type/Pages/Count 1%b>>" % kids, 3: page.replace(b"595 842", b"1e30 1e30")}),
        lambda: raw_pdf({1: b"<</Type/Catalog/Pages 2 0 R>>", 2: b"<</Type/Pages/Count 1%b>>" % kids, 3: page.replace(b"595 842", b"-9 0")}),
        lambda: raw_pdf({1: b"<</Type/Catalog/Pages 2 0 R>>", 2: b"<</Type/Pages/Count 1%b>>" % kids, 3: page}, b"/Root 1 0 R/Encrypt 3 0 R"),
        lambda: raw_pdf({1: b"<</Type/Catalog/Pages 2 0 R>>", 2: b"<</Type/Pages/Count 1%b>>" % kids, 3: page}).replace(b"startxref\n", b"startxref\n99999999999"),
        lambda: with_contents(b"1 0 0 1 0 0 cm " * 400_000),
        lambda: with_contents(b"0 0 m 9 9 l S " * 150_000),
    ]  # fmt: skip
    return shapes[number % len(shapes)]()


def bomb(number: int) -> bytes:
    """Little that unpacks to much: contents, pictures, streams of objects, tables of places."""
    size = (80_000_000, 900_000_000)[number % 2]
    content, keys = packed(size, 1 + number % 3)
    picture = b"/Type/XObject/Subtype/Image/ColorSpace/DeviceGray/BitsPerComponent 8"
    draws = b"/Resources<</XObject<</I 5 0 R>>>>"
    shapes: list[Callable[[], bytes]] = [
        lambda: with_contents(content, keys=keys),
        lambda: with_contents(b"q 500 0 0 500 0 0 cm /I Do Q", draws, {5: stream(content, picture + b"/Width 30000/Height 30000" + keys)}),
        lambda: with_contents(b"q 500 0 0 500 0 0 cm /I Do Q", draws, {5: stream(b"x", picture + b"/Width 2147483647/Height 2147483647")}),
        lambda: with_contents(b"BT (a) Tj ET", b"/Metadata 5 0 R", {5: stream(content, b"/Type/Metadata" + keys)}),
        lambda: raw_pdf({1: b"<</Type/Catalog/Pages 2 0 R>>", 2: stream(content, b"/Type/ObjStm/N 1000000/First 10" + keys)}),
    ]  # fmt: skip
    return shapes[number % len(shapes)]()


def _changed(change: Callable[[Pdf], None]) -> bytes:
    return pdf("First.", change=change)


def _many_notes(document: Pdf) -> None:
    note = Dictionary(Type=Name.Annot, Subtype=Name.Text, Rect=Array([0, 0, 9, 9]), Contents="x" * 100)
    document.pages[0].obj.Annots = Array([note] * 20_000)


def _many_layers(document: Pdf) -> None:
    layers = [document.make_indirect(Dictionary(Type=Name.OCG, Name=f"{n}")) for n in range(5_000)]
    document.Root.OCProperties = Dictionary(OCGs=Array(layers), D=Dictionary(Order=Array(layers)))


def _wrong_kinds(document: Pdf) -> None:
    page = document.pages[0].obj
    page.Annots, page.Resources.XObject = Dictionary(), Array([])
    document.Root.Names, document.Root.StructTreeRoot = Array([]), Array([1, 2])
    document.Root.MarkInfo, document.Root.OCProperties = Array([]), Name.Wrong


def _wrong_picture(document: Pdf) -> None:
    picture = document.make_stream(b"\xff\xd8\xff\xe0no picture")
    picture.stream_dict = Dictionary(Type=Name.XObject, Subtype=Name.Image, Width=-1, Height="x", Filter=Name.DCTDecode)
    document.pages[0].obj.Resources.XObject = Dictionary(I=picture)
    document.pages[0].obj.Contents = document.make_stream(b"/I Do")


def built_wrongly(number: int) -> bytes:
    """Files that are whole and in which things are of the wrong kind, or far too many."""
    changes = (_many_notes, _many_layers, _wrong_kinds, _wrong_picture)
    return _changed(changes[number % len(changes)])


KINDS: dict[Callable[[int], bytes], int] = {
    truncated: 46,
    bit_flipped: 50,
    words_exchanged: 30,
    random_bytes: 10,
    looping: 20,
    nested: 20,
    counted_wrongly: 10,
    bomb: 10,
    built_wrongly: 4,
}


def hostile_pdfs(kind: Callable[[int], bytes]) -> Iterator[tuple[str, bytes]]:
    """Each file of a kind with its name."""
    for number in range(KINDS[kind]):
        yield f"{kind.__name__} {number}", kind(number)
