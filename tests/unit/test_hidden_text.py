"""What a PDF hides is taken out or told: in every place where a name was once found after publication."""

import io
import shutil
import subprocess
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from pikepdf import Array, Dictionary, Name

from services.publish.cleaning.examination import examine_pdf, examine_word
from services.publish.cleaning.hidden_text import concealed_texts
from services.publish.cleaning.passages import CannotClean
from services.publish.cleaning.second_reading import check_cleaned_pdf
from services.publish.identifying.identifiers import find_identifiers
from services.publish.identifying.known_identifiers import known_identifiers
from tests.hiding import (
    LISTED,
    REMOVED,
    SECRET,
    Change,
    drawing,
    everything_drawn,
    line,
    photograph,
    with_earlier_version,
)
from tests.publishing import pdf
from tests.word_files import heading, paragraph, word

TITLE = "Child T1: full report"
BLACK_BOX = "0 g 30 690 300 30 re f "


def hidden_in(content: bytes) -> set[tuple[int | None, str, str]]:
    return {(each.page, each.how, each.text) for each in concealed_texts(content)}


@pytest.mark.parametrize(
    ("commands", "how"),
    [
        (line(SECRET, "3 Tr"), "invisible"),
        (line(SECRET, "7 Tr"), "invisible"),
        (line(SECRET, "1 g"), "pale"),
        (line(SECRET, "0.95 0.93 0.94 rg"), "pale"),
        (line(SECRET, "1 Tr 1 G"), "pale"),
        ("0.2 0.3 0.4 rg 30 690 300 30 re f " + line(SECRET, "0.2 0.3 0.45 rg"), "pale"),
        (line(SECRET, size="1.5"), "tiny"),
        ("q 0.1 0 0 0.1 40 700 cm " + line(SECRET, at="0 0") + "Q", "tiny"),
        (line(SECRET, at="40 900"), "off-page"),
        (line(SECRET, at="-300 700"), "off-page"),
        (line(SECRET) + BLACK_BOX, "under-shape"),
        (line(SECRET) + "1 g 30 690 300 30 re f ", "under-shape"),
        (line(SECRET) + BLACK_BOX + line("REDACTED", "1 g"), "under-shape"),
        ("q 0 0 1 1 re W n " + line(SECRET) + "Q", "unseen"),
    ],
)
def test_text_that_nobody_sees_is_found_with_its_page_and_how_it_is_hidden(commands: str, how: str) -> None:
    assert hidden_in(drawing(line("A child.", at="40 500") + commands)) == {(1, how, SECRET)}


@pytest.mark.parametrize(
    ("covers", "said"),
    [
        ("0 g 66 690 78 30 re f ", "Hester Nolan"),
        ("0 g 66 690 78 30 re f " + line("GONE", "1 g", at="80 700"), "Hester Nolan"),
        ("0 g 66 690 37 30 re f 0 g 144 690 50 30 re f ", "Hester … came home"),
        ("1 g 66 690 78 30 re f ", "Hester Nolan"),
    ],
)
def test_a_name_in_the_middle_of_a_line_is_found_under_its_bar(covers: str, said: str) -> None:
    ((page, how, text),) = hidden_in(drawing(line("Then Hester Nolan came home again.") + covers))
    assert (page, how, text) == (1, "under-shape", said)


def test_a_name_in_the_middle_of_a_line_is_found_under_a_picture() -> None:
    commands = line("Then Hester Nolan came home.") + "q 78 0 0 30 66 690 cm BI /W 1 /H 1 /CS /G /BPC 8 ID ~ EI Q"
    assert hidden_in(drawing(commands)) == {(1, "under-image", "Hester Nolan")}


@pytest.mark.parametrize(
    "commands",
    [
        line("An ordinary line."),
        line("A line struck through.") + "0 g 40 703 60 1 re f ",
        line("A line beside a bar.") + "0 g 160 690 300 30 re f ",
        line("A small note.", size="6"),
        line("A grey note.", "0.6 g"),
        "0 0 0.4 rg 30 690 300 30 re f " + line("A white heading on blue.", "1 g"),
        BLACK_BOX + line("A white heading on black.", "1 g"),
        line("Under a line.") + "0 g 30 698 300 0.5 re f ",
        line("In a frame.") + "0 G 30 690 300 30 re S ",
    ],
)
def test_text_that_can_be_read_is_left_alone(commands: str) -> None:
    assert hidden_in(drawing(commands)) == set()


def test_a_turned_page_is_looked_at_as_it_is_read() -> None:
    def turn(document: pikepdf.Pdf) -> None:
        document.pages[0].obj.Rotate = 90

    assert hidden_in(pdf("An ordinary line.", change=turn)) == set()


def picture_over_text(document: pikepdf.Pdf) -> None:
    picture = document.make_stream(b"\x80" * 12)
    picture.Type, picture.Subtype, picture.ColorSpace = Name.XObject, Name.Image, Name.DeviceRGB
    picture.Width, picture.Height, picture.BitsPerComponent = 2, 2, 8
    page = document.pages[0].obj
    page.Resources.XObject = Dictionary(Im1=picture)
    page.Contents = document.make_stream(page.Contents.read_bytes() + b" q 300 0 0 40 30 690 cm /Im1 Do Q")


def inside_a_form(document: pikepdf.Pdf) -> None:
    page = document.pages[0].obj
    form = document.make_stream(line(SECRET, at="0 0").encode())
    form.Type, form.Subtype, form.BBox = Name.XObject, Name.Form, Array([0, 0, 400, 40])
    form.Resources = page.Resources
    page.Resources = Dictionary(XObject=Dictionary(Fm1=form))
    page.Contents = document.make_stream(f"q 1 0 0 1 40 700 cm /Fm1 Do Q {BLACK_BOX}".encode())


