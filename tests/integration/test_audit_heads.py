"""Heads of the audit chain kept elsewhere: whoever owns the database can take its newest entries away, and is found out."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner, Result
from sqlalchemy.engine import make_url

from deploy.command_line.__main__ import safeguarding
from services.review.service import SERVICE
from shared import audit, clock

pytestmark = pytest.mark.usefixtures("ground", "own_clock")

DAYS = (date(2031, 3, 1), date(2031, 3, 2))


def office(*words: str) -> Result:
    return CliRunner().invoke(safeguarding, ["--var", "/nowhere", "audit", *words])


def signed(day: date) -> audit.Head:
    with SERVICE.transaction() as session:
        audit.append(session, audit.Entry("office", "decided", "case:1"))
    with SERVICE.transaction() as session:
        head = audit.sign_head(session, "review", day)
    assert head is not None
    return head


@pytest.fixture
def two_days(ground: dict[str, str]) -> Iterator[list[audit.Head]]:
    """Two days with an entry and a signed head each; taken away again as only the database's owner can."""
    yield [signed(day) for day in DAYS]
    forget(ground, "DELETE FROM audit_heads WHERE day >= '2031-01-01'")


def forget(ground: dict[str, str], statement: str) -> None:
    url = make_url(ground["REVIEW_OWNER_DATABASE_URL"]).set(drivername="postgresql")
    with psycopg.connect(url.render_as_string(hide_password=False)) as connection:
        connection.execute(statement)


def test_the_heads_are_written_a_line_each_and_fit_as_long_as_nothing_is_gone(
    two_days: list[audit.Head], tmp_path: Path
) -> None:
    lines = office("heads").stdout
    for head in two_days:
        assert f"review {head.day} {head.number} {head.hash} {head.signature}\n" in lines
    (tmp_path / "heads").write_text(lines)
    assert office("verify", "--heads", str(tmp_path / "heads")).exit_code == 0


def test_newest_entries_taken_away_with_their_heads_are_missed(
    ground: dict[str, str], two_days: list[audit.Head], tmp_path: Path
) -> None:
    kept = tmp_path / "heads"
    kept.write_text("\n".join(head.line() for head in two_days))
    forget(
        ground,
        f"DELETE FROM audit_heads WHERE day = '{DAYS[1]}'; DELETE FROM audit_entries WHERE number >= {two_days[1].number}",
    )
    assert office("verify").exit_code == 0, "what is left fits together"
    found = office("verify", "--heads", str(kept))
    assert found.exit_code == 1
    assert f"The head of {DAYS[1]}, entry {two_days[1].number}, was kept elsewhere and is missing here" in found.output
    again = signed(DAYS[1])  # what the next sweep does, over other entries
    assert (again.number, again.hash) != (two_days[1].number, two_days[1].hash) or again == two_days[1]
    assert "was kept elsewhere as entry" in office("verify", "--heads", str(kept)).output


def test_a_file_that_holds_no_heads_or_forged_ones_does_not_pass(two_days: list[audit.Head], tmp_path: Path) -> None:
    kept = tmp_path / "heads"
    kept.write_text("not a head at all\n")
    assert office("verify", "--heads", str(kept)).exit_code == 2
    kept.write_text(two_days[0].line().replace(two_days[0].signature, "0" * 64))
    assert "is not signed with this key" in office("verify", "--heads", str(kept)).output


KEEP_HOUSE = """
from shared.logs import set_up_logs
from shared.worker import keep_house
from services.review.service import SERVICE
set_up_logs()
keep_house(SERVICE)
"""


def kept_house() -> list[str]:
    """What the log says of heads while a worker keeps house."""
    done = subprocess.run([sys.executable, "-c", KEEP_HOUSE], capture_output=True, text=True, check=True)
    return [line for line in done.stderr.splitlines() if "audit.head_signed" in line]


def test_the_log_says_each_head_once_as_it_is_signed_and_is_read_as_a_file_of_heads(
    ground: dict[str, str], tmp_path: Path
) -> None:
    clock.advance(datetime(2032, 5, 2, 12, tzinfo=UTC) - clock.now())
    with SERVICE.transaction() as session:
        audit.append(session, audit.Entry("office", "decided", "case:2"))
    (line,) = kept_house()
    assert kept_house() == []
    (tmp_path / "log").write_text(f"worker-review-1  | {line}\n")
    assert "1 heads that were kept elsewhere" in office("verify", "--heads", str(tmp_path / "log")).output
    forget(ground, "DELETE FROM audit_heads WHERE day = '2032-05-01'")
    assert "The head of 2032-05-01" in office("verify", "--heads", str(tmp_path / "log")).output
