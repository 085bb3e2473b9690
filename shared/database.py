"""One PostgreSQL database per service: its connections, its transactions, and rows inserted in few statements."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property, lru_cache
from typing import Any

from sqlalchemy import Engine, Table, create_engine, text
from sqlalchemy.dialects.postgresql import psycopg
from sqlalchemy.orm import Session, sessionmaker

from shared.identity.viewer import SYSTEM, Viewer
from shared.settings import settings

_dialect: Any = psycopg.dialect()  # type: ignore[no-untyped-call]

SET_VIEWER = text(
    "SELECT set_config('app.agency', :agency, true), set_config('app.scope', :scope, true),"
    " set_config('app.person', :person, true)"
)


def new_id() -> str:
    """An identifier that nobody can guess."""
    return str(uuid.uuid4())


class Database:
    """The connections of one service, made on first use so that a process may fork before it."""

    def __init__(self, service: str) -> None:
        self.service = service

    @cached_property
    def engine(self) -> Engine:
        return create_engine(
            settings().database_urls[self.service],
            pool_size=10,
            max_overflow=10,
            pool_pre_ping=True,
            connect_args={"connect_timeout": 5, "application_name": f"safeguarding-{self.service}"},
        )

    @cached_property
    def sessions(self) -> sessionmaker[Session]:
        return sessionmaker(self.engine, expire_on_commit=False)

    @contextmanager
    def transaction(self, viewer: Viewer = SYSTEM) -> Iterator[Session]:
        """One transaction as `viewer` (by default the system itself): committed at the end, rolled back on an error."""
        with self.sessions.begin() as session:
            if viewer.scope != "none":
                see_as(session, viewer)
            yield session


def see_as(session: Session, viewer: Viewer) -> None:
    """Let the rest of a transaction see as `viewer`: row-level security goes by this, and a caller's act may reach further."""
    values = {"agency": viewer.agency_id, "scope": viewer.scope, "person": viewer.person_id}
    session.execute(SET_VIEWER, values)


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
    session.connection().exec_driver_sql(_insert_statement(shapes), tuple(values))


@lru_cache(maxsize=512)
def _insert_statement(shapes: tuple[tuple[Table, tuple[str, ...], int], ...]) -> str:
    inserts = []
    for table, columns, count in shapes:
        row = "(" + ",".join(["%s"] * len(columns)) + ")"
        names = ",".join(f'"{column}"' for column in columns)
        inserts.append(f'INSERT INTO "{table.name}" ({names}) VALUES {",".join([row] * count)}')  # noqa: S608  # our own table and column names
    *first, last = inserts
    return "".join(f"{'WITH' if not n else ','} i{n} AS ({insert})" for n, insert in enumerate(first)) + " " + last


@lru_cache(maxsize=256)
def _converters(table: Table) -> dict[str, Any]:
    found = {column.name: column.type.dialect_impl(_dialect).bind_processor(_dialect) for column in table.columns}
    return {name: convert for name, convert in found.items() if convert}
