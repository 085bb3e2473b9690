"""A reviewer's PDF is counted apart from the process that serves: within limits, and by a process that has no key."""

import subprocess
import sys
from itertools import islice
from pathlib import Path

import pytest

from services.review.page_count import pages_of
from tests.hostile_pdfs import KINDS, hostile_pdfs
from tests.publishing import pdf

ROOT = Path(__file__).parents[2]


def test_the_pages_of_a_report_are_counted() -> None:
    assert pages_of(pdf("First.", "Second.", "Third.")) == 3


def test_what_is_no_pdf_has_no_pages() -> None:
    assert pages_of(b"") == pages_of(b"%PDF-1.7 and nothing more") == pages_of(pdf("First.")[:200]) == 0


def test_hostile_files_are_counted_or_not_and_nothing_breaks() -> None:
    counted = [pages_of(content) for kind in KINDS for _, content in islice(hostile_pdfs(kind), 2)]
    assert len(counted) == 2 * len(KINDS) and min(counted) == 0 < max(counted)


def test_a_file_that_takes_more_than_its_time_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.review.page_count.PATIENCE", 0.001)
    assert pages_of(pdf("First.")) == 0


def test_the_process_that_serves_never_loads_what_reads_strangers_files() -> None:
    program = "import services.review.app, sys; sys.exit('pypdfium2' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False).returncode == 0
