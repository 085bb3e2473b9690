"""What a file is, by its bytes: the kinds that a report may have, and in words what to do about the others."""

import io
import zipfile

import pytest

from services.notify import file_types
from services.notify.file_types import LARGEST, NotTaken, kind_of, safe_name

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504


def archive(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name in names:
            made.writestr(name, "x")
    return out.getvalue()


def compound(stream: str) -> bytes:
    return OLE + stream.encode("utf-16-le")


MAIL = b"From: sam.farrier@police.example\r\nDate: Wed, 25 Mar 2026 21:30:00 +0000\r\nSubject: x\r\n\r\nWhat was seen."


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"%PDF-1.7\n...", file_types.PDF),
        (b"\xff\xd8\xff\xe0 a picture", file_types.JPEG),
        (b"\x89PNG\r\n\x1a\n a picture", file_types.PNG),
        (archive("[Content_Types].xml", "word/document.xml"), file_types.DOCX),
        (archive("[Content_Types].xml", "xl/workbook.xml"), file_types.XLSX),
        (compound("WordDocument"), file_types.DOC),
        (compound("Workbook"), file_types.XLS),
        (compound("__properties_version1.0"), file_types.MSG),
        (MAIL, file_types.MAIL),
        ("Notes: the child was seen — twice.\n".encode(), file_types.PLAIN),
        (b"Date,Event\n1/2/2026,Seen\n", file_types.PLAIN),
    ],
)
def test_a_kind_is_told_by_the_content(content: bytes, kind: str) -> None:
    assert kind_of(content) == kind


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty"),
        (b"x" * (LARGEST + 1), "larger than 25 MB"),
        (b"MZ\x90\x00 a program", "of a kind that is not taken"),
        (b"\x7fELF\x02\x01", "of a kind that is not taken"),
        (archive("word/document.xml", "word/vbaProject.bin"), "holds macros"),
        (compound("Workbook") + "_VBA_PROJECT".encode("utf-16-le"), "holds macros"),
        (compound("EncryptedPackage"), "locked with a password"),
        (archive("a.txt", "b.txt"), "send the files one by one"),
        (b"PK\x03\x04 cut off", "damaged"),
        (OLE, "of a kind that is not taken"),
    ],
)
def test_what_is_not_taken_says_what_to_send(content: bytes, sentence: str) -> None:
    with pytest.raises(NotTaken, match=sentence):
        kind_of(content)


def test_a_file_of_just_the_largest_size_is_taken() -> None:
    assert kind_of(b"x" * LARGEST) == file_types.PLAIN


@pytest.mark.parametrize(
    ("name", "kind", "safe"),
    [
        ("body map.PDF", file_types.PDF, "body map.PDF"),
        ("invoice.pdf.exe", file_types.PDF, "invoice.pdf.exe.pdf"),
        ("run me.bat", file_types.PLAIN, "run me.bat.txt"),
        ("scan", file_types.JPEG, "scan.jpg"),
        ("page.html", file_types.PLAIN, "page.html.txt"),
    ],
)
def test_nothing_is_given_out_under_a_name_that_opens_it_as_something_else(name: str, kind: str, safe: str) -> None:
    assert safe_name(name, kind) == safe
