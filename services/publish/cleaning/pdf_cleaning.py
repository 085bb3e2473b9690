"""A PDF as it may be published: what readers see and what makes it accessible, and nothing that came with it unseen.

Cleaning keeps what is named here and drops the rest, so that a kind of hiding place that nobody thought of is dropped
too: properties, XMP, scripts, attachments, comments, forms, layers, thumbnails, earlier revisions, and the camera's
notes inside photographs.
"""

import base64
import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from xml.sax.saxutils import escape

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream

from services.publish.cleaning.accessibility import accessibility_gaps, claims_accessibility
from services.publish.cleaning.passages import CannotClean, Passage, wants_memory
from services.publish.cleaning.pdf_contents import rewrite_contents
from services.publish.cleaning.pdf_streams import (
    drop_streams_that_no_page_needs,
    end_picture_with_its_last_point,
    everything,
    words_in_notes,
)
from services.publish.cleaning.picture_notes import without_notes


def _keys(words: str) -> frozenset[str]:
    return frozenset(words.split())


KEPT_IN_ROOT = _keys(
    "/Type /Version /Pages /PageLabels /PageLayout /PageMode /ViewerPreferences /Outlines /StructTreeRoot /MarkInfo "
    "/Lang /Names /Dests"
)
KEPT_IN_PAGE = _keys(
    "/Type /Parent /Resources /MediaBox /CropBox /BleedBox /TrimBox /ArtBox /Rotate /Contents /Group /Annots "
    "/StructParents /Tabs /UserUnit"
)
KEPT_IN_LINK = _keys("/Type /Subtype /Rect /Border /BS /C /H /A /Dest /StructParent /Contents /QuadPoints /F /P")
NOWHERE = _keys(
    "/Metadata /PieceInfo /AF /AA /JS /OpenAction /Thumb /OPI /EF /LastModified /NeedAppearances /OC /Alternates "
    "/Measure /PtData /Ref /XFA"
)
SAFE_ACTIONS = frozenset(("/GoTo", "/URI"))
SAFE_ADDRESSES = ("https://", "http://", "mailto:", "#")
READ_ALOUD = _keys("/Alt /ActualText /E /TU")
MOST_PAGES = 2000
LARGEST_PICTURE = 200_000_000  # bytes of one compressed picture, unpacked from what it was packed in besides
COMMON_NAMES = frozenset(("Type", "Subtype", "Parent", "Kids", "Count", "Length", "Filter", "FlateDecode", "Page"))
BOMB = (
    "The PDF unpacks to far more than a report can have, as files do that are made to stop programs. "
    "Ask where it comes from, make it again and upload it."
)
DAMAGED = "The file cannot be read as a PDF: it is damaged. Make it again and upload it."

XMP = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
    'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">'
    '<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>{claim}'
    '</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="r"?>'
)

# What a person is told of what was taken out, by the key under which it stood.
WORDS = {
    "/Info": "document properties",
    "/Metadata": "XMP metadata",
    "/OpenAction": "an action on opening",
    "/AA": "automatic actions",
    "/JS": "scripts",
    "/AcroForm": "form fields",
    "/OCProperties": "layers",
    "/AF": "associated files",
    "/EF": "attached files",
    "/PieceInfo": "private application notes",
    "/Thumb": "thumbnails",
    "/Collection": "attached files",
    "/EmbeddedFiles": "attached files",
    "/JavaScript": "scripts",
    "/OC": "layers",
    "/Alternates": "other versions of pictures",
    "/Measure": "places on the map",
    "/PtData": "places on the map",
    "/XFA": "form fields",
}


@dataclass(frozen=True)
class Cleaned:
    """The bytes that may go live, what was removed in words, and every text in it that no page shows."""

    content: bytes
    removed: tuple[str, ...]
    unseen: tuple[Passage, ...]  # alternative texts, bookmarks, addresses of links, names of parts
    gaps: tuple[str, ...]  # what it lacks for readers with a screen reader, in sentences


def clean_pdf(content: bytes, title: str) -> Cleaned:
    """Rewrite a PDF with only what is named above and `title` as its title. The same bytes give the same bytes.

    Raises `CannotClean` for a file that is no PDF, is damaged, protected by a password, or too long.
    """
    try:
        with pikepdf.open(io.BytesIO(content)) as pdf:
            return _clean(pdf, title)
    except pikepdf.PasswordError:
        raise CannotClean("The PDF asks for a password. Save it without one and upload it again.") from None
    except CannotClean:
        raise
    except (
        *(pikepdf.PikepdfError, ValueError, RecursionError, LookupError, AttributeError, TypeError, RuntimeError),
        MemoryError,
    ) as error:
        raise CannotClean(BOMB if wants_memory(error) else DAMAGED) from None


