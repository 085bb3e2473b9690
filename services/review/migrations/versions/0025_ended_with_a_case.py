"""What was ended when a case's notification was withdrawn."""

from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    op.execute("ALTER TABLE cases ADD COLUMN ended_with_it jsonb")


def downgrade() -> None:
    op.execute("ALTER TABLE cases DROP COLUMN ended_with_it")
