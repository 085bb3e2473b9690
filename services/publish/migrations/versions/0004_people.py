"""People who sign in, as this service's copy of the directory has them."""

from alembic import op

from shared.migrations import people_down, people_up

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.execute(people_up())


def downgrade() -> None:
    op.execute(people_down())
