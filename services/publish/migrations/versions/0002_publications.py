"""Publications, their documents and findings, the gate's facts, the public site and the NSPCC."""

from pathlib import Path

from alembic import op

from shared.migrations import app_role

revision = "0002"
down_revision = "0001"

SEALED_FROM_OTHERS = (
    "publications",
    "route_decisions",
    "documents",
    "findings",
    "protocol_steps_done",
    "schedules",
    "holds",
    "tellings",
    "deposits",
    "retention_questions",
    "page_orders",
)
PUBLIC = ("past_items", "public_entries", "site_state")


def upgrade() -> None:
    op.execute((Path(__file__).parent / "0002_publications.sql").read_text())
    for table in SEALED_FROM_OTHERS:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY {table}_seen ON {table} USING (app_scope() IN ('system', 'all', 'partner'))")
    tables = ", ".join((*SEALED_FROM_OTHERS, *PUBLIC))
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON {tables} TO {app_role()}")
    op.execute(f"GRANT DELETE ON public_entries TO {app_role()}")


def downgrade() -> None:
    op.execute(f"DROP TABLE {', '.join((*PUBLIC, *reversed(SEALED_FROM_OTHERS)))}")
