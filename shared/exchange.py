"""Several statements in one exchange with PostgreSQL: each exchange costs more than most statements do.

What a transaction says last (events, the answer to be given again, the audit trail) is gathered and goes with its commit,
so that the audit chain's lock is held while PostgreSQL alone is at work, never while a thread of ours waits for its turn.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import IntEnum
from typing import Any

import psycopg
from psycopg.rows import namedtuple_row
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

Statement = tuple[str, Sequence[Any]]  # SQL with $1, $2 … as PostgreSQL itself writes them, and the values
COMMIT: Statement = ("COMMIT", ())


class Turn(IntEnum):
    """The order in which things go with a commit, whatever the order in which they were said. The lock is taken last."""

    ROWS = 1
    EVENTS = 2
    ANSWER = 3
    AUDIT = 4


def in_one_exchange(session: Session, *statements: Statement) -> list[Any]:
    """Execute statements one after the other in the session's transaction; the rows of the last that gives any, by name.

    Where one fails the rest are not executed, and it raises as SQLAlchemy does.
    """
    connection = session.connection()
    driver: Any = connection.connection.driver_connection
    try:
        with driver.pipeline():
            cursors = [psycopg.RawCursor(driver, row_factory=namedtuple_row).execute(*each) for each in statements]
        giving = [cursor for cursor in cursors if cursor.description]
        return giving[-1].fetchall() if giving else []
    except psycopg.Error as error:
        if driver.closed:
            connection.invalidate(error)
        raise DBAPIError.instance(
            None, None, error, psycopg.Error, connection_invalidated=driver.closed, dialect=connection.dialect
        ) from error


def with_commit(session: Session, turn: Turn, sql: str, values: Sequence[Any]) -> None:
    """Have a statement executed with the commit. Until then the transaction itself does not see what it does."""
    session.info.setdefault("with_commit", []).append((turn, (sql, values)))


def commit(session: Session) -> None:
    """Commit a transaction, with what is to go with it, durably and in one exchange."""
    session.flush()
    waiting = sorted(session.info.pop("with_commit", ()), key=lambda one: one[0])
    if waiting:
        in_one_exchange(session, *(statement for _, statement in waiting), COMMIT)
    session.commit()  # after COMMIT above this asks nothing of the database any more


@contextmanager
def attempt(session: Session) -> Iterator[None]:
    """What is done inside is undone as a whole where it raises, what it wanted to go with the commit included."""
    waiting = session.info.setdefault("with_commit", [])
    before = len(waiting)
    try:
        with session.begin_nested():
            yield
    except BaseException:
        del waiting[before:]
        raise
