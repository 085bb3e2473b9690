"""The stages that a review keeps from the day it began; stages of rapid reviews; steps of stages."""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.execute(
        """
        ALTER TABLE cases ADD COLUMN plan jsonb;
        ALTER TABLE practice_reviews ADD COLUMN plan jsonb;
        ALTER TABLE milestones ALTER COLUMN practice_review_id DROP NOT NULL,
            ADD COLUMN case_id uuid REFERENCES cases, ADD COLUMN steps text[],
            ADD CONSTRAINT milestones_of_one CHECK (num_nonnulls(practice_review_id, case_id) = 1),
            ADD CONSTRAINT milestones_case_number UNIQUE (case_id, number);
        """
    )


def downgrade() -> None:
    op.execute(
        """
        DELETE FROM milestones WHERE case_id IS NOT NULL;
        ALTER TABLE milestones DROP COLUMN case_id, DROP COLUMN steps, ALTER COLUMN practice_review_id SET NOT NULL;
        ALTER TABLE practice_reviews DROP COLUMN plan;
        ALTER TABLE cases DROP COLUMN plan;
        """
    )
