"""An address that a review had in public, and that its route may not show any more, goes on answering that it is gone."""

from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    op.execute("ALTER TABLE publications ADD COLUMN former_slugs jsonb NOT NULL DEFAULT '[]';")


def downgrade() -> None:
    op.execute("ALTER TABLE publications DROP COLUMN former_slugs;")
