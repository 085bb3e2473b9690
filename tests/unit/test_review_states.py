"""A status moves as its table says, and not otherwise."""

import itertools

import pytest

from services.review.actions import status_of_action, status_of_recommendation
from services.review.states import CASE, HOLD, INFORMATION_REQUEST, PRACTICE_REVIEW, SENTENCES, States, move
from services.review.wording import stage_words
from shared.web.problems import Problem

TABLES = {"case": CASE, "request": INFORMATION_REQUEST, "practice review": PRACTICE_REVIEW, "hold": HOLD}


def undeclared(table: States) -> list[tuple[str, str]]:
    states = {state for state, _ in table} | set(table.values())
    return [
        pair for pair in itertools.product(sorted(states), sorted({what for _, what in table})) if pair not in table
    ]


@pytest.mark.parametrize("name", TABLES)
def test_every_declared_move_leads_where_the_table_says(name: str) -> None:
    assert {pair: move(TABLES[name], *pair) for pair in TABLES[name]} == dict(TABLES[name])


@pytest.mark.parametrize("name", TABLES)
def test_every_undeclared_move_is_409_and_says_where_the_record_is(name: str) -> None:
    assert undeclared(TABLES[name])
    for state, what in undeclared(TABLES[name]):
        with pytest.raises(Problem) as refusal:
            move(TABLES[name], state, what)
        assert refusal.value.status == 409
        assert f"“{stage_words(state)}”" in refusal.value.detail
        assert stage_words(state) != state, "people read no builders' words"


def test_every_sentence_belongs_to_a_move() -> None:
    assert set(SENTENCES) <= {what for table in TABLES.values() for _, what in table}


def test_nothing_but_a_new_notification_leads_out_of_a_withdrawn_case() -> None:
    assert [what for state, what in CASE if state == "withdrawn"] == ["notify-again"]


def test_no_practice_review_without_a_completed_rapid_review() -> None:
    before = {"rapid-review", "awaiting-signatures", "withdrawn"}
    assert not before & {state for state, what in CASE if what == "commission"}


@pytest.mark.parametrize(
    ("progress", "status"),
    [([], "open"), (["started"], "in-progress"), (["started", "done"], "done"), (["done", "started"], "in-progress")],
)
def test_an_action_is_as_far_as_its_newest_evidence(progress: list[str], status: str) -> None:
    assert status_of_action(progress) == status


@pytest.mark.parametrize(
    ("actions", "status"),
    [
        ([], "open"),
        (["open", "open"], "open"),
        (["open", "done"], "in-progress"),
        (["done", "impact-shown"], "done"),
        (["impact-shown", "impact-shown"], "impact-shown"),
    ],
)
def test_a_recommendation_is_as_far_as_its_slowest_action(actions: list[str], status: str) -> None:
    assert status_of_recommendation(actions) == status
