"""The floor that every service stands on: directory, events, audit, idempotency, deliveries."""

from alembic import op

from shared.migrations import floor_down, floor_up

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.execute(floor_up())


def downgrade() -> None:
    op.execute(floor_down())
