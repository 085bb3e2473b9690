CREATE TABLE publications (
    id uuid PRIMARY KEY,
    practice_review_id uuid NOT NULL UNIQUE,
    case_id uuid NOT NULL,
    incident_id uuid NOT NULL,
    reference text NOT NULL,
    pseudonym text NOT NULL,
    kind text NOT NULL,
    title bytea NOT NULL,
    summary bytea,
    themes jsonb NOT NULL,
    identifiers bytea NOT NULL,
    signed_at timestamptz NOT NULL,
    state text NOT NULL,
    route text,
    publish jsonb NOT NULL,
    slug text UNIQUE,
    publish_at timestamptz,
    live_at timestamptz,
    live_documents jsonb NOT NULL,
    live_page jsonb,
    display_until date,
    held_because jsonb NOT NULL,
    version integer NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE INDEX publications_due ON publications (publish_at) WHERE state = 'scheduled';
CREATE INDEX publications_shown ON publications (live_at) WHERE state IN ('live', 'archived', 'withdrawn');

CREATE TABLE route_decisions (
    id uuid PRIMARY KEY,
    publication_id uuid NOT NULL REFERENCES publications,
    route text NOT NULL,
    publish jsonb NOT NULL,
    reasons bytea NOT NULL,
    agreed_by bytea NOT NULL,
    nspcc_agreement bytea,
    decided_at timestamptz NOT NULL,
    recorded_by text NOT NULL
);
CREATE INDEX route_decisions_publication ON route_decisions (publication_id, decided_at);

CREATE TABLE documents (
    id uuid PRIMARY KEY,
    publication_id uuid NOT NULL REFERENCES publications,
    kind text NOT NULL,
    version integer NOT NULL,
    content_type text NOT NULL,
    uploaded_by bytea NOT NULL,
    uploaded_agency text NOT NULL,
    uploaded_at timestamptz NOT NULL,
    original_key text NOT NULL,
    original_sha256 text NOT NULL,
    original_name bytea NOT NULL,
    status text NOT NULL,
    refusal text,
    claimed_at timestamptz,
    attempts integer NOT NULL,
    checked_at timestamptz,
    clean_key text,
    clean_sha256 text,
    clean_size integer,
    removed jsonb NOT NULL,
    pages integer,
    body bytea,
    UNIQUE (publication_id, kind, version)
);
CREATE INDEX documents_to_check ON documents (uploaded_at) WHERE status = 'received';

CREATE TABLE findings (
    id uuid PRIMARY KEY,
    publication_id uuid NOT NULL REFERENCES publications,
    document_id uuid NOT NULL REFERENCES documents,
    kind text NOT NULL,
    place text NOT NULL,
    page integer,
    times integer NOT NULL,
    value bytea NOT NULL,
    context bytea NOT NULL,
    fingerprint bytea NOT NULL,
    resolution text,
    reason bytea,
    resolved_by bytea,
    resolved_at timestamptz,
    UNIQUE NULLS NOT DISTINCT (document_id, kind, place, page, fingerprint)
);
CREATE INDEX findings_publication ON findings (publication_id);

CREATE TABLE protocol_steps_done (
    publication_id uuid NOT NULL REFERENCES publications,
    step text NOT NULL,
    done_by bytea NOT NULL,
    note bytea,
    done_at timestamptz NOT NULL,
    recorded_by text NOT NULL,
    PRIMARY KEY (publication_id, step)
);

CREATE TABLE schedules (
    id uuid PRIMARY KEY,
    publication_id uuid NOT NULL REFERENCES publications,
    publish_at timestamptz NOT NULL,
    digest text NOT NULL,
    set_at timestamptz NOT NULL,
    set_by text NOT NULL
);
CREATE INDEX schedules_publication ON schedules (publication_id, set_at);

-- Holds may arrive before the report they hold is signed off, so they hang on the review.
CREATE TABLE holds (
    id uuid PRIMARY KEY,
    practice_review_id uuid NOT NULL,
    reason bytea NOT NULL,
    next_check_on date NOT NULL,
    placed_at timestamptz NOT NULL,
    lifted_at timestamptz
);
CREATE INDEX holds_review ON holds (practice_review_id);

CREATE TABLE tellings (
    duty_id uuid PRIMARY KEY,
    publication_id uuid NOT NULL REFERENCES publications,
    rule text NOT NULL,
    recipient text NOT NULL,
    sent_at timestamptz,
    discharged_at timestamptz,
    overdue_at timestamptz
);
CREATE INDEX tellings_publication ON tellings (publication_id);

CREATE TABLE deposits (
    id uuid PRIMARY KEY,
    publication_id uuid NOT NULL REFERENCES publications,
    number integer NOT NULL,
    anonymous boolean NOT NULL,
    delivery_id uuid NOT NULL UNIQUE,
    created_at timestamptz NOT NULL,
    sent_at timestamptz,
    fault text,
    remind_at timestamptz NOT NULL,
    reminded_at timestamptz,
    nspcc_reference text,
    received_at timestamptz,
    UNIQUE (publication_id, number)
);
CREATE INDEX deposits_to_remind ON deposits (remind_at) WHERE received_at IS NULL;

CREATE TABLE retention_questions (
    id uuid PRIMARY KEY,
    publication_id uuid NOT NULL REFERENCES publications,
    asked_at timestamptz NOT NULL,
    decision text,
    reasons bytea,
    until date,
    decided_at timestamptz,
    decided_by text
);
CREATE UNIQUE INDEX retention_questions_open ON retention_questions (publication_id) WHERE decision IS NULL;

CREATE TABLE page_orders (
    id uuid PRIMARY KEY,
    publication_id uuid NOT NULL REFERENCES publications,
    what text NOT NULL,
    reasons bytea NOT NULL,
    ordered_by bytea NOT NULL,
    ordered_at timestamptz NOT NULL,
    recorded_by text NOT NULL
);
CREATE INDEX page_orders_publication ON page_orders (publication_id);

CREATE TABLE past_items (
    slug text PRIMARY KEY,
    kind text NOT NULL,
    pseudonym text NOT NULL,
    published_on date NOT NULL,
    documents jsonb NOT NULL,
    listed boolean NOT NULL
);

CREATE TABLE public_entries (
    slug text PRIMARY KEY,
    title text NOT NULL,
    kind text NOT NULL,
    published_on date NOT NULL,
    themes text[] NOT NULL,
    summary text NOT NULL,
    body text NOT NULL,
    words tsvector NOT NULL GENERATED ALWAYS AS (
        setweight(to_tsvector('english', title), 'A') || setweight(to_tsvector('english', summary), 'B')
        || setweight(to_tsvector('english', body), 'D')) STORED
);
CREATE INDEX public_entries_words ON public_entries USING gin (words);
CREATE INDEX public_entries_day ON public_entries (published_on DESC, slug);

CREATE TABLE site_state (
    id integer PRIMARY KEY CHECK (id = 1),
    wanted bigint NOT NULL,
    built bigint NOT NULL,
    built_on date,
    release text,
    past_items_sha256 text
);
INSERT INTO site_state VALUES (1, 1, 0);
