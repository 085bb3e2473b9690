"""Everything that reads a stranger's file: cleaning it, reading it again, and looking for what it hides.

Nothing here knows the case. It runs in a process of its own, which is told no secret (examination_process.py).
"""

from dataclasses import replace

from services.publish.cleaning.hidden_text import concealed_texts
from services.publish.cleaning.passages import CannotClean, Examined, Passage, gathered
from services.publish.cleaning.pdf_cleaning import WORDS, clean_pdf
from services.publish.cleaning.pictures import pictures_of
from services.publish.cleaning.reading import CannotRead, read_pages
from services.publish.cleaning.second_reading import check_cleaned_pdf
from services.publish.cleaning.word_to_pdf import pdf_of_word

PROPERTIES = (WORDS["/Info"], WORDS["/Metadata"])


def examine_word(content: bytes, title: str) -> Examined:
    """Make a PDF of what a Word file shows, and examine that. Raises `CannotClean`."""
    made, read = pdf_of_word(content, title)
    examined = examine_pdf(made, title)
    removed = {*read.removed, *(each for each in examined.removed if each not in PROPERTIES)}  # of our own making
    return replace(
        examined,
        removed=tuple(sorted(removed)),
        passages=(*examined.passages, *read.left_out),
        concealed=(*gathered(list(read.hidden)), *examined.concealed),
    )


def examine_pdf(content: bytes, title: str) -> Examined:
    """Clean, read and look through a PDF. Raises `CannotClean`."""
    cleaned = clean_pdf(content, title)
    try:
        pages = read_pages(cleaned.content)
    except CannotRead as error:
        raise CannotClean(str(error)) from None
    check_cleaned_pdf(cleaned.content, title, len(pages))
    texts = tuple(Passage("text", page.number, page.text) for page in pages)
    concealed = concealed_texts(cleaned.content)
    pictures, small = pictures_of(cleaned.content, pages)
    passages = (*texts, *cleaned.unseen)
    return Examined(cleaned.content, cleaned.removed, passages, concealed, len(pages), pictures, small, cleaned.gaps)
