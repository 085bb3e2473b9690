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
        DROP TABLE review_cases, case_milestones;
        ALTER TABLE milestones DROP COLUMN steps;
        ALTER TABLE practice_reviews DROP COLUMN plan;
        ALTER TABLE cases DROP COLUMN plan;
        """
    )
