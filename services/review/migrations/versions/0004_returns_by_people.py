"""Returns that two people of an agency make, extensions of their time, and the rapid review's meetings."""

from alembic import op

from shared.migrations import app_role

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.execute(
        f"""
        ALTER TABLE agency_returns ADD COLUMN prepared_by_actor text;
        ALTER TABLE information_requests ADD COLUMN concerns bytea, ADD COLUMN chase_at timestamptz,
            ADD COLUMN chased integer NOT NULL DEFAULT 0;
        CREATE TABLE extensions (
            id uuid PRIMARY KEY,
            request_id uuid NOT NULL REFERENCES information_requests,
            agency_id text NOT NULL,
            due_before timestamptz NOT NULL,
            due_at timestamptz NOT NULL,
            reasons bytea NOT NULL,
            given_by text NOT NULL,
            given_at timestamptz NOT NULL
        );
        CREATE INDEX extensions_request ON extensions (request_id);
        CREATE TABLE meetings (
            id uuid PRIMARY KEY,
            case_id uuid NOT NULL REFERENCES cases,
            held_at timestamptz NOT NULL,
            content bytea NOT NULL,
            recorded_by text NOT NULL,
            recorded_at timestamptz NOT NULL
        );
        CREATE INDEX meetings_case ON meetings (case_id);
        CREATE TABLE review_records (
            id uuid PRIMARY KEY,
            practice_review_id uuid NOT NULL REFERENCES practice_reviews,
            kind text NOT NULL,
            content bytea NOT NULL,
            recorded_by text NOT NULL,
            recorded_at timestamptz NOT NULL
        );
        CREATE INDEX review_records_review ON review_records (practice_review_id);
        GRANT SELECT, INSERT ON review_records, extensions, meetings TO {app_role()};
        ALTER TABLE extensions ENABLE ROW LEVEL SECURITY;
        ALTER TABLE extensions FORCE ROW LEVEL SECURITY;
        CREATE POLICY own_or_case_files ON extensions USING ((SELECT sees_cases())
            OR ((SELECT app_scope()) = 'own' AND agency_id = (SELECT app_agency())));
        ALTER TABLE meetings ENABLE ROW LEVEL SECURITY;
        ALTER TABLE meetings FORCE ROW LEVEL SECURITY;
        CREATE POLICY case_files ON meetings USING ((SELECT sees_cases()));
        ALTER TABLE review_records ENABLE ROW LEVEL SECURITY;
        ALTER TABLE review_records FORCE ROW LEVEL SECURITY;
        CREATE POLICY case_files ON review_records USING ((SELECT sees_cases()));
        """
    )


def downgrade() -> None:
    op.execute(
        "DROP TABLE review_records, meetings, extensions; ALTER TABLE agency_returns DROP COLUMN prepared_by_actor"
    )
    op.execute("ALTER TABLE information_requests DROP COLUMN concerns, DROP COLUMN chase_at, DROP COLUMN chased")
