"""Bring a service's database to a version, as its owner role; the application's role gets rights, never ownership."""

from pathlib import Path

from alembic import command, context
from alembic.config import Config
from sqlalchemy import create_engine, make_url, pool

FLOOR_TABLES = (
    "received_callbacks, delivery_pauses, delivery_attempts, deliveries, heartbeats, idempotency_keys, audit_heads, audit_entries, "
    "inbox, event_deliveries, events, event_sequences, api_keys, agencies"
)
PEOPLE_TABLES = "kept_forms, ended_sign_ins, people"
CALL_FUNCTIONS = "append_audit_lines, keep_answer, begin_call"
FLOOR_FUNCTIONS = "append_audit, emit_event, app_scope, app_agency"


def migrate(service: str, owner_url: str, app_role: str, to: str = "head") -> None:
    """Upgrade (or, for `to` such as "base" or "-1", downgrade) one service's database. Safe to run again."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent.parent / "services" / service / "migrations"))
    config.attributes.update(url=owner_url, app_role=app_role)
    going_down = to == "base" or to.startswith("-")
    (command.downgrade if going_down else command.upgrade)(config, to)


def run_migrations() -> None:
    """What each service's `env.py` calls: connect as the owner and run what alembic chose, in one transaction."""
    engine = create_engine(make_url(context.config.attributes["url"]), poolclass=pool.NullPool)
    with engine.connect() as connection:
        context.configure(connection=connection, transaction_per_migration=False)
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()
    engine.dispose()


def app_role() -> str:
    """The application role that a migration grants to."""
    return str(context.config.attributes["app_role"])


def floor_up() -> str:
    return (Path(__file__).parent / "floor.sql").read_text().format(app=app_role())


def floor_down() -> str:
    return f"DROP TABLE {FLOOR_TABLES}; DROP FUNCTION {FLOOR_FUNCTIONS};"


def calls_up() -> str:
    return (Path(__file__).parent / "calls.sql").read_text()


def calls_down() -> str:
    return f"DROP FUNCTION {CALL_FUNCTIONS};"


def people_up() -> str:
    return (Path(__file__).parent / "people.sql").read_text().format(app=app_role())


def people_down() -> str:
    return f"DROP TABLE {PEOPLE_TABLES}; DROP FUNCTION app_person;"


def setting_changes_up() -> str:
    return (Path(__file__).parent / "setting_changes.sql").read_text().format(app=app_role())


def need_to_know_up() -> str:
    return (Path(__file__).parent / "need_to_know.sql").read_text().format(app=app_role())


def need_to_know_down() -> str:
    return "DROP INDEX audit_reads; DROP FUNCTION is_barred; DROP TABLE bars;"
