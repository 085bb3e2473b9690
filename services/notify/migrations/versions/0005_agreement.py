"""Asking an agency's safeguarding lead to agree to a report before it goes: who was asked, and what they said."""

from alembic import op

from shared.migrations import app_role

revision = "0005"
down_revision = "0004"

UP = """
CREATE TABLE agreement_requests (
    id uuid PRIMARY KEY,
    draft_id uuid NOT NULL REFERENCES drafts ON DELETE CASCADE,
    asked_by uuid NOT NULL REFERENCES people,
    asked_of uuid NOT NULL REFERENCES people,
    asked_at timestamptz NOT NULL,
    outcome text,
    answered_at timestamptz,
    words bytea,
    agreed_to bytea
);
CREATE UNIQUE INDEX agreement_requests_open ON agreement_requests (draft_id) WHERE outcome IS NULL;
CREATE INDEX agreement_requests_draft ON agreement_requests (draft_id, asked_at);
CREATE INDEX agreement_requests_lead ON agreement_requests (asked_of) WHERE outcome IS NULL;
ALTER TABLE agreement_requests ENABLE ROW LEVEL SECURITY;
ALTER TABLE agreement_requests FORCE ROW LEVEL SECURITY;
CREATE POLICY agreement_requests_between_two ON agreement_requests
    USING (app_scope() = 'system' OR asked_by = app_person() OR asked_of = app_person());
-- The lead who is asked sees the draft until they have answered, and changes nothing in it.
CREATE POLICY drafts_shown_to_the_lead_asked ON drafts FOR SELECT
    USING (EXISTS (SELECT 1 FROM agreement_requests a
                    WHERE a.draft_id = drafts.id AND a.asked_of = app_person() AND a.outcome IS NULL));
GRANT SELECT, INSERT, UPDATE ON agreement_requests TO {app};
"""


def upgrade() -> None:
    op.execute(UP.format(app=app_role()))


def downgrade() -> None:
    op.execute("DROP POLICY drafts_shown_to_the_lead_asked ON drafts; DROP TABLE agreement_requests")
