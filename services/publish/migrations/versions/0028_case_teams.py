"""Of the partners' people only those of a case's team see what is published of it, once a team was named."""

from alembic import op

from shared.migrations import app_role

revision = "0028"
down_revision = "0027"

OTHER_TEAM = """CREATE POLICY other_team ON publications AS RESTRICTIVE
    USING (app_scope() <> 'partner' OR (SELECT app_person()) IS NULL OR NOT EXISTS (
           SELECT FROM case_teams t WHERE t.incident_id = ANY (incidents) AND t.people <> '{}'
              AND NOT (SELECT app_person()) = ANY (t.people)));"""


def upgrade() -> None:
    op.execute(
        "CREATE TABLE case_teams (incident_id uuid PRIMARY KEY, people uuid[] NOT NULL, sequence bigint NOT NULL);"
    )
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON case_teams TO {app_role()};")
    op.execute(OTHER_TEAM)


def downgrade() -> None:
    op.execute("DROP POLICY other_team ON publications; DROP TABLE case_teams;")
