"""What a partnership has recorded before an upgrade of review is there after it, and what is new holds for it too."""

import uuid
from collections.abc import Iterator

import psycopg
import pytest

from deploy.run.databases import application_role
from shared.migrations import migrate
from tests.scratch import scratch_database

BEFORE, AFTER = "0004", "0007"
CASE, REVIEW, RECOMMENDATION, ACTION = (str(uuid.uuid4()) for _ in range(4))
AS_IT_WAS = f"""
    INSERT INTO cases (id, incident_id, incident_reference, reference, pseudonym, stage, kinds, children, occurred_on,
                       identifiers, notified_at, due_at, opened_at)
    VALUES ('{CASE}', '{CASE}', 'INC-1', 'RR-1', 'Child XX', 'practice-review', '{{death}}', 1, '', '', now(), now(), now());
    INSERT INTO practice_reviews (id, case_id, reference, pseudonym, kind, title, status, decided_at, due_at)
    VALUES ('{REVIEW}', '{CASE}', 'LCSPR-1', 'Child XX', 'lcspr', '', 'under-way', now(), now());
    INSERT INTO recommendations (id, case_id, owner_agency, theme, content, made_at)
    VALUES ('{RECOMMENDATION}', '{CASE}', 'example-school', 'escalation', '', now());
    INSERT INTO actions (id, recommendation_id, owner_agency, content, agreed_at)
    VALUES ('{ACTION}', '{RECOMMENDATION}', 'example-school', '', now());
    INSERT INTO evidence (id, action_id, owner_agency, progress, what_changed, recorded_by, recorded_at)
    VALUES (gen_random_uuid(), '{ACTION}', 'example-school', 'started', '', 'example-school', now() - interval '1 day'),
           (gen_random_uuid(), '{ACTION}', 'example-school', 'done', '', 'example-school', now());
"""


@pytest.fixture
def before(ground: dict[str, str]) -> Iterator[tuple[str, str]]:
    """The owner's and the superuser's address of a database of review as it was, with a review, a recommendation and an action in it."""
    with scratch_database(ground, "review") as (url, superuser):
        migrate("review", url, application_role("review"), BEFORE)
        with psycopg.connect(superuser, autocommit=True) as connection:
            connection.execute(AS_IT_WAS)
        yield url, superuser


def test_a_review_has_its_case_and_an_action_its_progress_after_the_upgrade_and_nothing_is_lost_by_going_back(
    before: tuple[str, str],
) -> None:
    url, superuser = before
    migrate("review", url, application_role("review"), AFTER)
    with psycopg.connect(superuser) as connection:
        assert connection.execute("SELECT practice_review_id::text, case_id::text FROM review_cases").fetchall() == [
            (REVIEW, CASE)
        ]
        agencies = connection.execute("SELECT agencies FROM recommendations").fetchone()
        progress = connection.execute("SELECT progress, heard_at IS NOT NULL FROM actions").fetchone()
    assert agencies == (["example-school"],)
    assert progress == ("done", True)
    migrate("review", url, application_role("review"), f"-{int(AFTER) - int(BEFORE)}")
    with psycopg.connect(superuser) as connection:
        for table, count in (("cases", 1), ("practice_reviews", 1), ("recommendations", 1), ("evidence", 2)):
            assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (count,)
    migrate("review", url, application_role("review"))


def test_the_newest_steps_go_down_and_up_again(before: tuple[str, str]) -> None:
    url, superuser = before
    for revision in ("0028", "-5", "0028"):
        migrate("review", url, application_role("review"), revision)
        with psycopg.connect(superuser) as connection:
            added = "SELECT count(*) FROM information_schema.columns WHERE column_name IN ('search_changed_at', 'ended_with_it', 'route_decided_at', 'ending')"
            assert connection.execute(added).fetchone() == (0 if revision == "-5" else 4,)
