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
