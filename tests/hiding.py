"""Files that hide things, made by the tests: every place where a name was once found after publication."""

import io
import zlib
from collections.abc import Callable
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, OutlineItem, Pdf, Stream

from tests.publishing import pdf

SECRET = "Hester Nolan"
Change = Callable[[Pdf], None]


def drawing(commands: str) -> bytes:
    """A page of 595 by 842 points that draws what is given, with a font F1."""

    def draw(document: Pdf) -> None:
        document.pages[0].obj.Contents = document.make_stream(commands.encode("cp1252"))

    return pdf("", change=draw)


def line(words: str, before: str = "", at: str = "40 700", size: str = "12") -> str:
    return f"BT /F1 {size} Tf {before} {at} Td ({words}) Tj ET "


def everything_drawn(content: bytes) -> bytes:
    """All bytes of a PDF, each stream unpacked, for a search that no packing escapes."""
    with pikepdf.open(io.BytesIO(content)) as document:
        parts = [content]
        for thing in document.objects:
            parts.append(repr(thing).encode())
            if isinstance(thing, Stream) and thing.get("/Filter") not in (Name.DCTDecode, Name.JPXDecode):
                parts.append(thing.read_bytes())
            elif isinstance(thing, Stream):
                parts.append(thing.read_raw_bytes())
    return b"\n".join(parts)


def photograph(notes: bytes = b"Hester Nolan") -> bytes:
    """A small JPEG with notes in EXIF, a comment, and after its end."""
    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(out, "JPEG", comment=notes)
    plain = out.getvalue()
    exif = b"\xff\xe1" + (len(notes) + 8).to_bytes(2) + b"Exif\0\0" + notes
    return plain[:2] + exif + plain[2:] + notes


def _with_picture(document: Pdf, content: bytes, **keys: Any) -> None:
    picture = document.make_stream(content)
    picture.stream_dict = Dictionary(
        Type=Name.XObject,
        Subtype=Name.Image,
        Width=8,
        Height=8,
        ColorSpace=Name.DeviceRGB,
        BitsPerComponent=8,
        Length=len(content),
        **keys,
    )
    page = document.pages[0].obj
    page.Resources.XObject = Dictionary(Im1=picture)
    page.Contents = document.make_stream(page.Contents.read_bytes() + b" q 50 0 0 50 100 100 cm /Im1 Do Q")


def in_photograph(document: Pdf) -> None:
    _with_picture(document, photograph(), Filter=Name.DCTDecode)


def in_packed_photograph(document: Pdf) -> None:
    _with_picture(document, zlib.compress(photograph()), Filter=Array([Name.FlateDecode, Name.DCTDecode]))


def in_private_notes(document: Pdf) -> None:
    document.pages[0].obj.PieceInfo = Dictionary(Word=Dictionary(Private=SECRET))


def in_thumbnail(document: Pdf) -> None:
    document.pages[0].obj.Thumb = document.make_stream(SECRET.encode())


def in_form_field(document: Pdf) -> None:
    field = document.make_indirect(
        Dictionary(Type=Name.Annot, Subtype=Name.Widget, FT=Name.Tx, T="child", V=SECRET, Rect=Array([0, 0, 9, 9]))
    )
    document.Root.AcroForm = Dictionary(Fields=Array([field]), XFA=SECRET)
    document.pages[0].obj.Annots = Array([field])


def in_comment(document: Pdf) -> None:
    note = Dictionary(Type=Name.Annot, Subtype=Name.Text, Rect=Array([0, 0, 9, 9]), Contents=SECRET, T=SECRET)
    document.pages[0].obj.Annots = Array([document.make_indirect(note)])


def in_attachment(document: Pdf) -> None:
    document.attachments[f"{SECRET}.txt"] = SECRET.encode()


def in_script(document: Pdf) -> None:
    script = Dictionary(S=Name.JavaScript, JS=f"app.alert('{SECRET}')")
    document.Root.OpenAction = script
    document.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array([SECRET, script])))


def in_properties(document: Pdf) -> None:
    document.docinfo["/Author"] = SECRET
    with document.open_metadata() as xmp:
        xmp["dc:creator"] = [SECRET]


def in_layer_name(document: Pdf) -> None:
    layer = document.make_indirect(Dictionary(Type=Name.OCG, Name=SECRET))
    document.Root.OCProperties = Dictionary(OCGs=Array([layer]), D=Dictionary(ON=Array([layer])))
    page = document.pages[0].obj
    page.Resources.Properties = Dictionary(MC0=layer)
    page.Contents = document.make_stream(b"/OC /MC0 BDC " + page.Contents.read_bytes() + b" EMC")


def in_note_between_commands(document: Pdf) -> None:
    page = document.pages[0].obj
    page.Contents = document.make_stream(f"% {SECRET}\n({SECRET}) note ".encode() + page.Contents.read_bytes())


def in_unused_resource(document: Pdf) -> None:
    form = document.make_stream(f"BT ({SECRET}) Tj ET".encode())
    form.Type, form.Subtype, form.BBox = Name.XObject, Name.Form, Array([0, 0, 9, 9])
    document.pages[0].obj.Resources.XObject = Dictionary(Unused=form)


