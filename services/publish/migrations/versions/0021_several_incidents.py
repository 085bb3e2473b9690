"""Who is kept from one of the incidents that a review is about is kept from what is published of it."""

from alembic import op

revision = "0021"
down_revision = "0020"

NONE_BARRED = "NOT EXISTS (SELECT FROM unnest(incidents) incident WHERE is_barred(incident))"


def upgrade() -> None:
    op.execute("""
        SELECT set_config('app.scope', 'system', true);
        ALTER TABLE publications ADD COLUMN incidents uuid[] NOT NULL DEFAULT '{}';
        UPDATE publications SET incidents = ARRAY[incident_id] WHERE incident_id IS NOT NULL;
    """)
    op.execute(f"ALTER POLICY barred ON publications USING ((SELECT app_person()) IS NULL OR {NONE_BARRED});")


def downgrade() -> None:
    op.execute("""
        ALTER POLICY barred ON publications USING ((SELECT app_person()) IS NULL OR NOT is_barred(incident_id));
        ALTER TABLE publications DROP COLUMN incidents;
    """)
