-- What review keeps. Columns of type bytea hold sealed values (shared/encryption.py); nothing else here is personal.

-- Case files are open to the office, the authority, the three partners and our own workers; to nobody else.
CREATE FUNCTION sees_cases() RETURNS boolean LANGUAGE sql STABLE AS
$$ SELECT COALESCE(app_scope() IN ('system', 'all', 'partner'), false) $$;

CREATE TABLE reference_numbers (
    series text NOT NULL,
    year integer NOT NULL,
    last integer NOT NULL,
    PRIMARY KEY (series, year)
);

-- What notify told us of an incident, whether or not a rapid review follows from it.
CREATE TABLE incidents (
    incident_id uuid PRIMARY KEY,
    reference text NOT NULL,
    notified_at timestamptz NOT NULL,
    withdrawn_at timestamptz
);
CREATE TABLE incident_referrals (
    incident_id uuid NOT NULL,
    reference text NOT NULL,
    agency_id text NOT NULL,
    submitted_at timestamptz NOT NULL,
    PRIMARY KEY (incident_id, reference, agency_id)
);
CREATE TABLE duty_notes (
    duty_id uuid PRIMARY KEY,
    incident_id uuid,
    rule text NOT NULL,
    recipient text NOT NULL,
    concerns text NOT NULL,
    due_at timestamptz NOT NULL,
    overdue boolean NOT NULL DEFAULT false,
    discharged_at timestamptz,
    reference text
);
CREATE INDEX duty_notes_incident ON duty_notes (incident_id);

CREATE TABLE cases (
    id uuid PRIMARY KEY,
    incident_id uuid NOT NULL UNIQUE,
    incident_reference text NOT NULL,
    reference text NOT NULL UNIQUE,
    pseudonym text NOT NULL UNIQUE,
    stage text NOT NULL,
    kinds text[] NOT NULL,
    children integer NOT NULL,
    occurred_on bytea NOT NULL,
    identifiers bytea NOT NULL,
    notified_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    opened_at timestamptz NOT NULL,
    completed_at timestamptz,
    closed_at timestamptz,
    closing_reasons bytea,
    version integer NOT NULL DEFAULT 1
);
CREATE INDEX cases_opened ON cases (opened_at, id);

CREATE TABLE information_requests (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL REFERENCES cases,
    case_reference text NOT NULL,
    agency_id text NOT NULL,
    status text NOT NULL,
    requested_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    returned_at timestamptz,
    overdue_told_at timestamptz,
    version integer NOT NULL DEFAULT 1,
    UNIQUE (case_id, agency_id)
);
CREATE INDEX information_requests_agency ON information_requests (agency_id, requested_at, id);
CREATE INDEX information_requests_listed ON information_requests (requested_at, id);
CREATE INDEX information_requests_due ON information_requests (due_at)
    WHERE status IN ('requested', 'draft') AND overdue_told_at IS NULL;

CREATE TABLE agency_returns (
    id uuid PRIMARY KEY,
    request_id uuid NOT NULL REFERENCES information_requests,
    case_id uuid NOT NULL REFERENCES cases,
    agency_id text NOT NULL,
    number integer NOT NULL,
    involved boolean NOT NULL,
    content bytea NOT NULL,
    chronology bytea NOT NULL,
    saved_at timestamptz NOT NULL,
    submitted_at timestamptz,
    late boolean NOT NULL DEFAULT false,
    UNIQUE (request_id, number)
);
CREATE INDEX agency_returns_case ON agency_returns (case_id);

CREATE TABLE rapid_review_decisions (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL REFERENCES cases,
    number integer NOT NULL,
    outcome text NOT NULL,
    content bytea NOT NULL,
    recorded_by text NOT NULL,
    decided_at timestamptz NOT NULL,
    superseded_at timestamptz,
    completed_at timestamptz,
    sent_at timestamptz,
    sent_reference text,
    UNIQUE (case_id, number)
);
CREATE TABLE rapid_review_signatures (
    id uuid PRIMARY KEY,
    decision_id uuid NOT NULL REFERENCES rapid_review_decisions,
    agency_id text NOT NULL,
    position text NOT NULL,
    signatory bytea NOT NULL,
    signed_at timestamptz NOT NULL,
    voided_at timestamptz,
    UNIQUE (decision_id, agency_id)
);
CREATE TABLE panel_replies (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL REFERENCES cases,
    decision_id uuid NOT NULL REFERENCES rapid_review_decisions,
    reply text NOT NULL,
    received_at timestamptz NOT NULL,
    reference text,
    text bytea,
    recorded_by text NOT NULL,
    recorded_at timestamptz NOT NULL
);
CREATE INDEX panel_replies_case ON panel_replies (case_id);

CREATE TABLE practice_reviews (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL REFERENCES cases,
    reference text NOT NULL UNIQUE,
    pseudonym text NOT NULL,
    kind text NOT NULL,
    title bytea NOT NULL,
    status text NOT NULL,
    decided_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    signed_off_at timestamptz,
    publication_id uuid,
    publication_route text,
    published_at timestamptz,
    publication_url text,
    deposited_at timestamptz,
    nspcc_reference text,
    withdrawn_at timestamptz,
    version integer NOT NULL DEFAULT 1
);
CREATE INDEX practice_reviews_case ON practice_reviews (case_id);

