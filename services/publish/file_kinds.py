"""The kinds of file that a document may be, told by what is in it: a name says nothing."""

PDF = "application/pdf"
PLAIN = "text/plain"
ENDINGS = {PDF: "pdf", PLAIN: "txt"}
OFFICE = (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PK\x03\x04")  # .doc and .docx, with a password or without


class UnknownKind(ValueError):
    """The file is of no kind that is published; the message tells the person what to send."""


def kind_of_file(content: bytes) -> str:
    """`PDF`. Nothing is unpacked here: this runs where the upload is answered. Raises `UnknownKind`."""
    if b"%PDF-" in content[:1024]:
        return PDF
    if content.startswith(OFFICE):
        raise UnknownKind("Save it as a PDF, from Word with its headings and alternative texts, and send that.")
    raise UnknownKind("Send a PDF. What came does not begin as a PDF does.")
