"""A cleaned file read once more, by another program than the one that cleaned it: nothing may have come back.

pikepdf cleans, and PDFium reads here.
"""

from collections.abc import Iterator

import pypdfium2 as pdfium
from pypdfium2 import raw

from services.publish.cleaning.passages import CannotClean

PROPERTIES = ("Author", "Subject", "Keywords", "Creator", "Producer", "CreationDate", "ModDate")


def check_cleaned_pdf(content: bytes, title: str, pages: int) -> None:
    """Raises `CannotClean` where PDFium finds anything that cleaning took out, or another number of pages."""
    document = pdfium.PdfDocument(content)
    try:
        left = list(_left_in_pdf(document, title, pages))
    finally:
        document.close()
    _refuse(left)


def _left_in_pdf(document: pdfium.PdfDocument, title: str, pages: int) -> Iterator[str]:
    given = document.get_metadata_dict()
    if given.get("Title") != title or any(given.get(name) for name in PROPERTIES):
        yield "document properties"
    if len(document) != pages:
        yield "another number of pages"
    if raw.FPDFDoc_GetAttachmentCount(document.raw):
        yield "attached files"
    if raw.FPDFDoc_GetJavaScriptActionCount(document.raw):
        yield "scripts"
    if raw.FPDF_GetFormType(document.raw) != raw.FORMTYPE_NONE:
        yield "form fields"
    if raw.FPDF_GetSignatureCount(document.raw) > 0:
        yield "signatures"
    if raw.FPDF_GetTrailerEnds(document.raw, None, 0) > 1:
        yield "an earlier version of itself"
    if any(_has_notes(document[number]) for number in range(len(document))):
        yield "comments or thumbnails"


def _has_notes(page: pdfium.PdfPage) -> bool:
    try:
        notes = [raw.FPDFPage_GetAnnot(page.raw, at) for at in range(raw.FPDFPage_GetAnnotCount(page.raw))]
        kinds = {raw.FPDFAnnot_GetSubtype(note) for note in notes}
        for note in notes:
            raw.FPDFPage_CloseAnnot(note)
        return bool(kinds - {raw.FPDF_ANNOT_LINK}) or raw.FPDFPage_GetRawThumbnailData(page.raw, None, 0) > 0
    finally:
        page.close()


def _refuse(left: list[str]) -> None:
    if left:
        raise CannotClean(
            f"After cleaning, the file still had {' and '.join(sorted(set(left)))}. Save it anew as a plain PDF."
        )