CREATE TABLE reviewers (
    id uuid PRIMARY KEY,
    practice_review_id uuid NOT NULL REFERENCES practice_reviews,
    reviewer bytea NOT NULL,
    appointed_on date NOT NULL,
    ended_at timestamptz,
    ending_reasons bytea
);
CREATE UNIQUE INDEX reviewers_current ON reviewers (practice_review_id) WHERE ended_at IS NULL;
CREATE TABLE milestones (
    id uuid PRIMARY KEY,
    practice_review_id uuid NOT NULL REFERENCES practice_reviews,
    number integer NOT NULL,
    stage text NOT NULL,
    due_on date,
    done_on date,
    note bytea,
    recorded_at timestamptz NOT NULL,
    UNIQUE (practice_review_id, number)
);
CREATE TABLE reviewer_requests (
    id uuid PRIMARY KEY,
    practice_review_id uuid NOT NULL REFERENCES practice_reviews,
    asks_for text NOT NULL,
    request bytea NOT NULL,
    asked_at timestamptz NOT NULL,
    response bytea,
    responded_on date
);
CREATE INDEX reviewer_requests_review ON reviewer_requests (practice_review_id);
CREATE TABLE reports (
    id uuid PRIMARY KEY,
    practice_review_id uuid NOT NULL REFERENCES practice_reviews,
    kind text NOT NULL,
    number integer NOT NULL,
    file_key text NOT NULL,
    filename bytea NOT NULL,
    sha256 text NOT NULL,
    pages integer NOT NULL,
    uploaded_by text NOT NULL,
    uploaded_at timestamptz NOT NULL,
    UNIQUE (practice_review_id, kind, number)
);
CREATE TABLE report_signatures (
    id uuid PRIMARY KEY,
    report_id uuid NOT NULL REFERENCES reports,
    agency_id text NOT NULL,
    sha256 text NOT NULL,
    signatory bytea NOT NULL,
    signed_at timestamptz NOT NULL,
    UNIQUE (report_id, agency_id)
);
CREATE TABLE holds (
    id uuid PRIMARY KEY,
    practice_review_id uuid NOT NULL REFERENCES practice_reviews,
    reason text NOT NULL,
    details bytea NOT NULL,
    status text NOT NULL,
    next_check_on date NOT NULL,
    panel_told_on date,
    placed_at timestamptz NOT NULL,
    lifted_at timestamptz,
    lifting_reasons bytea
);
CREATE INDEX holds_review ON holds (practice_review_id);
CREATE TABLE hold_checks (
    id uuid PRIMARY KEY,
    hold_id uuid NOT NULL REFERENCES holds,
    checked_at timestamptz NOT NULL,
    next_check_on date NOT NULL,
    reasons bytea NOT NULL
);
CREATE INDEX hold_checks_hold ON hold_checks (hold_id);
CREATE TABLE delays (
    id uuid PRIMARY KEY,
    practice_review_id uuid NOT NULL REFERENCES practice_reviews,
    reasons bytea NOT NULL,
    expected_on date NOT NULL,
    recorded_at timestamptz NOT NULL
);
CREATE INDEX delays_review ON delays (practice_review_id);

CREATE TABLE recommendations (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL REFERENCES cases,
    practice_review_id uuid REFERENCES practice_reviews,
    owner_agency text NOT NULL,
    theme text NOT NULL,
    content bytea NOT NULL,
    due_on date,
    made_at timestamptz NOT NULL
);
CREATE INDEX recommendations_case ON recommendations (case_id);
CREATE INDEX recommendations_owner ON recommendations (owner_agency, made_at, id);
CREATE INDEX recommendations_listed ON recommendations (made_at, id);
CREATE TABLE actions (
    id uuid PRIMARY KEY,
    recommendation_id uuid NOT NULL REFERENCES recommendations,
    owner_agency text NOT NULL,
    content bytea NOT NULL,
    due_on date,
    agreed_at timestamptz NOT NULL
);
CREATE INDEX actions_recommendation ON actions (recommendation_id);
CREATE TABLE evidence (
    id uuid PRIMARY KEY,
    action_id uuid NOT NULL REFERENCES actions,
    owner_agency text NOT NULL,
    progress text NOT NULL,
    what_changed bytea NOT NULL,
    recorded_by text NOT NULL,
    recorded_at timestamptz NOT NULL,
    file_key text,
    filename bytea,
    file_sha256 text
);
CREATE INDEX evidence_action ON evidence (action_id, recorded_at);

GRANT SELECT, INSERT, UPDATE ON {tables} TO {app};

-- Asked in a subselect, a setting is read once for a statement and not for every row.
DO $$
DECLARE
    each text;
BEGIN
    FOREACH each IN ARRAY ARRAY['incidents', 'incident_referrals', 'duty_notes', 'cases', 'rapid_review_decisions',
        'rapid_review_signatures', 'panel_replies', 'practice_reviews', 'reviewers', 'milestones', 'reviewer_requests',
        'reports', 'report_signatures', 'holds', 'hold_checks', 'delays'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', each);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', each);
        EXECUTE format('CREATE POLICY case_files ON %I USING ((SELECT sees_cases()))', each);
    END LOOP;
    FOREACH each IN ARRAY ARRAY['information_requests', 'agency_returns'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', each);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', each);
        EXECUTE format('CREATE POLICY own_or_case_files ON %I
            USING ((SELECT sees_cases()) OR ((SELECT app_scope()) = ''own'' AND agency_id = (SELECT app_agency())))', each);
    END LOOP;
    FOREACH each IN ARRAY ARRAY['recommendations', 'actions', 'evidence'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', each);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', each);
        EXECUTE format('CREATE POLICY own_or_case_files ON %I
            USING ((SELECT sees_cases()) OR ((SELECT app_scope()) = ''own'' AND owner_agency = (SELECT app_agency())))', each);
    END LOOP;
END $$;
