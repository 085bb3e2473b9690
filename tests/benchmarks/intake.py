"""Intake: our full `POST /referrals` beside the naive reference, on the same PostgreSQL, served the same way."""

import statistics
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from deploy.run.system import System
from tests.benchmarks.bodies import referrals
from tests.benchmarks.machines import WORKERS, database_url, keep_quiet, key_of, system
from tests.benchmarks.measuring import Finding, at_least, at_most, percentile
from tests.benchmarks.posting import Burst, post_all
from tests.benchmarks.serving import PROCESSES, THREADS, served

ROUNDS = 5
AT_ONCE, ALONE = 3000, 300
WARM_UP = 200


def measure(quick: bool) -> list[Finding]:
    share = 5 if quick else 1
    with system(API_PROCESSES=str(PROCESSES), API_THREADS=str(THREADS)) as running:
        keep_quiet(running, *WORKERS, "scheduler")
        with reference(running) as other:
            ours = f"{running.url}/notify/api/v1/referrals", key_of(running, "herefordshire-council")
            post_all(other, referrals(WARM_UP))
            post_all(ours[0], referrals(WARM_UP), ours[1])
            rounds = [_round(other, ours, AT_ONCE // share, ALONE // share) for _ in range(ROUNDS)]
    return _findings(rounds)


Round = dict[str, tuple[Burst, Burst]]


def _round(other: str, ours: tuple[str, str], at_once: int, alone: int) -> Round:
    return {
        "together": (post_all(other, referrals(at_once)), post_all(ours[0], referrals(at_once), ours[1])),
        "alone": (post_all(other, referrals(alone), "", 1), post_all(ours[0], referrals(alone), ours[1], 1)),
    }


def _findings(rounds: list[Round]) -> list[Finding]:
    together, alone = ([one[way] for one in rounds] for way in ("together", "alone"))
    rates = [(other.rate, ours.rate) for other, ours in together]
    middles = [(_middle(other), _middle(ours)) for other, ours in alone]
    ends = [(_ninety_nine(other), _ninety_nine(ours)) for other, ours in together]
    shape = f"{PROCESSES} processes × {THREADS} threads"
    return [
        at_least(f"intake, 16 connections, {shape}", rates, 1.0, "/s"),
        at_most("intake, 16 connections, p99", ends, 2.0, "ms"),
        at_most("intake, one connection, p50", middles, 1.0, "ms"),
    ]


def _middle(burst: Burst) -> float:
    return 1000 * statistics.median(burst.seconds)


def _ninety_nine(burst: Burst) -> float:
    return 1000 * percentile(burst.seconds, 99)


@contextmanager
def reference(running: System) -> Iterator[str]:
    """The reference's address, served beside the system with a database of its own on the same PostgreSQL."""
    with psycopg.connect(running.superuser_url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE reference")
    url = database_url(running, "reference").replace("postgresql://", "postgresql+psycopg://")
    with served("tests.benchmarks.reference_intake", {"REFERENCE_DATABASE_URL": url}) as address:
        yield f"{address}/referrals"
