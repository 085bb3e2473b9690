"""After a withdrawal the steps of the protocol are done, and recorded, anew; those done before it stay on record."""

from alembic import op

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    op.execute("""
        ALTER TABLE protocol_steps_done DROP CONSTRAINT protocol_steps_done_pkey,
            ADD PRIMARY KEY (publication_id, step, done_at);
    """)


def downgrade() -> None:
    op.execute("""
        SELECT set_config('app.scope', 'system', true);
        DELETE FROM protocol_steps_done d USING protocol_steps_done later
         WHERE later.publication_id = d.publication_id AND later.step = d.step AND later.done_at > d.done_at;
        ALTER TABLE protocol_steps_done DROP CONSTRAINT protocol_steps_done_pkey, ADD PRIMARY KEY (publication_id, step);
    """)
