"""The protocol as the office changes it by pages, and as each publication keeps it from the day it opens."""

from alembic import op

from shared.migrations import setting_changes_up

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    op.execute(setting_changes_up() + "ALTER TABLE publications ADD COLUMN protocol jsonb;")


def downgrade() -> None:
    op.execute("ALTER TABLE publications DROP COLUMN protocol; DROP TABLE setting_changes;")
