"""Reminders of reports that were begun and not sent, and of bank holidays that are not known, each once for its day."""

from alembic import op

from shared.migrations import app_role

revision = "0024"
down_revision = "0023"


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
        CREATE POLICY reminders_seen ON reminders USING (app_scope() = 'system');
        """
    )


def downgrade() -> None:
    op.execute("DROP TABLE reminders")
