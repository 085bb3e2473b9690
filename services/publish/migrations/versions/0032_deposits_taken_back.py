"""A deposit that the NSPCC was asked to hold back is marked so: nothing is asked about it, or heard of it, any more."""

from alembic import op

revision = "0032"
down_revision = "0031"


def upgrade() -> None:
    op.execute("""
        SELECT set_config('app.scope', 'system', true);
        ALTER TABLE deposits ADD COLUMN taken_back_at timestamptz;
        UPDATE deposits d SET taken_back_at = (
            SELECT min(o.ordered_at) FROM page_orders o
             WHERE o.publication_id = d.publication_id AND o.what = 'withdrawal' AND o.ordered_at >= d.created_at);
    """)


def downgrade() -> None:
    op.execute("ALTER TABLE deposits DROP COLUMN taken_back_at;")
