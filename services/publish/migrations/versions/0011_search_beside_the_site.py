"""The search is an index in each release of the site; the table that it was made of goes."""

from alembic import op

from shared.migrations import app_role

revision = "0011"
down_revision = "0010"

TABLE = """
    CREATE TABLE public_entries (
        slug text PRIMARY KEY,
        title text NOT NULL,
        kind text NOT NULL,
        published_on date NOT NULL,
        themes text[] NOT NULL,
        summary text NOT NULL,
        body text NOT NULL,
        words tsvector NOT NULL GENERATED ALWAYS AS (
            setweight(to_tsvector('english', title), 'A') || setweight(to_tsvector('english', summary), 'B')
            || setweight(to_tsvector('english', body), 'D')) STORED
    );
    CREATE INDEX public_entries_words ON public_entries USING gin (words);
    CREATE INDEX public_entries_day ON public_entries (published_on DESC, slug);
    CREATE INDEX public_entries_kind ON public_entries (kind);
    CREATE INDEX public_entries_themes ON public_entries (themes);
"""


def upgrade() -> None:
    op.execute("DROP TABLE public_entries")


def downgrade() -> None:
    op.execute(TABLE)  # empty: what is live is entered at its next correction
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON public_entries TO {app_role()}")
