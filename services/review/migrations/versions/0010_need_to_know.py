"""Who is kept from a case, who is on its team, who opened it in an emergency: the database shows each no more than that."""

from alembic import op

from shared.migrations import app_role, need_to_know_down, need_to_know_up

revision = "0010"
down_revision = "0007"

UP = """
-- Once somebody is named, only the team's people of the three partners see the case; the office and the scrutineer do too.
CREATE TABLE case_team (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL REFERENCES cases,
    person_id uuid NOT NULL REFERENCES people,
    added_by text NOT NULL,
    added_at timestamptz NOT NULL,
    ended_at timestamptz
);
CREATE UNIQUE INDEX case_team_standing ON case_team (case_id, person_id) WHERE ended_at IS NULL;
ALTER TABLE case_team ENABLE ROW LEVEL SECURITY;
ALTER TABLE case_team FORCE ROW LEVEL SECURITY;
CREATE POLICY case_team_seen ON case_team USING ((SELECT sees_cases()) OR person_id = (SELECT app_person()))
    WITH CHECK ((SELECT app_scope()) IN ('system', 'all'));
-- Break-glass: somebody let themselves into a case, with reasons, for a time; the office looks at it afterwards.
CREATE TABLE emergency_accesses (
    id uuid PRIMARY KEY,
    person_id uuid NOT NULL REFERENCES people,
    incident_id uuid NOT NULL,
    reasons bytea NOT NULL,
    opened_at timestamptz NOT NULL,
    until timestamptz NOT NULL,
    reviewed_by text,
    reviewed_at timestamptz,
    review bytea
);
CREATE INDEX emergency_accesses_person ON emergency_accesses (person_id, until);
ALTER TABLE emergency_accesses ENABLE ROW LEVEL SECURITY;
ALTER TABLE emergency_accesses FORCE ROW LEVEL SECURITY;
CREATE POLICY emergency_accesses_seen ON emergency_accesses
    USING ((SELECT app_scope()) IN ('system', 'all') OR person_id = (SELECT app_person()))
    WITH CHECK ((SELECT app_scope()) IN ('system', 'all'));
GRANT SELECT, INSERT, UPDATE ON case_team, emergency_accesses TO {app};

-- The policies of case tables ask these once a statement. They look at cases as the system does, since a case that is
-- hidden could not be found by looking as the person, and leave the viewer as they found it.
CREATE FUNCTION barred_cases() RETURNS SETOF uuid LANGUAGE plpgsql STABLE SET search_path = public, pg_temp AS $$
DECLARE
    scope text := coalesce(current_setting('app.scope', true), '');
BEGIN
    IF app_person() IS NULL OR scope = 'system' THEN RETURN; END IF;
    PERFORM set_config('app.scope', 'system', true);
    RETURN QUERY SELECT c.id FROM cases c JOIN bars b ON b.incident_id = c.incident_id
                  WHERE b.person_id = app_person() AND b.lifted_at IS NULL;
    PERFORM set_config('app.scope', scope, true);
END $$;
CREATE FUNCTION let_in_cases() RETURNS SETOF uuid LANGUAGE plpgsql STABLE SET search_path = public, pg_temp AS $$
DECLARE
    scope text := coalesce(current_setting('app.scope', true), '');
BEGIN
    IF app_person() IS NULL OR scope = 'system' THEN RETURN; END IF;
    PERFORM set_config('app.scope', 'system', true);
    RETURN QUERY SELECT c.id FROM cases c JOIN emergency_accesses e ON e.incident_id = c.incident_id
                  WHERE e.person_id = app_person() AND e.until > statement_timestamp();
    PERFORM set_config('app.scope', scope, true);
END $$;
CREATE FUNCTION cases_of_other_teams() RETURNS SETOF uuid LANGUAGE sql STABLE AS $$
    SELECT t.case_id FROM case_team t WHERE app_scope() = 'partner' AND app_person() IS NOT NULL AND t.ended_at IS NULL
     GROUP BY t.case_id HAVING bool_and(t.person_id <> app_person())
    EXCEPT SELECT * FROM let_in_cases()
$$;
"""
BARRED = "CREATE POLICY barred ON {table} AS RESTRICTIVE USING ((SELECT app_person()) IS NULL OR {column} NOT IN (SELECT barred_cases()));"
OTHER_TEAM = "CREATE POLICY other_team ON {table} AS RESTRICTIVE USING ({column} NOT IN (SELECT cases_of_other_teams()){or_own});"
LET_IN = "CREATE POLICY let_in ON {table} FOR SELECT USING ({column} IN (SELECT let_in_cases()){only});"
AS_PARENT = """CREATE POLICY as_{parent} ON {table} AS RESTRICTIVE
    USING ((SELECT app_person()) IS NULL OR EXISTS (SELECT 1 FROM {parent} p WHERE p.id = {column}));"""
