-- Yearly reports and learning from rapid reviews come out as reviews do, and belong to no review.
ALTER TABLE publications
    ALTER practice_review_id DROP NOT NULL,
    ALTER case_id DROP NOT NULL,
    ALTER incident_id DROP NOT NULL,
    ADD warnings jsonb NOT NULL DEFAULT '[]',
    ADD agency_kinds jsonb NOT NULL DEFAULT '[]',
    ADD age_bands jsonb NOT NULL DEFAULT '[]',
    ADD recommendations bytea,
    ADD keywords jsonb NOT NULL DEFAULT '[]';

-- What a correction replaced, and what the public saw until then.
ALTER TABLE page_orders
    ADD replaced jsonb NOT NULL DEFAULT '[]',
    ADD before bytea;

-- Why it comes out in a week that should be avoided.
ALTER TABLE schedules ADD avoided_week_reasons bytea;

-- Who has the report before the public, under an embargo.
CREATE TABLE early_readers (
    id uuid PRIMARY KEY,
    publication_id uuid NOT NULL REFERENCES publications,
    name bytea NOT NULL,
    role bytea NOT NULL,
    embargo_agreed_on date,
    entered_at timestamptz NOT NULL,
    entered_by text NOT NULL,
    removed_at timestamptz
);
CREATE INDEX early_readers_publication ON early_readers (publication_id);

-- The deposit's own reference, by which an acknowledgement is matched; how often it was asked for; and, on the
-- anonymous route, what was searched for and not found in all that left.
ALTER TABLE deposits
    ADD our_reference text,
    ADD chased integer NOT NULL DEFAULT 0,
    ADD proof bytea;

ALTER TABLE past_items
    ADD title text,
    ADD summary text,
    ADD themes jsonb NOT NULL DEFAULT '[]',
    ADD files jsonb NOT NULL DEFAULT '[]',
    ADD old_addresses jsonb NOT NULL DEFAULT '[]',
    ADD imported_at timestamptz;
