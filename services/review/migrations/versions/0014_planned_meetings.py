"""Meetings of a rapid review that are to be held: when, who comes, the agenda as they were sent it."""

from alembic import op

from shared.migrations import app_role

revision = "0014"
down_revision = "0013"

UP = """
CREATE TABLE planned_meetings (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL REFERENCES cases,
    case_reference text NOT NULL,
    held_at timestamptz NOT NULL,
    agencies text[] NOT NULL,
    content bytea NOT NULL,
    planned_by text NOT NULL,
    planned_at timestamptz NOT NULL,
    ended_at timestamptz
);
CREATE INDEX planned_meetings_case ON planned_meetings (case_id);
GRANT SELECT, INSERT, UPDATE ON planned_meetings TO {app};
ALTER TABLE planned_meetings ENABLE ROW LEVEL SECURITY;
ALTER TABLE planned_meetings FORCE ROW LEVEL SECURITY;
CREATE POLICY invited_or_case_files ON planned_meetings USING ((SELECT sees_cases())
    OR ((SELECT app_scope()) = 'own' AND ended_at IS NULL AND agencies @> ARRAY[(SELECT app_agency())]))
    WITH CHECK ((SELECT sees_cases()));
CREATE POLICY barred ON planned_meetings AS RESTRICTIVE
    USING ((SELECT app_person()) IS NULL OR case_id NOT IN (SELECT barred_cases()));
CREATE POLICY other_team ON planned_meetings AS RESTRICTIVE
    USING (case_id NOT IN (SELECT cases_of_other_teams()) OR agencies @> ARRAY[(SELECT app_agency())]);
"""


def upgrade() -> None:
    op.execute(UP.format(app=app_role()))


def downgrade() -> None:
    op.execute("DROP TABLE planned_meetings")
