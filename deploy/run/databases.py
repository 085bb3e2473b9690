"""One database and two roles per service: an owner that migrates, and the application that may not bypass a rule."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

import psycopg
from psycopg import sql

from shared.settings import SERVICES


class DatabaseUnreachable(RuntimeError):
    """PostgreSQL did not answer in time; the message says for how long it was asked."""


@dataclass(frozen=True)
class DatabaseUrls:
    """Where the database of one service is, as its application role and as its owner. Both hold a password."""

    application: str = field(repr=False)
    owner: str = field(repr=False)


def application_role(service: str) -> str:
    return f"{service}_app"


def owner_role(service: str) -> str:
    return f"{service}_owner"


def urls(superuser_url: str, secrets: Mapping[str, str]) -> dict[str, DatabaseUrls]:
    """The URLs of every service's database on the server of `superuser_url`, in SQLAlchemy's form."""
    server = urlsplit(superuser_url)
    place = f"{server.hostname}:{server.port or 5432}"
    query = f"?{server.query}" if server.query else ""

    def url(service: str, role: str, secret: str) -> str:
        return f"postgresql+psycopg://{role}:{quote(secret, safe='')}@{place}/safeguarding_{service}{query}"

    return {
        service: DatabaseUrls(
            application=url(service, application_role(service), secrets[f"{service.upper()}_APP_PASSWORD"]),
            owner=url(service, owner_role(service), secrets[f"{service.upper()}_OWNER_PASSWORD"]),
        )
        for service in SERVICES
    }


def create(superuser_url: str, secrets: Mapping[str, str], patience: float = 30) -> dict[str, DatabaseUrls]:
    """Make the roles and databases that are missing, give the roles their passwords, and return the URLs.

    May be repeated at any time. Raises `DatabaseUnreachable` when the server does not answer in `patience` seconds.
    """
    with connected(superuser_url, patience) as connection:
        for service in SERVICES:
            make_role(connection, owner_role(service), secrets[f"{service.upper()}_OWNER_PASSWORD"])
            make_role(connection, application_role(service), secrets[f"{service.upper()}_APP_PASSWORD"])
            make_database(connection, service)
    return urls(superuser_url, secrets)


def connected(url: str, patience: float) -> psycopg.Connection[tuple[object, ...]]:
    until = time.monotonic() + patience
    while True:
        try:
            return psycopg.connect(url, autocommit=True, connect_timeout=3)
        except psycopg.OperationalError as error:
            if time.monotonic() > until:
                raise DatabaseUnreachable(f"PostgreSQL did not answer within {patience:g} seconds.") from error
            time.sleep(0.02)


def make_role(connection: psycopg.Connection[tuple[object, ...]], role: str, password: str) -> None:
    known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,)).fetchone()
    rights = "LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE PASSWORD {}"
    change = sql.SQL(f"{'ALTER' if known else 'CREATE'} ROLE {{}} {rights}")
    connection.execute(change.format(sql.Identifier(role), sql.Literal(password)))


def make_database(connection: psycopg.Connection[tuple[object, ...]], service: str) -> None:
    """The service's own database: nobody but its two roles may even connect to it."""
    name, owner, application = f"safeguarding_{service}", owner_role(service), application_role(service)
    if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone():
        made = sql.SQL("CREATE DATABASE {} OWNER {}")
        connection.execute(made.format(sql.Identifier(name), sql.Identifier(owner)))
    # A function of the owner may say in its definition as whom it looks; naming such a parameter needs this right.
    connection.execute(sql.SQL('GRANT SET ON PARAMETER "app.scope" TO {}').format(sql.Identifier(owner)))
    closed = sql.SQL("REVOKE CONNECT, TEMPORARY ON DATABASE {} FROM PUBLIC")
    connection.execute(closed.format(sql.Identifier(name)))
    opened = sql.SQL("GRANT CONNECT ON DATABASE {} TO {}, {}")
    connection.execute(opened.format(*map(sql.Identifier, (name, owner, application))))
