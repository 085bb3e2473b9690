"""What cameras and drawing programs write inside pictures, taken out without touching how the picture looks."""

import re

NEXT_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
KEPT_PNG_CHUNKS = frozenset(b"IHDR PLTE IDAT IEND tRNS cHRM gAMA iCCP sBIT sRGB bKGD pHYs acTL fcTL fdAT".split())
PNG, JPEG, JPEG_2000 = b"\x89PNG\r\n\x1a\n", b"\xff\xd8", b"\x00\x00\x00\x0cjP  "
NOTES_IN_JPEG_2000 = (b"xml ", b"uuid", b"uinf", b"jp2i")


def without_notes(picture: bytes) -> bytes:
    """A JPEG, PNG or JPEG 2000 without notes; what is none of these comes back as it is."""
    if picture.startswith(PNG):
        return without_png_notes(picture)
    if picture.startswith(JPEG_2000):
        return without_jpeg_2000_notes(picture)
    return without_camera_notes(picture)


def without_camera_notes(picture: bytes) -> bytes:
    """A JPEG without its EXIF, XMP, IPTC, thumbnail and comment segments, and without what follows its end.

    Kept are the segments that decide how it looks: JFIF (APP0), the colour profile (APP2), Adobe's transform (APP14).
    """
    if not picture.startswith(JPEG):
        return picture
    kept, at = [JPEG], 2
    while at + 4 <= len(picture) and picture[at] == 0xFF:
        marker = picture[at + 1]
        if marker == 0xFF:  # a filling byte
            at += 1
            continue
        if marker == 0xD9:
            kept.append(picture[at : at + 2])
            return b"".join(kept)
        end = at + 2 + max(2, int.from_bytes(picture[at + 2 : at + 4]))
        if _is_picture(marker, picture[at + 4 : end]):
            kept.append(picture[at:end])
        if marker == 0xDA:  # a scan: its points follow, up to the next marker
            following = NEXT_MARKER.search(picture, end)
            stop = following.start() if following else len(picture)
            kept.append(picture[end:stop])
            end = stop
        at = end
    return b"".join(kept) + (picture[at:] if picture[at : at + 2] == b"\xff\xd9" else b"")


def _is_picture(marker: int, segment: bytes) -> bool:
    if marker == 0xE0:
        return not segment.startswith(b"JFXX")
    if marker == 0xE2:
        return segment.startswith(b"ICC_PROFILE")
    return marker != 0xFE and not (0xE1 <= marker <= 0xEF and marker != 0xEE)


def without_png_notes(picture: bytes) -> bytes:
    """A PNG with the chunks that draw it and no others, cut at its end."""
    kept, at = [PNG], len(PNG)
    while at + 12 <= len(picture):
        end = at + 12 + int.from_bytes(picture[at : at + 4])
        kind = picture[at + 4 : at + 8]
        if kind in KEPT_PNG_CHUNKS:
            kept.append(picture[at:end])
        if kind == b"IEND":
            break
        at = end
    return b"".join(kept)


def without_jpeg_2000_notes(picture: bytes) -> bytes:
    """A JPEG 2000 file without the boxes that hold XML, private data and addresses."""
    kept, at = [], 0
    while at + 8 <= len(picture):
        length, kind, head = int.from_bytes(picture[at : at + 4]), picture[at + 4 : at + 8], 8
        if length == 1:
            length, head = int.from_bytes(picture[at + 8 : at + 16]), 16
        end = at + length if length >= head else len(picture)  # 0: up to the end of the file
        if kind not in NOTES_IN_JPEG_2000:
            kept.append(picture[at:end])
        at = end
    return b"".join(kept)
