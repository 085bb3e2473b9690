"""The kinds of file that a document may be, told by what is in it: a name says nothing."""

PDF = "application/pdf"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PLAIN = "text/plain"
ENDINGS = {PDF: "pdf", PLAIN: "txt", WORD: "pdf"}  # of what is published: a PDF is made of a Word file
ZIP, OLD_OFFICE, RICH_TEXT = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"{\\rtf"


class UnknownKind(ValueError):
    """The file is of no kind that is published; the message tells the person what to send."""


def kind_of_file(content: bytes) -> str:
    """`PDF` or `WORD`. Nothing is unpacked here: this runs where the upload is answered. Raises `UnknownKind`."""
    if b"%PDF-" in content[:1024]:
        return PDF
    if content.startswith(ZIP) and b"word/document" in content:
        return WORD
    raise UnknownKind(_what_to_send(content))


def _what_to_send(content: bytes) -> str:
    if content.startswith(OLD_OFFICE):
        if "EncryptedPackage".encode("utf-16-le") in content:
            return "The file asks for a password. Save it without one and send it again."
        return "This is a file of an older Word or Office. Save it in Word as .docx or as a PDF and send that."
    if content.startswith(RICH_TEXT):
        return "This is rich text. Save it in Word as .docx or as a PDF and send that."
    if content.startswith(ZIP):
        return "This is neither a Word document nor a PDF. Save it as one of the two and send that."
    return "Send a PDF or a Word document (.docx). What came is neither."
