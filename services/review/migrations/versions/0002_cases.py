"""Cases, information requests and returns, rapid reviews, practice reviews, holds, recommendations."""

from pathlib import Path

from alembic import op

from shared.migrations import app_role

revision = "0002"
down_revision = "0001"

TABLES = (
    "evidence, actions, recommendations, delays, hold_checks, holds, report_signatures, reports, reviewer_requests, "
    "milestones, reviewers, practice_reviews, panel_replies, rapid_review_signatures, rapid_review_decisions, "
    "agency_returns, information_requests, cases, duty_notes, incident_referrals, incidents, reference_numbers"
)


def upgrade() -> None:
    statements = (Path(__file__).parent.parent / "0002_cases.sql").read_text().format(app=app_role(), tables=TABLES)
    op.execute(statements)


def downgrade() -> None:
    op.execute(f"DROP TABLE {TABLES}; DROP FUNCTION sees_cases;")
