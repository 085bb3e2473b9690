"""Who is kept from an incident is kept from what is published of it, too."""

from alembic import op

from shared.migrations import need_to_know_down, need_to_know_up

revision = "0015"
down_revision = "0011"

BARRED = """CREATE POLICY barred ON publications AS RESTRICTIVE
    USING ((SELECT app_person()) IS NULL OR NOT is_barred(incident_id));"""
OF_PUBLICATION = """CREATE POLICY as_publications ON {table} AS RESTRICTIVE
    USING ((SELECT app_person()) IS NULL OR EXISTS (SELECT 1 FROM publications p WHERE p.{key} = {table}.{column}));"""
PARTS = (
    "route_decisions",
    "documents",
    "findings",
    "protocol_steps_done",
    "schedules",
    "tellings",
    "deposits",
    "retention_questions",
    "page_orders",
    "early_readers",
)


def upgrade() -> None:
    op.execute(need_to_know_up())
    op.execute(BARRED)
    for table in PARTS:
        op.execute(OF_PUBLICATION.format(table=table, key="id", column="publication_id"))
    op.execute(OF_PUBLICATION.format(table="holds", key="practice_review_id", column="practice_review_id"))


def downgrade() -> None:
    for table in (*PARTS, "holds"):
        op.execute(f"DROP POLICY as_publications ON {table}")
    op.execute("DROP POLICY barred ON publications;" + need_to_know_down())
