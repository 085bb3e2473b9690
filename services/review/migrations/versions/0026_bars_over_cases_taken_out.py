"""Who is kept from a case is kept from every review that was ever about it: its earlier drafts speak of the case."""

from alembic import op

revision = "0026"
down_revision = "0025"

BARRED_REVIEWS = """
CREATE OR REPLACE FUNCTION barred_reviews() RETURNS SETOF uuid LANGUAGE plpgsql STABLE SET search_path = public, pg_temp AS $$
DECLARE
    scope text := coalesce(current_setting('app.scope', true), '');
BEGIN
    IF app_person() IS NULL OR scope = 'system' THEN RETURN; END IF;
    PERFORM set_config('app.scope', 'system', true);
    RETURN QUERY SELECT l.practice_review_id FROM review_cases l JOIN cases c ON c.id = l.case_id
                   JOIN bars b ON b.incident_id = c.incident_id
                  WHERE {which}b.person_id = app_person() AND b.lifted_at IS NULL;
    PERFORM set_config('app.scope', scope, true);
END $$;
"""


def upgrade() -> None:
    op.execute(BARRED_REVIEWS.format(which=""))


def downgrade() -> None:
    op.execute(BARRED_REVIEWS.format(which="l.removed_at IS NULL AND "))
