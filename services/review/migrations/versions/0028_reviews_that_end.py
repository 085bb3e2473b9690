"""A review that the partners end without a report: when, why, and who agreed."""

from alembic import op

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    op.execute("ALTER TABLE practice_reviews ADD COLUMN ended_at timestamptz, ADD COLUMN ending bytea")


def downgrade() -> None:
    op.execute("ALTER TABLE practice_reviews DROP COLUMN ended_at, DROP COLUMN ending")
