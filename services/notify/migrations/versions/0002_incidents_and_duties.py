"""Incidents, referrals, decisions and duties, each row seen only by whom it concerns."""

from alembic import op

from shared.migrations import app_role

revision = "0002"
down_revision = "0001"

TABLES = (
    "duty_warnings",
    "duties",
    "separations",
    "decisions",
    "child_hashes",
    "referral_versions",
    "referrals",
    "incidents",
)

UP = """
CREATE SEQUENCE referral_numbers;
CREATE SEQUENCE incident_numbers;

CREATE TABLE incidents (
    id uuid PRIMARY KEY,
    reference text NOT NULL UNIQUE,
    status text NOT NULL,
    assessment jsonb NOT NULL,
    occurred_on date NOT NULL,
    authority_aware_at timestamptz NOT NULL,
    merged_into uuid REFERENCES incidents,
    notified_at timestamptz,
    created_at timestamptz NOT NULL
);
CREATE INDEX incidents_newest ON incidents (created_at, id);
CREATE TABLE referrals (
    id uuid PRIMARY KEY,
    reference text NOT NULL UNIQUE,
    incident_id uuid NOT NULL REFERENCES incidents,
    agency_id text NOT NULL REFERENCES agencies,
    agency_reference text NOT NULL,
    submitted_at timestamptz NOT NULL,
    body bytea NOT NULL,
    version integer NOT NULL DEFAULT 1,
    UNIQUE (agency_id, agency_reference)
);
CREATE INDEX referrals_incident ON referrals (incident_id);
CREATE INDEX referrals_newest ON referrals (submitted_at, id);
CREATE INDEX referrals_agency_newest ON referrals (agency_id, submitted_at, id);
CREATE TABLE referral_versions (
    referral_id uuid NOT NULL REFERENCES referrals,
    number integer NOT NULL,
    agency_id text NOT NULL,
    body bytea NOT NULL,
    reasons bytea NOT NULL,
    replaced_at timestamptz NOT NULL,
    PRIMARY KEY (referral_id, number)
);
CREATE TABLE child_hashes (
    incident_id uuid NOT NULL REFERENCES incidents,
    kind text NOT NULL,
    hash bytea NOT NULL,
    occurred_on date NOT NULL,
    PRIMARY KEY (hash, incident_id)
);
CREATE INDEX child_hashes_incident ON child_hashes (incident_id);
CREATE TABLE decisions (
    id uuid PRIMARY KEY,
    incident_id uuid NOT NULL REFERENCES incidents,
    outcome text NOT NULL,
    reasons bytea NOT NULL,
    agreed_by bytea NOT NULL,
    decided_by text NOT NULL REFERENCES agencies,
    decided_at timestamptz NOT NULL
);
CREATE INDEX decisions_incident ON decisions (incident_id);
CREATE TABLE separations (
    incident_id uuid NOT NULL REFERENCES incidents,
    other_id uuid NOT NULL REFERENCES incidents,
    decision_id uuid NOT NULL REFERENCES decisions,
    PRIMARY KEY (incident_id, other_id)
);
CREATE TABLE duties (
    id uuid PRIMARY KEY,
    incident_id uuid REFERENCES incidents,
    concerns text NOT NULL,
    rule text NOT NULL,
    recipient text NOT NULL,
    status text NOT NULL,
    authority text NOT NULL,
    text text NOT NULL,
    runs_from timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    sent_at timestamptz,
    discharged_at timestamptz,
    evidence text,
    overdue_said boolean NOT NULL DEFAULT false
);
CREATE INDEX duties_incident ON duties (incident_id);
CREATE INDEX duties_soonest ON duties (due_at, id);
CREATE INDEX duties_open ON duties (due_at, id) WHERE status NOT IN ('discharged', 'cancelled');
CREATE UNIQUE INDEX duties_once ON duties (concerns, rule, recipient) WHERE status <> 'cancelled';
CREATE TABLE duty_warnings (
    duty_id uuid NOT NULL REFERENCES duties,
    kind text NOT NULL,
    warned_at timestamptz NOT NULL,
    PRIMARY KEY (duty_id, kind)
);

-- Who else spoke of this incident? Waits for its turn among those who ask about the same children (or the same
-- reference of one agency), so that of two at once the second sees the first. Only incidents, never their content.
CREATE FUNCTION referral_context(locks bigint[], of_agency text, given_reference text, wanted bytea[], around date, days integer)
    RETURNS TABLE (found text, id uuid, reference text, status text, matched text[])
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET app.scope = 'system' AS $$
DECLARE
    one bigint;
BEGIN
    FOREACH one IN ARRAY locks LOOP
        PERFORM pg_advisory_xact_lock(one);
    END LOOP;
    RETURN QUERY
        SELECT 'same-reference', r.id, r.reference, NULL::text, NULL::text[] FROM referrals r
         WHERE r.agency_id = of_agency AND r.agency_reference = given_reference
        UNION ALL
        SELECT 'duplicate', i.id, i.reference, i.status, array_agg(DISTINCT h.kind ORDER BY h.kind)
          FROM child_hashes h JOIN incidents i ON i.id = h.incident_id
         WHERE h.hash = ANY (wanted) AND h.occurred_on BETWEEN around - days AND around + days AND i.merged_into IS NULL
         GROUP BY i.id, i.reference, i.status;
END $$;

CREATE FUNCTION sees_everything() RETURNS boolean LANGUAGE sql STABLE AS
$$ SELECT coalesce(app_scope() IN ('system', 'all'), false) $$;

ALTER TABLE incidents ENABLE ROW LEVEL SECURITY; ALTER TABLE incidents FORCE ROW LEVEL SECURITY;
ALTER TABLE referrals ENABLE ROW LEVEL SECURITY; ALTER TABLE referrals FORCE ROW LEVEL SECURITY;
ALTER TABLE referral_versions ENABLE ROW LEVEL SECURITY; ALTER TABLE referral_versions FORCE ROW LEVEL SECURITY;
ALTER TABLE child_hashes ENABLE ROW LEVEL SECURITY; ALTER TABLE child_hashes FORCE ROW LEVEL SECURITY;
ALTER TABLE decisions ENABLE ROW LEVEL SECURITY; ALTER TABLE decisions FORCE ROW LEVEL SECURITY;
ALTER TABLE separations ENABLE ROW LEVEL SECURITY; ALTER TABLE separations FORCE ROW LEVEL SECURITY;
ALTER TABLE duties ENABLE ROW LEVEL SECURITY; ALTER TABLE duties FORCE ROW LEVEL SECURITY;
ALTER TABLE duty_warnings ENABLE ROW LEVEL SECURITY; ALTER TABLE duty_warnings FORCE ROW LEVEL SECURITY;

CREATE POLICY referrals_own ON referrals
    USING (sees_everything() OR agency_id = app_agency()) WITH CHECK (sees_everything() OR agency_id = app_agency());
CREATE POLICY versions_own ON referral_versions
    USING (sees_everything() OR agency_id = app_agency()) WITH CHECK (sees_everything() OR agency_id = app_agency());
CREATE POLICY incidents_seen ON incidents FOR SELECT
    USING (sees_everything() OR app_scope() = 'partner'
           OR EXISTS (SELECT 1 FROM referrals r WHERE r.incident_id = incidents.id AND r.agency_id = app_agency()));
CREATE POLICY incidents_added ON incidents FOR INSERT WITH CHECK (app_scope() IS NOT NULL);
CREATE POLICY incidents_changed ON incidents FOR UPDATE USING (sees_everything());
CREATE POLICY hashes_added ON child_hashes FOR INSERT WITH CHECK (app_scope() IS NOT NULL);
CREATE POLICY hashes_all ON child_hashes USING (sees_everything());
CREATE POLICY decisions_seen ON decisions FOR SELECT USING (sees_everything() OR app_scope() = 'partner');
CREATE POLICY decisions_added ON decisions FOR INSERT WITH CHECK (sees_everything());
CREATE POLICY separations_all ON separations USING (sees_everything());
CREATE POLICY duties_seen ON duties FOR SELECT
    USING (sees_everything() OR app_scope() = 'partner'
           OR EXISTS (SELECT 1 FROM referrals r WHERE r.incident_id = duties.incident_id AND r.agency_id = app_agency()));
CREATE POLICY duties_added ON duties FOR INSERT WITH CHECK (app_scope() IS NOT NULL);
CREATE POLICY duties_changed ON duties FOR UPDATE USING (sees_everything());
CREATE POLICY warnings_all ON duty_warnings USING (sees_everything());

GRANT SELECT, INSERT, UPDATE ON {tables} TO {app};
GRANT DELETE ON child_hashes TO {app};
GRANT USAGE ON SEQUENCE referral_numbers, incident_numbers TO {app};
"""


def upgrade() -> None:
    op.execute(UP.format(tables=", ".join(TABLES), app=app_role()))


def downgrade() -> None:
    op.execute(
        "DROP FUNCTION referral_context;"
        + "".join(f"DROP TABLE {table} CASCADE;" for table in TABLES)
        + "DROP FUNCTION sees_everything; DROP SEQUENCE referral_numbers, incident_numbers;"
    )
