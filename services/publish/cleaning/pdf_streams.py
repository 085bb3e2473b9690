"""The streams of a PDF: only those that a page needs stay, pictures end with their last point, and notes are read.

A stream can be hung on any key, and a picture can go on after its last point: readers show neither.
"""

import re
from collections.abc import Iterator

from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream

from services.publish.cleaning.passages import Passage


def _keys(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Where ISO 32000-1 has a stream: under these keys, and as any entry of the dictionaries named below.
STREAM_KEYS = _keys(
    "/Contents /FontFile /FontFile2 /FontFile3 /ToUnicode /Encoding /UseCMap /CIDToGIDMap /CIDSet /SMask /Mask /G /TR /TR2 "
    "/BG /BG2 /UCR /UCR2 /HT /JBIG2Globals /Function /Functions /ColorSpace /CS /Shading /Metadata"
)
ENTRIES_ARE_STREAMS = _keys("/XObject /Pattern /Shading /ColorSpace /CharProcs /ExtGState /Properties")
COMPONENTS = {"/DeviceGray": 1, "/CalGray": 1, "/Indexed": 1, "/Separation": 1, "/DeviceRGB": 3, "/CalRGB": 3, "/Lab": 3, "/DeviceCMYK": 4}  # fmt: skip
PROGRAMS = ("/ToUnicode", "/Encoding", "/UseCMap")
WORDS_IN_NOTES = re.compile(rb"\(([^()\r\n]{3,300})\)|%([^\r\n]{3,300})")
LONGEST_NOTE = 1_000_000


def everything(pdf: Pdf) -> Iterator[Object]:
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


def drop_streams_that_no_page_needs(pdf: Pdf) -> bool:
    """Cut off every stream that hangs where the standard has none; returns whether there was any."""
    found, seen = False, set[tuple[int, int]]()
    waiting: list[tuple[Object, bool]] = [(pdf.Root, False)]
    while waiting:
        thing, holds_streams = waiting.pop()
        if thing.is_indirect:
            if thing.objgen in seen:
                continue
            seen.add(thing.objgen)
        for key, value in _entries(thing):
            if isinstance(value, Stream) and not (holds_streams or key in STREAM_KEYS or isinstance(thing, Array)):
                del thing[key]
                found = True
            elif isinstance(value, Dictionary | Stream | Array):
                within = key in ENTRIES_ARE_STREAMS or (isinstance(value, Array) and key in STREAM_KEYS)
                found |= isinstance(value, Array) and not (within or holds_streams) and _without_streams(value, key)
                waiting.append((value, within and isinstance(value, Dictionary)))
    return found


def _entries(thing: Object) -> list[tuple[str, Object]]:
    if isinstance(thing, Array):
        return [("", each) for each in thing if isinstance(each, Object)]
    return [(key, thing[key]) for key in list(thing.keys()) if isinstance(thing[key], Object)]


def _without_streams(values: Array, key: str) -> bool:
    """Take the streams out of a list that is no list of contents or functions, nor a colour space."""
    first = values[0] if len(values) else None
    if key == "" or isinstance(first, Name):
        return False
    strange = [at for at, each in enumerate(values) if isinstance(each, Stream)]
    for at in reversed(strange):
        del values[at]
    return bool(strange)


def words_in_notes(pdf: Pdf) -> Iterator[Passage]:
    """The comments and texts in streams of programs: the tables of a font's letters, and functions of colours."""
    for thing in everything(pdf):
        programs = [thing[key] for key in PROGRAMS if isinstance(thing.get(key), Stream)]
        if isinstance(thing, Stream) and thing.get("/FunctionType") == 4:
            programs.append(thing)
        for program in programs:
            for match in WORDS_IN_NOTES.finditer(program.read_bytes()[:LONGEST_NOTE]):
                yield Passage("structure", None, (match[1] or match[2]).decode("latin-1"))


def end_picture_with_its_last_point(stream: Stream) -> bool:
    """Cut off what stands after the points of a picture that is packed without loss; returns whether there was any."""
    filters = stream.get("/Filter")
    names = [str(each) for each in filters] if isinstance(filters, Array) else [str(filters)] if filters else []
    if not set(names) <= {"/FlateDecode", "/LZWDecode", "/ASCII85Decode", "/ASCIIHexDecode", "/RunLengthDecode"}:
        return False
    length = _length_of(stream)
    if length is None:
        return False
    points = stream.read_bytes()
    if len(points) <= length:
        return False
    stream.write(points[:length])
    return any(points[length:])


def _length_of(stream: Stream) -> int | None:
    width, height = stream.get("/Width"), stream.get("/Height")
    parts = 1 if stream.get("/ImageMask") else _parts_of(stream.get("/ColorSpace"))
    bits = 1 if stream.get("/ImageMask") else stream.get("/BitsPerComponent")
    if not all(isinstance(each, int) and each > 0 for each in (width, height, parts, bits)):
        return None
    return (int(width) * int(parts) * int(bits) + 7) // 8 * int(height)  # type: ignore[arg-type]  # looked at above


def _parts_of(space: Object | None) -> int | None:
    """How many numbers make a colour."""
    if isinstance(space, Name):
        return COMPONENTS.get(str(space))
    if not isinstance(space, Array) or not len(space):
        return None
    kind = str(space[0])
    if kind == "/ICCBased" and len(space) > 1 and isinstance(space[1], Stream):
        parts = space[1].get("/N")
        return parts if isinstance(parts, int) else None
    if kind == "/DeviceN" and len(space) > 1 and isinstance(space[1], Array):
        return len(space[1])
    return COMPONENTS.get(kind)
