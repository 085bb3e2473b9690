"""Dispatch: due deliveries to an instant gateway beside bare posts of the same bodies, and a backlog after an outage."""

import statistics
import time
from concurrent.futures import ThreadPoolExecutor

import requests

from services.notify.service import SERVICE
from tests.benchmarks.backlog import Letter, add_backlog, letters
from tests.benchmarks.machines import Rows, as_superuser, live_in, system
from tests.benchmarks.measuring import Finding, at_least, limited, seconds_of

ROUNDS = 5
THREADS = 8
STEADY, OUTAGE = 2000, 10_000
CHILDREN = 2

WAITING = "SELECT EXISTS (SELECT 1 FROM deliveries WHERE status = 'pending' AND urgency = %s)"
UNFINISHED = """
    SELECT count(*) FROM duties d LEFT JOIN deliveries m ON m.duty_id = d.id
     WHERE d.status <> 'discharged' OR d.evidence IS NULL OR m.status <> 'acknowledged' OR m.attempts <> 1
"""
UNCONFIRMED = "SELECT EXISTS (SELECT 1 FROM event_deliveries WHERE confirmed_at IS NULL)"


class NotDispatched(RuntimeError):
    """Something that should have been sent, received and recorded once was not; the message counts it."""


def measure(quick: bool) -> list[Finding]:
    steady, outage = (STEADY // 5, OUTAGE // 5) if quick else (STEADY, OUTAGE)
    with system(WORKER_PROCESSES=str(CHILDREN)) as running:
        live_in(running)
        with as_superuser(running, "notify") as rows:
            drained(rows, steady // 2)
            bare_posts(letters(steady // 2))
            rounds = [(bare_posts(letters(steady)), drained(rows, steady)) for _ in range(ROUNDS)]
            rate, waited = _after_an_outage(rows, outage)
    return [
        at_least(f"dispatch, {steady:,} due, one worker of {CHILDREN}", rounds, 0.5, "/s"),
        at_least(
            f"backlog of {outage:,}: its rate beside the steady one",
            [(statistics.median(ours for _, ours in rounds), rate)],
            0.9,
            "/s",
        ),
        limited("a new urgent delivery during the backlog: until recorded", [waited], 1.0, "s"),
    ]


def bare_posts(waiting: list[Letter]) -> float:
    """Letters a second that eight threads post with a `requests.Session` each, doing nothing else."""
    shares = [waiting[n::THREADS] for n in range(THREADS)]
    with ThreadPoolExecutor(THREADS) as pool:
        return len(waiting) / seconds_of(lambda: list(pool.map(_post_share, shares)))


def _post_share(share: list[Letter]) -> None:
    with requests.Session() as session:
        session.trust_env = False
        for letter in share:
            session.post(letter.address, letter.payload, headers=letter.headers, timeout=10).raise_for_status()


def drained(rows: Rows, count: int) -> float:
    """Deliveries a second from the moment they become due until the last one's duty is discharged."""
    began = _make_due(count)
    wait_while(rows, WAITING, 4)
    rate = count / (time.perf_counter() - began)
    _all_is_well(rows)
    return rate


def _make_due(count: int) -> float:
    with SERVICE.transaction() as session:
        add_backlog(session, count)
        session.flush()
    began = time.perf_counter()
    for _ in range(CHILDREN):
        SERVICE.celery.send_task("notify.dispatch_due", queue="notify")
    return began


def _all_is_well(rows: Rows) -> None:
    (wrong,) = rows.execute(UNFINISHED).fetchone() or (None,)
    if wrong:
        raise NotDispatched(f"{wrong} duties have no receipt, or their delivery went more than once.")
    wait_while(rows, UNCONFIRMED, patience=600)  # two events of each, heard at the consumers' own pace


def wait_while(rows: Rows, question: str, *values: object, patience: float = 120) -> None:
    until = time.monotonic() + patience
    while (rows.execute(question, values).fetchone() or (True,))[0]:
        if time.monotonic() > until:
            raise NotDispatched(f"Waited {patience:g} seconds for: {question}")
        time.sleep(0.01)


def _after_an_outage(rows: Rows, count: int) -> tuple[float, float]:
    """The rate at which a backlog drains, and how many seconds an urgent delivery waits that comes in the middle."""
    began = _make_due(count)
    time.sleep(1)
    urgent = time.perf_counter()
    with SERVICE.transaction() as session:
        add_backlog(session, 1, urgency=1)
    wait_while(rows, WAITING, 1)
    waited = time.perf_counter() - urgent
    wait_while(rows, WAITING, 4)
    rate = count / (time.perf_counter() - began)
    _all_is_well(rows)
    return rate, waited
