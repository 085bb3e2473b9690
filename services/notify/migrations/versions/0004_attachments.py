"""Files that go with a report: whose they are, where their sealed bytes lie, and what the virus scanner said of them."""

from alembic import op

from shared.migrations import app_role

revision = "0004"
down_revision = "0003"

# What a file is called stands, sealed, in the draft and in the referral: a name can identify a child.
UP = """
CREATE TABLE attachments (
    id uuid PRIMARY KEY,
    draft_id uuid REFERENCES drafts ON DELETE SET NULL,
    referral_id uuid REFERENCES referrals,
    agency_id text NOT NULL,
    added_by text NOT NULL,
    added_at timestamptz NOT NULL,
    file_key text NOT NULL,
    content_type text NOT NULL,
    size integer NOT NULL,
    sha256 text NOT NULL,
    scan text NOT NULL,
    scanned_at timestamptz,
    removed_at timestamptz
);
CREATE INDEX attachments_draft ON attachments (draft_id);
CREATE INDEX attachments_referral ON attachments (referral_id);
CREATE INDEX attachments_same_bytes ON attachments (sha256);
CREATE INDEX attachments_to_scan ON attachments (added_at) WHERE scan IN ('waiting', 'not-scanned');
CREATE INDEX attachments_let_go ON attachments (added_at) WHERE referral_id IS NULL AND (draft_id IS NULL OR removed_at IS NOT NULL);
ALTER TABLE attachments ENABLE ROW LEVEL SECURITY;
ALTER TABLE attachments FORCE ROW LEVEL SECURITY;
-- Whoever sees the referral, or the draft, sees its files: the policies of those tables decide.
CREATE POLICY attachments_as_their_report ON attachments
    USING (app_scope() = 'system' OR EXISTS (SELECT 1 FROM referrals r WHERE r.id = referral_id)
           OR EXISTS (SELECT 1 FROM drafts d WHERE d.id = draft_id));
-- What was sent with a report stays.
CREATE POLICY attachments_sent_stay ON attachments AS RESTRICTIVE FOR DELETE USING (referral_id IS NULL);
GRANT SELECT, INSERT, UPDATE, DELETE ON attachments TO {app};
"""


def upgrade() -> None:
    op.execute(UP.format(app=app_role()))


def downgrade() -> None:
    op.execute("DROP TABLE attachments")
