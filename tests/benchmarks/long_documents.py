"""Long texts of invented words: reports to search and to check, chronologies to merge."""

import io
import random
from typing import Any

import pikepdf

chance = random.Random(16)
SYLLABLES = ("ba", "den", "fol", "gar", "hem", "kin", "lor", "mas", "ner", "pel", "ros", "sta", "tor", "ven", "wil")
WORDS = ["".join(chance.choices(SYLLABLES, k=chance.randint(2, 4))) for _ in range(5000)]
WEIGHTS = [1 / (rank + 3) for rank in range(len(WORDS))]  # a few words are common, most are rare, as in any language
LINES_ON_A_PAGE = 45


def sentence(words: int) -> str:
    return " ".join(chance.choices(WORDS, WEIGHTS, k=words)).capitalize()


def text_of_2_kb() -> str:
    return ". ".join(sentence(12) for _ in range(24))


def entries_of_a_return(count: int) -> list[dict[str, Any]]:
    """What one agency did over the years, in the form of its return."""
    return [_entry(n) for n in range(count)]


def _entry(n: int) -> dict[str, Any]:
    return {
        "from": f"20{10 + n % 16}-{1 + n % 12:02}-{1 + n % 28:02}",
        "to": None,
        "certainty": "known",
        "description": sentence(40),
        "source": "Register",
        "child_seen": True,
        "child_heard": None,
        "persons": [sentence(2)],
    }


def report(pages: int) -> bytes:
    """A PDF with full pages of text."""
    with pikepdf.new() as document:
        font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
        for _ in range(pages):
            page = document.add_blank_page(page_size=(595, 842))
            page.obj.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
            lines = " ".join(f"({sentence(11)}) Tj T*" for _ in range(LINES_ON_A_PAGE))
            page.obj.Contents = document.make_stream(f"BT /F1 11 Tf 16 TL 40 800 Td {lines} ET".encode())
        out = io.BytesIO()
        document.save(out)
    return out.getvalue()
