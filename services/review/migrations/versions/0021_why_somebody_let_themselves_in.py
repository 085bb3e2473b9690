"""Why somebody let themselves into a case in an emergency goes with the case file; that they did stays on the trail."""

from alembic import op

from shared.migrations import app_role

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.execute(
        f"GRANT DELETE ON emergency_accesses TO {app_role()}; CREATE TRIGGER under_certificate BEFORE DELETE ON"
        " emergency_accesses FOR EACH ROW EXECUTE FUNCTION only_under_certificate();"
    )


def downgrade() -> None:
    op.execute(
        f"DROP TRIGGER under_certificate ON emergency_accesses; REVOKE DELETE ON emergency_accesses FROM {app_role()};"
    )
