"""How often something was done within an hour by one account, or from one address; both as keyed hashes."""

from alembic import op

from shared.migrations import app_role

revision = "0007"
down_revision = "0006"

UP = """
CREATE TABLE rate_counts (
    subject bytea NOT NULL,
    hour timestamptz NOT NULL,
    count integer NOT NULL,
    PRIMARY KEY (subject, hour)
);
CREATE INDEX rate_counts_hour ON rate_counts (hour);
GRANT SELECT, INSERT, UPDATE, DELETE ON rate_counts TO {app};
"""


def upgrade() -> None:
    op.execute(UP.format(app=app_role()))


def downgrade() -> None:
    op.execute("DROP TABLE rate_counts")
