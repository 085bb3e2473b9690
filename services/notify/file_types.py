"""What a file that comes with a report may be, told by what is in it: its name says nothing. Pure.

Nothing is unpacked or run here; of an archive only its list of contents is read.
"""

import io
import re
import zipfile
from email.parser import BytesHeaderParser
from pathlib import PurePath

LARGEST = 25_000_000  # bytes of one file

PDF, JPEG, PNG, PLAIN, MAIL = "application/pdf", "image/jpeg", "image/png", "text/plain", "message/rfc822"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOC, XLS, MSG = "application/msword", "application/vnd.ms-excel", "application/vnd.ms-outlook"

# Each kind with its words and the endings that a name may have; the first stands in where it has none of them.
KINDS: dict[str, tuple[str, tuple[str, ...]]] = {
    PDF: ("PDF", (".pdf",)),
    DOCX: ("Word document", (".docx",)),
    DOC: ("Word document", (".doc",)),
    XLSX: ("Excel sheet", (".xlsx",)),
    XLS: ("Excel sheet", (".xls",)),
    JPEG: ("Picture", (".jpg", ".jpeg")),
    PNG: ("Picture", (".png",)),
    MAIL: ("E-mail", (".eml",)),
    MSG: ("E-mail", (".msg",)),
    PLAIN: ("Text", (".txt", ".csv")),
}
ALLOWED = "Send a PDF, a Word or Excel file, a picture (JPEG or PNG), a text or an e-mail (.eml or .msg)."
MACROS = "This file holds macros. Save it as a PDF, or without macros, and send that."
LOCKED = "This file is locked with a password. Save it without one and send that: it is kept encrypted here."

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")
_HEADER = re.compile(rb"[A-Za-z][A-Za-z0-9-]*:")


class NotTaken(ValueError):
    """The file is of no kind that a report may have; the message says what to send."""


def kind_of(content: bytes) -> str:
    """The content type of a file by its bytes, one of `KINDS`. Raises `NotTaken`."""
    if not content:
        raise NotTaken("This file is empty. Choose another.")
    if len(content) > LARGEST:
        raise NotTaken("This file is larger than 25 MB. Send a smaller one, or send it in parts.")
    if b"%PDF-" in content[:1024]:
        return PDF
    if content.startswith(b"\xff\xd8\xff"):
        return JPEG
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if content.startswith(b"PK\x03\x04"):
        return _kind_of_archive(content)
    if content.startswith(_OLE):
        return _kind_of_compound(content)
    return _kind_of_text(content)


def _kind_of_archive(content: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = {name.lower() for name in archive.namelist()}
    except (zipfile.BadZipFile, ValueError, OSError):
        raise NotTaken(f"This file is damaged and cannot be opened. {ALLOWED}") from None
    if any(name.endswith("vbaproject.bin") for name in names):
        raise NotTaken(MACROS)
    if "word/document.xml" in names:
        return DOCX
    if "xl/workbook.xml" in names:
        return XLSX
    raise NotTaken(f"A folder of files (ZIP) is not taken: send the files one by one. {ALLOWED}")


def _kind_of_compound(content: bytes) -> str:
    """Of Microsoft's older container: which it is, by the names of its streams."""
    if _has(content, "EncryptedPackage"):
        raise NotTaken(LOCKED)
    if _has(content, "__properties_version1.0"):
        return MSG
    if _has(content, "_VBA_PROJECT"):
        raise NotTaken(MACROS)
    if _has(content, "Workbook"):
        return XLS
    if _has(content, "WordDocument"):
        return DOC
    raise NotTaken(f"This file is of a kind that is not taken. {ALLOWED}")


def _has(content: bytes, stream: str) -> bool:
    return stream.encode("utf-16-le") in content


def _kind_of_text(content: bytes) -> str:
    if _CONTROL.search(content):
        raise NotTaken(f"This file is of a kind that is not taken. {ALLOWED}")
    return MAIL if _is_mail(content) else PLAIN


def _is_mail(content: bytes) -> bool:
    head = content[:65_536]
    if not _HEADER.match(head):
        return False
    headers = BytesHeaderParser().parsebytes(head)
    return bool(headers["From"]) and any(headers[name] for name in ("Date", "Message-ID", "Received"))


def words_for(content_type: str) -> str:
    """What a file is, in a word or two."""
    return KINDS[content_type][0]


def safe_name(name: str, content_type: str) -> str:
    """The name with an ending of its kind, so that nothing is opened as what it is not."""
    endings = KINDS[content_type][1]
    return name if PurePath(name.lower()).suffix in endings else f"{name}{endings[0]}"
