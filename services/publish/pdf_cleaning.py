"""A PDF as it may be published: what readers see and what makes it accessible, and nothing that came with it unseen.

Cleaning keeps what is named here and drops the rest, so that a kind of hiding place that nobody thought of is dropped
too: properties, XMP, scripts, attachments, comments, forms, layers, thumbnails, earlier revisions, and the camera's
notes inside photographs.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream


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
NOWHERE = _keys("/Metadata /PieceInfo /AF /AA /JS /OpenAction /Thumb /OPI /EF /LastModified /NeedAppearances")
SAFE_ACTIONS = frozenset(("/GoTo", "/URI"))
MOST_PAGES = 2000

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
}


class CannotClean(ValueError):
    """The file cannot be published as it is; the message tells the person what to do."""


@dataclass(frozen=True)
class Cleaned:
    """The bytes that may go live, what was removed in words, and every text in it that no page shows."""

    content: bytes
    removed: tuple[str, ...]
    unseen: tuple[str, ...]  # alternative texts, bookmarks, addresses of links


def clean_pdf(content: bytes, title: str) -> Cleaned:
    """Rewrite a PDF with only what is named above and `title` as its title. The same bytes give the same bytes.

    Raises `CannotClean` for a file that is no PDF, is damaged, protected by a password, or too long.
    """
    try:
        with pikepdf.open(io.BytesIO(content)) as pdf:
            return _clean(pdf, title)
    except pikepdf.PasswordError:
        raise CannotClean("The PDF asks for a password. Save it without one and upload it again.") from None
    except (pikepdf.PdfError, ValueError, RecursionError, TypeError, KeyError) as error:
        if isinstance(error, CannotClean):
            raise
        raise CannotClean("The file cannot be read as a PDF: it is damaged. Make it again and upload it.") from None


def _clean(pdf: Pdf, title: str) -> Cleaned:
    if pdf.is_encrypted:
        raise CannotClean("The PDF is protected against changes. Save it without protection and upload it again.")
    if not 0 < len(pdf.pages) <= MOST_PAGES:
        raise CannotClean(f"The PDF must have from 1 to {MOST_PAGES} pages.")
    removed: set[str] = set()
    if "/Info" in pdf.trailer:
        removed.add(WORDS["/Info"])
        del pdf.trailer["/Info"]
    _keep_only(pdf.Root, KEPT_IN_ROOT, removed)
    _clean_names(pdf, removed)
    for page in pdf.pages:
        _keep_only(page.obj, KEPT_IN_PAGE, removed)
        _keep_links(page.obj, removed)
    for thing in _everything(pdf):
        _clean_thing(thing, removed)
    pdf.Root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
    pdf.trailer["/Info"] = pdf.make_indirect(Dictionary(Title=title))
    out = io.BytesIO()
    pdf.save(out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    with pikepdf.open(out) as clean:  # what was cut off is still among the first one's objects
        unseen = tuple(sorted(set(_unseen(clean)) - {title}))
    return Cleaned(out.getvalue(), tuple(sorted(removed)), unseen)


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
    return isinstance(action, Dictionary) and "/Next" not in action and str(action.get("/S")) in SAFE_ACTIONS


def _everything(pdf: Pdf) -> Iterator[Object]:
    """Every dictionary and stream of the file, those written inside others included."""
    for thing in pdf.objects:
        yield from _inside(thing)


def _inside(thing: Object) -> Iterator[Object]:
    waiting = [thing]
    while waiting:
        one = waiting.pop()
        if isinstance(one, Dictionary | Stream):
            yield one
            inner = [one[key] for key in list(one.keys()) if key != "/Parent"]
        else:
            inner = list(one) if isinstance(one, Array) else []
        waiting += [each for each in inner if isinstance(each, Object) and not each.is_indirect]


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
    if isinstance(thing, Stream) and thing.get("/Subtype") == Name.Image and thing.get("/Filter") == Name.DCTDecode:
        picture = thing.read_raw_bytes()
        plain = without_camera_notes(picture)
        if plain != picture:
            removed.add("notes inside photographs")
            thing.write(plain, filter=Name.DCTDecode)


def _looks_like_action(action: Object) -> bool:
    return isinstance(action, Dictionary) and "/S" in action


def without_camera_notes(picture: bytes) -> bytes:
    """A JPEG without its EXIF, XMP, IPTC and comment segments; anything that is no JPEG comes back as it is.

    Kept are the segments that decide how it looks: JFIF (APP0), the colour profile (APP2), Adobe's transform (APP14).
    """
    if picture[:2] != b"\xff\xd8":
        return picture
    kept, at = [b"\xff\xd8"], 2
    while at + 4 <= len(picture) and picture[at] == 0xFF and picture[at + 1] != 0xDA:
        end = at + 2 + int.from_bytes(picture[at + 2 : at + 4])
        marker = picture[at + 1]
        if not (marker == 0xFE or (0xE0 <= marker <= 0xEF and marker not in (0xE0, 0xE2, 0xEE))):
            kept.append(picture[at:end])
        at = end
    return b"".join(kept) + picture[at:]


def _unseen(pdf: Pdf) -> Iterator[str]:
    """Every text in the file's structure: what no page shows, but a screen reader or a curious reader finds."""
    for thing in _everything(pdf):
        for key in thing.keys():  # noqa: SIM118  # pikepdf's dictionaries are not iterable without keys()
            value = thing[key]
            entries = list(value) if isinstance(value, Array) else [value]
            yield from (str(each) for each in entries if isinstance(each, pikepdf.String) and _is_words(str(each)))


def _is_words(text: str) -> bool:
    return len(text) > 2 and any(letter.isalnum() for letter in text) and "\x00" not in text
