"""The house's rules, asked of the code, the routes and the databases themselves."""

import ast
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Table
from sqlalchemy.orm import DeclarativeBase

from deploy.run.databases import application_role
from shared.events.catalogue import check_reactions
from shared.migrations import migrate
from shared.settings import SERVICES
from tests.scratch import scratch_database

ROOT = Path(__file__).parent.parent
CODE = [path for folder in ("shared", "services", "deploy") for path in (ROOT / folder).rglob("*.py")]
TEMPLATES = [path for folder in ("shared", "services") for path in (ROOT / folder).glob("**/templates/**/*.*")]
FORBIDDEN_WORDS = {"countdown", "eta"}


@pytest.mark.parametrize("service", SERVICES)
def test_every_route_of_the_interface_declares_its_right(ground: dict[str, str], service: str) -> None:
    app = import_module(f"services.{service}.app").create_app()
    undeclared = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if "/api/" in rule.rule and not callable(getattr(app.view_functions[rule.endpoint], "allows", None))
    }
    assert undeclared == set()


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_reacts_to_exactly_what_the_catalogue_sends_it(service: str) -> None:
    check_reactions(service, import_module(f"services.{service}.reactions").REACTIONS)


@pytest.mark.parametrize("service", SERVICES)
def test_celery_is_set_so_that_a_lost_worker_costs_time_only(ground: dict[str, str], service: str) -> None:
    conf = import_module(f"services.{service}.service").SERVICE.celery.conf
    options = conf.broker_transport_options
    assert conf.task_acks_late and conf.task_reject_on_worker_lost and conf.task_ignore_result
    assert conf.worker_prefetch_multiplier == 1 and conf.accept_content == ["json"]
    assert options["visibility_timeout"] == 300 > conf.task_time_limit
    assert options["unacked_restore_throttle"] == 1 and options["socket_timeout"]


def test_nothing_is_ever_put_off_inside_the_broker() -> None:
    found = [
        f"{path.name}:{node.value.lineno}"
        for path in CODE
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.keyword) and node.arg in FORBIDDEN_WORDS
    ]
    assert found == []


def calls_of(path: Path) -> list[str]:
    """Every call in a file as it is written, without its arguments."""
    found = (node.func for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call))
    return [ast.unparse(called) for called in found]


def test_the_clock_is_the_only_source_of_now() -> None:
    sources = ("datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time")
    asking = {path.relative_to(ROOT).as_posix() for path in CODE if any(c.endswith(sources) for c in calls_of(path))}
    # The sandbox is the outside world: it has a time of its own.
    assert asking - {"deploy/sandbox/outside_time.py"} == {"shared/clock.py"}


def test_no_task_is_tried_again_by_the_broker() -> None:
    assert [path.name for path in CODE if any(call.endswith(".retry") for call in calls_of(path))] == []


def test_a_transaction_is_committed_and_undone_in_one_place() -> None:
    """Elsewhere, what is to go with the commit (events, audit entries) would be forgotten, or said of what was undone."""
    words = ("session.commit", "session.begin_nested", "transaction.commit")
    found = {path.relative_to(ROOT).as_posix() for path in CODE if any(c.endswith(words) for c in calls_of(path))}
    assert found == {"shared/exchange.py"}


def test_a_scheduled_job_that_nobody_took_gives_way_to_the_next(ground: dict[str, str]) -> None:
    schedule = import_module("deploy.scheduler").celery.conf.beat_schedule
    assert {job["task"].partition(".")[0] for job in schedule.values()} == set(SERVICES)
    for name, job in schedule.items():
        assert 0 < job["options"]["expires"] <= job["schedule"], name


def models_of(service: str) -> Iterator[Table]:
    import_module(f"services.{service}.models")
    modules = [module for name, module in sys.modules.items() if name.startswith((f"services.{service}.", "shared."))]
    bases = {base for module in modules for base in vars(module).values() if is_base(base)}
    for base in bases:
        yield from base.metadata.tables.values()


def is_base(found: object) -> bool:
    return isinstance(found, type) and DeclarativeBase in found.__bases__


@pytest.mark.parametrize("service", SERVICES)
def test_what_the_models_name_stands_in_the_migrated_database(ground: dict[str, str], service: str) -> None:
    query = "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
    with psycopg.connect(plain(ground[f"{service.upper()}_OWNER_DATABASE_URL"])) as connection:
        stands = set(connection.execute(query).fetchall())
    named = {(table.name, column.name) for table in models_of(service) for column in table.columns}
    assert named
    assert named - stands == set()


def test_functions_and_files_stay_small() -> None:
    long_files = [path.name for path in CODE if path.read_text().count("\n") > 400]
    long_files += [path.name for path in (ROOT / "tests").rglob("*.py") if path.read_text().count("\n") > 500]
    long_functions = [
        f"{path.name}:{node.name}"
        for path in CODE
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.lineno + 1 > 60
    ]
    assert (long_files, long_functions) == ([], [])


def test_templates_are_written_one_element_a_line() -> None:
    assert len(TEMPLATES) > 50
    long_lines = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in TEMPLATES
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if len(line) > 120
    ]
    assert long_lines == []


def plain(url: str) -> str:
    return url.replace("+psycopg", "")


@pytest.mark.parametrize("service", SERVICES)
def test_the_application_can_neither_rewrite_the_audit_trail_nor_pass_row_security(
    ground: dict[str, str], service: str
) -> None:
    with psycopg.connect(plain(ground[f"{service.upper()}_DATABASE_URL"])) as connection:
        rights = "SELECT has_table_privilege('audit_entries', right_) FROM unnest(%s::text[]) AS right_"
        granted = connection.execute(rights, (["INSERT", "UPDATE", "DELETE", "TRUNCATE"],)).fetchall()
        role = "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
        assert (granted, connection.execute(role).fetchone()) == ([(False,)] * 4, (False,))


@pytest.mark.parametrize("service", SERVICES)
def test_every_table_with_sealed_content_of_a_case_forces_row_security(ground: dict[str, str], service: str) -> None:
    of_the_floor = [
        "events",
        "deliveries",
        "idempotency_keys",
        "audit_entries",
        "audit_heads",
        "api_keys",
    ]  # read by our own workers, or behind a check of their recipient
    of_accounts = [
        "credentials",
        "personal_links",
        "sign_in_failures",
        "rate_counts",
    ]  # asked before it is known who somebody is
    query = """SELECT DISTINCT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
                WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.atttypid = 'bytea'::regtype
                  AND NOT (c.relrowsecurity AND c.relforcerowsecurity) AND NOT c.relname = ANY (%s)"""
    with psycopg.connect(plain(ground[f"{service.upper()}_OWNER_DATABASE_URL"])) as connection:
        assert connection.execute(query, (of_the_floor + of_accounts,)).fetchall() == []


@pytest.mark.parametrize("service", SERVICES)
def test_migrations_go_down_and_up_again(ground: dict[str, str], service: str) -> None:
    query = "SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = 'public'"
    with scratch_database(ground, service) as (url, superuser):

        def columns() -> set[tuple[str, ...]]:
            with psycopg.connect(superuser) as connection:
                return set(connection.execute(query).fetchall())

        migrate(service, url, application_role(service))
        before = columns()
        migrate(service, url, application_role(service), "base")
        assert {table for table, *_ in columns()} == {"alembic_version"}
        migrate(service, url, application_role(service))
        assert columns() == before
