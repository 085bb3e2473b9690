"""Who gave a mailbox's address: where whole reports go, somebody else enters the code."""

from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    op.execute("ALTER TABLE mailbox_proofs ADD COLUMN asked_by text;")


def downgrade() -> None:
    op.execute("ALTER TABLE mailbox_proofs DROP COLUMN asked_by;")
