"""Every picture in which somebody may read words or know a face is asked about, once, and shown as it is."""

import pytest

from services.publish.cleaning.examination import examine_pdf, examine_word
from services.publish.cleaning.passages import Examined, Picture
from tests.pictures import (
    PHOTOGRAPH,
    Box,
    among_commands,
    colour_in_the_middle,
    in_pattern,
    points,
    report_with,
    shown,
    two_masks,
    with_picture,
)
from tests.publishing import pdf
from tests.word_files import heading, paragraph, picture, split_photograph, word

TITLE = "Child T1: full report"
RED, BLUE = (1, 0, 0), (0, 0, 1)


def the_one(examined: Examined) -> Picture:
    (found,) = examined.pictures
    return found


def test_a_picture_beside_words_is_found_with_its_page_size_and_rendering() -> None:
    found = the_one(examine_pdf(report_with(), TITLE))
    assert (found.pages, round(found.width), round(found.height), found.alternative) == ((1,), 200, 150, "")
    assert colour_in_the_middle(found.rendering) == RED


@pytest.mark.parametrize(
    ("box", "size", "asked"),
    [
        ((100, 400, 55, 55), (40, 40), False),  # a symbol
        ((100, 400, 55, 55), (400, 400), True),  # the same with so many points that it can be enlarged
        ((100, 400, 61, 20), (40, 30), True),
        ((100, 400, 200, 9), (400, 18), True),  # a line cut out of a letter
        ((100, 400, 400, 3), (400, 3), False),  # a rule
    ],
)
def test_a_picture_is_asked_about_where_words_or_a_face_may_be_known(
    box: Box, size: tuple[int, int], asked: bool
) -> None:
    examined = examine_pdf(report_with(points(size=size), box), TITLE)
    assert (len(examined.pictures), examined.small_pictures) == ((1, 0) if asked else (0, 1))


def test_the_same_picture_on_every_page_is_one() -> None:
    logo = with_picture((500, 780, 80, 50), pages=(0, 1, 2))
    found = the_one(examine_pdf(pdf("First.", "Second.", "Third.", change=logo), TITLE))
    assert found.pages == (1, 2, 3)


def test_a_symbol_that_stands_there_many_times_is_counted_once() -> None:
    examined = examine_pdf(pdf("Words.", change=with_picture((100, 400, 20, 20), (100, 300, 20, 20))), TITLE)
    assert (examined.pictures, examined.small_pictures) == ((), 1)


def test_the_strips_into_which_a_program_cut_a_picture_are_one() -> None:
    strips = [(100.0, 400.0 + 5 * at, 200.0, 5.0) for at in range(30)]
    found = the_one(examine_pdf(pdf("Words.", change=with_picture(*strips)), TITLE))
    assert (round(found.width), round(found.height)) == (200, 150)
    assert colour_in_the_middle(found.rendering) == RED


def test_what_is_drawn_over_a_picture_does_not_hide_it_from_who_decides() -> None:
    covered = with_picture(PHOTOGRAPH, after=" 1 1 1 rg 90 390 300 300 re f")
    assert colour_in_the_middle(the_one(examine_pdf(pdf("Words.", change=covered), TITLE)).rendering) == RED


def test_a_picture_outside_the_page_can_be_taken_out_of_the_file_and_is_asked_about() -> None:
    found = the_one(examine_pdf(report_with(box=(2000, 2000, 200, 150)), TITLE))
    assert colour_in_the_middle(found.rendering) == RED


def test_a_picture_in_a_pattern_is_asked_about_without_a_page() -> None:
    found = the_one(examine_pdf(pdf("Words.", change=in_pattern), TITLE))
    assert (found.pages, colour_in_the_middle(found.rendering)) == ((), BLUE)


@pytest.mark.parametrize("owner", ["pattern", "form", "letter"])
def test_a_picture_among_the_commands_of_a_pattern_or_a_letter_is_asked_about(owner: str) -> None:
    found = the_one(examine_pdf(pdf("Words.", change=among_commands(owner)), TITLE))
    assert (found.pages, colour_in_the_middle(found.rendering)) == ((), BLUE)


def test_a_letter_of_a_font_that_is_a_small_picture_is_only_counted() -> None:
    examined = examine_pdf(pdf("Words.", change=among_commands("letter", (40, 60))), TITLE)
    assert (examined.pictures, examined.small_pictures) == ((), 1)


def test_shapes_of_the_same_data_and_other_masks_are_two() -> None:
    first, second = examine_pdf(pdf("Words.", change=two_masks), TITLE).pictures
    assert first.digest != second.digest
    assert shown(first.rendering).tobytes() != shown(second.rendering).tobytes()


def test_a_page_without_text_is_shown_as_a_whole_and_its_pictures_are_not_asked_about_again() -> None:
    page = the_one(examine_pdf(pdf("", change=with_picture((0, 0, 595, 842))), TITLE))
    assert (page.digest, page.pages, colour_in_the_middle(page.rendering)) == ("", (1,), RED)


@pytest.mark.parametrize(("decorative", "alternative"), [(False, "A graph of contacts"), (True, "")])
def test_a_picture_of_a_word_file_is_asked_about_whether_it_is_called_decorative_or_not(
    decorative: bool, alternative: str
) -> None:
    body = heading("Findings") + paragraph("Words.") + paragraph(picture(decorative=decorative, alt=alternative))
    content = word(body, {"word/media/image1.png": split_photograph()}, {"rIdP": "media/image1.png"})
    found = the_one(examine_word(content, TITLE))
    assert (found.pages, found.alternative, bool(found.rendering)) == ((1,), alternative, True)


def test_the_same_file_gives_the_same_pictures_again() -> None:
    once = examine_pdf(pdf("Words.", change=two_masks), TITLE)
    again = examine_pdf(once.content, TITLE)
    assert [each.digest for each in again.pictures] == [each.digest for each in once.pictures]
