"""What readers and reviewers wait for: a search, a merged chronology, the identifier check of a long report."""

import resource
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from multiprocessing import get_context
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

from tests.benchmarks.long_documents import WORDS, entries_of_a_return, report, sentence, text_of_2_kb
from tests.benchmarks.machines import WORKERS, keep_quiet, live_in, system
from tests.benchmarks.measuring import Finding, limited, percentile, seconds_of

if TYPE_CHECKING:
    from services.publish.public_site.search_index import SearchEntry

REPORTS, SEARCHES = 20_000, 200
AGENCIES, ENTRIES = 40, 500
PAGES = 100
ROUNDS = 5
THEMES = ["neglect", "domestic-abuse", "mental-health", "exploitation"]


def measure(quick: bool) -> list[Finding]:
    with system() as running:
        keep_quiet(running, *WORKERS, "scheduler")
        # In processes of their own: each measures its memory, and none inherits another's.
        with ProcessPoolExecutor(1, get_context("spawn"), live_in, (running,), max_tasks_per_child=1) as worker:
            searches, misspelt = worker.submit(searched, REPORTS // 10 if quick else REPORTS).result()
            chronology = worker.submit(chronology_drawn).result()
            seconds, megabytes = worker.submit(report_checked).result()
    size = f"search of {REPORTS // 10 if quick else REPORTS:,} reports with facets and passages"
    return [
        limited(f"{size}: p50", [percentile(searches, 50)], 5, "ms"),
        limited(f"{size}: p95", [percentile(searches, 95)], 20, "ms"),
        limited(f"{size}: a misspelt word and what was meant, p95", [percentile(misspelt, 95)], 20, "ms"),
        limited(f"merged chronology of {AGENCIES} agencies × {ENTRIES} entries, to the drawn page", chronology, 1, "s"),
        limited(f"cleaning and identifier check of a {PAGES}-page report", seconds, 5, "s"),
        limited("the most memory that it took, the whole process", [megabytes], 300, "MB"),
    ]


def _made(count: int) -> Iterator["SearchEntry"]:
    from services.publish.public_site.search_index import SearchEntry

    for n in range(count):
        facets = {"type": ("lcspr",), "year": (str(2010 + n % 17),), "theme": (THEMES[n % len(THEMES)],)}
        facets |= {"agency": ("police", "school"), "age": ("under-1",)}
        day = date(2010 + n % 17, 3, 1)
        yield SearchEntry(f"review-{n}", sentence(6), sentence(30), text_of_2_kb(), day, facets)


def searched(reports: int) -> tuple[list[float], list[float]]:
    """Milliseconds of each search: two common words and one filter, with counts and passages; and of misspelt words."""
    from services.publish.public_site.search import SearchQuery, meant, search
    from services.publish.public_site.search_index import open_index, write_index

    folder = Path(mkdtemp()) / "search"
    write_index(folder, _made(reports))
    index = open_index(folder)

    def one(n: int) -> None:
        search(index, SearchQuery(q=f"{WORDS[n % 20]} {WORDS[20 + n % 30]}", theme=THEMES[n % len(THEMES)]))

    def misspelt(n: int) -> None:
        word = WORDS[n]
        search(index, SearchQuery(q=f"{word[:3]}x{word[3:]}"))
        meant(index, f"{word[:3]}x{word[3:]}")

    one(0)
    timed = [[1000 * seconds_of(lambda n=n: ask(n)) for n in range(SEARCHES)] for ask in (one, misspelt)]  # type: ignore[misc]  # noqa: B023
    return timed[0], timed[1]


def chronology_drawn() -> list[float]:
    """Seconds until the page of a large case's merged chronology is drawn, with its picture of every entry."""
    from tests.people import Someone
    from tests.reviewing import OFFICE

    case_id = _large_case()
    office = Someone(OFFICE, ["partnership-office"], service="review")

    def draw() -> None:
        answer = office.get(f"/review/cases/{case_id}/chronology")
        assert answer.status_code == 200, answer.text[:300]
        assert f"{AGENCIES * ENTRIES} entries" in answer.text

    return [seconds_of(draw) for _ in range(ROUNDS)]


def _large_case() -> str:
    from services.review.agency_returns import save_return
    from services.review.cases import take_notification
    from services.review.models import InformationRequest
    from services.review.service import SERVICE
    from shared.identity.keys import apply_directory_change
    from shared.identity.viewer import Viewer
    from tests.reviewing import FULL_RETURN, notified

    names = [f"example-agency-{n}" for n in range(AGENCIES)]
    facts = {"kind": "school", "is_partner": False, "emails": [], "ended_at": None, "version": 1, "keys": []}
    with SERVICE.transaction() as session:
        for name in names:
            apply_directory_change(session, facts | {"id": name, "name": name})
        take_notification(session, notified(agencies=names))
        session.flush()
        requests = session.query(InformationRequest).all()[:AGENCIES]  # the partners are asked, too
    for request in requests:
        viewer = Viewer(request.agency_id, "", "school", is_partner=False, is_authority=False, scope="own")
        with SERVICE.transaction(viewer) as session:
            body = FULL_RETURN | {"chronology": entries_of_a_return(ENTRIES)}
            save_return(session, session.get_one(InformationRequest, request.id), body, viewer)
    return str(requests[0].case_id)


def report_checked() -> tuple[list[float], float]:
    """Seconds to clean and check a long report, and the process's greatest memory in MB."""
    from services.publish.document_check import check
    from services.publish.models import Document, Publication

    content = report(PAGES)
    document = Document(kind="full-report", content_type="application/pdf")
    people = [{"kind": "name", "value": f"{sentence(1)} {sentence(1)}"} for _ in range(200)]
    publication = Publication(pseudonym="Child X", identifiers=people)
    seconds = [seconds_of(lambda: check(document, publication, content)) for _ in range(ROUNDS)]
    most = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return seconds, most / 1024