def test_text_under_a_picture_or_inside_a_form_is_found() -> None:
    assert hidden_in(pdf(SECRET, change=picture_over_text)) == {(1, "under-image", SECRET)}
    assert hidden_in(pdf("", change=inside_a_form)) == {(1, "under-shape", SECRET)}


@pytest.mark.parametrize("hide", REMOVED, ids=lambda hide: hide.__name__)
def test_what_comes_along_unseen_is_taken_out_and_named(hide: Change) -> None:
    examined = examine_pdf(pdf("The learning.", change=hide), TITLE)
    assert b"Nolan" not in everything_drawn(examined.content)
    assert examined.removed or hide.__name__ in ("in_unused_resource", "after_packed_bytes")  # gone by writing anew
    assert examined.concealed == ()
    document = pypdfium2.PdfDocument(examined.content)
    assert document[0].get_textpage().get_text_range().strip() == "The learning."
    assert document.get_metadata_dict(skip_empty=True) == {"Title": TITLE}


@pytest.mark.parametrize(("hide", "place"), LISTED, ids=lambda it: getattr(it, "__name__", it))
def test_what_readers_need_is_kept_and_looked_through(hide: Change, place: str) -> None:
    examined = examine_pdf(pdf("The learning.", change=hide), TITLE)
    known = known_identifiers([{"kind": "name", "value": SECRET}])
    found = {(each.kind, each.place) for each in find_identifiers(examined.passages, known)}
    assert ("name", place) in found


def test_a_photograph_among_the_drawing_commands_may_have_no_notes() -> None:
    def put_in(notes: bytes) -> Change:
        def change(document: pikepdf.Pdf) -> None:
            head = b"q 50 0 0 50 0 0 cm BI /W 8 /H 8 /CS /RGB /BPC 8 /F /DCT ID "
            document.pages[0].obj.Contents = document.make_stream(head + notes + b"\nEI Q")

        return change

    with pytest.raises(CannotClean, match="photograph"):
        examine_pdf(pdf("x", change=put_in(photograph())), TITLE)


def test_an_earlier_version_in_the_same_file_is_gone() -> None:
    content = with_earlier_version()
    assert b"Nolan" in everything_drawn(content[: content.index(b"%%EOF") + 6])
    with pytest.raises(CannotClean, match="earlier version"):
        check_cleaned_pdf(content, TITLE, 1)
    examined = examine_pdf(content, TITLE)
    assert examined.passages[0].text.strip() == "The child said."
    assert b"Nolan" not in everything_drawn(examined.content)


@pytest.mark.parametrize("hide", [h for h in REMOVED if h.__name__ in ("in_attachment", "in_script", "in_comment")])
def test_the_second_reading_sees_what_a_first_might_leave(hide: Change) -> None:
    with pytest.raises(CannotClean, match="After cleaning"):
        check_cleaned_pdf(pdf("The learning.", change=hide), TITLE, 1)


def test_layers_that_are_switched_off_are_refused_in_words() -> None:
    def hide(document: pikepdf.Pdf) -> None:
        layer = document.make_indirect(Dictionary(Type=Name.OCG, Name="Notes"))
        document.Root.OCProperties = Dictionary(OCGs=Array([layer]), D=Dictionary(OFF=Array([layer])))

    with pytest.raises(CannotClean, match="layers that are switched off"):
        examine_pdf(pdf("The learning.", change=hide), TITLE)


def test_a_cleaned_file_cleaned_again_stays_the_same() -> None:
    once = examine_pdf(pdf("The learning.", "More."), TITLE)
    again = examine_pdf(once.content, TITLE)
    assert again.content == once.content
    with pikepdf.open(io.BytesIO(again.content)) as document:
        assert len(document.pages) == 2


def test_words_shown_by_a_font_that_names_no_letters_are_given_to_a_person() -> None:
    def garble(document: pikepdf.Pdf) -> None:
        font = document.pages[0].obj.Resources.Font.F1
        table = (
            b"/CIDInit /ProcSet findresource begin begincmap 1 begincodespacerange <00> <FF> endcodespacerange "
            b"1 beginbfrange <20> <7E> <E020> endbfrange endcmap end"
        )
        font.ToUnicode = document.make_stream(table)

    (page,) = examine_pdf(pdf("Hester Nolan was here.", change=garble), TITLE).pictures
    assert (page.digest, page.pages, bool(page.rendering)) == ("", (1,), True)


READERS = {"pdftotext": ["pdftotext", "-q", "{}", "-"], "qpdf": ["qpdf", "--check", "{}"]}


@pytest.mark.parametrize("reader", [reader for reader in READERS if shutil.which(reader)])
@pytest.mark.parametrize("made", ["PDF", "Word"])
def test_a_cleaned_file_opens_in_the_readers_that_this_machine_has(reader: str, made: str, tmp_path: Path) -> None:
    hide_all = [hide for hide in REMOVED if hide.__name__ not in ("in_form_field", "in_comment", "in_local_address")]

    def hide(document: pikepdf.Pdf) -> None:
        for each in hide_all:
            each(document)

    if made == "PDF":
        content = examine_pdf(pdf("The learning.", change=hide), TITLE).content
    else:
        content = examine_word(word(heading("Findings") + paragraph("The learning.")), TITLE).content
    file = tmp_path / "cleaned.pdf"
    file.write_bytes(content)
    done = subprocess.run([each.format(file) for each in READERS[reader]], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert reader == "qpdf" or "The learning." in done.stdout
