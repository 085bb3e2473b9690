"""One PostgreSQL database per service: its connections, its transactions, and rows inserted in few statements."""

import secrets
import select
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property, lru_cache
from itertools import count as count_from
from typing import Any

from sqlalchemy import Engine, Table, create_engine, event
from sqlalchemy.dialects.postgresql import psycopg
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.orm import Session, sessionmaker

from shared.exchange import (
    BY_KEYS,
    Statement,
    at_once,
    begin_first,
    begin_with,
    commit,
    in_one_exchange,
    write_with_commit,
)
from shared.identity.viewer import SYSTEM, Viewer
from shared.settings import required, settings

Groups = Sequence[tuple[Any, Sequence[Mapping[str, Any]]]]

_dialect: Any = psycopg.dialect()  # type: ignore[no-untyped-call]

SET_VIEWER = (
    "SELECT set_config('app.agency', $1, true) AS agency, set_config('app.scope', $2, true) AS scope,"
    " set_config('app.person', $3, true) AS person"
)


def new_id() -> str:
    """An identifier that nobody can guess: the time in milliseconds, and 74 bits of chance (UUID version 7, RFC 9562).

    New rows lie side by side in an index, which costs the same however many there are; chance alone would scatter them.
    """
    moment, chance = time.time_ns() // 1_000_000, secrets.randbits(74)
    return str(uuid.UUID(int=moment << 80 | 7 << 76 | (chance >> 62) << 64 | 2 << 62 | chance & (1 << 62) - 1))


class Database:
    """The connections of one service, made on first use so that a process may fork before it."""

    def __init__(self, service: str) -> None:
        self.service = service

    @property
    def url(self) -> str:
        """Where it is. Raises `SettingMissing` in a process that was not told, such as another service's."""
        return settings().database_urls.get(self.service) or required(f"{self.service.upper()}_DATABASE_URL")

    @cached_property
    def engine(self) -> Engine:
        engine = create_engine(
            self.url,
            pool_size=10,
            max_overflow=10,
            connect_args={"connect_timeout": 5, "application_name": f"safeguarding-{self.service}"},
            isolation_level="AUTOCOMMIT",  # of the driver: transactions are begun by `begin_first` and in_one_exchange
        )
        event.listen(engine, "checkout", _refuse_a_dead_one)
        event.listen(engine, "before_cursor_execute", begin_first)
        return engine

    @cached_property
    def sessions(self) -> sessionmaker[Session]:
        return sessionmaker(self.engine, expire_on_commit=False)

    @contextmanager
    def transaction(self, viewer: Viewer = SYSTEM) -> Iterator[Session]:
        """One transaction as `viewer` (by default the system itself): committed at the end, rolled back on an error."""
        with self.sessions() as session:
            if viewer.scope != "none":
                begin_with(session, _view_of(viewer))
            yield session
            commit(session)

    def at_once(self, sql: str, *values: Any) -> list[Any]:
        """One statement, with $1, $2 … for its values, as a transaction of the system's own in one exchange; the rows it gives, by name."""
        with self.engine.connect() as connection:
            return at_once(connection, _view_of(SYSTEM), BY_KEYS, (sql, values))


def _refuse_a_dead_one(connection: Any, *_: Any) -> None:
    """Have the pool make a new connection in place of one that the database has closed: it was restarted, say.

    An idle connection has nothing to read, unless that it was closed; to look costs no exchange.
    """
    there = select.poll()
    there.register(connection.fileno(), select.POLLIN)
    if there.poll(0):
        raise DisconnectionError


def see_as(session: Session, viewer: Viewer) -> None:
    """Let the rest of a transaction see as `viewer`: row-level security goes by this, and a caller's act may reach further."""
    in_one_exchange(session, _view_of(viewer))


def _view_of(viewer: Viewer) -> Statement:
    return SET_VIEWER, (viewer.agency_id, viewer.scope, viewer.person_id)


def insert_rows(session: Session, groups: Groups) -> None:
    """Insert rows of several tables in one statement, all or none.

    `groups` pairs a mapped class with its rows; the rows of one group have the same columns. Foreign keys among
    the groups hold, since PostgreSQL checks them at the statement's end. One round trip instead of one a table. Without
    any row it does nothing: an agency without a lead, say, has nobody to tell.
    """
    if any(rows for _, rows in groups):
        session.flush()
        in_one_exchange(session, _insertion(groups))


def insert_with_commit(session: Session, groups: Groups) -> None:
    """What `insert_rows` does, with the commit: until then the transaction does not see the rows."""
    if any(rows for _, rows in groups):
        write_with_commit(session, _insertion(groups))


def _insertion(groups: Groups) -> tuple[str, list[Any]]:
    shapes = tuple((model.__table__, tuple(rows[0]), len(rows)) for model, rows in groups if rows)
    values: list[Any] = []
    for model, rows in groups:
        if rows:
            convert = _converters(model.__table__)
            values.extend(
                convert[name](value) if name in convert else value for row in rows for name, value in row.items()
            )
    return _insert_statement(shapes), values


@lru_cache(maxsize=512)
def _insert_statement(shapes: tuple[tuple[Table, tuple[str, ...], int], ...]) -> str:
    inserts, number = [], count_from(1)
    for table, columns, count in shapes:
        rows = ["(" + ",".join(f"${next(number)}" for _ in columns) + ")" for _ in range(count)]
        names = ",".join(f'"{column}"' for column in columns)
        inserts.append(f'INSERT INTO "{table.name}" ({names}) VALUES {",".join(rows)}')  # noqa: S608  # our own table and column names
    *first, last = inserts
    return "".join(f"{'WITH' if not n else ','} i{n} AS ({insert})" for n, insert in enumerate(first)) + " " + last


@lru_cache(maxsize=256)
def _converters(table: Table) -> dict[str, Any]:
    found = {column.name: column.type.dialect_impl(_dialect).bind_processor(_dialect) for column in table.columns}
    return {name: convert for name, convert in found.items() if convert}
