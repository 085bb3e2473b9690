"""The search page finds each type and theme there is in an index, not by reading every report."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.execute("CREATE INDEX public_entries_kind ON public_entries (kind)")
    op.execute("CREATE INDEX public_entries_themes ON public_entries (themes)")


def downgrade() -> None:
    op.execute("DROP INDEX public_entries_kind, public_entries_themes")
