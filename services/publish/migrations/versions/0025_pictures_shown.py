"""A finding in a picture keeps a small rendering of it, for whoever decides on it."""

from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    op.execute("ALTER TABLE findings ADD COLUMN rendering bytea;")


def downgrade() -> None:
    op.execute("ALTER TABLE findings DROP COLUMN rendering;")
