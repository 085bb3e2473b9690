"""The containers, as far as they can be tried without an engine: the file itself, and its commands outside containers."""

import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.error import URLError

import psycopg
import pytest
import yaml

from deploy.run import databases, kept_secrets
from deploy.run.embedded import servers_for_tests
from deploy.run.ports import free_port
from deploy.run.system import wait_for
from shared.settings import SERVICES

ROOT = Path(__file__).parent.parent.parent
TEXT = (ROOT / "docker-compose.yml").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
CONTAINERS: dict[str, dict[str, Any]] = COMPOSE["services"]
PROGRAMS = Path(sys.executable).parent


def test_it_holds_the_stores_three_services_three_workers_one_scheduler_and_the_front() -> None:
    ours = {*SERVICES, *(f"worker-{service}" for service in SERVICES), "scheduler", "migrate", "office"}
    assert set(CONTAINERS) == ours | {"postgres", "redis", "nginx"}


def test_every_container_that_stays_is_watched_and_may_finish_what_it_does() -> None:
    unwatched = {
        name for name, each in CONTAINERS.items() if "healthcheck" not in each or "stop_grace_period" not in each
    }
    assert unwatched <= {"migrate", "office"}, "only what ends by itself goes without"
    assert CONTAINERS["office"]["profiles"] == ["office"], "and that is not started with the others"


def test_every_image_is_of_a_named_version() -> None:
    images = {each["image"] for each in CONTAINERS.values()} | set(
        re.findall(r"^FROM (\S+)", (ROOT / "deploy" / "Dockerfile").read_text(), re.MULTILINE)
    )
    assert all(re.search(r":\d+\.\d+", image) for image in images), images


def test_no_secret_has_a_default_and_every_one_is_named_in_the_example() -> None:
    used = re.findall(r"\$\{([A-Z_]+)(:\?|:-)?", TEXT)
    example = (ROOT / "deploy" / "compose" / "secrets.example.env").read_text()
    assert {name for name, rule in used if rule != ":?"} == {"PORT"}
    named = {line.partition("=")[0] for line in example.splitlines() if not line.startswith("#")}
    assert named == {name for name, _ in used} - {"PORT"}
    assert set(kept_secrets.makers()) - {"SANDBOX_WEBHOOK_SECRET"} <= named
    assert not re.search(r"^[A-Z_]+=.", example, re.MULTILINE)


def test_ours_run_without_root_on_a_file_system_that_they_cannot_change() -> None:
    ours = [each for each in CONTAINERS.values() if each["image"].startswith("safeguarding-reviews")]
    assert len(ours) == 9
    assert all(each["read_only"] and each["user"] == "10001:10001" and each["cap_drop"] == ["ALL"] for each in ours)


def test_a_service_is_given_its_own_database_only() -> None:
    for service in SERVICES:
        for name in (service, f"worker-{service}"):
            given = {key for key in CONTAINERS[name]["environment"] if key.endswith("_DATABASE_URL")}
            assert given == {f"{service.upper()}_DATABASE_URL"}


def office(ground: dict[str, str], container: str, *words: str) -> subprocess.CompletedProcess[str]:
    """The office's command line as the image has it, told of the databases that a container is told of."""
    given = {key for key in CONTAINERS[container]["environment"] if key.endswith("_DATABASE_URL")}
    told = {name: value for name, value in (os.environ | ground).items() if not name.endswith("_DATABASE_URL")}
    told |= {name: ground[name] for name in given} | {"PYTHONPATH": str(ROOT), "PATH": f"{PROGRAMS}:/usr/bin:/bin"}
    program = ROOT / "deploy" / "compose" / "safeguarding"
    return subprocess.run([program, *words], env=told, cwd=ROOT.parent, capture_output=True, text=True, check=False)


def test_the_image_has_the_command_that_the_runbooks_write() -> None:
    image = (ROOT / "deploy" / "Dockerfile").read_text()
    assert "deploy/compose/safeguarding /usr/local/bin/safeguarding" in image
    assert CONTAINERS["office"]["entrypoint"] == ["safeguarding"]


