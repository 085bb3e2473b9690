"""Of a Word file an accessible PDF is made of what it shows; what it hides stays behind, and is told."""

import io
import re
import struct
import zipfile
import zlib

import pypdfium2
import pytest

from services.publish.cleaning.examination import examine_word
from services.publish.cleaning.examination_process import examine_apart
from services.publish.cleaning.file_kinds import WORD, UnknownKind, kind_of_file
from services.publish.cleaning.passages import CannotClean, Examined
from tests.hiding import SECRET, everything_drawn
from tests.word_files import (
    PLACES,
    SPACES,
    TYPES,
    Hidden,
    heading,
    paragraph,
    picture,
    run,
    split_photograph,
    table,
    with_hidden,
    word,
)

TITLE = "Child T1: full report"


def text_of(examined: Examined) -> str:
    document = pypdfium2.PdfDocument(examined.content)
    pages = [document[number].get_textpage().get_text_range() for number in range(len(document))]
    return " ".join(" ".join(pages).split())


@pytest.mark.parametrize("place", PLACES)
def test_a_name_in_every_hiding_place_stays_behind_and_the_editor_is_told(place: str) -> None:
    examined = examine_word(with_hidden(PLACES[place]), TITLE)
    drawn = everything_drawn(examined.content)
    assert b"Nolan" not in drawn
    assert b"Hester" not in drawn
    assert "Agencies share." in text_of(examined)
    if PLACES[place].told:
        assert PLACES[place].told in examined.removed


@pytest.mark.parametrize(
    ("place", "how"),
    [
        ("hidden text", "word-hidden"),
        ("white text", "word-pale"),
        ("tiny text", "word-tiny"),
        ("a black bar", "word-under-bar"),
    ],
)
def test_text_that_was_hidden_in_word_is_shown_to_the_editor(place: str, how: str) -> None:
    examined = examine_word(with_hidden(PLACES[place]), TITLE)
    assert [(each.how, each.text) for each in examined.concealed] == [(how, SECRET)]


def test_a_black_bar_leaves_a_mark_where_it_was() -> None:
    body = paragraph(run("The mother, ") + run(SECRET, '<w:highlight w:val="black"/>') + run(", said."))
    assert "The mother, [removed], said." in text_of(examine_word(word(body), TITLE))


def test_headers_are_listed_for_a_person_to_see() -> None:
    examined = examine_word(with_hidden(PLACES["a header"]), TITLE)
    assert SECRET in [each.text for each in examined.passages if each.place == "header"]


def test_what_readers_see_is_carried_over() -> None:
    note = f'<w:footnotes {SPACES}><w:footnote w:id="2">{paragraph("A note below.")}</w:footnote></w:footnotes>'
    box = f"<w:p><w:r><w:pict><v:textbox><w:txbxContent>{paragraph('In a box.')}</w:txbxContent></v:textbox></w:pict></w:r></w:p>"
    body = (
        heading("Findings")
        + paragraph("First.", '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>')
        + paragraph("Below it.", '<w:numPr><w:ilvl w:val="1"/><w:numId w:val="1"/></w:numPr>')
        + paragraph("A bullet.", '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="2"/></w:numPr>')
        + paragraph(run("See") + '<w:r><w:footnoteReference w:id="2"/></w:r>')
        + f"<w:p><w:ins>{run('Taken in.')}</w:ins></w:p>"
        + paragraph(run("white on blue", '<w:color w:val="FFFFFF"/><w:shd w:fill="003078"/>'))
        + f'<w:p><w:hyperlink r:id="rIdL">{run("the law")}</w:hyperlink></w:p>'
        + table(("Agency", "Contacts"), ("Health", "4"))
        + box
        + paragraph(picture())
    )
    relations = {"rIdL": "https://www.legislation.gov.uk/", "rIdP": "media/image1.png"}
    parts = {"word/footnotes.xml": note, "word/media/image1.png": split_photograph()}
    examined = examine_word(word(body, parts, relations), TITLE)
    text = text_of(examined)
    for words in ("Findings", "1. First.", "1.1 Below it.", "A bullet.", "A note below.", "Taken in.", "white on blue", "Agency Contacts Health 4", "In a box."):  # fmt: skip
        assert words in text
    assert "A graph of contacts" in [each.text for each in examined.passages if each.place == "alternative-text"]
    assert "https://www.legislation.gov.uk/" in [each.text for each in examined.passages if each.place == "link"]
    assert "Findings" in [each.text for each in examined.passages if each.place == "bookmark"]
    assert examined.concealed == ()


