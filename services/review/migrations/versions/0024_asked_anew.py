"""When an agency had somebody new to search for, and when the office read what came after the decision."""

from alembic import op

revision = "0024"
down_revision = "0023"

COLUMNS = {"search_changed_at": "timestamptz", "read_at": "timestamptz", "read_reasons": "bytea"}


def upgrade() -> None:
    added = ", ".join(f"ADD COLUMN {name} {kind}" for name, kind in COLUMNS.items())
    op.execute(f"ALTER TABLE information_requests {added}")


def downgrade() -> None:
    op.execute(f"ALTER TABLE information_requests {', '.join(f'DROP COLUMN {name}' for name in COLUMNS)}")
