"""One idempotency key's turn is taken, and its answer found, in one round trip."""

from alembic import op

from shared.migrations import take_turn_down, take_turn_up

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.execute(take_turn_up())


def downgrade() -> None:
    op.execute(take_turn_down())
