"""Reminders of what waits, each once for its day."""

from alembic import op

from shared.migrations import app_role

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.execute(
        f"""
        CREATE TABLE reminders (
            kind text NOT NULL,
            concerns text NOT NULL,
            due_on date NOT NULL,
            times integer NOT NULL,
            told_at timestamptz NOT NULL,
            next_on date NOT NULL,
            PRIMARY KEY (kind, concerns)
        );
        GRANT SELECT, INSERT, UPDATE ON reminders TO {app_role()};
        ALTER TABLE reminders ENABLE ROW LEVEL SECURITY;
        ALTER TABLE reminders FORCE ROW LEVEL SECURITY;
        CREATE POLICY case_files ON reminders USING ((SELECT sees_cases()));
        CREATE INDEX holds_next_check ON holds (next_check_on) WHERE status = 'active';
        """
    )


def downgrade() -> None:
    op.execute("DROP INDEX holds_next_check; DROP TABLE reminders;")