@pytest.mark.parametrize("command", ["audit verify", "audit heads", "events pending"])
def test_a_command_looks_at_the_databases_that_its_container_is_told_of_and_says_which_it_is_not(
    ground: dict[str, str], command: str
) -> None:
    for container, unseen in (
        ("notify", {"review", "publish"}),
        ("worker-publish", {"notify", "review"}),
        ("office", set()),
    ):
        done = office(ground, container, *command.split())
        assert done.returncode == 0, done.stderr
        assert {line.partition(":")[0] for line in done.stderr.splitlines()} == unseen
    assert "KeyError" not in done.stderr


def test_what_could_not_be_looked_at_has_another_exit_code_than_what_is_wrong(ground: dict[str, str]) -> None:
    away = ground | {"NOTIFY_DATABASE_URL": "postgresql+psycopg://notify_app:x@127.0.0.1:1/safeguarding_notify"}
    untold = {name: value for name, value in ground.items() if name != "AUDIT_SIGNING_KEY"} | {"AUDIT_SIGNING_KEY": ""}
    for told, container, sentence in (
        (away, "notify", "notify: could not be looked at, since its database does not answer."),
        (ground, "scheduler", "NOTIFY_DATABASE_URL, REVIEW_DATABASE_URL or PUBLISH_DATABASE_URL"),
        (untold, "office", "Set AUDIT_SIGNING_KEY"),
    ):
        done = office(told, container, "audit", "verify")
        assert (done.returncode, sentence in done.stderr) == (2, True), done.stderr
    assert office(away, "notify", "duties", "overdue").returncode == 2


def command_of(container: str) -> list[str]:
    """A container's command, with the programs of this machine."""
    program, *words = CONTAINERS[container]["command"]
    return [str(PROGRAMS / program), *words]


def run(command: list[str], environment: dict[str, str]) -> subprocess.Popen[bytes]:
    given = {**os.environ, **environment, "PYTHONPATH": str(ROOT)}
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.Popen(command, cwd=ROOT, env=given, start_new_session=True, **quiet)


def stop(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(5)
    with suppress(ProcessLookupError):  # a serving process that its parent left behind
        os.killpg(process.pid, signal.SIGKILL)


@pytest.mark.parametrize("service", SERVICES)
def test_a_services_command_serves_it(ground: dict[str, str], service: str) -> None:
    port = free_port()
    process = run([{"8000": str(port), "0.0.0.0": "127.0.0.1"}.get(word, word) for word in command_of(service)], ground)
    try:
        wait_for(lambda: answers(f"http://127.0.0.1:{port}/{service}/health/live"), f"{service} to answer", 60)
        time.sleep(1)  # one that is still starting does not hear, and is killed ten seconds later
    finally:
        stop(process)
    assert process.returncode == 0


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


def test_the_scheduler_and_a_worker_by_their_commands_make_the_health_check_pass(ground: dict[str, str]) -> None:
    check = [sys.executable, *CONTAINERS["worker-notify"]["healthcheck"]["test"][2:]]
    processes = [run(command_of("scheduler"), ground), run(command_of("worker-notify"), ground)]
    try:
        wait_for(lambda: run(check, ground).wait(20) == 0, "the worker's health", 80)
    finally:
        for process in processes:
            stop(process)


def test_the_preparing_command_makes_everything_and_may_be_repeated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("POSTGRES_URL", "REDIS_URL"):
        monkeypatch.delenv(name, raising=False)
    passwords = kept_secrets.kept(tmp_path)
    with servers_for_tests(tmp_path, passwords["POSTGRES_PASSWORD"]) as servers:
        environment = passwords | {"SUPERUSER_URL": servers.postgres_url}
        command = command_of("migrate")
        assert [run(command, environment).wait(60) for _ in range(2)] == [0, 0]
        for url in databases.urls(servers.postgres_url, passwords).values():
            with psycopg.connect(url.application.replace("+psycopg", "")) as connection:
                assert connection.execute("SELECT count(*) FROM agencies").fetchone() == (0,)