BY_INCIDENT = "CREATE POLICY barred ON {table} AS RESTRICTIVE USING ((SELECT app_person()) IS NULL OR NOT is_barred(incident_id));"

# Of each table of a case: its column with the case, and who of an agency sees the row whatever the team.
OF_CASE = {
    "cases": "id",
    "rapid_review_decisions": "case_id",
    "panel_replies": "case_id",
    "meetings": "case_id",
    "practice_reviews": "case_id",
}
OF_AGENCY = {"information_requests": "agency_id", "agency_returns": "agency_id", "recommendations": "owner_agency"}
OF_INCIDENT = ("incidents", "incident_referrals", "duty_notes")
CHILDREN = {
    "extensions": ("information_requests", "request_id"),
    "rapid_review_signatures": ("rapid_review_decisions", "decision_id"),
    "reviewers": ("practice_reviews", "practice_review_id"),
    "milestones": ("practice_reviews", "practice_review_id"),
    "reviewer_requests": ("practice_reviews", "practice_review_id"),
    "review_records": ("practice_reviews", "practice_review_id"),
    "reports": ("practice_reviews", "practice_review_id"),
    "holds": ("practice_reviews", "practice_review_id"),
    "delays": ("practice_reviews", "practice_review_id"),
    "report_signatures": ("reports", "report_id"),
    "hold_checks": ("holds", "hold_id"),
    "actions": ("recommendations", "recommendation_id"),
    "evidence": ("actions", "action_id"),
}
SEEN_IN_EMERGENCY = {
    "cases": "",
    "information_requests": "",
    "agency_returns": " AND submitted_at IS NOT NULL",
    "rapid_review_decisions": "",
}


def upgrade() -> None:
    op.execute(need_to_know_up())
    op.execute(UP.format(app=app_role()))
    for table, column in OF_CASE.items():
        op.execute(BARRED.format(table=table, column=column) + OTHER_TEAM.format(table=table, column=column, or_own=""))
    for table, owner in OF_AGENCY.items():
        own = f" OR {owner} = (SELECT app_agency())"
        op.execute(
            BARRED.format(table=table, column="case_id") + OTHER_TEAM.format(table=table, column="case_id", or_own=own)
        )
    for table in OF_INCIDENT:
        op.execute(BY_INCIDENT.format(table=table))
    for table, (parent, column) in CHILDREN.items():
        op.execute(AS_PARENT.format(table=table, parent=parent, column=column))
    for table, only in SEEN_IN_EMERGENCY.items():
        op.execute(LET_IN.format(table=table, column=OF_CASE.get(table, "case_id"), only=only))


def downgrade() -> None:
    for table in SEEN_IN_EMERGENCY:
        op.execute(f"DROP POLICY let_in ON {table}")
    for table, (parent, _) in CHILDREN.items():
        op.execute(f"DROP POLICY as_{parent} ON {table}")
    for table in (*OF_CASE, *OF_AGENCY):
        op.execute(f"DROP POLICY barred ON {table}; DROP POLICY other_team ON {table}")
    for table in OF_INCIDENT:
        op.execute(f"DROP POLICY barred ON {table}")
    op.execute("DROP FUNCTION cases_of_other_teams; DROP FUNCTION let_in_cases; DROP FUNCTION barred_cases")
    op.execute("DROP TABLE emergency_accesses, case_team;" + need_to_know_down())
