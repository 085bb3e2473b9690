"""When an agency was reminded that its return is due soon."""

from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.execute("ALTER TABLE information_requests ADD COLUMN reminded_at timestamptz")


def downgrade() -> None:
    op.execute("ALTER TABLE information_requests DROP COLUMN reminded_at")
