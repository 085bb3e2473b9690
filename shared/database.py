"""One PostgreSQL database per service: its connections, its transactions, and rows inserted in few statements."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property, lru_cache
from itertools import chain
from itertools import count as count_from
from time import monotonic
from typing import Any

from psycopg import ClientCursor, Cursor, RawCursor
from psycopg import Error as DriverError
from psycopg.rows import namedtuple_row
from sqlalchemy import Engine, Table, create_engine, event, text
from sqlalchemy.dialects.postgresql import psycopg
from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.orm import Session, sessionmaker

from shared.identity.viewer import SYSTEM, Viewer
from shared.settings import settings

_dialect: Any = psycopg.dialect()  # type: ignore[no-untyped-call]

TRUSTED_SECONDS = 1.0  # how long after its last use a connection is taken to live

SET_VIEWER = text("SELECT set_config('app.agency', :agency, true), set_config('app.scope', :scope, true)")


def new_id() -> str:
    """An identifier that nobody can guess."""
    return str(uuid.uuid4())


def _note_use(_connection: Any, record: Any) -> None:
    record.info["used"] = monotonic()


def _ask_after_a_pause(connection: Any, record: Any, _proxy: Any) -> None:
    """Ask a connection whether it lives, unless it was used a moment ago: a round trip less for each request of many."""
    if connection and monotonic() - record.info.get("used", -TRUSTED_SECONDS) > TRUSTED_SECONDS:
        try:
            _dialect.do_ping(connection)
        except DriverError as error:
            raise DisconnectionError from error  # the pool then makes a new one


class Database:
    """The connections of one service, made on first use so that a process may fork before it."""

    def __init__(self, service: str) -> None:
        self.service = service

    @cached_property
    def engine(self) -> Engine:
        engine = create_engine(
            settings().database_urls[self.service],
            pool_size=10,
            max_overflow=10,
            connect_args={"connect_timeout": 5, "application_name": f"safeguarding-{self.service}"},
        )
        event.listen(engine, "checkin", _note_use)
        event.listen(engine, "checkout", _ask_after_a_pause)
        return engine

    @cached_property
    def sessions(self) -> sessionmaker[Session]:
        factory = sessionmaker(self.engine, expire_on_commit=False)
        event.listen(factory, "before_commit", _send_last)
        return factory

    @contextmanager
    def transaction(self, viewer: Viewer = SYSTEM) -> Iterator[Session]:
        """One transaction as `viewer` (by default the system itself): committed at the end, rolled back on an error."""
        with self.sessions.begin() as session:
            if viewer.scope != "none":
                session.execute(SET_VIEWER, {"agency": viewer.agency_id, "scope": viewer.scope})
            yield session


def send_with_commit(session: Session, statement: str, values: Sequence[Any]) -> None:
    """Keep a statement whose answer nobody needs, to be sent in one message with the commit, in the order given."""
    session.info.setdefault("last", []).append((statement, values))


def _send_last(session: Session) -> None:
    """Send what was kept for the end, and the commit with it, in one message.

    A lock that is taken there, such as the audit chain's, is thus held for the server's own time only: were there an
    answer to wait for in between, every other writer would wait for this process's threads to take their turns. The
    commit that follows costs nothing: the driver knows that the transaction has ended.
    """
    session.flush()
    if last := session.info.pop("last", None):
        statements, values = zip(*last, strict=True)
        _straight(session, ClientCursor, "; ".join((*statements, "COMMIT")), list(chain(*values)))


def rows_of(session: Session, statement: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> list[Any]:
    """The rows of a statement in the driver's own form, columns by name: for what every request asks."""
    return _straight(session, Cursor, statement, values).fetchall()


def _straight(
    session: Session, kind: type[Cursor[Any]], statement: str, values: Sequence[Any] | Mapping[str, Any]
) -> Cursor[Any]:
    """Have the driver execute a statement in the session's transaction, its errors raised as SQLAlchemy's."""
    connection: Any = session.connection().connection.driver_connection
    try:
        return kind(connection, row_factory=namedtuple_row).execute(statement.encode(), values)
    except DriverError as error:
        if connection.closed:
            session.invalidate()
        raise DBAPIError.instance(
            None, None, error, DriverError, connection_invalidated=connection.closed, dialect=_dialect
        ) from error


def insert_rows(session: Session, groups: Sequence[tuple[Any, Sequence[Mapping[str, Any]]]]) -> None:
    """Insert rows of several tables in one statement, all or none.

    `groups` pairs a mapped class with its rows; the rows of one group have the same columns. Foreign keys among
    the groups hold, since PostgreSQL checks them at the statement's end. One round trip instead of one a table.
    """
    session.flush()
    shapes = tuple((model.__table__, tuple(rows[0]), len(rows)) for model, rows in groups if rows)
    values: list[Any] = []
    for model, rows in groups:
        if rows:
            convert = _converters(model.__table__)
            values.extend(
                convert[name](value) if name in convert else value for row in rows for name, value in row.items()
            )
    _straight(session, RawCursor, _insert_statement(shapes), values)


@lru_cache(maxsize=512)
def _insert_statement(shapes: tuple[tuple[Table, tuple[str, ...], int], ...]) -> str:
    """With numbered places, since a statement of this length is otherwise searched for its places at each call."""
    inserts = []
    numbers = count_from(1)
    for table, columns, count in shapes:
        rows = ",".join("(" + ",".join(f"${next(numbers)}" for _ in columns) + ")" for _ in range(count))
        names = ",".join(f'"{column}"' for column in columns)
        inserts.append(f'INSERT INTO "{table.name}" ({names}) VALUES {rows}')  # noqa: S608  # our own table and column names
    *first, last = inserts
    return "".join(f"{'WITH' if not n else ','} i{n} AS ({insert})" for n, insert in enumerate(first)) + " " + last


@lru_cache(maxsize=256)
def _converters(table: Table) -> dict[str, Any]:
    found = {column.name: column.type.dialect_impl(_dialect).bind_processor(_dialect) for column in table.columns}
    return {name: convert for name, convert in found.items() if convert}
