"""A review knows when its route was decided, so that the latest decision holds: one not to publish ends its clock."""

from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    op.execute("ALTER TABLE practice_reviews ADD COLUMN route_decided_at timestamptz")
    op.execute("UPDATE practice_reviews SET route_decided_at = published_at WHERE publication_route IS NOT NULL")


def downgrade() -> None:
    op.execute("ALTER TABLE practice_reviews DROP COLUMN route_decided_at")