def in_local_address(document: Pdf) -> None:
    action = Dictionary(S=Name.URI, URI=f"file:///C:/Users/{SECRET}/report.docx")
    link = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 9, 9]), A=action)
    document.pages[0].obj.Annots = Array([document.make_indirect(link)])


def in_stream_of_no_use(document: Pdf) -> None:
    document.pages[0].obj.Resources.Notes = document.make_stream(SECRET.encode())


def in_stream_on_a_font(document: Pdf) -> None:
    document.pages[0].obj.Resources.Font.F1.Private = document.make_indirect(
        Dictionary(X=document.make_stream(SECRET.encode()))
    )


def in_list_of_streams(document: Pdf) -> None:
    document.pages[0].obj.Resources.ProcSet = Array([document.make_stream(SECRET.encode())])


def after_a_pictures_points(document: Pdf) -> None:
    _with_picture(document, zlib.compress(b"\x80" * 192 + SECRET.encode()), Filter=Name.FlateDecode)


def after_packed_bytes(document: Pdf) -> None:
    _with_picture(document, zlib.compress(b"\x80" * 192) + SECRET.encode(), Filter=Name.FlateDecode)


REMOVED: tuple[Change, ...] = (
    in_stream_of_no_use,
    in_stream_on_a_font,
    in_list_of_streams,
    after_a_pictures_points,
    after_packed_bytes,
    in_photograph,
    in_packed_photograph,
    in_private_notes,
    in_thumbnail,
    in_form_field,
    in_comment,
    in_attachment,
    in_script,
    in_properties,
    in_layer_name,
    in_note_between_commands,
    in_unused_resource,
    in_local_address,
)


def in_bookmark(document: Pdf) -> None:
    with document.open_outline() as outline:
        outline.root.append(OutlineItem(SECRET, 0))


def in_alternative_text(document: Pdf) -> None:
    figure = document.make_indirect(Dictionary(Type=Name.StructElem, S=Name.Figure, Alt=SECRET))
    document.Root.StructTreeRoot = document.make_indirect(Dictionary(Type=Name.StructTreeRoot, K=Array([figure])))


def in_replacement_text(document: Pdf) -> None:
    page = document.pages[0].obj
    mark = f"/Span <</ActualText ({SECRET})>> BDC ".encode()
    page.Contents = document.make_stream(mark + page.Contents.read_bytes() + b" EMC")


def in_link(document: Pdf) -> None:
    action = Dictionary(S=Name.URI, URI="https://news.example/hester.nolan")
    link = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 9, 9]), A=action)
    document.pages[0].obj.Annots = Array([document.make_indirect(link)])


def in_page_label(document: Pdf) -> None:
    document.Root.PageLabels = Dictionary(Nums=Array([0, Dictionary(P=SECRET)]))


def in_table_of_letters(document: Pdf) -> None:
    table = document.make_stream(f"% {SECRET}\n/CIDInit /ProcSet findresource begin".encode())
    document.pages[0].obj.Resources.Font.F1.ToUnicode = table


def in_property_of_a_font(document: Pdf) -> None:
    document.pages[0].obj.Resources.Font.F1.Owner = pikepdf.String(SECRET)


def in_what_says_it_is_a_table_of_places(document: Pdf) -> None:
    document.pages[0].obj.Resources.Extra = Dictionary(Type=Name.XRef, ID=SECRET, X=SECRET)


def in_name_of_a_part(document: Pdf) -> None:
    resources = document.pages[0].obj.Resources
    resources.Font["/Hester_Nolan"] = resources.Font.F1
    document.pages[0].obj.Contents = document.make_stream(
        document.pages[0].obj.Contents.read_bytes().replace(b"/F1", b"/Hester_Nolan")
    )


LISTED: tuple[tuple[Change, str], ...] = (
    (in_bookmark, "bookmark"),
    (in_alternative_text, "alternative-text"),
    (in_replacement_text, "alternative-text"),
    (in_link, "link"),
    (in_page_label, "structure"),
    (in_table_of_letters, "structure"),
    (in_property_of_a_font, "structure"),
    (in_name_of_a_part, "structure"),
    (in_what_says_it_is_a_table_of_places, "structure"),
)


def with_earlier_version(content: bytes = b"") -> bytes:
    """A PDF whose first version, with the name, stands before its last in the same file."""
    first = content or pdf(f"{SECRET} said.")
    start = first.rindex(b"startxref") + len(b"startxref")
    table = int(first[start:].split()[0])
    with pikepdf.open(io.BytesIO(first)) as document:
        number = document.pages[0].obj.Contents.objgen[0]
        size, root = int(document.trailer.Size), document.Root.objgen[0]
    drawn = line("The child said.").encode()
    body = f"{number} 0 obj\n<</Length {len(drawn)}>>\nstream\n".encode() + drawn + b"\nendstream\nendobj\n"
    entry = f"xref\n{number} 1\n{len(first) + 1:010} 00000 n \n"
    trailer = (
        f"trailer\n<</Size {size} /Root {root} 0 R /Prev {table}>>\nstartxref\n{len(first) + 1 + len(body)}\n%%EOF\n"
    )
    return first + b"\n" + body + entry.encode() + trailer.encode()
