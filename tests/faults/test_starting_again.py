"""A system that is started again with work that nobody takes runs all the same, so that it can be mended."""

from pathlib import Path

import psycopg

from tests.running import Running, start_under

# An old event to a consumer that never confirms it.
REFUSED = """
    UPDATE event_deliveries SET consumer = 'nobody', confirmed_at = NULL, created_at = now() - interval '1 hour'
     WHERE (event_id, consumer) IN (SELECT event_id, consumer FROM event_deliveries LIMIT 1)
"""


def test_an_event_that_nobody_takes_does_not_keep_a_system_from_starting(tmp_path: Path) -> None:
    first = start_under(tmp_path)
    with psycopg.connect(first.databases["notify"]["owner"].replace("+psycopg", "")) as database:
        assert database.execute(REFUSED).rowcount == 1
    first.stop()
    again = Running(start_under(tmp_path))
    try:
        assert "something is wrong with it" in (tmp_path / "start.log").read_text()
        assert "wait for confirmation" in (tmp_path / "logs" / "announce.log").read_text()
        assert "directory.changed" in again.command("events", "pending").stdout
    finally:
        again.system.stop_and_forget()