def _clean(pdf: Pdf, title: str) -> Cleaned:
    if pdf.is_encrypted:
        raise CannotClean("The PDF is protected against changes. Save it without protection and upload it again.")
    if not 0 < len(pdf.pages) <= MOST_PAGES:
        raise CannotClean(f"The PDF must have from 1 to {MOST_PAGES} pages.")
    _refuse_hidden_layers(pdf)
    removed: set[str] = set()
    accessible = claims_accessibility(pdf)
    _strip(pdf, removed)
    if drop_streams_that_no_page_needs(pdf):
        removed.add("parts that no page shows")
    spoken, left_out = rewrite_contents(pdf)
    if left_out:
        removed.add("notes between drawing commands")
    pdf.remove_unreferenced_resources()
    pdf.Root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
    pdf.trailer["/Info"] = pdf.make_indirect(Dictionary(Title=title))
    pdf.Root.Metadata = _metadata(pdf, title, accessible)
    out = io.BytesIO()
    pdf.save(
        out,
        deterministic_id=True,
        object_stream_mode=pikepdf.ObjectStreamMode.generate,
        recompress_flate=True,  # what stood after the end of packed bytes goes
        stream_decode_level=pikepdf.StreamDecodeLevel.specialized,
    )
    with pikepdf.open(out) as clean:  # what was cut off is still among the first one's objects
        unseen = dict.fromkeys([*spoken, *_unseen(clean), *words_in_notes(clean)])
        gaps = accessibility_gaps(out.getvalue(), clean)
    listed = tuple(each for each in unseen if each.text != title)
    return Cleaned(out.getvalue(), tuple(sorted(removed)), listed, gaps)


def _metadata(pdf: Pdf, title: str, accessible: bool) -> Stream:
    """XMP of our own: the title, and that it is PDF/UA-1 where it said so before. Readers of PDF/UA ask for both."""
    claim = "<pdfuaid:part>1</pdfuaid:part>" if accessible else ""
    words = XMP.format(title=escape(title), claim=claim)
    return Stream(pdf, words.encode(), {"/Type": Name.Metadata, "/Subtype": Name.XML})


def _strip(pdf: Pdf, removed: set[str]) -> None:
    if "/Info" in pdf.trailer:
        removed.add(WORDS["/Info"])
        del pdf.trailer["/Info"]
    _keep_only(pdf.Root, KEPT_IN_ROOT, removed)
    _clean_names(pdf, removed)
    for page in pdf.pages:
        _keep_only(page.obj, KEPT_IN_PAGE, removed)
        _keep_links(page.obj, removed)
    for thing in everything(pdf):
        _clean_thing(thing, removed)


def _refuse_hidden_layers(pdf: Pdf) -> None:
    """Without its layers' switches, what is on a layer that is off would show; nobody has looked at it."""
    properties = pdf.Root.get("/OCProperties")
    if not isinstance(properties, Dictionary):
        return
    chosen = properties.get("/D", Dictionary())
    groups = [each for each in properties.get("/OCGs", Array()) if isinstance(each, Dictionary)]
    if len(chosen.get("/OFF", Array())) or chosen.get("/BaseState") == Name.OFF or any(map(_is_off, groups)):
        raise CannotClean(
            "The PDF has layers that are switched off, and what is on them is still in the file. "
            "Save it without layers, or with all of them shown, and upload it again."
        )


def _is_off(group: Object) -> bool:
    usage = group.get("/Usage", Dictionary())
    states = (usage.get(f"/{use}", Dictionary()).get(f"/{use}State") for use in ("View", "Print", "Export"))
    return any(state == Name.OFF for state in states)


def _keep_only(thing: Object, kept: frozenset[str], removed: set[str]) -> None:
    for key in list(thing.keys()):
        if key not in kept:
            if key in WORDS:
                removed.add(WORDS[key])
            del thing[key]


def _clean_names(pdf: Pdf, removed: set[str]) -> None:
    names = pdf.Root.get("/Names")
    if isinstance(names, Dictionary):
        _keep_only(names, frozenset(("/Dests",)), removed)
    elif names is not None:
        del pdf.Root["/Names"]


def _keep_links(page: Object, removed: set[str]) -> None:
    """Annotations are comments, stamps, attachments, form fields: only links to pages and addresses stay."""
    if "/Annots" not in page:
        return
    annotations = page["/Annots"]
    links = [a for a in annotations if _is_safe_link(a)] if isinstance(annotations, Array) else []
    if not isinstance(annotations, Array) or len(links) < len(annotations):
        removed.add("comments and other annotations")
    for link in links:
        _keep_only(link, KEPT_IN_LINK, removed)
    if links:
        page["/Annots"] = Array(links)
    else:
        del page["/Annots"]


