"""The embedded PostgreSQL and broker, started for real: what a machine without either relies on."""

import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
import redis

from deploy.run import databases, kept_secrets
from deploy.run.embedded import Server, answers, broker, postgres, wait_until_answering
from deploy.run.forking import processes_in
from deploy.run.server_home import Home, forget, home_under
from deploy.run.system import wait_for

PASSWORD = "kept-for-this-test"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    yield home_under(tmp_path)
    forget(tmp_path)


@contextmanager
def started(server: Server, log: Path, farewell: int | None = None) -> Iterator[str]:
    process = server.start(log)
    try:
        wait_until_answering(server, process)
        yield server.url
    finally:
        process.send_signal(farewell or server.farewell)
        process.wait(20)


def test_the_database_keeps_what_was_stored_and_starts_again_on_the_same_folder(home: Home, tmp_path: Path) -> None:
    with started(postgres(home, PASSWORD), tmp_path / "log") as url, psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 'HSCP-2026-0001' AS reference")
    with started(postgres(home, PASSWORD), tmp_path / "log") as url, psycopg.connect(url) as connection:
        assert connection.execute("SELECT reference FROM kept").fetchall() == [("HSCP-2026-0001",)]


def test_a_killed_database_starts_again_though_its_pid_was_given_to_another_program(home: Home, tmp_path: Path) -> None:
    with (
        started(postgres(home, PASSWORD), tmp_path / "log", farewell=signal.SIGKILL) as url,
        psycopg.connect(url) as connection,
    ):
        connection.execute("CREATE TABLE kept AS SELECT 1 AS one")
    left = home.folder / "postgres" / "postmaster.pid"
    left.write_text(left.read_text().replace(left.read_text().split()[0], str(os.getpid()), 1))
    with started(postgres(home, PASSWORD), tmp_path / "log") as url, psycopg.connect(url) as connection:
        assert connection.execute("SELECT one FROM kept").fetchall() == [(1,)]


def test_a_cluster_whose_making_was_interrupted_is_made_again(home: Home, tmp_path: Path) -> None:
    (home.folder / "postgres.new" / "base").mkdir(parents=True)
    with started(postgres(home, PASSWORD), tmp_path / "log") as url:
        assert answers(url)


def test_the_database_asks_for_its_password_and_logs_no_values(home: Home, tmp_path: Path) -> None:
    with started(postgres(home, PASSWORD), tmp_path / "log") as url:
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(url.replace(PASSWORD, "guessed"))
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("CREATE TABLE children (name text UNIQUE)")
            for _ in range(2):
                try:
                    connection.execute("INSERT INTO children VALUES (%s)", ["Invented Child"])
                except psycopg.errors.UniqueViolation:
                    continue
    logged = (tmp_path / "log").read_text()
    assert "duplicate key" in logged and "Invented" not in logged


def test_the_broker_keeps_its_queue_when_it_is_killed(home: Home, tmp_path: Path) -> None:
    with (
        started(broker(home, PASSWORD), tmp_path / "log", farewell=signal.SIGKILL) as url,
        redis.from_url(url) as client,
    ):
        client.lpush("notify", "a doorbell")
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
    with started(broker(home, PASSWORD), tmp_path / "log") as url, redis.from_url(url) as client:
        assert client.lrange("notify", 0, -1) == [b"a doorbell"]
        with redis.from_url(url.replace(f":{PASSWORD}@", "")) as stranger, pytest.raises(redis.AuthenticationError):
            stranger.ping()


def test_servers_end_with_the_program_that_started_them(home: Home, tmp_path: Path) -> None:
    starter = f"""
import time
from pathlib import Path
from deploy.run.embedded import broker, postgres, wait_until_answering
from deploy.run.server_home import home_under
home, folder = home_under(Path({str(tmp_path)!r})), Path({str(tmp_path)!r})
for server in (postgres(home, "p"), broker(home, "p")):
    wait_until_answering(server, server.start(folder / "log"))
print("started", flush=True)
time.sleep(60)
"""
    with subprocess.Popen([sys.executable, "-c", starter], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None and process.stdout.readline() == "started\n"
        folders = [folder for folder in home.folder.iterdir() if folder.is_dir()]
        assert len(folders) == 2 and all(processes_in(folder) for folder in folders)
        process.kill()
    wait_for(lambda: not any(processes_in(folder) for folder in folders), "both servers to end", 10)


def test_databases_are_made_once_and_may_be_made_again(home: Home, tmp_path: Path) -> None:
    secrets = kept_secrets.kept(tmp_path)
    with started(postgres(home, PASSWORD), tmp_path / "log") as url:
        assert databases.create(url, secrets) == databases.create(url, secrets)


def test_an_application_role_bypasses_no_rule_and_reaches_its_own_database_alone(home: Home, tmp_path: Path) -> None:
    with started(postgres(home, PASSWORD), tmp_path / "log") as url:
        made = databases.create(url, kept_secrets.kept(tmp_path))
        own = made["notify"].application.replace("+psycopg", "")
        asked = (
            "SELECT rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb FROM pg_roles WHERE rolname = current_user"
        )
        with psycopg.connect(own) as connection:
            assert connection.execute(asked).fetchone() == (False,)
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute("CREATE TABLE mine (id int)")
        with pytest.raises(psycopg.OperationalError, match="permission denied"):
            psycopg.connect(own.replace("safeguarding_notify", "safeguarding_review"))


def test_secrets_are_made_once_and_only_their_owner_reads_them(tmp_path: Path) -> None:
    first = kept_secrets.kept(tmp_path)
    assert kept_secrets.kept(tmp_path) == first
    assert stat.S_IMODE((tmp_path / "secrets.env").stat().st_mode) == 0o600
    assert len(set(first.values())) == len(first)


def owner_of(pid: int) -> int | None:
    """Whose process it is; None for one that has just ended, as PostgreSQL's helpers come and go."""
    try:
        return Path(f"/proc/{pid}").stat().st_uid
    except FileNotFoundError:
        return None


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to give up its rights")
def test_root_in_a_closed_home_keeps_the_home_closed_and_the_servers_unprivileged(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    home = home_under(closed)
    with started(postgres(home, PASSWORD), tmp_path / "log"):
        owners = [owner for pid in processes_in(home.folder / "postgres") if (owner := owner_of(pid)) is not None]
        assert owners and 0 not in owners
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    assert home_under(closed) == home
    forget(closed)
    assert not home.folder.exists()
