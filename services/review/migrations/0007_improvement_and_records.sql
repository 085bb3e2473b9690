-- Recommendations to several agencies; how far an action is, when its effect is looked at.

ALTER TABLE recommendations NO FORCE ROW LEVEL SECURITY;
ALTER TABLE actions NO FORCE ROW LEVEL SECURITY;
ALTER TABLE evidence NO FORCE ROW LEVEL SECURITY;
ALTER TABLE recommendations ADD COLUMN agencies text[] NOT NULL DEFAULT '{}';
UPDATE recommendations SET agencies = ARRAY[owner_agency];
ALTER TABLE recommendations ALTER COLUMN agencies DROP DEFAULT;
CREATE INDEX recommendations_agencies ON recommendations USING gin (agencies);

-- Both follow from the newest evidence, and stand here so that what waits is found by an index.
ALTER TABLE actions ADD COLUMN progress text, ADD COLUMN heard_at timestamptz, ADD COLUMN impact_check_on date;
UPDATE actions a SET progress = e.progress, heard_at = e.recorded_at
  FROM (SELECT DISTINCT ON (action_id) action_id, progress, recorded_at FROM evidence
         ORDER BY action_id, recorded_at DESC, id DESC) e WHERE e.action_id = a.id;
UPDATE actions SET heard_at = agreed_at WHERE heard_at IS NULL;
ALTER TABLE actions ALTER COLUMN heard_at SET NOT NULL;
ALTER TABLE recommendations FORCE ROW LEVEL SECURITY;
ALTER TABLE actions FORCE ROW LEVEL SECURITY;
ALTER TABLE evidence FORCE ROW LEVEL SECURITY;
CREATE INDEX actions_open_due ON actions (due_on) WHERE progress IS NULL OR progress = 'started';
CREATE INDEX actions_open_heard ON actions (heard_at) WHERE progress IS NULL OR progress = 'started';
CREATE INDEX actions_impact ON actions (impact_check_on) WHERE progress = 'done';
CREATE INDEX recommendations_due ON recommendations (due_on);
ALTER TABLE rapid_review_decisions ADD COLUMN reply_due_on date;
CREATE INDEX decisions_awaiting_reply ON rapid_review_decisions (reply_due_on) WHERE superseded_at IS NULL;

-- A recommendation is seen by its agencies and by who sees its case (and its review); all its actions with it. An agency
-- writes its own actions alone.
ALTER POLICY own_or_case_files ON recommendations USING (
    ((SELECT sees_cases()) AND EXISTS (SELECT FROM cases c WHERE c.id = case_id)
        AND (practice_review_id IS NULL OR sees_review(practice_review_id)))
    OR ((SELECT app_scope()) = 'own' AND agencies @> ARRAY[(SELECT app_agency())]))
    WITH CHECK ((SELECT sees_cases()));
ALTER POLICY own_or_case_files ON actions
    USING (EXISTS (SELECT FROM recommendations r WHERE r.id = recommendation_id))
    WITH CHECK ((SELECT sees_cases()) OR ((SELECT app_scope()) = 'own' AND owner_agency = (SELECT app_agency())));
ALTER POLICY own_or_case_files ON evidence
    USING (EXISTS (SELECT FROM actions a WHERE a.id = action_id))
    WITH CHECK ((SELECT sees_cases()) OR ((SELECT app_scope()) = 'own' AND owner_agency = (SELECT app_agency())));

-- Records: legal holds, decisions on how long a class is kept, certificates of what was destroyed.
CREATE TABLE legal_holds (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL REFERENCES cases,
    reasons bytea NOT NULL,
    placed_by text NOT NULL,
    placed_at timestamptz NOT NULL,
    lifted_at timestamptz,
    lifting_reasons bytea
);
CREATE INDEX legal_holds_case ON legal_holds (case_id) WHERE lifted_at IS NULL;
CREATE TABLE retention_decisions (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL REFERENCES cases,
    record_class text NOT NULL,
    decision text NOT NULL,
    keep_until date,
    reasons bytea NOT NULL,
    decided_by text NOT NULL,
    decided_by_name text NOT NULL,
    decided_at timestamptz NOT NULL,
    confirmed_at timestamptz
);
CREATE INDEX retention_decisions_class ON retention_decisions (case_id, record_class, decided_at);
CREATE TABLE destruction_certificates (
    id uuid PRIMARY KEY,
    reference text NOT NULL UNIQUE,
    case_id uuid NOT NULL REFERENCES cases,
    decision_id uuid NOT NULL UNIQUE REFERENCES retention_decisions,
    record_class text NOT NULL,
    rule text NOT NULL,
    confirmed_by text NOT NULL,
    confirmed_by_name text NOT NULL,
    destroyed_at timestamptz NOT NULL,
    destroyed jsonb NOT NULL,
    file_keys text[] NOT NULL,
    files_gone_at timestamptz,
    UNIQUE (case_id, record_class)
);
CREATE INDEX destruction_certificates_files ON destruction_certificates (destroyed_at) WHERE files_gone_at IS NULL;
GRANT SELECT, INSERT, UPDATE ON legal_holds, retention_decisions, destruction_certificates TO {app};

-- A row goes only under a certificate that the transaction names with its moment: no mistake elsewhere deletes one.
CREATE FUNCTION only_under_certificate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM destruction_certificates d
                    WHERE d.id::text = current_setting('app.certificate', true) AND d.destroyed_at = CAST(
                        NULLIF(current_setting('app.certificate_at', true), '') AS timestamptz)) THEN
        RAISE EXCEPTION 'records are destroyed under a certificate alone';
    END IF;
    RETURN OLD;
END $$;
DO $$
DECLARE
    each text;
BEGIN
    FOREACH each IN ARRAY ARRAY['legal_holds', 'retention_decisions', 'destruction_certificates'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', each);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', each);
        EXECUTE format('CREATE POLICY case_files ON %I
            USING ((SELECT sees_cases()) AND EXISTS (SELECT FROM cases c WHERE c.id = case_id))', each);
    END LOOP;
    FOREACH each IN ARRAY ARRAY['agency_returns', 'extensions', 'information_requests', 'rapid_review_signatures',
        'panel_replies', 'rapid_review_decisions', 'meetings', 'case_milestones', 'review_records', 'reviewer_requests',
        'draft_comments', 'report_signatures', 'reports', 'evidence'] LOOP
        EXECUTE format('GRANT DELETE ON %I TO {app}', each);
        EXECUTE format('CREATE TRIGGER under_certificate BEFORE DELETE ON %I
            FOR EACH ROW EXECUTE FUNCTION only_under_certificate()', each);
    END LOOP;
END $$;
