"""Need to know over every case of a review; the reviewer's sight of comments; what is destroyed with returns and case files."""

from alembic import op

from shared.migrations import app_role

revision = "0015"
down_revision = "0014"

UP = """
-- Reviews that speak of a case which somebody is kept from, found as the system does (`barred_cases` says why).
CREATE FUNCTION barred_reviews() RETURNS SETOF uuid LANGUAGE plpgsql STABLE SET search_path = public, pg_temp AS $$
DECLARE
    scope text := coalesce(current_setting('app.scope', true), '');
BEGIN
    IF app_person() IS NULL OR scope = 'system' THEN RETURN; END IF;
    PERFORM set_config('app.scope', 'system', true);
    RETURN QUERY SELECT l.practice_review_id FROM review_cases l JOIN cases c ON c.id = l.case_id
                   JOIN bars b ON b.incident_id = c.incident_id
                  WHERE l.removed_at IS NULL AND b.person_id = app_person() AND b.lifted_at IS NULL;
    PERFORM set_config('app.scope', scope, true);
END $$;
ALTER POLICY barred ON practice_reviews USING ((SELECT app_person()) IS NULL OR id NOT IN (SELECT barred_reviews()));

CREATE POLICY barred ON review_cases AS RESTRICTIVE
    USING ((SELECT app_person()) IS NULL OR practice_review_id NOT IN (SELECT barred_reviews()));
CREATE POLICY other_team ON review_cases AS RESTRICTIVE USING (case_id NOT IN (SELECT cases_of_other_teams()));
CREATE POLICY as_practice_reviews ON draft_comments AS RESTRICTIVE USING ((SELECT app_person()) IS NULL
    OR EXISTS (SELECT 1 FROM practice_reviews p WHERE p.id = practice_review_id));
CREATE POLICY of_the_reviewer ON draft_comments FOR SELECT
    USING (practice_review_id IN (SELECT review FROM reviewed_by_me()));
"""
# Copies of what agencies returned go with the returns; marks and invitations quote them, and go with the case file.
DESTROYED = ("shared_material", "chronology_marks", "planned_meetings")


def upgrade() -> None:
    op.execute(UP)
    for table in DESTROYED:
        op.execute(
            f"GRANT DELETE ON {table} TO {app_role()}; CREATE TRIGGER under_certificate BEFORE DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION only_under_certificate();"
        )


def downgrade() -> None:
    for table in DESTROYED:
        op.execute(f"DROP TRIGGER under_certificate ON {table}; REVOKE DELETE ON {table} FROM {app_role()};")
    op.execute("""
        DROP POLICY of_the_reviewer ON draft_comments;
        DROP POLICY as_practice_reviews ON draft_comments;
        DROP POLICY barred ON review_cases; DROP POLICY other_team ON review_cases;
        ALTER POLICY barred ON practice_reviews
            USING ((SELECT app_person()) IS NULL OR case_id NOT IN (SELECT barred_cases()));
        DROP FUNCTION barred_reviews;
    """)
