-- The stages that a review keeps from the day it began; one review over several cases, and who may see it then.

ALTER TABLE cases ADD COLUMN plan jsonb;
ALTER TABLE practice_reviews ADD COLUMN plan jsonb;
ALTER TABLE milestones ADD COLUMN steps text[];
CREATE TABLE case_milestones (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL REFERENCES cases,
    number integer NOT NULL,
    stage text NOT NULL,
    due_on date,
    done_on date,
    note bytea,
    steps text[],
    recorded_at timestamptz NOT NULL,
    UNIQUE (case_id, number)
);
GRANT SELECT, INSERT ON case_milestones TO {app};
ALTER TABLE case_milestones ENABLE ROW LEVEL SECURITY;
ALTER TABLE case_milestones FORCE ROW LEVEL SECURITY;
CREATE POLICY case_files ON case_milestones USING ((SELECT sees_cases())
    AND EXISTS (SELECT FROM cases c WHERE c.id = case_id));

CREATE TABLE review_cases (
    id uuid PRIMARY KEY,
    practice_review_id uuid NOT NULL REFERENCES practice_reviews,
    case_id uuid NOT NULL REFERENCES cases,
    reasons bytea,
    added_by text NOT NULL,
    added_at timestamptz NOT NULL,
    removed_at timestamptz,
    removal_reasons bytea
);
CREATE UNIQUE INDEX review_cases_standing ON review_cases (practice_review_id, case_id) WHERE removed_at IS NULL;
CREATE INDEX review_cases_case ON review_cases (case_id);
GRANT SELECT, INSERT, UPDATE ON review_cases TO {app};

ALTER TABLE practice_reviews NO FORCE ROW LEVEL SECURITY;
INSERT INTO review_cases (id, practice_review_id, case_id, added_by, added_at)
    SELECT gen_random_uuid(), id, case_id, 'system', decided_at FROM practice_reviews;
ALTER TABLE practice_reviews FORCE ROW LEVEL SECURITY;

ALTER TABLE review_cases ENABLE ROW LEVEL SECURITY;
ALTER TABLE review_cases FORCE ROW LEVEL SECURITY;
CREATE POLICY case_files ON review_cases USING ((SELECT sees_cases()));

-- A review is shown to whoever may see every case that it is about: its drafts and its report tell of all of them. What
-- hides a case (the policy on cases) hides its reviews, and with a review all its parts.
CREATE FUNCTION sees_review(review uuid) RETURNS boolean LANGUAGE sql STABLE AS
$$ SELECT sees_cases() AND NOT EXISTS (
       SELECT FROM review_cases l WHERE l.practice_review_id = review AND l.removed_at IS NULL
          AND NOT EXISTS (SELECT FROM cases c WHERE c.id = l.case_id)) $$;

ALTER POLICY case_files ON practice_reviews USING ((SELECT sees_cases()) AND sees_review(id));
ALTER POLICY case_files ON report_signatures USING ((SELECT sees_cases())
    AND EXISTS (SELECT FROM reports r WHERE r.id = report_id));
ALTER POLICY case_files ON hold_checks USING ((SELECT sees_cases())
    AND EXISTS (SELECT FROM holds h WHERE h.id = hold_id));
DO $$
DECLARE
    each text;
BEGIN
    FOREACH each IN ARRAY ARRAY['milestones', 'reviewers', 'reviewer_requests', 'reports',
        'holds', 'delays', 'review_records'] LOOP
        EXECUTE format('ALTER POLICY case_files ON %I
            USING ((SELECT sees_cases()) AND sees_review(practice_review_id))', each);
    END LOOP;
END $$;
