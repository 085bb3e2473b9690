"""What the office has changed of the partnership's file by pages: dated rows that are only added to; and how a mailbox is confirmed."""

from alembic import op

from shared.migrations import app_role

revision = "0008"
down_revision = "0007"

UP = """
-- The newest row of a name is in force; a value of null lets the file speak again.
CREATE TABLE setting_changes (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    value jsonb NOT NULL,
    reasons text NOT NULL,
    changed_by text NOT NULL,
    changed_at timestamptz NOT NULL
);
CREATE INDEX setting_changes_newest ON setting_changes (name, changed_at DESC);
-- A mailbox that is to be used once it has shown that somebody reads it: by the code that was sent there, kept as a keyed hash.
CREATE TABLE mailbox_proofs (
    name text PRIMARY KEY,
    address text NOT NULL,
    code bytea NOT NULL,
    reasons text NOT NULL,
    tries integer NOT NULL DEFAULT 0,
    asked_at timestamptz NOT NULL
);
ALTER TABLE mailbox_proofs ENABLE ROW LEVEL SECURITY;
ALTER TABLE mailbox_proofs FORCE ROW LEVEL SECURITY;
CREATE POLICY mailbox_proofs_any ON mailbox_proofs USING (app_scope() IS NOT NULL);
GRANT SELECT, INSERT ON setting_changes TO {app};
GRANT SELECT, INSERT, UPDATE, DELETE ON mailbox_proofs TO {app};
"""


def upgrade() -> None:
    op.execute(UP.format(app=app_role()))


def downgrade() -> None:
    op.execute("DROP TABLE mailbox_proofs, setting_changes")
