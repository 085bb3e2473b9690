"""People: who they are, how they sign in, and the reports that they have begun."""

from alembic import op

from shared.migrations import app_role, people_down, people_up

revision = "0003"
down_revision = "0002"

TABLES = "drafts, sign_in_failures, sign_ins, personal_links, credentials"

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
-- A report that somebody has begun, as far as it has got; nobody but that person sees it. Sent, it holds no answers.
CREATE TABLE drafts (
    id uuid PRIMARY KEY,
    person_id uuid NOT NULL REFERENCES people,
    answers bytea NOT NULL,
    referral_id uuid REFERENCES referrals,
    started_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL
);
CREATE INDEX drafts_age ON drafts (changed_at);
ALTER TABLE drafts ENABLE ROW LEVEL SECURITY;
ALTER TABLE drafts FORCE ROW LEVEL SECURITY;
CREATE POLICY drafts_own ON drafts USING (app_scope() = 'system' OR person_id = app_person());

CREATE POLICY referrers_see_their_own ON referrals AS RESTRICTIVE
    USING (app_scope() IS DISTINCT FROM 'mine' OR submitted_by = app_person());
GRANT SELECT, INSERT, UPDATE ON {tables} TO {app};
GRANT DELETE ON sign_in_failures, drafts TO {app};
"""


def upgrade() -> None:
    op.execute(people_up())
    op.execute(UP.format(app=app_role(), tables=TABLES))


def downgrade() -> None:
    op.execute("DROP POLICY referrers_see_their_own ON referrals")
    op.execute(f"DROP TABLE {TABLES}; ALTER TABLE referrals DROP COLUMN submitted_by;")
    op.execute(people_down())
