"""The public site can be held as it stands: after a restore, until what was taken down since the backup is down again."""

from alembic import op

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    op.execute("ALTER TABLE site_state ADD COLUMN held_since timestamptz;")


def downgrade() -> None:
    op.execute("ALTER TABLE site_state DROP COLUMN held_since;")
