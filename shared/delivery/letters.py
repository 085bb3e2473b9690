"""What goes over a channel: a letter and the files with it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with an e-mail."""

    filename: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Enclosed:
    """What goes into a sealed message beside its document: files, and words about them for the reader."""

    files: tuple[Attachment, ...] = ()
    words: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """What goes over a channel: `payload` is the document's bytes for a gateway, `text` the words of an e-mail."""

    delivery_id: str
    address: str
    subject: str
    payload: bytes
    text: str
    secret: str = ""
    attachments: tuple[Attachment, ...] = ()
    sender_name: str = ""  # shown in place of the name in MAIL_FROM
