"""`python -m tests.benchmarks [--only intake,dispatch] [--quick]`: measure, print, and write docs/performance.md.

Each part runs in a process of its own with servers of its own. `--quick` measures a fifth or less of everything, and the
report says so; with `--only` none is written.
"""

import argparse
import sys
from concurrent.futures import ProcessPoolExecutor
from importlib import import_module
from multiprocessing import get_context

from tests.benchmarks import report
from tests.benchmarks.measuring import Finding

PARTS = ("intake", "dispatch", "latency", "growth", "running", "pages", "reading")


def main() -> None:
    wish = arguments()
    findings = [finding for part in wish.only for finding in measured(part, wish.quick)]
    if wish.only == [*PARTS]:
        report.write(findings, quick=wish.quick)
        print(f"Written: {report.FILE.name}")
    missed = [finding.what for finding in findings if finding.met is False]
    print(f"{len(missed)} missed" + "".join(f"\n  {what}" for what in missed))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description="Measure against the targets.")
    parser.add_argument("--only", type=parts, default=[*PARTS], help=f"some of {','.join(PARTS)}")
    parser.add_argument("--quick", action="store_true", help="a fifth or less of everything")
    return parser.parse_args()


def parts(names: str) -> list[str]:
    wanted = names.split(",")
    if unknown := set(wanted) - set(PARTS):
        raise argparse.ArgumentTypeError(f"there is no {', '.join(sorted(unknown))}")
    return wanted


def measured(part: str, quick: bool) -> list[Finding]:
    """Measure in a process of its own: settings are read once in a process, and each system has its own."""
    print(f"{part} …", file=sys.stderr, flush=True)
    measure = import_module(f"tests.benchmarks.{part}").measure
    with ProcessPoolExecutor(1, get_context("spawn")) as process:
        findings: list[Finding] = process.submit(measure, quick).result()
    for finding in findings:
        print("  " + " | ".join(str(value) for value in vars(finding).values()), flush=True)
    return findings


if __name__ == "__main__":
    main()
