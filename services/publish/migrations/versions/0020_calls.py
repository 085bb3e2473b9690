"""A call of an agency's system begins in one exchange with the database."""

from alembic import op

from shared.migrations import calls_down, calls_up

revision = "0020"
down_revision = "0015"


def upgrade() -> None:
    op.execute(calls_up())


def downgrade() -> None:
    op.execute(calls_down())
