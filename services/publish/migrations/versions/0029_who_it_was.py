"""Who uploaded a document and who decided on a finding, as the trail says it: two people may bear one name, or change it."""

from alembic import op

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    op.execute("ALTER TABLE documents ADD COLUMN uploaded_by_actor text;")
    op.execute("ALTER TABLE findings ADD COLUMN resolved_by_actor text;")


def downgrade() -> None:
    op.execute("ALTER TABLE findings DROP COLUMN resolved_by_actor;")
    op.execute("ALTER TABLE documents DROP COLUMN uploaded_by_actor;")
