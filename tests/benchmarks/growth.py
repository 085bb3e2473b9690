"""Whether one piece of work costs the same with 1,000, 10,000 and 100,000 incidents behind it."""

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from multiprocessing import get_context

from deploy.run.system import System, wait_for
from tests.benchmarks.bodies import referrals
from tests.benchmarks.machines import WORKERS, Rows, as_superuser, keep_quiet, key_of, live_in, system
from tests.benchmarks.measuring import Finding, at_most
from tests.benchmarks.one_piece import PIECES, cost_of
from tests.benchmarks.posting import Sender
from tests.benchmarks.prefill import fill

SIZES = (1_000, 10_000, 100_000)
ROUNDS = 5
AT_MOST = 1.2
SETTLED = """
    SELECT (SELECT count(*) FROM incidents WHERE status = 'notified') = 1
       AND NOT EXISTS (SELECT 1 FROM deliveries WHERE status = 'pending')
       AND NOT EXISTS (SELECT 1 FROM event_deliveries WHERE confirmed_at IS NULL)
"""


@dataclass(frozen=True)
class Grown:
    """A system with so many incidents behind it, and a process that does single pieces of work in it."""

    size: int
    rows: Rows
    worker: ProcessPoolExecutor
    keys: tuple[str, str]

    def cost(self, piece: str) -> float:
        """Milliseconds of one piece of work, what earlier ones left to do having been cleared away."""
        self.rows.execute("UPDATE event_deliveries SET confirmed_at = now() WHERE confirmed_at IS NULL")
        return self.worker.submit(cost_of, piece, *self.keys).result()


def measure(quick: bool) -> list[Finding]:
    sizes = [size // 10 for size in SIZES] if quick else SIZES
    with ExitStack() as stack:
        grown = [stack.enter_context(_grown(size)) for size in sizes]
        rounds = [{piece: [one.cost(piece) for one in grown] for piece in PIECES} for _ in range(ROUNDS + 1)][1:]
    return [
        at_most(
            f"growth: {piece}, {sizes[n]:,} incidents beside {sizes[0]:,}",
            [(one[piece][0], one[piece][n]) for one in rounds],
            AT_MOST,
            "ms",
        )
        for piece in PIECES
        for n in (1, 2)
    ]


@contextmanager
def _grown(size: int) -> Iterator[Grown]:
    with system() as running, as_superuser(running, "notify") as rows:
        _one_incident_goes_its_way(running, rows)
        keep_quiet(running, *WORKERS, "scheduler")
        fill(rows, size)
        with ProcessPoolExecutor(1, get_context("spawn"), live_in, (running,)) as worker:
            yield Grown(
                size,
                rows,
                worker,
                (key_of(running, "herefordshire-council"), key_of(running, "hscp-partnership-office")),
            )


def _one_incident_goes_its_way(running: System, rows: Rows) -> None:
    Sender(f"{running.url}/notify/api/v1/referrals", key_of(running, "herefordshire-council")).post(referrals(1)[0])
    wait_for(lambda: bool((rows.execute(SETTLED).fetchone() or (False,))[0]), "the first incident to be notified")
