"""Two hundred damaged and hostile PDFs: each is examined or refused in words, and none outlives its limits."""

import io
import os
import re
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pikepdf
import pypdfium2
import pytest

from services.publish.cleaning.examination_process import examine_apart
from services.publish.cleaning.examination_server import BREAKS, TOO_MUCH
from services.publish.cleaning.passages import CannotClean
from services.publish.cleaning.pdf_cleaning import BOMB
from tests.examining import stopped
from tests.hostile_pdfs import KINDS, bomb, hostile_pdfs, random_bytes, truncated

TITLE = "Child T1: full report"
SENTENCES = re.compile(r"([A-Z][^.]+\.)( [A-Z][^.]+\.)*")
ALWAYS_DAMAGED = (truncated, random_bytes)


def verdict(file: tuple[str, bytes]) -> tuple[str, str]:
    """The sentence of a refusal; nothing where the file was examined and other programs open what came of it."""
    name, content = file
    try:
        examined = examine_apart(content, TITLE)
    except CannotClean as error:
        return name, str(error)
    with pikepdf.open(io.BytesIO(examined.content)) as document:
        assert len(document.pages) == examined.pages, name
    assert len(pypdfium2.PdfDocument(examined.content)) == examined.pages, name
    return name, ""


def test_there_are_two_hundred() -> None:
    assert sum(KINDS.values()) == 200


@pytest.mark.timeout(400)
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_hostile_file_gets_a_clear_word_and_no_more_than_its_time(kind: Callable[[int], bytes]) -> None:
    with ThreadPoolExecutor(2) as examiners:
        verdicts = dict(examiners.map(verdict, hostile_pdfs(kind)))
    assert len(verdicts) == KINDS[kind]
    assert [(name, told) for name, told in verdicts.items() if told and not SENTENCES.fullmatch(told)] == []
    if kind in ALWAYS_DAMAGED:
        assert [name for name, told in verdicts.items() if "damaged" not in told] == []
    if kind is bomb:
        unpacking = {verdicts[f"bomb {number}"] for number in (1, 5)}  # to 900 MB each, as a picture and as a page
        assert unpacking == {BOMB}


@pytest.mark.parametrize("ended", [signal.SIGXCPU, signal.SIGSEGV], ids=["out of time", "broken"])
def test_a_file_that_takes_all_its_time_is_not_called_damaged(ended: signal.Signals) -> None:
    told = TOO_MUCH if ended == signal.SIGXCPU else BREAKS
    with stopped() as (child, examined):
        os.kill(child, ended)
        os.kill(child, signal.SIGCONT)
        with pytest.raises(CannotClean) as refused:
            examined.result()
    assert str(refused.value) == told
    assert ("made to stop programs" in told, "damaged" in told) == (ended == signal.SIGXCPU, ended != signal.SIGXCPU)
