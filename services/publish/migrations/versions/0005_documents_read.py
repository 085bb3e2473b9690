"""What was read in a document for a person to look through, what it lacks, what it came as, and what it was checked for."""

from alembic import op

revision = "0005"
down_revision = "0004"

UP = """
ALTER TABLE documents
    ADD COLUMN came_as text,
    ADD COLUMN accessibility jsonb NOT NULL DEFAULT '[]',
    ADD COLUMN listed bytea,
    ADD COLUMN checked_against bytea
"""


def upgrade() -> None:
    op.execute(UP)
    op.execute("ALTER TABLE documents ALTER COLUMN accessibility DROP DEFAULT")


def downgrade() -> None:
    op.execute(
        "ALTER TABLE documents DROP COLUMN came_as, DROP COLUMN accessibility, DROP COLUMN listed, DROP COLUMN checked_against"
    )
