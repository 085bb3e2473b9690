"""`python -m deploy.run --port 8000`: the whole system on this machine, until Ctrl-C."""

import argparse
import contextlib
import dataclasses
import fcntl
import json
import os
import shutil
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from deploy.run import databases, embedded, server_home
from deploy.run.environment import PROJECT, Place, environment_of, ports_for
from deploy.run.kept_secrets import kept
from deploy.run.ports import PortTaken
from deploy.run.programs import load_what_all_share, programs
from deploy.run.readiness import SERVES, wait_until_ready
from deploy.run.supervisor import Program, StopWasAsked, Supervisor
from shared.settings import SERVICES


class AlreadyRunning(RuntimeError):
    """Another supervisor works in the folder."""


@contextlib.contextmanager
def only_one(var: Path) -> Iterator[None]:
    """Hold the folder's lock, which ends with the process however it ends. Raises `AlreadyRunning`."""
    (var / "run").mkdir(parents=True, exist_ok=True)
    with (var / "run" / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as taken:
            raise AlreadyRunning(f"A system runs under {var} already: stop it first (Ctrl-C in its window).") from taken
        yield


def main() -> None:
    wish = arguments()
    var = wish.var.resolve()
    try:
        with only_one(var):
            if wish.reset:
                forget(var)
            else:
                run(var, wish.port, wish.environment, examples=wish.examples)
    except (AlreadyRunning, PortTaken, server_home.ServersBelongToAnother, embedded.ServerDidNotStart) as reason:
        sys.exit(str(reason))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m deploy.run", description="Run everything on this machine.")
    parser.add_argument("--var", type=Path, default=PROJECT / "var", help="where everything that is kept lies")
    parser.add_argument("--port", type=int, default=0, help="of the one address; 0 for any free one")
    parser.add_argument("--environment", default="demonstration", choices=["demonstration", "test"])
    parser.add_argument("--examples", action="store_true", help="begin a new demonstration with a few cases")
    parser.add_argument("--reset", action="store_true", help="forget all that is kept, instead of running")
    return parser.parse_args()


def forget(var: Path) -> None:
    server_home.forget(var)
    for entry in var.iterdir():
        if entry.name != "run":
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
    print(f"Forgotten: all that was kept under {var}.")


def run(var: Path, port: int, environment: str, *, examples: bool = False) -> None:
    """Start everything and look after it until somebody asks for the end."""
    began = time.monotonic()
    tidy_up_after_last_time(var)
    ports = ports_for(port)
    supervisor = Supervisor(var)
    (var / "run" / "supervisor.pid").write_text(str(os.getpid()))
    try:
        place = start_servers(supervisor, var, environment, ports)
        os.environ.update(environment_of(place))
        load_what_all_share()
        step(supervisor, "prepare", partial(prepare, place))
        supervisor.start(programs(place))
        is_well = step(supervisor, "announce", partial(wait_until_ready, place), but_for=SERVES)
        announce(place, time.monotonic() - began, is_well=is_well)
        if examples:
            step(supervisor, "examples", partial(_lay_out_examples, place))
        supervisor.watch()
    except StopWasAsked:
        print("Stopping.", flush=True)
    finally:
        (var / "run" / "system.json").unlink(missing_ok=True)
        supervisor.stop()
        (var / "run" / "supervisor.pid").unlink()


def tidy_up_after_last_time(var: Path) -> None:
    """Remove what a killed supervisor left: none of its processes lives, since they die with it."""
    for pattern in ("*.pid", "*.hold", "system.json"):
        for left in (var / "run").glob(pattern):
            left.unlink()


def start_servers(supervisor: Supervisor, var: Path, environment: str, ports: tuple[int, int, int]) -> Place:
    """Start the embedded database and broker, or take those that POSTGRES_URL and REDIS_URL name."""
    secrets, home = kept(var), server_home.home_under(var)
    superuser_url, redis_url = os.environ.get("POSTGRES_URL"), os.environ.get("REDIS_URL")
    if not superuser_url:
        database = embedded.postgres(home, secrets["POSTGRES_PASSWORD"])
        superuser_url = database.url
        supervisor.start([Program("postgres", database.become, farewell=database.farewell, grace=20, stage=2)])
    if not redis_url:
        queue = embedded.broker(home, secrets["BROKER_PASSWORD"])
        redis_url = queue.url
        supervisor.start([Program("broker", queue.become, farewell=queue.farewell, stage=2)])
    return Place(var, environment, *ports, superuser_url=superuser_url, redis_url=redis_url)


def step(supervisor: Supervisor, name: str, work: partial[None], but_for: int = 0) -> bool:
    """Do one thing in a child and wait for it; the parent itself opens no connection.

    Exits where it fails, `but_for` an exit code that is no failure; whether all was well.
    """
    code = supervisor.finish(Program(name, work))
    if code not in (0, but_for):
        log = supervisor.folder / "logs" / f"{name}.log"
        sys.exit(f"{name} failed. The end of {log}:\n{log.read_text()[-2000:]}")
    return code == 0


def prepare(place: Place) -> None:
    """In a child: databases, migrations, and what the demonstration starts with. Each may be repeated."""
    from deploy.demonstration import load
    from shared.migrations import migrate

    made = databases.create(place.superuser_url, kept(place.var))
    for service in SERVICES:
        migrate(service, made[service].owner, databases.application_role(service))
    load(place.var / "demo")


def _lay_out_examples(place: Place) -> None:
    """In a child: a few cases at different stages, so that no page of a new demonstration is empty."""
    from deploy.demo.examples import lay_out

    lay_out(place.url, place.var)


def announce(place: Place, seconds: float, *, is_well: bool) -> None:
    """Tell people where things are, and programs by `var/run/system.json`, which the owner alone can read."""
    owners = {f"{service.upper()}_OWNER_DATABASE_URL": both.owner for service, both in place.databases.items()}
    known = {
        "url": place.url,
        "sandbox_url": place.sandbox_url,
        "smtp_port": place.smtp_port,
        "superuser_url": place.superuser_url,
        "environment": environment_of(place) | owners,
        "databases": {service: dataclasses.asdict(urls) for service, urls in place.databases.items()},
    }
    file = place.var / "run" / "system.json"
    fresh = file.with_suffix(".new")
    fresh.touch(mode=0o600)
    fresh.write_text(json.dumps(known))
    if not is_well:
        print(f"It runs, but something is wrong with it: {place.var}/logs/announce.log says what.")
    print(f"Ready after {seconds:.1f} s.", f"  people                {place.url}/notify", sep="\n")
    print(f"  the public site       {place.url}")
    print(f"  outside world         {place.sandbox_url} (a sandbox: nothing leaves this machine)")
    print(
        f"  credentials           {place.var}/demo/credentials.json",
        f"  logs                  {place.var}/logs",
        sep="\n",
    )
    print("Ctrl-C stops everything; what was stored is kept.", flush=True)
    fresh.replace(file)


if __name__ == "__main__":
    main()
