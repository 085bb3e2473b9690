"""What people mark in a merged chronology: themes, key practice episodes, the same event, contradictions."""

from alembic import op

from shared.migrations import app_role

revision = "0013"
down_revision = "0012"


UP = """
CREATE TABLE chronology_marks (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL REFERENCES cases,
    kind text NOT NULL,
    content bytea NOT NULL,
    made_by text NOT NULL,
    made_at timestamptz NOT NULL,
    ended_at timestamptz
);
CREATE INDEX chronology_marks_case ON chronology_marks (case_id) WHERE ended_at IS NULL;
GRANT SELECT, INSERT, UPDATE ON chronology_marks TO {app};
ALTER TABLE chronology_marks ENABLE ROW LEVEL SECURITY;
ALTER TABLE chronology_marks FORCE ROW LEVEL SECURITY;
CREATE POLICY case_files ON chronology_marks USING ((SELECT sees_cases()));
CREATE POLICY of_the_reviewer ON chronology_marks FOR SELECT USING (case_id IN
    (SELECT its_case FROM reviewed_by_me() WHERE 'chronology' = ANY (sees)));
CREATE POLICY barred ON chronology_marks AS RESTRICTIVE
    USING ((SELECT app_person()) IS NULL OR case_id NOT IN (SELECT barred_cases()));
CREATE POLICY other_team ON chronology_marks AS RESTRICTIVE
    USING (case_id NOT IN (SELECT cases_of_other_teams()));
"""


def upgrade() -> None:
    op.execute(UP.format(app=app_role()))


def downgrade() -> None:
    op.execute("DROP TABLE chronology_marks")
