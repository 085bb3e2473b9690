"""Who decided for the authority: the person, where it was one. The Panel is told who notifies."""

from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    op.execute("ALTER TABLE decisions ADD COLUMN person_id uuid REFERENCES people;")


def downgrade() -> None:
    op.execute("ALTER TABLE decisions DROP COLUMN person_id;")
