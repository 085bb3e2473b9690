"""A reviewer's PDF is counted apart from the process that serves: within limits, and by a process that has no key."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path

import pytest

from deploy.run.system import wait_for
from services.review.page_count import CPU_SECONDS, MEMORY, pages_of
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


def counting() -> str | None:
    """The environment of the process that counts now; None where none does."""
    for task in Path("/proc/self/task").iterdir():
        for child in (task / "children").read_text().split():
            try:
                if b"page_count" in Path(f"/proc/{child}/cmdline").read_bytes():
                    return Path(f"/proc/{child}/environ").read_text()
            except OSError:  # it has ended meanwhile
                continue
    return None


def test_the_process_that_counts_is_told_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_KEY_OF_A_TEST", "not to be told")
    seen = []
    with ThreadPoolExecutor(1) as apart:
        count = apart.submit(pages_of, pdf("First."))
        while not count.done():
            seen += [found] if (found := counting()) else []
    assert count.result() == 1 and seen
    assert not any("A_KEY_OF_A_TEST" in environment for environment in seen)


def test_the_process_that_counts_has_limits_before_it_reads() -> None:
    command = [sys.executable, "-m", "services.review.page_count"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        limits = Path(f"/proc/{process.pid}/limits")
        wait_for(lambda: str(MEMORY) in limits.read_text(), "the limits of a process that waits for its file")
        lines = {line[:26].strip(): line[26:].split()[0] for line in limits.read_text().splitlines()}
        assert (lines["Max cpu time"], lines["Max file size"]) == (str(CPU_SECONDS), "0")
        assert process.communicate(pdf("First."))[0] == b"1"


def test_the_process_that_serves_never_loads_what_reads_strangers_files() -> None:
    program = "import services.review.app, sys; sys.exit('pypdfium2' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False).returncode == 0
