"""An editor is told what a document lacks for readers with a screen reader; a Word document becomes PDF/UA-1."""

import page
import pytest

from services.publish.cleaning.examination import examine_pdf, examine_word
from tests.publishing import pdf
from tests.word_files import heading, paragraph, picture, run, split_photograph, table, word

TITLE = "Child T1: full report"
WHOLE = (
    heading("Findings")
    + heading("What happened", 2)
    + paragraph("Agencies met.")
    + paragraph("One.", '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="2"/></w:numPr>')
    + table(("Agency", "Contacts"), ("Health", "4"))
    + paragraph(picture())
    + paragraph(picture(decorative=True, alt=""))
    + f'<w:p><w:hyperlink r:id="rIdL">{run("the law")}</w:hyperlink></w:p>'
)


def gaps_of(body: str) -> tuple[str, ...]:
    relations = {"rIdP": "media/image1.png", "rIdL": "https://www.legislation.gov.uk/"}
    return examine_word(word(body, {"word/media/image1.png": split_photograph()}, relations), TITLE).gaps


def test_a_word_document_with_headings_header_rows_and_alternative_texts_becomes_pdf_ua() -> None:
    relations = {"rIdP": "media/image1.png", "rIdL": "https://www.legislation.gov.uk/"}
    examined = examine_word(word(WHOLE, {"word/media/image1.png": split_photograph()}, relations), TITLE)
    assert examined.gaps == ()
    report = page.validate_pdf_bytes(examined.content, profile=page.ValidationProfile.PDF_UA_1)
    assert (report.is_compliant, [each.rule_id for each in report.failures]) == (True, [])


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (paragraph("No heading."), "no headings"),
        (heading("Second", 2) + paragraph("It begins with the second."), "first heading"),
        (
            heading("First") + '<w:p><w:pPr><w:outlineLvl w:val="2"/></w:pPr><w:r><w:t>Third</w:t></w:r></w:p>',
            "leave out",
        ),
        (heading("A picture") + paragraph(picture(alt="")), "no alternative text"),
        (heading("A table") + table(("Agency", "Contacts"), ("Health", "4"), head=False), "no header row"),
    ],
)
def test_what_is_missing_is_told_in_plain_words(body: str, words: str) -> None:
    assert any(words in sentence for sentence in gaps_of(body))


def test_a_pdf_without_tags_is_told_so_and_nothing_else() -> None:
    (sentence,) = examine_pdf(pdf("The learning."), TITLE).gaps
    assert "not tagged" in sentence
    assert "Word" in sentence
