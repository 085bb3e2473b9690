"""Reminders of what waits, each once for its day; comments on drafts; the days of a reviewer's contract and requests."""

from alembic import op

from shared.migrations import app_role

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.execute(
        f"""
        CREATE TABLE reminders (
            kind text NOT NULL,
            concerns text NOT NULL,
            due_on date NOT NULL,
            times integer NOT NULL,
            told_at timestamptz NOT NULL,
            next_on date NOT NULL,
            PRIMARY KEY (kind, concerns)
        );
        GRANT SELECT, INSERT, UPDATE ON reminders TO {app_role()};
        ALTER TABLE reminders ENABLE ROW LEVEL SECURITY;
        ALTER TABLE reminders FORCE ROW LEVEL SECURITY;
        CREATE POLICY case_files ON reminders USING ((SELECT sees_cases()));

        ALTER TABLE reviewers ADD COLUMN contract_from date, ADD COLUMN contract_until date;
        ALTER TABLE reviewer_requests ADD COLUMN answer_by date;
        ALTER TABLE review_records ADD COLUMN due_on date;
        CREATE TABLE draft_comments (
            id uuid PRIMARY KEY,
            practice_review_id uuid NOT NULL REFERENCES practice_reviews,
            report_id uuid NOT NULL REFERENCES reports,
            kind text NOT NULL,
            content bytea NOT NULL,
            recorded_by text NOT NULL,
            recorded_at timestamptz NOT NULL,
            outcome text,
            done bytea,
            answered_at timestamptz
        );
        CREATE INDEX draft_comments_review ON draft_comments (practice_review_id);
        GRANT SELECT, INSERT, UPDATE ON draft_comments TO {app_role()};
        ALTER TABLE draft_comments ENABLE ROW LEVEL SECURITY;
        ALTER TABLE draft_comments FORCE ROW LEVEL SECURITY;
        CREATE POLICY case_files ON draft_comments USING ((SELECT sees_cases()) AND sees_review(practice_review_id));
        CREATE INDEX practice_reviews_under_way ON practice_reviews (decided_at) WHERE status = 'under-way';
        CREATE INDEX reviewer_requests_open ON reviewer_requests (answer_by) WHERE responded_on IS NULL;
        CREATE INDEX holds_next_check ON holds (next_check_on) WHERE status = 'active';
        """
    )


def downgrade() -> None:
    op.execute(
        """
        DROP INDEX holds_next_check, practice_reviews_under_way, reviewer_requests_open;
        DROP TABLE draft_comments, reminders;
        ALTER TABLE review_records DROP COLUMN due_on;
        ALTER TABLE reviewer_requests DROP COLUMN answer_by;
        ALTER TABLE reviewers DROP COLUMN contract_from, DROP COLUMN contract_until;
        """
    )
