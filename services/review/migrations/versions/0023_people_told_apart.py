"""Whom a case concerns, person by person; cases of before keep what identifies them in one list."""

from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    op.execute("ALTER TABLE cases ADD COLUMN people bytea; ALTER TABLE information_requests ADD COLUMN people bytea")


def downgrade() -> None:
    op.execute("ALTER TABLE information_requests DROP COLUMN people; ALTER TABLE cases DROP COLUMN people")
