"""Recommendations to several agencies and what becomes of actions; records kept for their time, and certificates."""

from pathlib import Path

from alembic import op

from shared.migrations import app_role

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    statements = (Path(__file__).parent.parent / "0007_improvement_and_records.sql").read_text()
    op.execute(statements.replace("{app}", app_role()))


def downgrade() -> None:
    op.execute(
        """
        DO $$
        DECLARE
            each text;
        BEGIN
            FOREACH each IN ARRAY ARRAY['recommendations', 'actions', 'evidence'] LOOP
                EXECUTE format('DROP POLICY own_or_case_files ON %I', each);
                EXECUTE format('CREATE POLICY own_or_case_files ON %I USING ((SELECT sees_cases())
                    OR ((SELECT app_scope()) = ''own'' AND owner_agency = (SELECT app_agency())))', each);
            END LOOP;
            FOREACH each IN ARRAY ARRAY['agency_returns', 'extensions', 'information_requests',
                'rapid_review_signatures', 'panel_replies', 'rapid_review_decisions', 'meetings', 'case_milestones',
                'review_records', 'reviewer_requests', 'draft_comments', 'report_signatures', 'reports', 'evidence'] LOOP
                EXECUTE format('DROP TRIGGER under_certificate ON %I', each);
                EXECUTE format('REVOKE DELETE ON %I FROM {app}', each);
            END LOOP;
        END $$;
        DROP TABLE destruction_certificates, retention_decisions, legal_holds;
        DROP FUNCTION only_under_certificate;
        DROP INDEX recommendations_due;
        ALTER TABLE recommendations DROP COLUMN agencies;
        ALTER TABLE actions DROP COLUMN progress, DROP COLUMN heard_at, DROP COLUMN impact_check_on;
        ALTER TABLE rapid_review_decisions DROP COLUMN reply_due_on;
        """.replace("{app}", app_role())
    )
