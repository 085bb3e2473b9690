"""The stages that a review keeps from the day it began; one review over several cases, and who may see it then."""

from pathlib import Path

from alembic import op

from shared.migrations import app_role

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    statements = (Path(__file__).parent.parent / "0005_stages_and_cases.sql").read_text()
    op.execute(statements.replace("{app}", app_role()))


def downgrade() -> None:
    op.execute(
        """
        DO $$
        DECLARE
            each text;
        BEGIN
            FOREACH each IN ARRAY ARRAY['practice_reviews', 'milestones', 'report_signatures', 'hold_checks',
                'reviewers', 'reviewer_requests', 'reports', 'holds', 'delays', 'review_records'] LOOP
                EXECUTE format('ALTER POLICY case_files ON %I USING ((SELECT sees_cases()))', each);
            END LOOP;
        END $$;
        DROP FUNCTION sees_review;
        DROP TABLE review_cases;
        ALTER TABLE milestones NO FORCE ROW LEVEL SECURITY;
        DELETE FROM milestones WHERE case_id IS NOT NULL;
        ALTER TABLE milestones FORCE ROW LEVEL SECURITY;
        ALTER TABLE milestones DROP COLUMN case_id, DROP COLUMN steps, ALTER COLUMN practice_review_id SET NOT NULL;
        ALTER TABLE practice_reviews DROP COLUMN plan;
        ALTER TABLE cases DROP COLUMN plan;
        """
    )
