-- Who may not see an incident, whatever their role. Notify keeps it, with the reasons; review and publish have this copy,
-- which `need-to-know.changed` brings. Run by a migration of each of the two.
CREATE TABLE bars (
    id uuid PRIMARY KEY,
    person_id uuid NOT NULL,
    incident_id uuid NOT NULL,
    barred_at timestamptz NOT NULL,
    lifted_at timestamptz
);
CREATE INDEX bars_standing ON bars (person_id, incident_id) WHERE lifted_at IS NULL;
ALTER TABLE bars ENABLE ROW LEVEL SECURITY;
ALTER TABLE bars FORCE ROW LEVEL SECURITY;
CREATE POLICY bars_seen ON bars USING (app_scope() IN ('system', 'all') OR person_id = app_person())
    WITH CHECK (app_scope() = 'system');
GRANT SELECT, INSERT, UPDATE ON bars TO {app};

CREATE FUNCTION is_barred(incident uuid) RETURNS boolean LANGUAGE sql STABLE AS
$$ SELECT EXISTS (SELECT 1 FROM bars b WHERE b.person_id = app_person() AND b.incident_id = incident AND b.lifted_at IS NULL) $$;
-- Who read a record, found without walking the whole trail.
CREATE INDEX audit_reads ON audit_entries (((entry::jsonb) ->> 'on')) WHERE entry LIKE '%"what":"read"%';
