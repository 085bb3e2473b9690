"""Several statements in one exchange with PostgreSQL: each exchange costs more than most statements do.

What a transaction says last (rows that it need not read again, events, the answer to be given again, the audit trail)
is gathered and goes with its commit, so that the audit chain's lock is held while PostgreSQL alone is at work, never
while a thread of ours waits for its turn.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from enum import IntEnum
from typing import Any

import psycopg
from psycopg.pq import TransactionStatus
from psycopg.rows import namedtuple_row
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

Statement = tuple[str, Sequence[Any]]  # SQL with $1, $2 … for its values, and the values
Rows = list[Any]  # of each statement its rows, by name; None for one that gives none
BEGIN: Statement = ("BEGIN", ())
COMMIT: Statement = ("COMMIT", ())
# For a transaction whose statements all go by keys: each is planned once a connection, whatever its values and however few rows
# there are yet. Policies of row-level security make planning dearer than most such statements are.
BY_KEYS: Statement = (
    "SELECT set_config(name, value, true) FROM (VALUES ('plan_cache_mode', 'force_generic_plan'), ('enable_seqscan', 'off'),"
    " ('enable_hashjoin', 'off'), ('enable_mergejoin', 'off')) AS settings (name, value)",
    (),
)
BEGINS_WITH = "begins_with"  # the name of an option of a connection


class Turn(IntEnum):
    """The order of what goes with a commit, whatever the order in which it was said: the lock comes last."""

    WRITE = 0
    EVENT = 1
    ANSWER = 2
    AUDIT = 3


Call = tuple[Turn, str, Sequence[Any]]  # a function of the database and its arguments, or a statement and its values


def _said(session: Session) -> list[Call]:
    said: list[Call] = session.info.setdefault("said", [])
    return said


def call_with_commit(session: Session, turn: Turn, function: str, *values: Any) -> None:
    """Have a function of the database called with the commit. Until then the transaction does not see what it does."""
    _said(session).append((turn, function, values))


def write_with_commit(session: Session, *statements: Statement) -> None:
    """Have statements executed with the commit, in their order. Until then the transaction does not see what they do."""
    _said(session).extend((Turn.WRITE, sql, values) for sql, values in statements)


def after_writes(session: Session, *statements: Statement) -> list[Any]:
    """`in_one_exchange`, behind what `write_with_commit` kept for the commit: from here on the transaction sees it."""
    session.flush()
    return in_one_exchange(session, *_taken_writes(session), *statements)


def _taken_writes(session: Session) -> list[Statement]:
    said = _said(session)
    writes = [(sql, values) for turn, sql, values in said if turn == Turn.WRITE]
    said[:] = [each for each in said if each[0] != Turn.WRITE]
    return writes


def in_one_exchange(session: Session, *statements: Statement) -> list[Any]:
    """Execute statements one after the other in the session's transaction; the rows of the last that gives any, by name.

    Where one fails the rest are not executed, and it raises as SQLAlchemy does.
    """
    return _last(each_in_one_exchange(session, *statements))


def each_in_one_exchange(session: Session, *statements: Statement) -> Rows:
    """What `in_one_exchange` does, giving the rows of each statement."""
    connection = session.connection()
    beginning = _beginning(connection)
    return _executed(connection, (*beginning, *statements))[len(beginning) :]


def at_once(connection: Connection, *statements: Statement) -> list[Any]:
    """Execute statements as a transaction of their own, in one exchange: PostgreSQL begins and commits it by itself.

    `connection` is in no transaction. The rows are those of the last that gives any, by name.
    """
    return _last(_executed(connection, statements))


def is_idle(connection: Connection) -> bool:
    """Whether no transaction has begun yet on a connection."""
    return bool(_driver_of(connection).pgconn.transaction_status == TransactionStatus.IDLE)


def columns_of(rows: Iterable[Sequence[Any]]) -> list[list[Any]]:
    """Rows turned into their columns, as PostgreSQL's `unnest` takes them."""
    return [list(column) for column in zip(*rows, strict=True)]


def begin_with(session: Session, *statements: Statement) -> None:
    """Have a new transaction begin with `statements`, in the exchange of whatever it says first."""
    session.connection(execution_options={BEGINS_WITH: statements})


def _beginning(connection: Connection) -> Sequence[Statement]:
    """What goes before the first statement of a transaction; nothing where it has begun."""
    return (BEGIN, *connection.get_execution_options().get(BEGINS_WITH, ())) if is_idle(connection) else ()


def begin_first(connection: Connection, *_: Any) -> None:
    """Before a statement of SQLAlchemy's: begin a transaction, unless one has begun or none is wanted.

    The driver is told not to do so by itself, since it would take an exchange where BEGIN can go with what comes first.
    """
    if "isolation_level" not in connection.get_execution_options() and (first := _beginning(connection)):
        _executed(connection, first)


def _driver_of(connection: Connection) -> Any:
    return connection.connection.driver_connection


def _last(rows_of_each: Rows) -> list[Any]:
    return next((rows for rows in reversed(rows_of_each) if rows is not None), [])


def _executed(connection: Connection, statements: Sequence[Statement]) -> Rows:
    """The rows of each statement. All are sent before the first is answered; each is prepared once a connection."""
    driver = _driver_of(connection)
    with _raising_as_sqlalchemy(connection), driver.pipeline() if len(statements) > 1 else nullcontext():
        cursors = [
            psycopg.RawCursor(driver, row_factory=namedtuple_row).execute(sql, values, prepare=True)
            for sql, values in statements
        ]
    return [cursor.fetchall() if cursor.pgresult and cursor.pgresult.nfields else None for cursor in cursors]


@contextmanager
def _raising_as_sqlalchemy(connection: Connection) -> Iterator[None]:
    driver = _driver_of(connection)
    try:
        yield
    except psycopg.Error as error:
        if driver.closed:
            connection.invalidate(error)
        raise DBAPIError.instance(
            None, None, error, psycopg.Error, connection_invalidated=driver.closed, dialect=connection.dialect
        ) from error


def _called_with_commit(connection: Connection, calls: Sequence[Call]) -> None:
    """Call functions and commit, in one text that is sent as one: PostgreSQL evaluates what is selected from left to right."""
    selected = ", ".join(f"{name}({','.join(['%s'] * len(values))})" for _, name, values in calls)
    with _raising_as_sqlalchemy(connection):
        said = [value for _, _, values in calls for value in values]
        psycopg.ClientCursor(_driver_of(connection)).execute(f"SELECT {selected}; COMMIT", said)


def commit(session: Session) -> None:
    """Commit a transaction, with what is to go with it, durably.

    The functions, the audit chain's among them, go in one message with COMMIT. As statements of a pipeline they would be
    sent one after the other, and the chain's lock be held until a thread of ours comes to send COMMIT.
    """
    session.flush()
    writes = _taken_writes(session)
    calls = sorted(session.info.pop("said"), key=lambda call: call[0])
    if writes:
        in_one_exchange(session, *writes, *([] if calls else [COMMIT]))
    if calls:
        begin_first(session.connection())
        _called_with_commit(session.connection(), calls)
    session.commit()  # after COMMIT above this asks nothing of the database any more


@contextmanager
def attempt(session: Session) -> Iterator[None]:
    """What is done inside is undone as a whole where it raises, what it wanted to go with the commit included."""
    said = _said(session)
    before = len(said)
    try:
        with session.begin_nested():
            yield
    except BaseException:
        del said[before:]
        raise
