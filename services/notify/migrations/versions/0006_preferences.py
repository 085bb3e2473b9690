"""When people want to hear what is no statutory warning, and what is held for their next morning."""

from alembic import op

from shared.migrations import app_role

revision = "0006"
down_revision = "0005"

UP = """
CREATE TABLE message_preferences (
    person_id uuid PRIMARY KEY REFERENCES people,
    choice text NOT NULL,
    changed_at timestamptz NOT NULL
);
-- References and addresses of pages only, as they will stand in an e-mail.
CREATE TABLE held_messages (
    id uuid PRIMARY KEY,
    person_id uuid NOT NULL REFERENCES people,
    reference text NOT NULL,
    sentence text NOT NULL,
    page text NOT NULL,
    held_at timestamptz NOT NULL
);
CREATE INDEX held_messages_person ON held_messages (person_id, held_at);
ALTER TABLE held_messages ENABLE ROW LEVEL SECURITY;
ALTER TABLE held_messages FORCE ROW LEVEL SECURITY;
CREATE POLICY held_messages_added ON held_messages FOR INSERT WITH CHECK (app_scope() IS NOT NULL);
CREATE POLICY held_messages_sent ON held_messages USING (app_scope() = 'system');
GRANT SELECT, INSERT, UPDATE ON message_preferences TO {app};
GRANT SELECT, INSERT, DELETE ON held_messages TO {app};
"""


def upgrade() -> None:
    op.execute(UP.format(app=app_role()))


def downgrade() -> None:
    op.execute("DROP TABLE held_messages, message_preferences")
