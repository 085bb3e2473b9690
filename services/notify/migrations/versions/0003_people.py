"""People: who they are, how they sign in, and the reports that they have begun."""

from alembic import op

from shared.migrations import app_role, people_down, people_up

revision = "0003"
down_revision = "0002"

TABLES = "work_accounts, emergency_accesses, bars, drafts, sign_in_failures, sign_ins, personal_links, credentials"

UP = """
ALTER TABLE referrals ADD COLUMN submitted_by uuid REFERENCES people;

-- How a person proves who they are. Secrets are sealed, passwords and recovery codes hashed.
CREATE TABLE credentials (
    person_id uuid PRIMARY KEY REFERENCES people,
    password text,
    totp_secret bytea,
    totp_confirmed_at timestamptz,
    totp_last_step bigint NOT NULL DEFAULT 0,
    recovery_codes text[] NOT NULL DEFAULT '{{}}'
);
-- The work account with which a person first signed in; from then on no other counts as theirs.
CREATE TABLE work_accounts (
    issuer text NOT NULL,
    subject text NOT NULL,
    person_id uuid NOT NULL UNIQUE REFERENCES people,
    PRIMARY KEY (issuer, subject)
);
-- A link sent to a person, to set their password: stored hashed, works once.
CREATE TABLE personal_links (
    hash bytea PRIMARY KEY,
    person_id uuid NOT NULL REFERENCES people,
    expires_at timestamptz NOT NULL,
    used_at timestamptz
);
CREATE TABLE sign_ins (
    id uuid PRIMARY KEY,
    person_id uuid NOT NULL REFERENCES people,
    browser text NOT NULL,
    started_at timestamptz NOT NULL,
    ended_at timestamptz
);
CREATE INDEX sign_ins_person ON sign_ins (person_id, started_at);
-- Failures by keyed hash of an account or an address: the next try waits longer, nobody is barred for good.
CREATE TABLE sign_in_failures (
    subject bytea PRIMARY KEY,
    failures integer NOT NULL,
    last_at timestamptz NOT NULL,
    next_try_at timestamptz NOT NULL
);
-- A report that somebody has begun, as far as it has got; nobody but that person sees it. Sent, it stays, to be corrected.
CREATE TABLE drafts (
    id uuid PRIMARY KEY,
    person_id uuid NOT NULL REFERENCES people,
    answers bytea NOT NULL,
    referral_id uuid REFERENCES referrals,
    started_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL
);
CREATE INDEX drafts_age ON drafts (changed_at) WHERE referral_id IS NULL;
CREATE INDEX drafts_referral ON drafts (referral_id);
ALTER TABLE drafts ENABLE ROW LEVEL SECURITY;
ALTER TABLE drafts FORCE ROW LEVEL SECURITY;
CREATE POLICY drafts_own ON drafts USING (app_scope() = 'system' OR person_id = app_person());

-- Who may not see an incident, whatever their role: they know the family, or are party to it. Reasons are case content.
CREATE TABLE bars (
    id uuid PRIMARY KEY,
    person_id uuid NOT NULL REFERENCES people,
    incident_id uuid NOT NULL REFERENCES incidents,
    reasons bytea NOT NULL,
    barred_by text NOT NULL,
    barred_at timestamptz NOT NULL,
    lifted_at timestamptz
);
CREATE UNIQUE INDEX bars_standing ON bars (person_id, incident_id) WHERE lifted_at IS NULL;
-- Break-glass: somebody let themselves into an incident, with reasons, for a time; the office looks at it afterwards.
CREATE TABLE emergency_accesses (
    id uuid PRIMARY KEY,
    person_id uuid NOT NULL REFERENCES people,
    incident_id uuid NOT NULL REFERENCES incidents,
    reasons bytea NOT NULL,
    opened_at timestamptz NOT NULL,
    until timestamptz NOT NULL,
    reviewed_by text,
    reviewed_at timestamptz,
    review bytea
);
CREATE INDEX emergency_accesses_person ON emergency_accesses (person_id, until);
ALTER TABLE bars ENABLE ROW LEVEL SECURITY;
ALTER TABLE bars FORCE ROW LEVEL SECURITY;
CREATE POLICY bars_seen ON bars USING (sees_everything() OR person_id = app_person()) WITH CHECK (sees_everything());
ALTER TABLE emergency_accesses ENABLE ROW LEVEL SECURITY;
ALTER TABLE emergency_accesses FORCE ROW LEVEL SECURITY;
CREATE POLICY emergency_accesses_seen ON emergency_accesses
    USING (sees_everything() OR person_id = app_person()) WITH CHECK (sees_everything());

CREATE FUNCTION is_barred(incident uuid) RETURNS boolean LANGUAGE sql STABLE AS
$$ SELECT EXISTS (SELECT 1 FROM bars b WHERE b.person_id = app_person() AND b.incident_id = incident AND b.lifted_at IS NULL) $$;
CREATE FUNCTION was_let_in(incident uuid) RETURNS boolean LANGUAGE sql STABLE AS
$$ SELECT EXISTS (SELECT 1 FROM emergency_accesses e WHERE e.person_id = app_person() AND e.incident_id = incident
                     AND e.until > statement_timestamp()) $$;

CREATE POLICY referrers_see_their_own ON referrals AS RESTRICTIVE
    USING (app_scope() IS DISTINCT FROM 'mine' OR submitted_by = app_person() OR was_let_in(incident_id));
-- A former version is seen by whoever sees the referral, by the policies above.
CREATE POLICY versions_as_the_referral ON referral_versions AS RESTRICTIVE
    USING (app_person() IS NULL OR EXISTS (SELECT 1 FROM referrals r WHERE r.id = referral_id));
-- Who read a record, found without walking the whole trail.
CREATE INDEX audit_reads ON audit_entries (((entry::jsonb) ->> 'on')) WHERE entry LIKE '%"what":"read"%';
GRANT SELECT, INSERT, UPDATE ON {tables} TO {app};
GRANT DELETE ON sign_in_failures, drafts TO {app};
"""
CASE_TABLES = {"incidents": "id", "referrals": "incident_id", "decisions": "incident_id", "duties": "incident_id"}
NEED_TO_KNOW = """
CREATE POLICY {table}_barred ON {table} AS RESTRICTIVE USING (app_person() IS NULL OR NOT is_barred({incident}));
CREATE POLICY {table}_let_in ON {table} FOR SELECT USING (app_person() IS NOT NULL AND was_let_in({incident}));
"""


def upgrade() -> None:
    op.execute(people_up())
    op.execute(UP.format(app=app_role(), tables=TABLES))
    for table, incident in CASE_TABLES.items():
        op.execute(NEED_TO_KNOW.format(table=table, incident=incident))


def downgrade() -> None:
    for table in CASE_TABLES:
        op.execute(f"DROP POLICY {table}_barred ON {table}; DROP POLICY {table}_let_in ON {table}")
    op.execute("DROP INDEX audit_reads; DROP POLICY versions_as_the_referral ON referral_versions")
    op.execute("DROP POLICY referrers_see_their_own ON referrals; DROP FUNCTION was_let_in; DROP FUNCTION is_barred")
    op.execute(f"DROP TABLE {TABLES}; ALTER TABLE referrals DROP COLUMN submitted_by;")
    op.execute(people_down())
