"""A document that was refused when it was checked again, before an upgrade, is checked again after it."""

import uuid

import psycopg
import pytest
from sqlalchemy import make_url

from deploy.run.databases import application_role
from shared.migrations import migrate

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
def before(ground: dict[str, str]) -> str:
    """The owner's address of a database of publish as it was, with a document cleaned before and one that never was."""
    owner = make_url(ground["PUBLISH_OWNER_DATABASE_URL"])
    scratch = f"upgrade_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(ground["SUPERUSER_URL"], autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {scratch} OWNER {owner.username}")
    url = owner.set(database=scratch).render_as_string(hide_password=False)
    migrate("publish", url, application_role("publish"), BEFORE)
    superuser = make_url(ground["SUPERUSER_URL"]).set(database=scratch).render_as_string(hide_password=False)
    with psycopg.connect(superuser, autocommit=True) as connection:
        connection.execute(AS_IT_WAS)
    return f"{url} {superuser}"


def test_what_was_cleaned_before_is_checked_again_and_what_never_was_stays_refused(before: str) -> None:
    url, superuser = before.split()
    migrate("publish", url, application_role("publish"), AFTER)
    with psycopg.connect(superuser) as connection:
        rows = connection.execute("SELECT status, refusal FROM documents ORDER BY version").fetchall()
    assert rows == [("checked", None), ("refused", "Damaged.")]
    migrate("publish", url, application_role("publish"), "-1")
    migrate("publish", url, application_role("publish"))


def test_the_newest_step_goes_down_and_up_again(before: str) -> None:
    url, _ = before.split()
    for revision in ("head", "-1", "head"):
        migrate("publish", url, application_role("publish"), revision)