def _is_safe_link(annotation: Object) -> bool:
    return (
        isinstance(annotation, Dictionary)
        and annotation.get("/Subtype") == Name.Link
        and ("/A" not in annotation or _is_safe_action(annotation["/A"]))
    )


def _is_safe_action(action: Object) -> bool:
    if not isinstance(action, Dictionary) or "/Next" in action or str(action.get("/S")) not in SAFE_ACTIONS:
        return False
    return "/URI" not in action or str(action["/URI"]).strip().lower().startswith(SAFE_ADDRESSES)


def _clean_thing(thing: Object, removed: set[str]) -> None:
    for key in NOWHERE & set(thing.keys()):
        removed.add(WORDS.get(key, "private application notes"))
        del thing[key]
    if (
        "/A" in thing
        and "/Subtype" not in thing
        and not _is_safe_action(thing["/A"])
        and _looks_like_action(thing["/A"])
    ):
        removed.add("unsafe actions of bookmarks")
        del thing["/A"]
    if thing.get("/Type") == Name.OCG and isinstance(thing, Dictionary):
        removed.add(WORDS["/OC"])
        _keep_only(thing, frozenset(("/Type", "/Name")), removed)
        thing["/Name"] = pikepdf.String("Layer")
    if isinstance(thing, Stream) and thing.get("/Subtype") == Name.Image:
        _clean_picture(thing, removed)


def _clean_picture(stream: Stream, removed: set[str]) -> None:
    if end_picture_with_its_last_point(stream):
        removed.add("what followed the points of pictures")
    filters = stream.get("/Filter")
    names = [str(each) for each in filters] if isinstance(filters, Array) and len(filters) else [str(filters)]
    if names[-1] not in ("/DCTDecode", "/JPXDecode"):
        return
    parameters = stream.get("/DecodeParms")
    packed = stream.read_raw_bytes()
    picture = _unpacked(packed, names[:-1])
    plain = without_notes(picture)
    if plain != picture or len(names) > 1:
        removed.add("notes inside photographs")
        own = parameters[-1] if isinstance(parameters, Array) and len(parameters) else parameters
        stream.write(plain, filter=Name(names[-1]), decode_parms=own if isinstance(own, Dictionary) else None)


def _unpacked(picture: bytes, filters: list[str]) -> bytes:
    for name in filters:
        if name == "/FlateDecode":
            picture = zlib.decompressobj().decompress(picture, LARGEST_PICTURE)
        elif name == "/ASCII85Decode":
            picture = base64.a85decode(picture.strip().removesuffix(b"~>"))
        elif name == "/ASCIIHexDecode":
            picture = bytes.fromhex(picture.decode("ascii").strip().removesuffix(">"))
        else:
            raise CannotClean("A photograph in the PDF is packed in a way that cannot be cleaned. Save the PDF anew.")
    return picture


def _looks_like_action(action: Object) -> bool:
    return isinstance(action, Dictionary) and "/S" in action


def _unseen(pdf: Pdf) -> Iterator[Passage]:
    """Every text in the file's structure: what no page shows, but a screen reader or a curious reader finds."""
    for thing in everything(pdf):
        is_bookmark = "/Title" in thing and "/Parent" in thing
        checksum = (
            isinstance(thing, Stream) and thing.get("/Type") == Name.XRef
        )  # under /ID: no words, and the file's own
        for key in thing.keys():  # noqa: SIM118  # pikepdf's dictionaries are not iterable without keys()
            yield from (Passage("structure", None, name) for name in _names(key, thing[key]))
            if checksum and key == "/ID":
                continue
            place = _place(key, is_bookmark)
            yield from (Passage(place, None, text) for text in _texts(thing[key]) if _is_words(text))


def _place(key: str, is_bookmark: bool) -> str:
    if key in READ_ALOUD:
        return "alternative-text"
    if key == "/URI":
        return "link"
    return "bookmark" if is_bookmark and key == "/Title" else "structure"


def _texts(value: Object) -> Iterator[str]:
    """The strings of a value, those in lists within it as well: dictionaries come by themselves."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, pikepdf.String):
            yield str(one)
        elif isinstance(one, Array) and not (one.is_indirect and one is not value):
            waiting += list(one)


def _names(key: str, value: Object) -> Iterator[str]:
    """Names that a program or a person gave: words that somebody may have put where programs put theirs."""
    for name in (key, str(value) if isinstance(value, Name) else ""):
        if len(name) > 3 and name[1:] not in COMMON_NAMES:
            yield name[1:].replace("_", " ")


def _is_words(text: str) -> bool:
    return len(text) > 2 and any(letter.isalnum() for letter in text) and "\x00" not in text
