"""A document that is out and cannot be checked again stays as it was checked, and says by what it could not be.

Those refused so far are checked again: what is out is kept then, what is not is refused as before.
"""

from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    op.execute("""
        SELECT set_config('app.scope', 'system', true);
        ALTER TABLE documents ADD COLUMN refused_against bytea;
        UPDATE documents SET status = 'checked', refusal = NULL WHERE status = 'refused' AND clean_key IS NOT NULL;
    """)


def downgrade() -> None:
    op.execute("ALTER TABLE documents DROP COLUMN refused_against;")
