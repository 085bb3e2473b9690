"""The public site in full: facets, warnings, corrections with what was before, early readers, imports, the NSPCC's proof."""

from pathlib import Path

from alembic import op

from shared.migrations import app_role

revision = "0010"
down_revision = "0005"

ADDED = {
    "publications": ("warnings", "agency_kinds", "age_bands", "recommendations", "keywords"),
    "page_orders": ("replaced", "before"),
    "schedules": ("avoided_week_reasons",),
    "deposits": ("our_reference", "chased", "proof"),
    "past_items": ("title", "summary", "themes", "files", "old_addresses", "imported_at"),
}


def upgrade() -> None:
    op.execute((Path(__file__).parent / "0010_site_in_full.sql").read_text())
    op.execute("ALTER TABLE early_readers ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE early_readers FORCE ROW LEVEL SECURITY")
    op.execute("CREATE POLICY early_readers_seen ON early_readers USING (app_scope() IN ('system', 'all', 'partner'))")
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON early_readers TO {app_role()}")


def downgrade() -> None:
    op.execute("DROP TABLE early_readers")
    for table, columns in ADDED.items():
        op.execute(f"ALTER TABLE {table} " + ", ".join(f"DROP {column}" for column in columns))
    op.execute(  # what belongs to no review stays, under its own id
        "UPDATE publications SET practice_review_id = id, case_id = id, incident_id = id WHERE practice_review_id IS NULL"
    )
    op.execute(
        "ALTER TABLE publications ALTER practice_review_id SET NOT NULL, ALTER case_id SET NOT NULL, "
        "ALTER incident_id SET NOT NULL"
    )
