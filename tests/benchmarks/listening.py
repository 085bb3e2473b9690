"""Learning of a commit the moment it happens: triggers that notify, and one who listens. Nothing is polled."""

import time

from deploy.run.system import System
from tests.benchmarks.machines import as_superuser

TELL = """
    CREATE FUNCTION tell_of_{table}() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM pg_notify('{table}', {said});
        RETURN NULL;
    END $$;
    CREATE TRIGGER tell_of_{table} AFTER {change} ON {table} FOR EACH ROW EXECUTE FUNCTION tell_of_{table}();
"""


class NothingHeard(RuntimeError):
    """What was waited for did not happen within ten seconds."""


class Listener:
    """Hears of each commit that changes one table of one service, as `said` (an SQL expression over NEW) tells it."""

    def __init__(self, running: System, service: str, table: str, change: str, said: str) -> None:
        self._connection = as_superuser(running, service)
        self._connection.execute(TELL.format(table=table, change=change, said=said))
        self._connection.execute(f"LISTEN {table}")

    def heard(self, what: str) -> float:
        """Wait until `what` was told; the monotonic moment at which it was heard. Raises `NothingHeard`."""
        for notice in self._connection.notifies(timeout=10):
            if notice.payload == what:
                return time.monotonic()
        raise NothingHeard(what)
