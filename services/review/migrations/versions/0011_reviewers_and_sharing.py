"""What other agencies and the reviewer see because the office shared it, and a reviewer's access for a time."""

from alembic import op

from shared.migrations import app_role

revision = "0011"
down_revision = "0010"

UP = """
-- One person may work as the reviewer of one review until a day, and see what the terms of reference allow.
CREATE TABLE reviewer_accesses (
    id uuid PRIMARY KEY,
    practice_review_id uuid NOT NULL REFERENCES practice_reviews,
    case_id uuid NOT NULL REFERENCES cases,
    reviewer_id uuid NOT NULL REFERENCES reviewers,
    person_id uuid NOT NULL REFERENCES people,
    sees text[] NOT NULL,
    until timestamptz NOT NULL,
    given_by text NOT NULL,
    given_at timestamptz NOT NULL,
    ended_at timestamptz,
    ending_reasons bytea
);
CREATE UNIQUE INDEX reviewer_accesses_standing ON reviewer_accesses (practice_review_id, person_id) WHERE ended_at IS NULL;
CREATE INDEX reviewer_accesses_person ON reviewer_accesses (person_id) WHERE ended_at IS NULL;
ALTER TABLE reviewer_accesses ENABLE ROW LEVEL SECURITY;
ALTER TABLE reviewer_accesses FORCE ROW LEVEL SECURITY;
CREATE POLICY reviewer_accesses_seen ON reviewer_accesses
    USING ((SELECT sees_cases()) OR person_id = (SELECT app_person()))
    WITH CHECK ((SELECT app_scope()) IN ('system', 'all'));

-- What the person may see as a reviewer now. The role counts too: it goes with everything else when access ends.
CREATE FUNCTION reviewed_by_me() RETURNS TABLE (review uuid, its_case uuid, sees text[]) LANGUAGE sql STABLE AS $$
    SELECT a.practice_review_id, a.case_id, a.sees FROM reviewer_accesses a JOIN people p ON p.id = a.person_id
     WHERE a.person_id = app_person() AND a.ended_at IS NULL AND a.until > statement_timestamp()
       AND p.ended_at IS NULL AND 'reviewer' = ANY (p.roles)
$$;

-- A return or a chronology as it was when the office shared it, marked with whose it is. Later versions are shared anew.
CREATE TABLE shared_material (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL REFERENCES cases,
    case_reference text NOT NULL,
    request_id uuid NOT NULL REFERENCES information_requests,
    agency_id text NOT NULL,
    number integer NOT NULL,
    late boolean NOT NULL,
    what text NOT NULL,
    with_agencies text[] NOT NULL,
    with_reviewer boolean NOT NULL,
    content bytea NOT NULL,
    chronology bytea NOT NULL,
    shared_by text NOT NULL,
    shared_at timestamptz NOT NULL,
    ended_at timestamptz
);
CREATE INDEX shared_material_case ON shared_material (case_id);
CREATE INDEX shared_material_with ON shared_material USING gin (with_agencies);
ALTER TABLE shared_material ENABLE ROW LEVEL SECURITY;
ALTER TABLE shared_material FORCE ROW LEVEL SECURITY;
CREATE POLICY shared_material_seen ON shared_material USING ((SELECT sees_cases())
    OR ((SELECT app_scope()) = 'own' AND (agency_id = (SELECT app_agency())
        OR (ended_at IS NULL AND with_agencies @> ARRAY[(SELECT app_agency())])))
    OR (ended_at IS NULL AND with_reviewer AND EXISTS
        (SELECT 1 FROM reviewed_by_me() m WHERE m.its_case = case_id AND what = ANY (m.sees))))
    WITH CHECK ((SELECT app_scope()) IN ('system', 'all'));
CREATE POLICY barred ON shared_material AS RESTRICTIVE
    USING ((SELECT app_person()) IS NULL OR case_id NOT IN (SELECT barred_cases()));
CREATE POLICY other_team ON shared_material AS RESTRICTIVE USING (case_id NOT IN (SELECT cases_of_other_teams())
    OR agency_id = (SELECT app_agency()) OR with_agencies @> ARRAY[(SELECT app_agency())]);
GRANT SELECT, INSERT, UPDATE ON reviewer_accesses, shared_material TO {app};
CREATE POLICY of_the_reviewer ON practice_reviews FOR SELECT USING (id IN (SELECT review FROM reviewed_by_me()));
CREATE POLICY of_the_reviewer ON review_records FOR SELECT USING (
    kind IN ('terms-of-reference', 'panel', 'draft-comment') AND practice_review_id IN (SELECT review FROM reviewed_by_me()));
"""
OF_THE_REVIEWER = """CREATE POLICY of_the_reviewer ON {table} FOR SELECT
    USING (practice_review_id IN (SELECT review FROM reviewed_by_me()));"""
WHOLE = ("milestones", "reviewer_requests", "reports")


def upgrade() -> None:
    op.execute(UP.format(app=app_role()))
    for table in WHOLE:
        op.execute(OF_THE_REVIEWER.format(table=table))


def downgrade() -> None:
    for table in (*WHOLE, "practice_reviews", "review_records"):
        op.execute(f"DROP POLICY of_the_reviewer ON {table}")
    op.execute("DROP TABLE shared_material; DROP FUNCTION reviewed_by_me; DROP TABLE reviewer_accesses;")
