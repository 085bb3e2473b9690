"""A database of its own for a test of migrations, gone afterwards."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy import make_url


@contextmanager
def scratch_database(ground: dict[str, str], service: str) -> Iterator[tuple[str, str]]:
    """An empty database that a service's owner owns: its address for the owner, and for the superuser (plain)."""
    owner = make_url(ground[f"{service.upper()}_OWNER_DATABASE_URL"])
    name = f"scratch_{service}_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(ground["SUPERUSER_URL"], autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} OWNER {owner.username}")
        try:
            superuser = make_url(ground["SUPERUSER_URL"]).set(database=name)
            yield owner.set(database=name).render_as_string(False), superuser.render_as_string(False)
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
