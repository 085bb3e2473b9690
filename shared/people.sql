-- People who sign in, in every service's own database. Run by a migration of each service.
-- Notify keeps the directory; the others hold copies that `directory.changed` brings.

CREATE FUNCTION app_person() RETURNS uuid LANGUAGE sql STABLE AS
$$ SELECT NULLIF(current_setting('app.person', true), '')::uuid $$;

CREATE TABLE people (
    id uuid PRIMARY KEY,
    agency_id text NOT NULL REFERENCES agencies,
    name text NOT NULL,
    email text NOT NULL,
    roles text[] NOT NULL,
    ended_at timestamptz,
    signed_out_before timestamptz NOT NULL,
    version integer NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX people_email ON people (lower(email));
-- A sign-in that was ended before its cookie runs out; the row may go once the cookie has.
CREATE TABLE ended_sign_ins (id uuid PRIMARY KEY, ended_at timestamptz NOT NULL);
-- What somebody had typed when the time ran out: given back to them alone when they sign in again.
CREATE TABLE kept_forms (
    person_id uuid NOT NULL REFERENCES people,
    path text NOT NULL,
    fields bytea NOT NULL,
    kept_at timestamptz NOT NULL,
    PRIMARY KEY (person_id, path)
);
ALTER TABLE kept_forms ENABLE ROW LEVEL SECURITY;
ALTER TABLE kept_forms FORCE ROW LEVEL SECURITY;
CREATE POLICY kept_forms_own ON kept_forms USING (app_scope() = 'system' OR person_id = app_person());
CREATE INDEX kept_forms_age ON kept_forms (kept_at);

GRANT SELECT, INSERT, UPDATE ON people, ended_sign_ins, kept_forms TO {app};
GRANT DELETE ON ended_sign_ins, kept_forms TO {app};