def test_the_cut_off_part_of_a_picture_is_gone() -> None:
    whole = Hidden(
        body=paragraph(picture(crop='<a:srcRect r="50000"/>')),
        parts={"word/media/image1.png": split_photograph()},
        relations={"rIdP": "media/image1.png"},
    )
    examined = examine_word(with_hidden(whole), TITLE)
    assert "the cut-off parts of pictures" in examined.removed
    drawn = pypdfium2.PdfDocument(examined.content)[0].render(scale=1).to_pil().convert("RGB")
    colours = {colour for _, colour in drawn.getcolors(1_000_000)}
    assert (0, 0, 0) in colours
    assert not any(red > 200 and green < 60 for red, green, _ in colours)


def archive(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name.replace("__", "/") + ".xml", content)
    return out.getvalue()


def packed_as(*, flags: int = 0, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A Word file whose parts are said to be packed so, in both places in which an archive says it."""
    content = bytearray(word(paragraph("Agencies share.")))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        for found in re.finditer(re.escape(mark), bytes(content)):
            struct.pack_into("<HH", content, found.start() + at, flags, method)
    return bytes(content)


HEAD = b"IHDR" + (30_000).to_bytes(4) * 2 + b"\x08\x02\0\0\0"
HUGE = (
    b"\x89PNG\r\n\x1a\n\0\0\0\x0d" + HEAD + zlib.crc32(HEAD).to_bytes(4) + split_photograph()[33:]
)  # as its header says
DEEP = "<w:tbl><w:tr><w:tc>" * 60 + paragraph("x") + "</w:tc></w:tr></w:tbl>" * 60


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (
            word(types=TYPES.replace("application/xml", "application/vnd.ms-word.document.macroEnabled.main+xml")),
            "macros",
        ),
        (word("", {"word/vbaProject.bin": "x"}), "macros"),
        (word(paragraph("Cut."))[:-60], "damaged"),
        (word(paragraph("Cut."))[:300] + b"word/document", "damaged"),
        (archive(word__document=b"<a/>"), "damaged"),
        (archive(word__document=b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'), "made to stop programs"),
        (archive(word__document=b"<a>" * 400 + b"</a>" * 400), "made to stop programs"),
        (archive(word__document=b"<a>" + b"x" * 12_000_000 + b"</a>"), "made to stop programs"),
        (
            word(paragraph(picture()), {"word/media/image1.png": HUGE}, {"rIdP": "media/image1.png"}),
            "picture.*too large",
        ),
        (archive(word__document=b"<w" * 2_000_000), "damaged"),
        (word("<x>" * 60_000_000), "unpacks"),
        (word(DEEP), "deeper"),
        (word(), "nothing"),
        (word("", {"word/afchunk1.xml": "x"}), "another document"),
        (packed_as(flags=1), "packed with a password"),
        (packed_as(method=99), "packed in a way that cannot be read"),
        (
            word(paragraph(picture()), {"word/media/image1.emf": b"\x01\0\0\0 EMF"}, {"rIdP": "media/image1.emf"}),
            "EMF",
        ),
        (
            word('<w:p><w:r><w:drawing><a:graphicData uri="http://x/chart"/></w:drawing></w:r></w:p>'),
            "chart",
        ),
    ],
    ids=lambda it: it if isinstance(it, str) else "",
)
def test_what_cannot_be_cleaned_is_refused_with_the_reason(content: bytes, words: str) -> None:
    with pytest.raises(CannotClean, match=words):
        examine_apart(content, TITLE, WORD)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 WordDocument", "older"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "password"),
        (b"{\\rtf1 text}", "rich text"),
        (b"PK\x03\x04 mimetype application/vnd.oasis.opendocument.text", "neither"),
        (b"GIF89a", "neither"),
    ],
)
def test_what_is_no_word_file_of_today_is_refused_at_once(content: bytes, words: str) -> None:
    with pytest.raises(UnknownKind, match=words):
        kind_of_file(content)
