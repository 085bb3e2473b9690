"""A document that was refused when it was checked again, before an upgrade, is checked again after it."""

from collections.abc import Iterator

import psycopg
import pytest

from deploy.run.databases import application_role
from shared.migrations import migrate
from tests.scratch import scratch_database

BEFORE, AFTER = "0023", "0024"
AS_IT_WAS = """
    INSERT INTO publications (id, reference, pseudonym, kind, title, themes, identifiers, signed_at, state, publish,
                              live_documents, held_because, version, created_at, warnings, agency_kinds, age_bands)
    VALUES (gen_random_uuid(), 'LCSPR-1', 'Child XX', 'lcspr', '', '[]', '', now(), 'live', '[]', '[]', '[]', 1, now(),
            '[]', '[]', '[]');
    INSERT INTO documents (id, publication_id, kind, version, content_type, uploaded_by, uploaded_agency, uploaded_at,
                           original_key, original_sha256, original_name, status, refusal, attempts, clean_key, removed,
                           accessibility)
    SELECT gen_random_uuid(), id, 'full-report', made, '', '', '', now(), '', '', '', 'refused', 'Damaged.', 4, cleaned,
           '[]', '[]' FROM publications, (VALUES (1, 'a key'), (2, NULL)) versions (made, cleaned);
"""


@pytest.fixture
def before(ground: dict[str, str]) -> Iterator[tuple[str, str]]:
    """The owner's and the superuser's address of a database of publish as it was, with a document cleaned before and one that never was."""
    with scratch_database(ground, "publish") as (url, superuser):
        migrate("publish", url, application_role("publish"), BEFORE)
        with psycopg.connect(superuser, autocommit=True) as connection:
            connection.execute(AS_IT_WAS)
        yield url, superuser


def test_what_was_cleaned_before_is_checked_again_and_what_never_was_stays_refused(before: tuple[str, str]) -> None:
    url, superuser = before
    migrate("publish", url, application_role("publish"), AFTER)
    with psycopg.connect(superuser) as connection:
        rows = connection.execute("SELECT status, refusal FROM documents ORDER BY version").fetchall()
    assert rows == [("checked", None), ("refused", "Damaged.")]
    migrate("publish", url, application_role("publish"), "-1")
    migrate("publish", url, application_role("publish"))


def test_the_newest_step_goes_down_and_up_again(before: tuple[str, str]) -> None:
    url, superuser = before
    for revision in ("head", "-1", "head"):
        migrate("publish", url, application_role("publish"), revision)
        with psycopg.connect(superuser) as connection:
            assert connection.execute("SELECT count(*) FROM documents").fetchone() == (2,)
