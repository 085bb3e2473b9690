"""What was published before this system can be taken down like what it published itself."""

from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    op.execute(
        """
        ALTER TABLE past_items ADD COLUMN withdrawn_at timestamptz, ADD COLUMN withdrawn_by bytea,
            ADD COLUMN withdrawn_because bytea;
        ALTER TABLE past_items ENABLE ROW LEVEL SECURITY;
        ALTER TABLE past_items FORCE ROW LEVEL SECURITY;
        CREATE POLICY past_items_seen ON past_items USING (app_scope() IN ('system', 'all', 'partner'));
        """
    )


def downgrade() -> None:
    op.execute(
        """
        DROP POLICY past_items_seen ON past_items;
        ALTER TABLE past_items NO FORCE ROW LEVEL SECURITY;
        ALTER TABLE past_items DISABLE ROW LEVEL SECURITY;
        UPDATE past_items SET listed = false WHERE withdrawn_at IS NOT NULL;
        ALTER TABLE past_items DROP COLUMN withdrawn_at, DROP COLUMN withdrawn_by, DROP COLUMN withdrawn_because;
        """
    )
