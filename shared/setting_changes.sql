-- What the office has changed of the partnership's file by pages of this service: rows that are only added to. The newest row
-- of a name is in force; a value of null lets the file speak again. Run by a migration of review and publish; notify has its own.
CREATE TABLE setting_changes (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    value jsonb NOT NULL,
    reasons text NOT NULL,
    changed_by text NOT NULL,
    changed_at timestamptz NOT NULL
);
CREATE INDEX setting_changes_newest ON setting_changes (name, changed_at DESC);
GRANT SELECT, INSERT ON setting_changes TO {app};
