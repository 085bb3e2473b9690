"""The stages of reviews as the office changes them by pages."""

from alembic import op

from shared.migrations import setting_changes_up

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    op.execute(setting_changes_up())


def downgrade() -> None:
    op.execute("DROP TABLE setting_changes")
